//! Arguments that come in as JSON objects: options, requests, snapshots.

use super::objects::{self, Read, object};
use crate::error::{Code, Error};

/// Reads the argument `what`; what is wrong with it is said with its place.
pub(crate) fn read<T: Read + Default>(json: &str, what: &str, code: Code) -> Result<T, Error> {
    let mut argument = T::default();
    read_into(&mut argument, json, what, code)?;
    Ok(argument)
}

fn read_into(argument: &mut dyn Read, json: &str, what: &str, code: Code) -> Result<(), Error> {
    if !json.trim_start().starts_with('{') {
        return Err(Error::new(code, format!("{what} must be an object")));
    }
    objects::read_whole(json, argument).map_err(|wrong| {
        let reason = wrong.message.clone();
        let place = wrong.place().dotted();
        Error::new(code, format!("{what} ({place}): {reason}")).with("place", place)
    })
}

/// What every snapshot begins with.
#[derive(Default)]
pub(crate) struct Head {
    pub format: String,
    pub version: u32,
}

object!(open Head { format, version });

/// Reads a snapshot, which says of what format and version it is.
pub(crate) fn read_snapshot<T: Read + Default>(
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
