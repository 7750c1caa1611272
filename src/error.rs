//! What a misuse of the library says: a stable code, a sentence, and the facts behind it.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// What went wrong, as a stable name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// An option has an unknown name, a wrong type or a value out of its range.
    BadOption,
    /// An argument has a wrong type or a value out of its range.
    BadArgument,
    /// A value cannot be kept as JSON.
    NotJson,
    /// A definition or a step has errors and must not run.
    InvalidDefinition,
    /// The state machine has no such transition.
    IllegalTransition,
    /// The saga has no step of this id.
    UnknownStep,
    /// The step's agent was killed: the step must be handed over or rolled back.
    Fenced,
    /// A run drives the saga: it cannot be moved by hand.
    Driven,
    /// A snapshot has an unknown format, a newer version, or says what cannot be.
    BadSnapshot,
    /// A log has an unknown format, a newer version, a gap, or says what cannot be.
    BadLog,
    /// There is no room for a further pair of agent and session.
    LimiterFull,
    /// A request costs more than its ring could ever hold.
    CostExceedsBurst,
    /// The agent has no tokens left.
    RateLimitExceeded,
}

impl Code {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadOption => "bad_option",
            Self::BadArgument => "bad_argument",
            Self::NotJson => "not_json",
            Self::InvalidDefinition => "invalid_definition",
            Self::IllegalTransition => "illegal_transition",
            Self::UnknownStep => "unknown_step",
            Self::Fenced => "fenced",
            Self::Driven => "driven",
            Self::BadSnapshot => "bad_snapshot",
            Self::BadLog => "bad_log",
            Self::LimiterFull => "limiter_full",
            Self::CostExceedsBurst => "cost_exceeds_burst",
            Self::RateLimitExceeded => "rate_limit_exceeded",
        }
    }
}

/// A number in a message. The standard library's way to write one would weigh 18 KB in the module,
/// beside serde_json's, which is there anyway.
pub(crate) fn written(value: f64) -> String {
    let text = serde_json::Number::from_f64(value).map(|number| number.to_string());
    match text {
        Some(text) => text.strip_suffix(".0").unwrap_or(&text).to_owned(),
        None if value.is_nan() => "NaN".to_owned(),
        None => if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Bad use of the library. Bad *content* is never an error: it is a diagnostic.
///
/// ```
/// use sagaward::definition::ValidateOptions;
/// use sagaward::error::Code;
///
/// let error = ValidateOptions::from_json(r#"{"limits": {"maxDepth": 0}}"#).unwrap_err();
/// assert_eq!(error.code, Code::BadOption);
/// assert_eq!(error.to_string(), "options (limits.maxDepth): must be from 1 to 127");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Error {
    /// The stable name of the fault.
    pub code: Code,
    /// What is wrong, where, and what to do.
    pub message: String,
    /// The facts that go with some codes: `from`, `to`, `allowed`, `retry_after_ms` …
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
}

impl Error {
    /// An error of this code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Map::new(),
        }
    }

    /// The same error with one more fact.
    pub fn with(mut self, name: &str, fact: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), fact.into());
        self
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
