//! From one state to the next by one fact. Folding decides nothing; it refuses what cannot be.

mod attempt;
mod begin;
mod kill;

pub(super) use begin::{begin, replay};

use super::Saga;
use super::event::{Event, Fact};
use super::settings::RunSettings;
use super::state::{SagaState, StepState};
use super::step::{Activity, Step};
use super::timestamp::Timestamp;
use crate::definition::Json;
use crate::error::{Code, Error};

impl Saga {
    /// Folds one event into the state and keeps it in the log. An event that cannot follow is
    /// refused, and nothing has changed.
    pub fn fold(&mut self, event: Event) -> Result<(), Error> {
        if event.seq != self.seq + 1 {
            let message = format!("event {} cannot follow event {}", event.seq, self.seq);
            return Err(Error::new(Code::BadLog, message));
        }
        self.apply(&event)?;
        self.seq = event.seq;
        self.log.push(event);
        Ok(())
    }

    fn apply(&mut self, event: &Event) -> Result<(), Error> {
        let at = event.at;
        match &event.fact {
            Fact::SagaCreated { .. } => Err(bad("a saga is created only once")),
            Fact::SagaCompacted { .. } => Err(bad("a snapshot stands only where a log begins")),
            Fact::StepAdded { step } => self.add(Step::new(step.clone())),
            Fact::StepTransitioned {
                step_id,
                to,
                result,
                error,
            } => self.step_transitioned(step_id, *to, (result, error), event),
            Fact::SagaTransitioned { to, error } => self.saga_transitioned(*to, error, at),
            Fact::RunStarted { settings } => self.run_started(settings),
            Fact::RunRecovered { settings } => {
                self.driven()?;
                settings.check()?;
                self.settings = Some(settings.clone());
                Ok(())
            }
            Fact::RunPaused {} => self.set_paused(true),
            Fact::RunResumed {} => self.set_paused(false),
            Fact::AttemptStarted {
                step_id,
                action,
                attempt,
            } => self.attempt_started(step_id, *action, *attempt, at),
            Fact::AttemptTimedOut { step_id } => self.attempt_timed_out(step_id),
            Fact::AttemptFailed {
                step_id,
                error,
                in_doubt,
                retry_at,
            } => self.attempt_failed(step_id, error, *in_doubt, *retry_at),
            Fact::AttemptLost { step_id } => self.attempt_lost(step_id),
            Fact::RetryDue { step_id } => self.retry_due(step_id),
            Fact::AttemptSettled { step_id } => self.attempt_settled(step_id),
            Fact::AssumedCommitted { step_id } => self.assumed_committed(step_id, event),
            Fact::CheckpointReached { step_id, .. } => {
                let step = self.step_mut(step_id)?;
                if step.state != StepState::Committed {
                    return Err(cannot("reach a checkpoint", step));
                }
                Ok(())
            }
            Fact::UndoHeld { step_id } => self.undo_held(step_id),
            Fact::UndoRetried { step_id } => self.undo_retried(step_id),
            Fact::AgentKilled { agent_did, kill_id } => {
                self.agent_killed(agent_did, kill_id);
                Ok(())
            }
            Fact::StepFenced { step_id, kill_id } => self.step_fenced(step_id, kill_id),
            Fact::StepHandedOff {
                step_id, to_agent, ..
            } => self.step_handed_off(step_id, to_agent),
            Fact::StepAbandoned { step_id, .. } => self.step_abandoned(step_id),
            Fact::AgentRevived { agent_did } => {
                self.killed.remove(agent_did);
                Ok(())
            }
        }
    }

    fn step_transitioned(
        &mut self,
        step_id: &str,
        to: StepState,
        (result, error): (&Option<Json>, &Option<String>),
        event: &Event,
    ) -> Result<(), Error> {
        let stopped = self.is_stopped(step_id);
        let step = self.step_mut(step_id)?;
        step.state.check(to, step_id)?;
        if stopped {
            return Err(kill::fenced(step));
        }
        step.enter(to, event.at);
        match to {
            StepState::Committed => {
                step.committed_seq = Some(event.seq);
                step.in_doubt = false;
                step.execute_result.clone_from(result);
            }
            StepState::Compensated => {
                step.in_doubt = false;
                step.compensation_result.clone_from(result);
            }
            StepState::Compensating => step.attempt = 0,
            StepState::Pending
            | StepState::Executing
            | StepState::CompensationFailed
            | StepState::Failed => {}
        }
        if error.is_some() {
            step.error.clone_from(error);
        }
        Ok(())
    }

    fn saga_transitioned(
        &mut self,
        to: SagaState,
        error: &Option<String>,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.state.check(to, &self.saga_id)?;
        self.state = to;
        if to == SagaState::Compensating {
            self.rolled_back = true;
            self.abort_attempts();
        }
        if to.is_final() {
            self.completed_at = Some(at);
        }
        if error.is_some() {
            self.error.clone_from(error);
        }
        Ok(())
    }

    fn run_started(&mut self, settings: &RunSettings) -> Result<(), Error> {
        if self.settings.is_some() || self.state.is_final() {
            return Err(bad("a saga is started only once, and before it has ended"));
        }
        settings.check()?;
        self.settings = Some(settings.clone());
        // What was executing by hand has no attempt that could tell how it went.
        let executing = self.steps.iter_mut();
        for step in executing.filter(|step| step.state == StepState::Executing) {
            step.in_doubt = true;
        }
        Ok(())
    }

    fn set_paused(&mut self, paused: bool) -> Result<(), Error> {
        self.driven()?;
        if self.paused == paused || self.state.is_final() {
            return Err(bad("a run pauses and resumes by turns, until it has ended"));
        }
        self.paused = paused;
        Ok(())
    }

    /// The settings of a saga that a run drives.
    fn driven(&self) -> Result<&RunSettings, Error> {
        let settings = self.settings.as_ref();
        settings.ok_or_else(|| bad("no run has started"))
    }
}

impl Step {
    fn enter(&mut self, state: StepState, at: Timestamp) {
        self.state = state;
        self.activity = Activity::Idle;
        self.retry_at = None;
        if state == StepState::Executing {
            self.started_at = Some(at);
        }
        if state.settles() {
            self.completed_at = Some(at);
        }
    }
}

fn cannot(what: &str, step: &Step) -> Error {
    let state = step.state.name();
    bad(format!(
        "step '{}' is {state}: it cannot {what}",
        step.step_id
    ))
}

fn bad(message: impl Into<String>) -> Error {
    Error::new(Code::BadLog, message)
}
