//! From bytes to a JSON value: size, encoding, syntax, depth, and keys given twice.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Value};

use super::diagnostic::{Anchor, Diagnostic, Path, Related, Rule, Segment};
use super::options::Limits;
use super::reader::{Fault, Kind, Reader, Text};
use crate::map;

/// A document that is JSON.
#[derive(Debug)]
pub(crate) struct Document {
    pub value: Value,
    /// A finding for each key that a later one overrides.
    pub duplicate_keys: Vec<Diagnostic>,
}

/// The value of a text that is no definition: of the limits only that of nesting is for it.
pub(crate) fn value(text: &str) -> Result<Value, Box<Diagnostic>> {
    let limits = Limits {
        max_bytes: usize::MAX,
        max_depth: 127,
        ..Limits::default()
    };
    Ok(read(text.as_bytes(), &limits)?.value)
}

/// Reads the bytes, or says in one finding why they cannot be judged.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Document, Box<Diagnostic>> {
    if bytes.len() > limits.max_bytes {
        let message = format!("The document is longer than {} bytes", limits.max_bytes);
        let mut finding = Diagnostic::new(Rule::DocumentTooLarge, Path::root(), message);
        finding.help = Some("raise limits.maxBytes if that is meant".to_owned());
        finding.anchor = Anchor::Bytes(0..0);
        return Err(Box::new(finding));
    }
    let text =
        std::str::from_utf8(bytes).map_err(|error| not_unicode(bytes, error.valid_up_to()))?;
    let mut walk = Walk {
        limits,
        path: Vec::new(),
        duplicates: Vec::new(),
    };
    let mut reader = Reader::new(text);
    let read = walk.value(&mut reader);
    match read.and_then(|value| reader.end().map(|()| value).map_err(Stop::from)) {
        Ok(value) => Ok(Document {
            value,
            duplicate_keys: walk.duplicates,
        }),
        Err(stop) => Err(Box::new(stop.finding(walk.place(), limits))),
    }
}

fn not_unicode(bytes: &[u8], valid: usize) -> Box<Diagnostic> {
    // A host that hands over ill-formed UTF-16 encodes the lone surrogate like any other unit.
    let surrogate = matches!(bytes.get(valid..valid + 2), Some([0xED, 0xA0..=0xBF]));
    let message = if surrogate {
        "Not JSON: an unpaired surrogate"
    } else {
        "Not JSON: the bytes are not UTF-8"
    };
    let mut finding = Diagnostic::new(Rule::InvalidJson, Path::root(), message);
    finding.anchor = Anchor::Bytes(valid..valid);
    Box::new(finding)
}

enum Stop {
    Fault(Fault),
    TooDeep(Range<usize>),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Fault(fault)
    }
}

impl Stop {
    fn finding(self, path: Path, limits: &Limits) -> Diagnostic {
        match self {
            Stop::Fault(fault) => {
                let message = format!("Not JSON: {}", fault.message);
                let mut finding = Diagnostic::new(Rule::InvalidJson, path, message);
                finding.help = fault.help.map(str::to_owned);
                finding.anchor = Anchor::Bytes(fault.bytes);
                finding
            }
            Stop::TooDeep(bytes) => {
                let depth = limits.max_depth;
                let message = format!("Arrays and objects are nested deeper than {depth}");
                let mut finding = Diagnostic::new(Rule::DocumentTooDeep, path, message);
                finding.anchor = Anchor::Bytes(bytes);
                finding
            }
        }
    }
}

enum Crumb<'a> {
    Key(Text<'a>),
    Index(usize),
}

/// The walk over the text. Where it stops, `path` stays.
struct Walk<'a, 'l> {
    limits: &'l Limits,
    path: Vec<Crumb<'a>>,
    duplicates: Vec<Diagnostic>,
}

