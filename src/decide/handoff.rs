//! What a kill does to a saga: fence, settle, hand over or abandon.

use serde::{Deserialize, Serialize};

use crate::definition::input;
use crate::error::{Code, Error};
use crate::saga::{
    AgentKilled, AgentRevived, AttemptSettled, Fact, Saga, SagaState, SagaTransitioned,
    StepAbandoned, StepHandedOff, Timestamp,
};

/// What a kill tells a saga.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum KillInput {
    /// An agent was killed. Its executing steps are fenced.
    AgentKilled {
        /// When, in epoch milliseconds.
        at: f64,
        /// The agent.
        agent_did: String,
        /// The kill.
        kill_id: String,
    },
    /// The attempt of a killed agent has ended, whatever came of it.
    AttemptSettled {
        /// When, in epoch milliseconds.
        at: f64,
        /// The fenced step.
        step_id: String,
    },
    /// A substitute takes a step.
    HandoffAccepted {
        /// When, in epoch milliseconds.
        at: f64,
        /// The step.
        step_id: String,
        /// The substitute.
        to_agent: String,
        /// The kill.
        kill_id: String,
    },
    /// Nobody takes a step: the saga is rolled back.
    HandoffRefused {
        /// When, in epoch milliseconds.
        at: f64,
        /// The step.
        step_id: String,
        /// The kill.
        kill_id: String,
    },
    /// A killed agent was registered again.
    AgentRevived {
        /// When, in epoch milliseconds.
        at: f64,
        /// The agent.
        agent_did: String,
    },
}

impl KillInput {
    /// Reads an input.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            r#type: String,
            at: f64,
            agent_did: Option<String>,
            kill_id: Option<String>,
            step_id: Option<String>,
            to_agent: Option<String>,
        }
        let fields: Fields = input::read(text, "input", Code::BadArgument)?;
        let needed = |field: Option<String>, name: &str| {
            field.ok_or_else(|| {
                let message = format!("input: a '{}' needs '{name}'", fields.r#type);
                Error::new(Code::BadArgument, message)
            })
        };
        let at = fields.at;
        match fields.r#type.as_str() {
            "agent_killed" => Ok(Self::AgentKilled {
                at,
                agent_did: needed(fields.agent_did, "agent_did")?,
                kill_id: needed(fields.kill_id, "kill_id")?,
            }),
            "attempt_settled" => Ok(Self::AttemptSettled {
                at,
                step_id: needed(fields.step_id, "step_id")?,
            }),
            "handoff_accepted" => Ok(Self::HandoffAccepted {
                at,
                step_id: needed(fields.step_id, "step_id")?,
                to_agent: needed(fields.to_agent, "to_agent")?,
                kill_id: needed(fields.kill_id, "kill_id")?,
            }),
            "handoff_refused" => Ok(Self::HandoffRefused {
                at,
                step_id: needed(fields.step_id, "step_id")?,
                kill_id: needed(fields.kill_id, "kill_id")?,
            }),
            "agent_revived" => Ok(Self::AgentRevived {
                at,
                agent_did: needed(fields.agent_did, "agent_did")?,
            }),
            unknown => {
                let message = format!("input: '{unknown}' is no type of input");
                Err(Error::new(Code::BadArgument, message))
            }
        }
    }
}

/// Tells a saga of a kill. What is stale, repeated or not its business changes nothing.
pub fn handle(saga: &mut Saga, input: KillInput) -> Result<(), Error> {
    match input {
        KillInput::AgentKilled {
            at,
            agent_did,
            kill_id,
        } => {
            let at = Timestamp::from_epoch_ms(at)?;
            if saga.state().is_final() || saga.is_killed(&agent_did) {
                return Ok(());
            }
            saga.record(Fact::AgentKilled(AgentKilled { agent_did, kill_id }), at)
        }
        KillInput::AttemptSettled { at, step_id } => {
            let at = Timestamp::from_epoch_ms(at)?;
            let fence = saga.step(&step_id).and_then(|step| step.fence.as_ref());
            if fence.is_none_or(|fence| fence.settled) {
                return Ok(());
            }
            saga.record(Fact::AttemptSettled(AttemptSettled { step_id }), at)
        }
        KillInput::HandoffAccepted {
            at,
            step_id,
            to_agent,
            kill_id,
        } => {
            let at = Timestamp::from_epoch_ms(at)?;
            let Some(step) = saga.step(&step_id).filter(|_| saga.is_stopped(&step_id)) else {
                return Ok(());
            };
            if saga.is_killed(&to_agent) {
                return Ok(());
            }
            let from_agent = step.agent_did.clone();
            saga.record(
                Fact::StepHandedOff(StepHandedOff {
                    step_id,
                    from_agent,
                    to_agent,
                    kill_id,
                }),
                at,
            )
        }
        KillInput::HandoffRefused {
            at,
            step_id,
            kill_id,
        } => {
            let at = Timestamp::from_epoch_ms(at)?;
            if saga.step(&step_id).is_none_or(|step| step.fence.is_none()) {
                return Ok(());
            }
            let error = format!("step '{step_id}' lost its agent and nobody took it");
            saga.record(Fact::StepAbandoned(StepAbandoned { step_id, kill_id }), at)?;
            if saga.state() != SagaState::Running {
                return Ok(());
            }
            let to = SagaState::Compensating;
            saga.record(
                Fact::SagaTransitioned(SagaTransitioned {
                    to,
                    error: Some(error),
                }),
                at,
            )
        }
        KillInput::AgentRevived { at, agent_did } => {
            let at = Timestamp::from_epoch_ms(at)?;
            if !saga.is_killed(&agent_did) {
                return Ok(());
            }
            saga.record(Fact::AgentRevived(AgentRevived { agent_did }), at)
        }
    }
}
