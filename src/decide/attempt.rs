//! Attempts: they begin, and succeed, fail, take too long or get lost.

use super::command::{Attempt, Command};
use super::input::{Effect, Failure, Timer};
use super::{Turn, keys, retry};
use crate::definition::Json;
use crate::error::Error;
use crate::saga::{Action, Activity, Fact, InDoubt, SagaState, Step, StepState};

impl Turn<'_> {
    /// Begins the next attempt of a step's action, unless its agent was killed.
    pub(super) fn execute(&mut self, position: usize) -> Result<(), Error> {
        let step = self.step_at(position)?;
        if let Some(kill_id) = self.saga.killed_by(&step.agent_did) {
            let (step_id, kill_id) = (step.step_id.clone(), kill_id.to_owned());
            self.record(Fact::StepFenced {
                step_id: step_id.clone(),
                kill_id,
            })?;
            self.look_for_substitute(&step_id);
            return Ok(());
        }
        let attempt = self.begin(position, Action::Execute)?;
        self.commands.push(Command::Execute(attempt));
        Ok(())
    }

    pub(super) fn begin(&mut self, position: usize, action: Action) -> Result<Attempt, Error> {
        let step = self.step_at(position)?;
        let attempt = match (action, step.state) {
            (Action::Compensate, StepState::Committed) => 1,
            _ => step.attempt.saturating_add(1),
        };
        let step_id = step.step_id.clone();
        let timeout_ms = f64::from(step.timeout_seconds) * 1_000.0;
        self.record(Fact::AttemptStarted {
            step_id: step_id.clone(),
            action,
            attempt,
        })?;
        self.agenda.begun(self.saga, position, action, attempt);
        self.agenda.live += usize::from(action == Action::Execute);
        let saga_id = self.saga.saga_id();
        Ok(Attempt {
            attempt_key: keys::attempt_key(saga_id, &step_id, action, attempt),
            idempotency_key: keys::idempotency_key(saga_id, &step_id, action),
            step_id,
            attempt,
            timeout_ms,
        })
    }

    pub(super) fn attempt_succeeded(
        &mut self,
        attempt_key: &str,
        result: Option<Json>,
    ) -> Result<(), Error> {
        let Some(position) = self.in_flight(attempt_key, Action::Execute) else {
            return Ok(());
        };
        let step = self.step_at(position)?;
        let (step_id, goal) = (step.step_id.clone(), step.checkpoint_goal.clone());
        let fenced = step.fence.is_some();
        self.agenda.live -= 1;
        if fenced {
            return self.record(Fact::AttemptSettled { step_id });
        }
        self.agenda.ended(attempt_key);
        self.saga
            .move_step(&step_id, StepState::Committed, result, None, self.at)?;
        if let Some(goal) = goal {
            self.record(Fact::CheckpointReached { step_id, goal })?;
        }
        self.settled(position, true)
    }

    pub(super) fn attempt_failed(
        &mut self,
        attempt_key: &str,
        failure: &Failure,
    ) -> Result<(), Error> {
        let Some(position) = self.in_flight(attempt_key, Action::Execute) else {
            return Ok(());
        };
        self.agenda.live -= 1;
        let step = self.step_at(position)?;
        let step_id = step.step_id.clone();
        if step.fence.is_some() {
            return self.record(Fact::AttemptSettled { step_id });
        }
        // An attempt that was told to stop failed because of that, as far as anybody can tell.
        let error =
            if step.activity == Activity::Aborting && self.saga.state() == SagaState::Running {
                timed_out(step)
            } else {
                failure.error.clone()
            };
        let retries = step.retry_count;
        let again = failure.retryable
            && retries < step.max_retries
            && self.saga.state() == SagaState::Running;
        let in_doubt = failure.effect == Effect::InDoubt;
        self.failed(
            position,
            attempt_key,
            failure,
            (error, in_doubt),
            again.then_some(retries),
        )?;
        if !again {
            self.exhausted(position)?;
        }
        Ok(())
    }

    /// Records that an attempt failed; after `retries` there is another.
    pub(super) fn failed(
        &mut self,
        position: usize,
        attempt_key: &str,
        failure: &Failure,
        (error, in_doubt): (String, bool),
        retries: Option<u32>,
    ) -> Result<(), Error> {
        let step_id = self.step_at(position)?.step_id.clone();
        let delay_ms = retries.map(|retries| {
            retry::delay_ms(&self.settings().retry, retries + 1, attempt_key, failure)
        });
        self.record(Fact::AttemptFailed {
            step_id: step_id.clone(),
            error,
            in_doubt,
            retry_at: delay_ms.map(|delay_ms| self.at.later(delay_ms)),
        })?;
        if delay_ms.is_some() {
            self.await_retry(&step_id);
        }
        Ok(())
    }

    /// All tries of a step are used up: it failed, unless it may have had its effect.
    pub(super) fn exhausted(&mut self, position: usize) -> Result<(), Error> {
        let step = self.step_at(position)?;
        if !step.in_doubt {
            self.fail(position)?;
        }
        self.settled(position, false)
    }

    /// A step has failed for good.
    pub(super) fn fail(&mut self, position: usize) -> Result<(), Error> {
        let step = self.step_at(position)?;
        let (step_id, attempt) = (step.step_id.clone(), step.attempt);
        self.forget(&step_id, Action::Execute, attempt);
        self.saga
            .move_step(&step_id, StepState::Failed, None, None, self.at)
    }

    /// No input about this attempt counts any more.
    pub(super) fn forget(&mut self, step_id: &str, action: Action, attempt: u32) {
        let saga_id = self.saga.saga_id();
        self.agenda
            .ended(&keys::attempt_key(saga_id, step_id, action, attempt));
    }

    /// Ends what a torn log left behind an attempt's failure.
    pub(super) fn end_exhausted(&mut self) -> Result<(), Error> {
        for step_id in self.step_ids(|step| {
            step.state == StepState::Executing && step.activity == Activity::Exhausted
        }) {
            if let Some(position) = self.saga.position(&step_id) {
                self.exhausted(position)?;
            }
        }
        Ok(())
    }

    /// A step has ended for its unit. A satisfied group keeps what its branches in doubt may have
    /// done, so that a later rollback undoes it.
    fn settled(&mut self, position: usize, committed: bool) -> Result<(), Error> {
        self.agenda.settled(self.saga, position, committed);
        if self.saga.state() != SagaState::Running || self.agenda.failed.is_some() {
            return Ok(());
        }
        if !self.agenda.is_unit_settled(position) {
            return Ok(());
        }
        let unit = self.agenda.unit_of(position);
        for branch in unit.map(|unit| unit.steps.clone()).into_iter().flatten() {
            if self.step_at(branch)?.activity == Activity::Exhausted {
                self.decide_doubt(branch)?;
            }
        }
        Ok(())
    }

    /// Whether a step in doubt is to be undone as if it had committed.
    pub(super) fn decide_doubt(&mut self, position: usize) -> Result<(), Error> {
        if self.settings().in_doubt != InDoubt::Undo {
            return self.fail(position);
        }
        let step = self.step_at(position)?;
        let (step_id, attempt) = (step.step_id.clone(), step.attempt);
        self.forget(&step_id, Action::Execute, attempt);
        self.record(Fact::AssumedCommitted { step_id })
    }

    pub(super) fn attempt_timed_out(&mut self, attempt_key: &str) -> Result<(), Error> {
        let Some(position) = self.agenda.attempted(attempt_key) else {
            return Ok(());
        };
        let step = self.step_at(position)?;
        if step.activity != Activity::Running || step.fence.is_some() {
            return Ok(());
        }
        let step_id = step.step_id.clone();
        self.record(Fact::AttemptTimedOut { step_id })?;
        self.abort(attempt_key);
        Ok(())
    }

    /// Tells an attempt to stop, and waits for it only so long.
    pub(super) fn abort(&mut self, attempt_key: &str) {
        self.commands.push(Command::Abort {
            attempt_key: attempt_key.to_owned(),
        });
        self.await_abort(attempt_key);
    }

    pub(super) fn await_abort(&mut self, attempt_key: &str) {
        self.commands.push(Command::SetTimer {
            attempt_key: attempt_key.to_owned(),
            timer: Timer::AbortGrace,
            delay_ms: self.settings().abort_grace_ms,
        });
    }

    pub(super) fn attempt_lost(&mut self, attempt_key: &str) -> Result<(), Error> {
        let position = self.agenda.attempted(attempt_key);
        let Some(position) = position.filter(|position| self.is_live(*position)) else {
            return Ok(());
        };
        let step = self.step_at(position)?;
        let step_id = step.step_id.clone();
        self.agenda.live -= usize::from(step.state == StepState::Executing);
        self.record(Fact::AttemptLost { step_id })?;
        self.agenda.due(self.saga, position);
        Ok(())
    }

    pub(super) fn timer_fired(&mut self, attempt_key: &str, timer: Timer) -> Result<(), Error> {
        let Some(position) = self.agenda.attempted(attempt_key) else {
            return Ok(());
        };
        let step = self.step_at(position)?;
        let (state, activity) = (step.state, step.activity);
        let held = step.fence.is_some() && self.saga.state() == SagaState::Running;
        match timer {
            Timer::Retry => {
                if activity == Activity::Waiting {
                    let step_id = step.step_id.clone();
                    self.record(Fact::RetryDue { step_id })?;
                    self.agenda.due(self.saga, position);
                }
                Ok(())
            }
            // A step that a kill holds waits until its action settles or an operator decides.
            Timer::AbortGrace if held => Ok(()),
            Timer::AbortGrace if activity != Activity::Aborting => Ok(()),
            Timer::AbortGrace => {
                let failure = Failure {
                    error: not_stopped(step),
                    retryable: true,
                    effect: Effect::InDoubt,
                    retry_after_ms: None,
                };
                if state == StepState::Executing {
                    self.attempt_failed(attempt_key, &failure)
                } else {
                    self.undo_failed(attempt_key, &failure)
                }
            }
        }
    }

    /// Asks for the timer that a waiting step needs.
    pub(super) fn await_retry(&mut self, step_id: &str) {
        let Some(step) = self.saga.step(step_id) else {
            return;
        };
        let action = match step.state {
            StepState::Compensating => Action::Compensate,
            _ => Action::Execute,
        };
        if let Some(retry_at) = step.retry_at {
            self.commands.push(Command::SetTimer {
                attempt_key: keys::attempt_key(self.saga.saga_id(), step_id, action, step.attempt),
                timer: Timer::Retry,
                delay_ms: (retry_at.epoch_ms() - self.at.epoch_ms()).max(0.0),
            });
        }
    }

    /// The step that this attempt is in flight for.
    pub(super) fn in_flight(&self, attempt_key: &str, action: Action) -> Option<usize> {
        let state = match action {
            Action::Execute => StepState::Executing,
            Action::Compensate => StepState::Compensating,
        };
        let position = self.agenda.attempted(attempt_key)?;
        let step = self.saga.steps().get(position)?;
        (step.state == state && step.activity.is_live()).then_some(position)
    }

    fn is_live(&self, position: usize) -> bool {
        let step = self.saga.steps().get(position);
        step.is_some_and(|step| step.activity.is_live())
    }
}

/// The reference's words.
fn timed_out(step: &Step) -> String {
    let (id, seconds) = (&step.step_id, step.timeout_seconds);
    let (attempt, attempts) = (step.retry_count + 1, step.max_retries + 1);
    format!("Step {id} timed out after {seconds}s (attempt {attempt}/{attempts})")
}

fn not_stopped(step: &Step) -> String {
    format!(
        "step '{}' was told to stop and did not in time",
        step.step_id
    )
}
