//! What a kill is asked for.

use serde_json::Value;

use super::record::KillReason;
use crate::definition::input;
use crate::definition::objects::object;
use crate::error::{Code, Error};

/// A request to kill an agent.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct KillRequest {
    /// The agent.
    pub agent_did: String,
    /// The session whose substitutes are asked for `in_flight_steps`.
    pub session_id: String,
    /// Why.
    pub reason: KillReason,
    /// Steps in flight that no attached saga knows of.
    #[cfg_attr(
        feature = "js",
        tsify(optional, type = "{ step_id?: string; saga_id?: string }[]")
    )]
    pub in_flight_steps: Value,
    /// A note for the record.
    #[cfg_attr(feature = "js", tsify(optional))]
    pub details: String,
}

object!(strict KillRequest {
    agent_did, session_id, reason; in_flight_steps, details
});

impl KillRequest {
    /// Reads a request; what is wrong with it is said before anything happens.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        input::read(text, "kill", Code::BadArgument)
    }

    /// The explicit steps: each with its saga, or why it cannot be named.
    pub(super) fn steps(&self) -> Vec<Result<(String, String), String>> {
        match &self.in_flight_steps {
            Value::Null => Vec::new(),
            Value::Array(steps) => steps.iter().map(named).collect(),
            other => vec![Err(format!(
                "in_flight_steps is not an array: {}",
                kind(other)
            ))],
        }
    }
}

/// As in the reference a missing id is the empty string.
fn named(step: &Value) -> Result<(String, String), String> {
    let Value::Object(fields) = step else {
        return Err(format!("the step is not an object: {}", kind(step)));
    };
    let text = |name: &str| match fields.get(name) {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Err(format!("{name} is not a string: {}", kind(other))),
    };
    Ok((text("step_id")?, text("saga_id")?))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
