//! What a person decides where a saga waits for one.

use super::Turn;
use super::compensation::escalated;
use crate::error::Error;
use crate::saga::{Activity, Fact, SagaState, Step, StepState};

impl Turn<'_> {
    pub(super) fn retry_step(&mut self, step_id: &str) -> Result<(), Error> {
        let Some(step) = self.saga.step(step_id) else {
            return Ok(());
        };
        let step_id = step_id.to_owned();
        if step.activity == Activity::Held {
            return self.record(Fact::UndoRetried { step_id });
        }
        if self.is_held(step) {
            return self.attempt_settled(step_id);
        }
        Ok(())
    }

    pub(super) fn skip_step(&mut self, step_id: &str) -> Result<(), Error> {
        let Some(step) = self.saga.step(step_id) else {
            return Ok(());
        };
        if step.activity == Activity::Held {
            let position = self.saga.position(step_id).unwrap_or_default();
            return self.leave(position);
        }
        let kill_id = step.fence.as_ref().map(|fence| fence.kill_id.clone());
        match kill_id.filter(|_| self.is_held(step)) {
            Some(kill_id) => self.handoff_refused(step_id.to_owned(), kill_id),
            None => Ok(()),
        }
    }

    pub(super) fn escalate(&mut self) -> Result<(), Error> {
        let mut steps = self.saga.steps().iter();
        let held = steps.position(|step| step.activity == Activity::Held);
        let Some(position) = held else {
            return Ok(());
        };
        self.leave(position)?;
        let steps = self.saga.steps().iter();
        let failed = steps.filter(|step| step.state == StepState::CompensationFailed);
        let error = escalated(failed.count());
        self.finish(SagaState::Escalated, Some(error))
    }

    /// Whether a kill waits for the step's action to settle.
    fn is_held(&self, step: &Step) -> bool {
        let unsettled = step.fence.as_ref().is_some_and(|fence| !fence.settled);
        unsettled && self.saga.state() == SagaState::Running
    }
}
