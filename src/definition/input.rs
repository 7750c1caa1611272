//! Arguments that come in as JSON objects: options, requests, snapshots.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};

use super::diagnostic::{Path, Segment};
use super::reader::{Fault, Kind, Reader};
use crate::error::{Code, Error};

/// Reads the argument `what`; what is wrong with it is said with its place.
pub(crate) fn read<T: DeserializeOwned>(json: &str, what: &str, code: Code) -> Result<T, Error> {
    // serde would take a list for a struct, field by field.
    if !json.trim_start().starts_with('{') {
        return Err(Error::new(code, format!("{what} must be an object")));
    }
    serde_json::from_str(json).map_err(|error| {
        let place = place(json, &error).unwrap_or_default().dotted();
        let text = error.to_string();
        // The line and column mean nothing to who handed over an object.
        let reason = text.split(" at line ").next().unwrap_or_default();
        Error::new(code, format!("{what} ({place}): {reason}")).with("place", place)
    })
}

/// The value that was read when the error was found.
fn place(text: &str, error: &serde_json::Error) -> Option<Path> {
    let lines = text.split_inclusive('\n').take(error.line() - 1);
    let offset = lines.map(str::len).sum::<usize>() + error.column();
    let mut path = Vec::new();
    match descend(&mut Reader::new(text), offset, &mut path) {
        Err(Stop::There) => Some(Path(path)),
        Err(Stop::Fault) | Ok(()) => None,
    }
}

enum Stop {
    There,
    Fault,
}

impl From<Fault> for Stop {
    fn from(_: Fault) -> Self {
        Stop::Fault
    }
}

/// Stops in the innermost value that reaches to `offset`, and leaves its path.
fn descend(reader: &mut Reader, offset: usize, path: &mut Vec<Segment>) -> Result<(), Stop> {
    match reader.kind()? {
        Kind::Object => reader.members(|reader, key| {
            path.push(Segment::Key(key.decode().into_owned()));
            if reader.at() >= offset {
                return Err(Stop::There);
            }
            descend(reader, offset, path)?;
            path.pop();
            Ok(())
        })?,
        Kind::Array => reader.items(|reader, index| {
            path.push(Segment::Index(index));
            descend(reader, offset, path)?;
            path.pop();
            Ok::<(), Stop>(())
        })?,
        scalar @ (Kind::String | Kind::Number | Kind::Literal) => reader.skip_scalar(scalar)?,
    }
    if reader.at() >= offset {
        Err(Stop::There)
    } else {
        Ok(())
    }
}

/// For a field that is a struct: takes an object for it and, unlike serde by itself, no list.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(Object(PhantomData))
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}
