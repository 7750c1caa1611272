//! What to do next: inputs in, facts and commands out.
//!
//! A [`Driver`] decides and performs nothing. Its host tells it what happened and when, and
//! performs the commands that come back.
//!
//! ```
//! use sagaward::decide::{Command, Driver, Input, Told};
//! use sagaward::saga::{Outcome, RunSettings, Saga, Timestamp};
//!
//! let definition = serde_json::from_str(r#"{
//!     "name": "release", "session_id": "s-1",
//!     "steps": [{"id": "build", "action_id": "deploy.image", "agent": "did:mesh:a", "undo_api": "/undo"}]
//! }"#)?;
//! let mut driver = Driver::new(Saga::from_definition(definition, "saga:1", Timestamp::from_epoch_ms(0.0)?)?);
//! let commands = driver.handle(Input { at: 1.0, told: Told::Start { settings: RunSettings::default() } })?;
//! let [Command::Execute(attempt)] = commands.as_slice() else { panic!("{commands:?}") };
//!
//! let succeeded = Told::AttemptSucceeded { attempt_key: attempt.attempt_key.clone(), result: None };
//! let commands = driver.handle(Input { at: 2.0, told: succeeded })?;
//! assert_eq!(commands, [Command::Finish { outcome: Outcome::Succeeded, error: None }]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod agenda;
mod attempt;
mod command;
mod compensation;
mod graph;
mod handoff;
mod input;
mod keys;
mod operator;
pub mod order;
mod plan;
mod retry;

pub use agenda::{Agenda, ready};
pub use command::{Attempt, Command};
pub use input::{Effect, Failure, Input, Timer, Told};
pub use plan::{Named, Plan, PlannedFailure, PlannedUnit, Rollback};

use crate::definition::Json;
use crate::error::{Code, Error};
use crate::saga::{Activity, Fact, RunSettings, Saga, SagaState, Step, StepState, Timestamp};

/// A saga, and what is due in it.
#[derive(Debug, Clone)]
pub struct Driver {
    saga: Saga,
    /// Known while a run drives the saga.
    agenda: Option<Agenda>,
}

impl Driver {
    /// Drives this saga, or goes on driving it.
    pub fn new(saga: Saga) -> Self {
        Self { saga, agenda: None }
    }

    /// The saga.
    pub fn saga(&self) -> &Saga {
        &self.saga
    }

    /// The saga, to be moved by hand.
    pub fn saga_mut(&mut self) -> &mut Saga {
        self.agenda = None;
        &mut self.saga
    }

    /// One input in, the commands to perform out. The same inputs give the same events, commands
    /// and state. What is stale, repeated or not the saga's business changes nothing.
    pub fn handle(&mut self, input: Input) -> Result<Vec<Command>, Error> {
        let at = Timestamp::from_epoch_ms(input.at)?;
        let driven = match input.told {
            Told::Start { .. } | Told::Recover { .. } => true,
            _ => self.saga.settings().is_some(),
        };
        let agenda = self.agenda.take();
        let mut turn = Turn {
            // Where nothing is driven, nothing is due.
            agenda: agenda.unwrap_or_else(|| match driven {
                true => Agenda::of(&self.saga),
                false => Agenda::default(),
            }),
            saga: &mut self.saga,
            at,
            commands: Vec::new(),
            defaults: RunSettings::default(),
        };
        let done = turn.take(input.told).and_then(|()| turn.proceed());
        let Turn {
            agenda, commands, ..
        } = turn;
        if done.is_ok() && self.saga.settings().is_some() {
            self.agenda = Some(agenda);
        }
        done.map(|()| commands)
    }

    /// The results that a step builds on, by step: of the committed ones among those it waits for.
    pub fn results(&mut self, step_id: &str) -> Vec<(&str, Option<&Json>)> {
        let agenda = self.agenda.get_or_insert_with(|| Agenda::of(&self.saga));
        let Some((position, step)) = self.saga.position(step_id).zip(self.saga.step(step_id))
        else {
            return Vec::new();
        };
        let waits_for: Vec<usize> = match &step.depends_on {
            Some(named) => named
                .iter()
                .filter_map(|id| self.saga.position(id))
                .collect(),
            None => {
                let units = agenda.unit_of(position).into_iter();
                let units = units.flat_map(|unit| &unit.waits_for);
                let units = units.filter_map(|unit| agenda.unit(*unit));
                units.flat_map(|unit| unit.steps.iter().copied()).collect()
            }
        };
        let steps = waits_for.into_iter();
        let steps = steps.filter_map(|position| self.saga.steps().get(position));
        let committed = steps.filter(|step| step.state == StepState::Committed);
        committed
            .map(|step| (step.step_id.as_str(), step.execute_result.as_ref()))
            .collect()
    }

    /// What is due; `None` while no run drives the saga.
    pub fn agenda(&self) -> Option<&Agenda> {
        self.agenda.as_ref()
    }
}

/// The work on one input.
struct Turn<'s> {
    saga: &'s mut Saga,
    agenda: Agenda,
    at: Timestamp,
    commands: Vec<Command>,
    defaults: RunSettings,
}

