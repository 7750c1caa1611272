//! A JSON value that the core only keeps: results and metadata belong to the user.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::reader::{Reader, Skipped};
use crate::error::{Code, Error};

/// Any JSON value, kept as its text: keys stay in their order, and nothing in it is ever a key of
/// ours.
#[derive(Debug, Clone)]
pub struct Json(Box<RawValue>);

/// Deeper values could be written into a snapshot but not read from it.
const DEEPEST: usize = 100;

impl Json {
    /// The value that `text` writes.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut reader = Reader::new(text);
        let read = reader.skip_value(DEEPEST);
        let problem = match read.and_then(|()| Ok(reader.end()?)) {
            Ok(()) => match RawValue::from_string(text.to_owned()) {
                Ok(value) => return Ok(Self(value)),
                Err(error) => error.to_string(),
            },
            Err(Skipped::TooDeep) => format!("it is nested deeper than {DEEPEST}"),
            Err(Skipped::Fault(fault)) => fault.message.to_owned(),
        };
        Err(Error::new(
            Code::NotJson,
            format!("the value cannot be kept as JSON: {problem}"),
        ))
    }

    /// The text of the value.
    pub fn text(&self) -> &str {
        self.0.get()
    }
}

/// A document of ours as JSON text.
pub(crate) fn text(document: &impl Serialize) -> String {
    written(&mut |writer| document.serialize(writer))
}

type Writer<'t> = serde_json::Serializer<&'t mut Vec<u8>>;

// What is the same for all documents is compiled once.
#[inline(never)]
fn written(write: &mut dyn FnMut(&mut Writer) -> serde_json::Result<()>) -> String {
    let mut text = Vec::with_capacity(128);
    // Writing our own structs to memory cannot fail.
    let _ = write(&mut Writer::new(&mut text));
    String::from_utf8(text).unwrap_or_default()
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl From<&RawValue> for Json {
    fn from(value: &RawValue) -> Self {
        Self(value.to_owned())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}
