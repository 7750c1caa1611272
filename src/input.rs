//! Arguments that come in as JSON objects.

use serde::de::DeserializeOwned;

use crate::error::{Code, Error};

/// Reads the argument `what`; what is wrong with it is said with its place.
pub(crate) fn read<T: DeserializeOwned>(json: &[u8], what: &str, code: Code) -> Result<T, Error> {
    // serde would take a list for a struct, field by field.
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Err(Error::new(code, format!("{what} must be an object")));
    }
    let mut reader = serde_json::Deserializer::from_slice(json);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = error.path().to_string();
        let inner = error.into_inner().to_string();
        // The place in the serialised argument means nothing to who wrote the object.
        let reason = inner.split(" at line ").next().unwrap_or_default();
        Error::new(code, format!("{what} ({place}): {reason}")).with("place", place)
    })
}