impl Turn<'_> {
    fn take(&mut self, told: Told) -> Result<(), Error> {
        match told {
            Told::Start { settings } => self.start(settings),
            Told::Recover { settings } => self.recover(settings),
            Told::AttemptSucceeded {
                attempt_key,
                result,
            } => self.attempt_succeeded(&attempt_key, result),
            Told::AttemptFailed {
                attempt_key,
                failure,
            } => self.attempt_failed(&attempt_key, &failure),
            Told::AttemptTimedOut { attempt_key } => self.attempt_timed_out(&attempt_key),
            Told::AttemptLost { attempt_key } => self.attempt_lost(&attempt_key),
            Told::TimerFired { attempt_key, timer } => self.timer_fired(&attempt_key, timer),
            Told::UndoSucceeded {
                attempt_key,
                result,
            } => self.undo_succeeded(&attempt_key, result),
            Told::UndoFailed {
                attempt_key,
                failure,
            } => self.undo_failed(&attempt_key, &failure),
            Told::Cancel { reason } => self.cancel(reason),
            Told::Pause {} => self.set_paused(true),
            Told::Resume {} => self.set_paused(false),
            Told::RetryStep { step_id } => self.retry_step(&step_id),
            Told::SkipStep { step_id } => self.skip_step(&step_id),
            Told::Escalate {} => self.escalate(),
            Told::AgentKilled { agent_did, kill_id } => self.agent_killed(agent_did, kill_id),
            Told::AttemptSettled { step_id } => self.attempt_settled(step_id),
            Told::HandoffAccepted {
                step_id,
                to_agent,
                kill_id,
            } => self.handoff_accepted(step_id, to_agent, kill_id),
            Told::HandoffRefused { step_id, kill_id } => self.handoff_refused(step_id, kill_id),
            Told::AgentRevived { agent_did } => {
                if self.saga.is_killed(&agent_did) && !self.saga.state().is_final() {
                    self.record(Fact::AgentRevived { agent_did })?;
                }
                Ok(())
            }
        }
    }

    /// Starts what may start now, in whichever direction the saga goes.
    fn proceed(&mut self) -> Result<(), Error> {
        if self.saga.settings().is_none() {
            return Ok(());
        }
        if self.saga.state() == SagaState::Running {
            if let Some(unit) = self.agenda.failed {
                let error = self.why(unit);
                self.roll_back(error)?;
            } else {
                self.dispatch()?;
            }
        }
        if self.saga.state() == SagaState::Compensating {
            self.compensate()?;
        }
        Ok(())
    }

    fn start(&mut self, settings: RunSettings) -> Result<(), Error> {
        settings.check()?;
        if self.saga.settings().is_some() || self.saga.state().is_final() {
            return Ok(());
        }
        self.record(Fact::RunStarted { settings })
    }

    /// Goes on where another run was lost, and sets the timers that were lost with it.
    fn recover(&mut self, settings: RunSettings) -> Result<(), Error> {
        if self.saga.settings().is_none() {
            return self.start(settings);
        }
        settings.check()?;
        if self.saga.state().is_final() {
            return Ok(());
        }
        self.record(Fact::RunRecovered { settings })?;
        for step_id in self.step_ids(|step| step.activity.is_live()) {
            self.record(Fact::AttemptLost { step_id })?;
        }
        self.agenda = Agenda::of(self.saga);
        self.end_exhausted()?;
        for step_id in self.step_ids(|step| step.activity == Activity::Waiting) {
            self.await_retry(&step_id);
        }
        // A saga that is about to turn round hands nothing over.
        let handed_over = self.saga.state() == SagaState::Running && self.agenda.failed.is_none();
        for step_id in self.step_ids(|step| handed_over && step.fence.is_some()) {
            self.look_for_substitute(&step_id);
        }
        Ok(())
    }

    fn set_paused(&mut self, paused: bool) -> Result<(), Error> {
        let running = self.saga.settings().is_some() && !self.saga.state().is_final();
        if !running || self.saga.is_paused() == paused {
            return Ok(());
        }
        self.record(if paused {
            Fact::RunPaused {}
        } else {
            Fact::RunResumed {}
        })
    }

    fn cancel(&mut self, reason: Option<String>) -> Result<(), Error> {
        if self.saga.settings().is_none() || self.saga.state() != SagaState::Running {
            return Ok(());
        }
        self.set_paused(false)?;
        self.roll_back(match reason {
            Some(reason) => format!("cancelled: {reason}"),
            None => "cancelled".to_owned(),
        })
    }

    /// Starts what waits for nothing but room.
    fn dispatch(&mut self) -> Result<(), Error> {
        if self.saga.is_paused() {
            return Ok(());
        }
        if self.agenda.is_done() {
            return self.finish(SagaState::Completed, None);
        }
        while self.agenda.live < self.settings().concurrency as usize {
            let Some(position) = self.agenda.next_ready() else {
                break;
            };
            self.execute(position)?;
        }
        Ok(())
    }

    fn finish(&mut self, to: SagaState, error: Option<String>) -> Result<(), Error> {
        self.record(Fact::SagaTransitioned { to, error })?;
        if let Some(outcome) = self.saga.outcome() {
            let error = self.saga.error().map(str::to_owned);
            self.commands.push(Command::Finish { outcome, error });
        }
        Ok(())
    }

    fn record(&mut self, fact: Fact) -> Result<(), Error> {
        self.saga.record(fact, self.at)
    }

    fn settings(&self) -> &RunSettings {
        self.saga.settings().unwrap_or(&self.defaults)
    }

    fn step_at(&self, position: usize) -> Result<&Step, Error> {
        let step = self.saga.steps().get(position);
        step.ok_or_else(|| Error::new(Code::UnknownStep, format!("there is no step {position}")))
    }

    fn step_ids(&self, which: impl Fn(&Step) -> bool) -> Vec<String> {
        let steps = self.saga.steps().iter();
        steps
            .filter(|step| which(step))
            .map(|step| step.step_id.clone())
            .collect()
    }
}
