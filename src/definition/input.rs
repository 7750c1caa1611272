//! Arguments that come in as JSON objects: options, requests, snapshots.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::diagnostic::{Path, Segment};
use super::objects;
use super::reader::{Fault, Kind, Reader};
use crate::error::{Code, Error};

/// Reads the argument `what`; what is wrong with it is said with its place.
pub(crate) fn read<T: DeserializeOwned>(json: &str, what: &str, code: Code) -> Result<T, Error> {
    if !json.trim_start().starts_with('{') {
        return Err(Error::new(code, format!("{what} must be an object")));
    }
    objects::from_str(json).map_err(|error| {
        let place = place(json, &error).unwrap_or_default().dotted();
        let text = error.to_string();
        // The line and column mean nothing to who handed over an object.
        let reason = in_words(text.split(" at line ").next().unwrap_or_default());
        Error::new(code, format!("{what} ({place}): {reason}")).with("place", place)
    })
}

/// What every snapshot begins with.
#[derive(Deserialize)]
pub(crate) struct Head {
    pub format: String,
    pub version: u32,
}

/// Reads a snapshot, which says of what format and version it is.
pub(crate) fn read_snapshot<T: DeserializeOwned>(
    json: &str,
    format: &str,
    newest: u32,
    head_of: fn(&T) -> Head,
) -> Result<T, Error> {
    let (what, code) = ("snapshot", Code::BadSnapshot);
    let bad = |place: &str, message: String| {
        Err(Error::new(code, format!("{what} ({place}): {message}")).with("place", place))
    };
    let snapshot = read(json, what, code);
    let head = match &snapshot {
        Ok(snapshot) => head_of(snapshot),
        // Of another format or version it is wrong for that reason, whatever else it holds.
        Err(_) => read(json, what, code)?,
    };
    if head.format != format {
        return bad("format", format!("is '{}', not '{format}'", head.format));
    }
    if !(1..=newest).contains(&head.version) {
        let message = format!("is {}; this release reads up to {newest}", head.version);
        return bad("version", message);
    }
    snapshot
}

/// serde says what it expected in the words of Rust; these are the words of JSON.
fn in_words(reason: &str) -> String {
    let Some((found, expected)) = reason.rsplit_once("expected ") else {
        return reason.to_owned();
    };
    let found = found
        .replace("type: floating point `", "type: number `")
        .replace("type: integer `", "type: number `")
        .replace("value: integer `", "value: number `")
        .replace("type: sequence,", "type: list,")
        .replace("type: map,", "type: object,");
    let expected = match expected {
        "u8" => format!("a whole number from 0 to {}", u8::MAX),
        "u32" => format!("a whole number from 0 to {}", u32::MAX),
        "u64" => format!("a whole number from 0 to {}", u64::MAX),
        "usize" => format!("a whole number from 0 to {}", usize::MAX),
        "f64" => "a number".to_owned(),
        "a sequence" => "a list".to_owned(),
        other => other.to_owned(),
    };
    format!("{found}expected {expected}")
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
