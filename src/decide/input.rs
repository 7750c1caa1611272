//! What can be told to a saga.

use serde::Serialize;

use crate::definition::objects::object;
use crate::definition::{Json, input};
use crate::error::{Code, Error};
use crate::saga::RunSettings;
use crate::words::words;

/// One thing told to a saga; `at` is in epoch milliseconds. What is stale, repeated or not the
/// saga's business changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// When.
    pub at: f64,
    /// What.
    pub told: Told,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Told {
    /// A run drives the saga from here on.
    Start {
        /// How; every field has a default.
        #[cfg_attr(feature = "js", tsify(optional, type = "Partial<RunSettings>"))]
        settings: RunSettings,
    },
    /// Another run goes on with it: all that was in flight is lost.
    Recover {
        /// How; every field has a default.
        #[cfg_attr(feature = "js", tsify(optional, type = "Partial<RunSettings>"))]
        settings: RunSettings,
    },
    /// An action returned.
    AttemptSucceeded {
        /// The attempt.
        attempt_key: String,
        /// What it returned.
        #[cfg_attr(feature = "js", tsify(optional, type = "unknown"))]
        result: Option<Json>,
    },
    /// An action failed.
    AttemptFailed {
        /// The attempt.
        attempt_key: String,
        /// How.
        #[serde(flatten)]
        failure: Failure,
    },
    /// An action or an undo took longer than its timeout.
    AttemptTimedOut {
        /// The attempt.
        attempt_key: String,
    },
    /// An action or an undo was lost with its process.
    AttemptLost {
        /// The attempt.
        attempt_key: String,
    },
    /// A timer that was set has fired.
    TimerFired {
        /// The attempt it was set for.
        attempt_key: String,
        /// What for.
        timer: Timer,
    },
    /// An undo returned.
    UndoSucceeded {
        /// The attempt.
        attempt_key: String,
        /// What it returned.
        #[cfg_attr(feature = "js", tsify(optional, type = "unknown"))]
        result: Option<Json>,
    },
    /// An undo failed.
    UndoFailed {
        /// The attempt.
        attempt_key: String,
        /// How.
        #[serde(flatten)]
        failure: Failure,
    },
    /// The saga is to be rolled back.
    Cancel {
        /// Why.
        #[cfg_attr(feature = "js", tsify(optional))]
        reason: Option<String>,
    },
    /// Nothing new is to start.
    Pause {},
    /// It goes on.
    Resume {},
    /// An operator: a held undo is tried again; a step held by a kill goes to a substitute now.
    RetryStep {
        /// The step.
        step_id: String,
    },
    /// An operator: a held undo is given up; a step held by a kill is rolled back now.
    SkipStep {
        /// The step.
        step_id: String,
    },
    /// An operator: the rollback that waits is given up, and the saga ends escalated.
    Escalate {},
    /// An agent was killed. Its executing steps are fenced.
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
    /// A substitute takes a step.
    HandoffAccepted {
        /// The step.
        step_id: String,
        /// The substitute.
        to_agent: String,
        /// The kill.
        kill_id: String,
    },
    /// Nobody takes a step: the saga is rolled back.
    HandoffRefused {
        /// The step.
        step_id: String,
        /// The kill.
        kill_id: String,
    },
    /// A killed agent was registered again.
    AgentRevived {
        /// The agent.
        agent_did: String,
    },
}

/// How an action or an undo failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Failure {
    /// Why.
    pub error: String,
    /// Whether a further attempt may succeed. Default `true`.
    #[cfg_attr(feature = "js", tsify(optional))]
    pub retryable: bool,
    /// Whether it may have had its effect. Default `none`.
    #[cfg_attr(feature = "js", tsify(optional))]
    pub effect: Effect,
    /// The least wait before the next attempt, in milliseconds; more than a day counts as a day.
    #[cfg_attr(feature = "js", tsify(optional))]
    pub retry_after_ms: Option<f64>,
}

words! {
    /// Whether a failed action may have had its effect.
    pub enum Effect {
        /// It had none.
        None = "none",
        /// Nobody knows.
        InDoubt = "in_doubt",
    }
}

words! {
    /// What a timer is set for.
    pub enum Timer {
        /// The next attempt is due.
        Retry = "retry",
        /// An aborted attempt has had its grace.
        AbortGrace = "abort_grace",
    }
}

/// The fields of all inputs: reading them as one keeps the module small.
#[derive(Default)]
struct Fields {
    r#type: String,
    at: f64,
    settings: Option<Json>,
    attempt_key: Option<String>,
    result: Option<Json>,
    error: Option<String>,
    retryable: Option<bool>,
    effect: Option<Effect>,
    retry_after_ms: Option<f64>,
    timer: Option<Timer>,
    reason: Option<String>,
    step_id: Option<String>,
    agent_did: Option<String>,
    kill_id: Option<String>,
    to_agent: Option<String>,
}

