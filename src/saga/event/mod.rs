//! The log: facts that were decided, in their order. State is nothing but their fold.

mod reading;

use serde::Serialize;

use super::settings::RunSettings;
use super::snapshot::SagaSnapshot;
use super::state::{SagaState, StepState};
use super::timestamp::Timestamp;
use crate::definition::Json;
use crate::definition::model::StepDefinition;
use crate::words::words;

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

/// What was decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fact {
    /// The saga begins; always the first event of a log that was not compacted.
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
        #[cfg_attr(feature = "js", tsify(type = "FanOutGroup[] | null"))]
        fan_out: Option<Json>,
        /// Whatever else its owner keeps with it.
        #[cfg_attr(feature = "js", tsify(type = "Record<string, unknown> | null"))]
        metadata: Option<Json>,
    },
    /// The log begins anew with all that was known; its number is the snapshot's.
    SagaCompacted {
        /// What the events up to here had come to.
        snapshot: Box<SagaSnapshot>,
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
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "js", tsify(optional, type = "unknown"))]
        result: Option<Json>,
        /// Why it failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "js", tsify(optional))]
        error: Option<String>,
    },
    /// The saga has a new state.
    SagaTransitioned {
        /// Its new state.
        to: SagaState,
        /// Why.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "js", tsify(optional))]
        error: Option<String>,
    },
    /// A run drives the saga from here on.
    RunStarted {
        /// How.
        settings: RunSettings,
    },
    /// Another run goes on with it, for the one before was lost.
    RunRecovered {
        /// How.
        settings: RunSettings,
    },
    /// Nothing new starts.
    RunPaused {},
    /// It goes on.
    RunResumed {},
    /// An attempt begins: a pending step becomes executing, a committed one compensating.
    AttemptStarted {
        /// The step.
        step_id: String,
        /// What is attempted.
        action: Action,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// An attempt took too long, and was told to stop.
    AttemptTimedOut {
        /// The step.
        step_id: String,
    },
    /// An attempt failed, or did not stop in its grace.
    AttemptFailed {
        /// The step.
        step_id: String,
        /// Why.
        error: String,
        /// Whether it may have had its effect.
        in_doubt: bool,
        /// When the next attempt is due; without it the tries are used up.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "js", tsify(optional, type = "string"))]
        retry_at: Option<Timestamp>,
    },
    /// An attempt was lost with its process. The next costs no retry.
    AttemptLost {
        /// The step.
        step_id: String,
    },
    /// The wait for the next attempt is over.
    RetryDue {
        /// The step.
        step_id: String,
    },
    /// The attempt of a killed agent has ended, whatever came of it.
    AttemptSettled {
        /// The fenced step.
        step_id: String,
    },
    /// Nobody knows whether the step had its effect: it counts as committed, to be undone.
    AssumedCommitted {
        /// The step.
        step_id: String,
    },
    /// A step with a goal has committed.
    CheckpointReached {
        /// The step.
        step_id: String,
        /// What is achieved.
        goal: String,
    },
    /// An undo failed for good; an operator decides.
    UndoHeld {
        /// The step.
        step_id: String,
    },
    /// An operator wants the undo to be tried again.
    UndoRetried {
        /// The step.
        step_id: String,
    },
    /// An agent was killed: its executing steps are fenced, it starts no others.
    AgentKilled {
        /// The agent.
        agent_did: String,
        /// The kill.
        kill_id: String,
    },
    /// A pending step's turn has come, but its agent was killed: a substitute is looked for.
    StepFenced {
        /// The step.
        step_id: String,
        /// The kill.
        kill_id: String,
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

words! {
    /// What an attempt attempts.
    pub enum Action {
        /// The step's action.
        Execute = "execute",
        /// Its undo.
        Compensate = "compensate",
    }
}
