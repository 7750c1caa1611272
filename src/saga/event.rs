//! The log: facts that were decided, in their order. State is nothing but their fold.

use serde::{Deserialize, Serialize};

use super::state::{SagaState, StepState};
use super::timestamp::Timestamp;
use crate::definition::Json;
use crate::definition::model::{FanOutGroup, StepDefinition};

/// The format that the first event of every log names.
pub const LOG_FORMAT: &str = "sagaward.log";
/// The version of the log's format that this release writes.
pub const LOG_VERSION: u32 = 1;

/// A fact with its place in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// What was decided.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fact {
    /// The saga begins; always the first event.
    SagaCreated {
        /// Always `sagaward.log`.
        format: String,
        /// The version of the log's format.
        version: u32,
        /// The saga's id.
        saga_id: String,
        /// The session it belongs to.
        session_id: String,
        /// What people call it.
        name: String,
        /// The steps it begins with.
        steps: Vec<StepDefinition>,
        /// Groups of steps that start together.
        fan_out: Vec<FanOutGroup>,
        /// Whatever else its owner keeps with it.
        #[cfg_attr(feature = "js", tsify(type = "Record<string, unknown> | null"))]
        metadata: Option<Json>,
    },
    /// A step was added at the end.
    StepAdded {
        /// The step.
        step: StepDefinition,
    },
    /// A step has a new state.
    StepTransitioned {
        /// The step.
        step_id: String,
        /// Its new state.
        to: StepState,
        /// What the action or the undo returned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "js", tsify(optional, type = "unknown"))]
        result: Option<Json>,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "js", tsify(optional))]
        error: Option<String>,
    },
    /// The saga has a new state.
    SagaTransitioned {
        /// Its new state.
        to: SagaState,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "js", tsify(optional))]
        error: Option<String>,
    },
    /// An agent was killed: its executing steps are fenced, it starts no others.
    AgentKilled {
        /// The agent.
        agent_did: String,
        /// The kill.
        kill_id: String,
    },
    /// The attempt of a killed agent has ended, whatever came of it.
    AttemptSettled {
        /// The fenced step.
        step_id: String,
    },
    /// A fenced step has a new agent.
    StepHandedOff {
        /// The step.
        step_id: String,
        /// The killed agent.
        from_agent: String,
        /// The substitute.
        to_agent: String,
        /// The kill.
        kill_id: String,
    },
    /// Nobody takes a fenced step: the saga is to be rolled back.
    StepAbandoned {
        /// The step.
        step_id: String,
        /// The kill.
        kill_id: String,
    },
    /// A killed agent was let back in.
    AgentRevived {
        /// The agent.
        agent_did: String,
    },
}
