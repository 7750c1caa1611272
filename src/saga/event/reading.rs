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
        let mut wrong = None;
        let (seq, at) = (fields.seq, fields.at);
        let fact = fields.fact(&mut wrong);
        match wrong {
            None => Ok(Self { seq, at, fact }),
            Some((place, message)) => {
                let message = format!("{what} ({place}): {message}");
                Err(Error::new(Code::BadLog, message).with("place", place))
            }
        }
    }
}

/// The first field that is not what its event needs, and why. Reading goes on: to give up at each
/// field would take more code than all the rest.
type Wrong = Option<(&'static str, String)>;

impl Fields {
    fn fact(&mut self, wrong: &mut Wrong) -> Fact {
        match self.r#type.as_str() {
            "saga_created" => Fact::SagaCreated {
                format: given(&mut self.format, "format", wrong),
                version: given(&mut self.version, "version", wrong),
                saga_id: given(&mut self.saga_id, "saga_id", wrong),
                session_id: given(&mut self.session_id, "session_id", wrong),
                name: given(&mut self.name, "name", wrong),
                steps: given(&mut self.steps, "steps", wrong),
                fan_out: self.fan_out.take(),
                metadata: self.metadata.take(),
            },
            "saga_compacted" => Fact::SagaCompacted {
                snapshot: self.snapshot(wrong),
            },
            "step_added" => Fact::StepAdded {
                step: given(&mut self.step, "step", wrong),
            },
            "step_transitioned" => Fact::StepTransitioned {
                step_id: given(&mut self.step_id, "step_id", wrong),
                to: state(StepState::named, &mut self.to, wrong),
                result: self.result.take(),
                error: self.error.take(),
            },
            "saga_transitioned" => Fact::SagaTransitioned {
                to: state(SagaState::named, &mut self.to, wrong),
                error: self.error.take(),
            },
            "run_started" => Fact::RunStarted {
                settings: given(&mut self.settings, "settings", wrong),
            },
            "run_recovered" => Fact::RunRecovered {
                settings: given(&mut self.settings, "settings", wrong),
            },
            "run_paused" => Fact::RunPaused {},
            "run_resumed" => Fact::RunResumed {},
            "attempt_started" => Fact::AttemptStarted {
                step_id: given(&mut self.step_id, "step_id", wrong),
                action: given(&mut self.action, "action", wrong),
                attempt: given(&mut self.attempt, "attempt", wrong),
            },
            "attempt_timed_out" => Fact::AttemptTimedOut {
                step_id: given(&mut self.step_id, "step_id", wrong),
            },
            "attempt_failed" => Fact::AttemptFailed {
                step_id: given(&mut self.step_id, "step_id", wrong),
                error: given(&mut self.error, "error", wrong),
                in_doubt: given(&mut self.in_doubt, "in_doubt", wrong),
                retry_at: self.retry_at.take(),
            },
            "attempt_lost" => Fact::AttemptLost {
                step_id: given(&mut self.step_id, "step_id", wrong),
            },
            "retry_due" => Fact::RetryDue {
                step_id: given(&mut self.step_id, "step_id", wrong),
            },
            "attempt_settled" => Fact::AttemptSettled {
                step_id: given(&mut self.step_id, "step_id", wrong),
            },
            "assumed_committed" => Fact::AssumedCommitted {
                step_id: given(&mut self.step_id, "step_id", wrong),
            },
            "checkpoint_reached" => Fact::CheckpointReached {
                step_id: given(&mut self.step_id, "step_id", wrong),
                goal: given(&mut self.goal, "goal", wrong),
            },
            "undo_held" => Fact::UndoHeld {
                step_id: given(&mut self.step_id, "step_id", wrong),
            },
            "undo_retried" => Fact::UndoRetried {
                step_id: given(&mut self.step_id, "step_id", wrong),
            },
            "agent_killed" => Fact::AgentKilled {
                agent_did: given(&mut self.agent_did, "agent_did", wrong),
                kill_id: given(&mut self.kill_id, "kill_id", wrong),
            },
            "step_fenced" => Fact::StepFenced {
                step_id: given(&mut self.step_id, "step_id", wrong),
                kill_id: given(&mut self.kill_id, "kill_id", wrong),
            },
            "step_handed_off" => Fact::StepHandedOff {
                step_id: given(&mut self.step_id, "step_id", wrong),
                from_agent: given(&mut self.from_agent, "from_agent", wrong),
                to_agent: given(&mut self.to_agent, "to_agent", wrong),
                kill_id: given(&mut self.kill_id, "kill_id", wrong),
            },
            "step_abandoned" => Fact::StepAbandoned {
                step_id: given(&mut self.step_id, "step_id", wrong),
                kill_id: given(&mut self.kill_id, "kill_id", wrong),
            },
            "agent_revived" => Fact::AgentRevived {
                agent_did: given(&mut self.agent_did, "agent_did", wrong),
            },
            unknown => {
                note(wrong, "type", format!("'{unknown}' is no type of event"));
                Fact::RunPaused {}
            }
        }
    }

    fn snapshot(&mut self, wrong: &mut Wrong) -> Box<SagaSnapshot> {
        let Some(written) = self.snapshot.take() else {
            return given(&mut None, "snapshot", wrong);
        };
        let read = SagaSnapshot::from_json(written.text());
        let read = read.map_err(|error| note(wrong, "snapshot", error.message));
        Box::new(read.unwrap_or_default())
    }
}

fn given<T: Default>(field: &mut Option<T>, name: &'static str, wrong: &mut Wrong) -> T {
    field.take().unwrap_or_else(|| {
        note(wrong, name, "is missing".to_owned());
        T::default()
    })
}

fn state<T: Default>(
    named: fn(&str) -> Option<T>,
    to: &mut Option<String>,
    wrong: &mut Wrong,
) -> T {
    let to = given(to, "to", wrong);
    named(&to).unwrap_or_else(|| {
        note(wrong, "to", format!("'{to}' is no state"));
        T::default()
    })
}

#[cold]
fn note(wrong: &mut Wrong, place: &'static str, message: String) {
    wrong.get_or_insert((place, message));
}
