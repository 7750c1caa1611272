//! Facts about attempts: of a step's action, and of its undo.

use super::super::Saga;
use super::super::event::{Action, Event};
use super::super::state::{SagaState, StepState};
use super::super::step::{Activity, Step};
use super::super::timestamp::Timestamp;
use super::{bad, cannot};
use crate::error::Error;

impl Saga {
    pub(super) fn attempt_started(
        &mut self,
        step_id: &str,
        action: Action,
        attempt: u32,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.driven()?;
        let stopped = self.is_stopped(step_id);
        let saga_state = self.state;
        let step = self.step_mut(step_id)?;
        let (wanted, first, next, last) = match action {
            Action::Execute => (
                SagaState::Running,
                StepState::Pending,
                StepState::Executing,
                step.attempt,
            ),
            Action::Compensate if step.state == StepState::Committed => (
                SagaState::Compensating,
                StepState::Committed,
                StepState::Compensating,
                0,
            ),
            Action::Compensate => (
                SagaState::Compensating,
                StepState::Committed,
                StepState::Compensating,
                step.attempt,
            ),
        };
        let possible = saga_state == wanted
            && !stopped
            && (step.state == first || step.state == next)
            && step.activity == Activity::Idle
            && last.checked_add(1) == Some(attempt);
        if !possible {
            return Err(cannot(&format!("start attempt {attempt}"), step));
        }
        if step.state == first {
            step.enter(next, at);
        } else {
            // As in the reference, a retry forgets what the attempt before failed of.
            step.error = None;
        }
        step.attempt = attempt;
        step.activity = Activity::Running;
        Ok(())
    }

    pub(super) fn attempt_timed_out(&mut self, step_id: &str) -> Result<(), Error> {
        let step = self.step_mut(step_id)?;
        if step.activity != Activity::Running || step.fence.is_some() {
            return Err(cannot("time out", step));
        }
        step.activity = Activity::Aborting;
        step.in_doubt |= step.state == StepState::Executing;
        Ok(())
    }

    pub(super) fn attempt_failed(
        &mut self,
        step_id: &str,
        error: &str,
        in_doubt: bool,
        retry_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        let step = self.live(step_id)?;
        if step.fence.is_some() {
            return Err(cannot("fail: its agent was killed", step));
        }
        step.error = Some(error.to_owned());
        step.retry_at = retry_at;
        step.activity = match retry_at {
            Some(_) => Activity::Waiting,
            None => Activity::Exhausted,
        };
        if step.state == StepState::Executing {
            step.in_doubt |= in_doubt;
            step.retry_count += u32::from(retry_at.is_some());
        } else {
            step.undo_retry_count += u32::from(retry_at.is_some());
        }
        Ok(())
    }

    pub(super) fn attempt_lost(&mut self, step_id: &str) -> Result<(), Error> {
        let step = self.live(step_id)?;
        step.activity = Activity::Idle;
        step.in_doubt |= step.state == StepState::Executing;
        if let Some(fence) = &mut step.fence {
            fence.settled = true;
        }
        Ok(())
    }

    pub(super) fn retry_due(&mut self, step_id: &str) -> Result<(), Error> {
        let step = self.step_mut(step_id)?;
        if step.activity != Activity::Waiting {
            return Err(cannot("be due again", step));
        }
        step.activity = Activity::Idle;
        step.retry_at = None;
        Ok(())
    }

    pub(super) fn assumed_committed(&mut self, step_id: &str, event: &Event) -> Result<(), Error> {
        let step = self.step_mut(step_id)?;
        let possible = step.state == StepState::Executing && step.in_doubt;
        if !possible || step.activity.is_live() {
            return Err(cannot("be assumed committed", step));
        }
        step.enter(StepState::Committed, event.at);
        step.committed_seq = Some(event.seq);
        step.fence = None;
        Ok(())
    }

    pub(super) fn undo_held(&mut self, step_id: &str) -> Result<(), Error> {
        let step = self.step_mut(step_id)?;
        let possible = step.state == StepState::Compensating;
        if !possible || step.activity != Activity::Exhausted {
            return Err(cannot("be held", step));
        }
        step.activity = Activity::Held;
        Ok(())
    }

    pub(super) fn undo_retried(&mut self, step_id: &str) -> Result<(), Error> {
        let step = self.step_mut(step_id)?;
        if step.activity != Activity::Held {
            return Err(cannot("be undone again", step));
        }
        step.activity = Activity::Idle;
        step.undo_retry_count = 0;
        Ok(())
    }

    /// A rollback begins: what runs is told to stop, what waits to run again no longer does.
    pub(super) fn abort_attempts(&mut self) {
        let executing = self.steps.iter_mut();
        for step in executing.filter(|step| step.state == StepState::Executing) {
            match step.activity {
                Activity::Running => step.activity = Activity::Aborting,
                Activity::Waiting => {
                    step.activity = Activity::Idle;
                    step.retry_at = None;
                }
                Activity::Idle | Activity::Aborting | Activity::Exhausted | Activity::Held => {}
            }
        }
    }

    fn live(&mut self, step_id: &str) -> Result<&mut Step, Error> {
        let step = self.step_mut(step_id)?;
        if !step.activity.is_live() {
            let message = format!("step '{step_id}' has no attempt in flight");
            return Err(bad(message));
        }
        Ok(step)
    }
}
