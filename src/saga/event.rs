//! The log: facts that were decided, in their order. State is nothing but their fold.

use serde::{Deserialize, Serialize};

use super::state::{SagaState, StepState};
use super::timestamp::Timestamp;
use crate::definition::Json;
use crate::definition::model::StepDefinition;

/// The format that the first event of every log names.
pub const LOG_FORMAT: &str = "sagaward.log";
/// The version of the log's format that this release writes.
pub const LOG_VERSION: u32 = 1;

/// A fact with its place in the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// What was decided.
    #[serde(flatten)]
    pub fact: Fact,
}

impl Event {
    /// Reads an event.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Head {
            seq: u64,
            at: Timestamp,
            r#type: String,
        }
        let head: Head = serde_json::from_str(text)?;
        let fact = match head.r#type.as_str() {
            "saga_created" => Fact::SagaCreated(serde_json::from_str(text)?),
            "step_added" => Fact::StepAdded(serde_json::from_str(text)?),
            "step_transitioned" => Fact::StepTransitioned(serde_json::from_str(text)?),
            "saga_transitioned" => Fact::SagaTransitioned(serde_json::from_str(text)?),
            "agent_killed" => Fact::AgentKilled(serde_json::from_str(text)?),
            "attempt_settled" => Fact::AttemptSettled(serde_json::from_str(text)?),
            "step_handed_off" => Fact::StepHandedOff(serde_json::from_str(text)?),
            "step_abandoned" => Fact::StepAbandoned(serde_json::from_str(text)?),
            "agent_revived" => Fact::AgentRevived(serde_json::from_str(text)?),
            unknown => {
                let message = format!("'{unknown}' is no type of event");
                return Err(serde::de::Error::custom(message));
            }
        };
        Ok(Self {
            seq: head.seq,
            at: head.at,
            fact,
        })
    }
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fact {
    /// The saga begins; always the first event.
    SagaCreated(SagaCreated),
    /// A step was added at the end.
    StepAdded(StepAdded),
    /// A step has a new state.
    StepTransitioned(StepTransitioned),
    /// The saga has a new state.
    SagaTransitioned(SagaTransitioned),
    /// An agent was killed: its executing steps are fenced, it starts no others.
    AgentKilled(AgentKilled),
    /// The attempt of a killed agent has ended, whatever came of it.
    AttemptSettled(AttemptSettled),
    /// A fenced step has a new agent.
    StepHandedOff(StepHandedOff),
    /// Nobody takes a fenced step: the saga is to be rolled back.
    StepAbandoned(StepAbandoned),
    /// A killed agent was let back in.
    AgentRevived(AgentRevived),
}

/// The saga begins; always the first event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct SagaCreated {
    /// Always `sagaward.log`.
    pub format: String,
    /// The version of the log's format.
    pub version: u32,
    /// The saga's id.
    pub saga_id: String,
    /// The session it belongs to.
    pub session_id: String,
    /// What people call it.
    pub name: String,
    /// The steps it begins with.
    pub steps: Vec<StepDefinition>,
    /// Groups of steps that start together.
    #[cfg_attr(feature = "js", tsify(type = "FanOutGroup[] | null"))]
    pub fan_out: Option<Json>,
    /// Whatever else its owner keeps with it.
    #[cfg_attr(feature = "js", tsify(type = "Record<string, unknown> | null"))]
    pub metadata: Option<Json>,
}

/// A step was added at the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct StepAdded {
    /// The step.
    pub step: StepDefinition,
}

/// A step has a new state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct StepTransitioned {
    /// The step.
    pub step_id: String,
    /// Its new state.
    pub to: StepState,
    /// What the action or the undo returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional, type = "unknown"))]
    pub result: Option<Json>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub error: Option<String>,
}

/// The saga has a new state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct SagaTransitioned {
    /// Its new state.
    pub to: SagaState,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub error: Option<String>,
}

/// An agent was killed: its executing steps are fenced, it starts no others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct AgentKilled {
    /// The agent.
    pub agent_did: String,
    /// The kill.
    pub kill_id: String,
}

/// The attempt of a killed agent has ended, whatever came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct AttemptSettled {
    /// The fenced step.
    pub step_id: String,
}

/// A fenced step has a new agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct StepHandedOff {
    /// The step.
    pub step_id: String,
    /// The killed agent.
    pub from_agent: String,
    /// The substitute.
    pub to_agent: String,
    /// The kill.
    pub kill_id: String,
}

/// Nobody takes a fenced step: the saga is to be rolled back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct StepAbandoned {
    /// The step.
    pub step_id: String,
    /// The kill.
    pub kill_id: String,
}

/// A killed agent was let back in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct AgentRevived {
    /// The agent.
    pub agent_did: String,
}
