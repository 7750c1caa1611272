//! A JSON value that the core only keeps: results and metadata belong to the user.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::reader::{Reader, Skipped};
use super::writer::{RAW, Writer};
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
    let mut text = Vec::with_capacity(128);
    write(document, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Writes a document of ours behind what is there.
pub(crate) fn write(document: &impl Serialize, text: &mut Vec<u8>) {
    // Writing to memory cannot fail.
    let _ = document.serialize(&mut Writer::new(text));
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
        serializer.serialize_newtype_struct(RAW, &self.0)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}
