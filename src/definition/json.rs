//! A JSON value that the core only keeps: results and metadata belong to the user.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

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
        if deeper_than(text, DEEPEST) {
            let message = format!("the value is nested deeper than {DEEPEST}");
            return Err(Error::new(Code::NotJson, message));
        }
        let value = serde_json::from_str(text);
        value.map_err(|error| Error::new(Code::NotJson, format!("the value is not JSON: {error}")))
    }

    /// The text of the value.
    pub fn text(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
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

fn deeper_than(text: &str, most: usize) -> bool {
    let mut depth = 0usize;
    let mut in_string = false;
    let mut escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > most {
            return true;
        }
    }
    false
}