impl<'a> Walk<'a, '_> {
    fn value(&mut self, reader: &mut Reader<'a>) -> Result<Value, Stop> {
        let kind = reader.kind()?;
        let nested = matches!(kind, Kind::Object | Kind::Array);
        if nested && self.path.len() >= self.limits.max_depth {
            return Err(Stop::TooDeep(reader.at()..reader.at() + 1));
        }
        match kind {
            Kind::Object => {
                let (mut keys, mut members, mut twins) = (Vec::new(), Map::new(), false);
                reader.members(|reader, key| {
                    keys.push(key);
                    self.path.push(Crumb::Key(key));
                    let value = self.value(reader)?;
                    self.path.pop();
                    twins |= members.insert(key.decode().into_owned(), value).is_some();
                    Ok::<(), Stop>(())
                })?;
                if twins {
                    self.note_duplicates(&keys);
                }
                Ok(Value::Object(members))
            }
            Kind::Array => {
                let mut items = Vec::new();
                reader.items(|reader, index| {
                    self.path.push(Crumb::Index(index));
                    items.push(self.value(reader)?);
                    self.path.pop();
                    Ok::<(), Stop>(())
                })?;
                Ok(Value::Array(items))
            }
            Kind::String => Ok(Value::String(reader.string()?.decode().into_owned())),
            Kind::Number => Ok(reader.number()?),
            Kind::Literal => Ok(match reader.literal()? {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => Value::Null,
            }),
        }
    }

    fn note_duplicates(&mut self, keys: &[Text<'a>]) {
        let names: Vec<Cow<'a, str>> = keys.iter().map(|key| key.decode()).collect();
        let mut lasts = map::Map::new();
        for (at, name) in names.iter().enumerate() {
            lasts.insert(name.as_ref(), at);
        }
        for (at, (key, name)) in keys.iter().zip(&names).enumerate() {
            let last = lasts.get(name.as_ref()).filter(|last| **last != at);
            let Some(last) = last.and_then(|last| keys.get(*last)) else {
                continue;
            };
            if self.duplicates.len() > self.limits.max_diagnostics {
                return;
            }
            let path = self.place().key(name.as_ref());
            let message = format!(
                "Duplicate key '{}': the last one counts",
                super::quote(name)
            );
            let mut finding = Diagnostic::new(Rule::DuplicateKey, path.clone(), message);
            finding.anchor = Anchor::Bytes(key.bytes());
            let counts = Anchor::Bytes(last.bytes());
            finding.related = vec![Related::new("the one that counts", path, counts)];
            self.duplicates.push(finding);
        }
    }

    fn place(&self) -> Path {
        let segment = |crumb: &Crumb| match crumb {
            Crumb::Key(key) => Segment::Key(key.decode().into_owned()),
            Crumb::Index(index) => Segment::Index(*index),
        };
        Path(self.path.iter().map(segment).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::definition::options::Limits;
    use proptest::prelude::*;
    use serde_json::Value;

    fn scalar() -> impl Strategy<Value = String> {
        prop_oneof![
            "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?",
            any::<String>().prop_map(|text| Value::from(text).to_string()),
            "\"(\\\\(u00[0-9a-fA-F]{2}|u[ac]eEe|uD83D\\\\uDE00|[\"\\\\/bfnrt])|[a-zé]){0,5}\"",
            "true|false|null",
        ]
    }

    proptest! {
        #[test]
        fn a_document_holds_what_serde_json_reads(scalars in prop::collection::vec(scalar(), 1..9)) {
            let list = scalars.join(",");
            let members: Vec<_> = scalars.iter().enumerate().map(|(i, value)| format!("\"{}\": {value}", i % 5)).collect();
            let text = format!("[[{list}], {{{}}}]", members.join(","));
            let ours = read(text.as_bytes(), &Limits::default()).map_err(|finding| finding.message);
            let theirs: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(ours.map(|document| document.value.to_string()), Ok(theirs.to_string()));
        }
    }
}
