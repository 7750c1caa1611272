//! What a misuse of the library says: a stable code and a sentence.

use serde::Serialize;

/// What went wrong, as a stable name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// An option has an unknown name, a wrong type or a value out of its range.
    BadOption,
}

/// Bad use of the library. Bad *content* is never an error: it is a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Error {
    /// The stable name of the fault.
    pub code: Code,
    /// What is wrong, where, and what to do.
    pub message: String,
}

impl Error {
    /// An error of this code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
