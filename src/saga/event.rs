//! The log: facts that were decided, in their order. State is nothing but their fold.

use serde::{Deserialize, Serialize};

use super::settings::RunSettings;
use super::snapshot::SagaSnapshot;
use super::state::{SagaState, StepState};
use super::timestamp::Timestamp;
use crate::definition::model::StepDefinition;
use crate::definition::{Json, input};
use crate::error::{Code, Error};
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

/// The fields of all facts: reading them as one keeps the module small.
#[derive(Deserialize)]
struct Fields {
    seq: u64,
    at: Timestamp,
    r#type: String,
    format: Option<String>,
    version: Option<u32>,
    saga_id: Option<String>,
    session_id: Option<String>,
    name: Option<String>,
    steps: Option<Vec<StepDefinition>>,
    fan_out: Option<Json>,
    metadata: Option<Json>,
    snapshot: Option<Json>,
    step: Option<StepDefinition>,
    step_id: Option<String>,
    to: Option<String>,
    result: Option<Json>,
    error: Option<String>,
    settings: Option<RunSettings>,
    action: Option<Action>,
    attempt: Option<u32>,
    in_doubt: Option<bool>,
    retry_at: Option<Timestamp>,
    goal: Option<String>,
    agent_did: Option<String>,
    kill_id: Option<String>,
    from_agent: Option<String>,
    to_agent: Option<String>,
}

impl Event {
    /// Reads an event.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let fields: Fields = input::read(text, "event", Code::BadLog)?;
        Ok(Self {
            seq: fields.seq,
            at: fields.at,
            fact: fields.fact()?,
        })
    }
}

impl Fields {
    fn fact(self) -> Result<Fact, Error> {
        let step_id = given(self.step_id, "step_id");
        let kill_id = given(self.kill_id, "kill_id");
        let agent_did = given(self.agent_did, "agent_did");
        Ok(match self.r#type.as_str() {
            "saga_created" => Fact::SagaCreated {
                format: given(self.format, "format")?,
                version: given(self.version, "version")?,
                saga_id: given(self.saga_id, "saga_id")?,
                session_id: given(self.session_id, "session_id")?,
                name: given(self.name, "name")?,
                steps: given(self.steps, "steps")?,
                fan_out: self.fan_out,
                metadata: self.metadata,
            },
            "saga_compacted" => {
                let snapshot = given(self.snapshot, "snapshot")?;
                let read = SagaSnapshot::from_json(snapshot.text());
                let read = read.map_err(|error| wrong("snapshot", &error.message))?;
                Fact::SagaCompacted {
                    snapshot: Box::new(read),
                }
            }
            "step_added" => Fact::StepAdded {
                step: given(self.step, "step")?,
            },
            "step_transitioned" => Fact::StepTransitioned {
                step_id: step_id?,
                to: state(StepState::named, self.to)?,
                result: self.result,
                error: self.error,
            },
            "saga_transitioned" => Fact::SagaTransitioned {
                to: state(SagaState::named, self.to)?,
                error: self.error,
            },
            "run_started" => Fact::RunStarted {
                settings: given(self.settings, "settings")?,
            },
            "run_recovered" => Fact::RunRecovered {
                settings: given(self.settings, "settings")?,
            },
            "run_paused" => Fact::RunPaused {},
            "run_resumed" => Fact::RunResumed {},
            "attempt_started" => Fact::AttemptStarted {
                step_id: step_id?,
                action: given(self.action, "action")?,
                attempt: given(self.attempt, "attempt")?,
            },
            "attempt_timed_out" => Fact::AttemptTimedOut { step_id: step_id? },
            "attempt_failed" => Fact::AttemptFailed {
                step_id: step_id?,
                error: given(self.error, "error")?,
                in_doubt: given(self.in_doubt, "in_doubt")?,
                retry_at: self.retry_at,
            },
            "attempt_lost" => Fact::AttemptLost { step_id: step_id? },
            "retry_due" => Fact::RetryDue { step_id: step_id? },
            "attempt_settled" => Fact::AttemptSettled { step_id: step_id? },
            "assumed_committed" => Fact::AssumedCommitted { step_id: step_id? },
            "checkpoint_reached" => Fact::CheckpointReached {
                step_id: step_id?,
                goal: given(self.goal, "goal")?,
            },
            "undo_held" => Fact::UndoHeld { step_id: step_id? },
            "undo_retried" => Fact::UndoRetried { step_id: step_id? },
            "agent_killed" => Fact::AgentKilled {
                agent_did: agent_did?,
                kill_id: kill_id?,
            },
            "step_fenced" => Fact::StepFenced {
                step_id: step_id?,
                kill_id: kill_id?,
            },
            "step_handed_off" => Fact::StepHandedOff {
                step_id: step_id?,
                from_agent: given(self.from_agent, "from_agent")?,
                to_agent: given(self.to_agent, "to_agent")?,
                kill_id: kill_id?,
            },
            "step_abandoned" => Fact::StepAbandoned {
                step_id: step_id?,
                kill_id: kill_id?,
            },
            "agent_revived" => Fact::AgentRevived {
                agent_did: agent_did?,
            },
            unknown => {
                let message = format!("'{unknown}' is no type of event");
                return Err(wrong("type", &message));
            }
        })
    }
}

fn given<T>(field: Option<T>, name: &str) -> Result<T, Error> {
    field.ok_or_else(|| wrong(name, "is missing"))
}

fn state<T>(named: fn(&str) -> Option<T>, to: Option<String>) -> Result<T, Error> {
    let to = given(to, "to")?;
    named(&to).ok_or_else(|| wrong("to", &format!("'{to}' is no state")))
}

fn wrong(place: &str, message: &str) -> Error {
    Error::new(Code::BadLog, format!("event ({place}): {message}")).with("place", place)
}