object!(strict Fields {
    r#type = "type", at, settings, attempt_key, result, error, retryable, effect, retry_after_ms,
    timer, reason, step_id, agent_did, kill_id, to_agent
});

impl Input {
    /// Reads an input.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let mut fields: Fields = input::read(text, "input", Code::BadArgument)?;
        let (at, mut missing) = (fields.at, None);
        let told = fields.told(&mut missing)?;
        match missing {
            None => Ok(Self { at, told }),
            Some(name) => {
                let message = format!("input: a '{}' needs '{name}'", fields.r#type);
                Err(Error::new(Code::BadArgument, message))
            }
        }
    }
}

impl Fields {
    fn told(&mut self, missing: &mut Missing) -> Result<Told, Error> {
        Ok(match self.r#type.as_str() {
            "start" => Told::Start {
                settings: self.settings()?,
            },
            "recover" => Told::Recover {
                settings: self.settings()?,
            },
            "attempt_succeeded" => Told::AttemptSucceeded {
                attempt_key: needed(&mut self.attempt_key, "attempt_key", missing),
                result: self.result()?,
            },
            "attempt_failed" => Told::AttemptFailed {
                attempt_key: needed(&mut self.attempt_key, "attempt_key", missing),
                failure: self.failure(missing),
            },
            "attempt_timed_out" => Told::AttemptTimedOut {
                attempt_key: needed(&mut self.attempt_key, "attempt_key", missing),
            },
            "attempt_lost" => Told::AttemptLost {
                attempt_key: needed(&mut self.attempt_key, "attempt_key", missing),
            },
            "timer_fired" => Told::TimerFired {
                attempt_key: needed(&mut self.attempt_key, "attempt_key", missing),
                timer: needed(&mut self.timer, "timer", missing),
            },
            "undo_succeeded" => Told::UndoSucceeded {
                attempt_key: needed(&mut self.attempt_key, "attempt_key", missing),
                result: self.result()?,
            },
            "undo_failed" => Told::UndoFailed {
                attempt_key: needed(&mut self.attempt_key, "attempt_key", missing),
                failure: self.failure(missing),
            },
            "cancel" => Told::Cancel {
                reason: self.reason.take(),
            },
            "pause" => Told::Pause {},
            "resume" => Told::Resume {},
            "retry_step" => Told::RetryStep {
                step_id: needed(&mut self.step_id, "step_id", missing),
            },
            "skip_step" => Told::SkipStep {
                step_id: needed(&mut self.step_id, "step_id", missing),
            },
            "escalate" => Told::Escalate {},
            "agent_killed" => Told::AgentKilled {
                agent_did: needed(&mut self.agent_did, "agent_did", missing),
                kill_id: needed(&mut self.kill_id, "kill_id", missing),
            },
            "attempt_settled" => Told::AttemptSettled {
                step_id: needed(&mut self.step_id, "step_id", missing),
            },
            "handoff_accepted" => Told::HandoffAccepted {
                step_id: needed(&mut self.step_id, "step_id", missing),
                to_agent: needed(&mut self.to_agent, "to_agent", missing),
                kill_id: needed(&mut self.kill_id, "kill_id", missing),
            },
            "handoff_refused" => Told::HandoffRefused {
                step_id: needed(&mut self.step_id, "step_id", missing),
                kill_id: needed(&mut self.kill_id, "kill_id", missing),
            },
            "agent_revived" => Told::AgentRevived {
                agent_did: needed(&mut self.agent_did, "agent_did", missing),
            },
            unknown => {
                let message = format!("input: '{unknown}' is no type of input");
                return Err(Error::new(Code::BadArgument, message));
            }
        })
    }

    fn settings(&self) -> Result<RunSettings, Error> {
        let written = self.settings.as_ref();
        let read = written.map(|settings| RunSettings::from_json(settings.text()));
        Ok(read.transpose()?.unwrap_or_default())
    }

    /// What a snapshot could not hold is refused before it is in the log.
    fn result(&self) -> Result<Option<Json>, Error> {
        let result = self.result.as_ref();
        result.map(|result| Json::parse(result.text())).transpose()
    }

    fn failure(&mut self, missing: &mut Missing) -> Failure {
        Failure {
            error: needed(&mut self.error, "error", missing),
            retryable: self.retryable.unwrap_or(true),
            effect: self.effect.unwrap_or(Effect::None),
            retry_after_ms: self.retry_after_ms,
        }
    }
}

/// The first field that its input needs and does not have. Reading goes on: to give up at each field
/// would take more code than all the rest.
type Missing = Option<&'static str>;

fn needed<T: Default>(field: &mut Option<T>, name: &'static str, missing: &mut Missing) -> T {
    field.take().unwrap_or_else(|| {
        missing.get_or_insert(name);
        T::default()
    })
}
