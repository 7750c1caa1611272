//! Events as they come in from a log.

use super::{Action, Event, Fact, RunSettings, SagaSnapshot, SagaState, StepState, Timestamp};
use crate::definition::model::StepDefinition;
use crate::definition::objects::object;
use crate::definition::{Json, input};
use crate::error::{Code, Error};

/// The fields of all facts: reading them as one keeps the module small.
#[derive(Default)]
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

object!(open Fields {
    seq, at, r#type = "type", format, version, saga_id, session_id, name, steps, fan_out, metadata,
    snapshot, step, step_id, to, result, error, settings, action, attempt, in_doubt, retry_at, goal,
    agent_did, kill_id, from_agent, to_agent
});

impl Event {
    /// Reads an event.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::read(text, "event")
    }

    /// Reads an event of a log, an event a line; what is wrong with it says which one it is.
    pub fn from_line(index: usize, line: &str) -> Result<Self, Error> {
        let event = Self::read(line, &format!("event {} of the log", index + 1));
        event.map_err(|error| error.with("index", index))
    }

    fn read(text: &str, what: &str) -> Result<Self, Error> {
        let mut fields: Fields = input::read(text, what, Code::BadLog)?;
        let (seq, at) = (fields.seq, fields.at);
        let fact = fields.fact().map_err(|Wrong { place, message }| {
            Error::new(Code::BadLog, format!("{what} ({place}): {message}")).with("place", place)
        })?;
        Ok(Self { seq, at, fact })
    }
}

impl Fields {
    fn fact(&mut self) -> Result<Fact, Wrong> {
        Ok(match self.r#type.as_str() {
            "saga_created" => Fact::SagaCreated {
                format: given(&mut self.format, "format")?,
                version: given(&mut self.version, "version")?,
                saga_id: given(&mut self.saga_id, "saga_id")?,
                session_id: given(&mut self.session_id, "session_id")?,
                name: given(&mut self.name, "name")?,
                steps: given(&mut self.steps, "steps")?,
                fan_out: self.fan_out.take(),
                metadata: self.metadata.take(),
            },
            "saga_compacted" => {
                let snapshot = given(&mut self.snapshot, "snapshot")?;
                let read = SagaSnapshot::from_json(snapshot.text());
                let read = read.map_err(|error| wrong("snapshot", error.message))?;
                Fact::SagaCompacted {
                    snapshot: Box::new(read),
                }
            }
            "step_added" => Fact::StepAdded {
                step: given(&mut self.step, "step")?,
            },
            "step_transitioned" => Fact::StepTransitioned {
                step_id: given(&mut self.step_id, "step_id")?,
                to: state(StepState::named, &mut self.to)?,
                result: self.result.take(),
                error: self.error.take(),
            },
            "saga_transitioned" => Fact::SagaTransitioned {
                to: state(SagaState::named, &mut self.to)?,
                error: self.error.take(),
            },
            "run_started" => Fact::RunStarted {
                settings: given(&mut self.settings, "settings")?,
            },
            "run_recovered" => Fact::RunRecovered {
                settings: given(&mut self.settings, "settings")?,
            },
            "run_paused" => Fact::RunPaused {},
            "run_resumed" => Fact::RunResumed {},
            "attempt_started" => Fact::AttemptStarted {
                step_id: given(&mut self.step_id, "step_id")?,
                action: given(&mut self.action, "action")?,
                attempt: given(&mut self.attempt, "attempt")?,
            },
            "attempt_timed_out" => Fact::AttemptTimedOut {
                step_id: given(&mut self.step_id, "step_id")?,
            },
            "attempt_failed" => Fact::AttemptFailed {
                step_id: given(&mut self.step_id, "step_id")?,
                error: given(&mut self.error, "error")?,
                in_doubt: given(&mut self.in_doubt, "in_doubt")?,
                retry_at: self.retry_at.take(),
            },
            "attempt_lost" => Fact::AttemptLost {
                step_id: given(&mut self.step_id, "step_id")?,
            },
            "retry_due" => Fact::RetryDue {
                step_id: given(&mut self.step_id, "step_id")?,
            },
            "attempt_settled" => Fact::AttemptSettled {
                step_id: given(&mut self.step_id, "step_id")?,
            },
            "assumed_committed" => Fact::AssumedCommitted {
                step_id: given(&mut self.step_id, "step_id")?,
            },
            "checkpoint_reached" => Fact::CheckpointReached {
                step_id: given(&mut self.step_id, "step_id")?,
                goal: given(&mut self.goal, "goal")?,
            },
            "undo_held" => Fact::UndoHeld {
                step_id: given(&mut self.step_id, "step_id")?,
            },
            "undo_retried" => Fact::UndoRetried {
                step_id: given(&mut self.step_id, "step_id")?,
            },
            "agent_killed" => Fact::AgentKilled {
                agent_did: given(&mut self.agent_did, "agent_did")?,
                kill_id: given(&mut self.kill_id, "kill_id")?,
            },
            "step_fenced" => Fact::StepFenced {
                step_id: given(&mut self.step_id, "step_id")?,
                kill_id: given(&mut self.kill_id, "kill_id")?,
            },
            "step_handed_off" => Fact::StepHandedOff {
                step_id: given(&mut self.step_id, "step_id")?,
                from_agent: given(&mut self.from_agent, "from_agent")?,
                to_agent: given(&mut self.to_agent, "to_agent")?,
                kill_id: given(&mut self.kill_id, "kill_id")?,
            },
            "step_abandoned" => Fact::StepAbandoned {
                step_id: given(&mut self.step_id, "step_id")?,
                kill_id: given(&mut self.kill_id, "kill_id")?,
            },
            "agent_revived" => Fact::AgentRevived {
                agent_did: given(&mut self.agent_did, "agent_did")?,
            },
            unknown => {
                let message = format!("'{unknown}' is no type of event");
                return Err(wrong("type", message));
            }
        })
    }
}

/// A field that is not what its event needs.
struct Wrong {
    place: &'static str,
    message: String,
}

fn given<T>(field: &mut Option<T>, name: &'static str) -> Result<T, Wrong> {
    field.take().ok_or_else(|| wrong(name, "is missing"))
}

fn state<T>(named: fn(&str) -> Option<T>, to: &mut Option<String>) -> Result<T, Wrong> {
    let to = given(to, "to")?;
    named(&to).ok_or_else(|| wrong("to", format!("'{to}' is no state")))
}

fn wrong(place: &'static str, message: impl Into<String>) -> Wrong {
    let message = message.into();
    Wrong { place, message }
}
