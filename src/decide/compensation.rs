//! The way back: what runs is stopped, then what was done is undone, the last first.

use super::Turn;
use super::agenda::Committed;
use super::command::Command;
use super::graph::entry;
use super::input::Failure;
use crate::definition::Json;
use crate::error::Error;
use crate::map::sorted;
use crate::saga::{
    Action, Activity, Fact, InDoubt, OnUndoFailure, Saga, SagaState, Step, StepState,
};

impl Turn<'_> {
    /// Why a unit failed.
    pub(super) fn why(&self, unit: usize) -> String {
        let branches = self.agenda.unit(unit).map_or(&[][..], |unit| &unit.steps);
        let steps = branches.iter();
        let mut lost = steps.filter_map(|position| self.saga.steps().get(*position));
        let first = lost.find(|step| step.error.is_some() && step.state != StepState::Committed);
        let what = match first {
            Some(step) => {
                let error = step.error.as_deref().unwrap_or_default();
                format!("step '{}' failed: {error}", step.step_id)
            }
            None => "a step failed".to_owned(),
        };
        match self.agenda.unit(unit) {
            Some(unit) if unit.steps.len() > 1 => {
                format!("{} is not met: {what}", unit.policy.name())
            }
            _ => what,
        }
    }

    /// Turns the saga round. With nothing done and nothing in doubt it has just failed.
    pub(super) fn roll_back(&mut self, error: String) -> Result<(), Error> {
        let nothing = |step: &Step| match step.state {
            StepState::Pending | StepState::Failed => true,
            StepState::Executing => !step.activity.is_live() && !step.in_doubt,
            StepState::Committed
            | StepState::Compensating
            | StepState::Compensated
            | StepState::CompensationFailed => false,
        };
        if self.saga.steps().iter().all(nothing) {
            self.fail_executing()?;
            return self.finish(SagaState::Failed, Some(error));
        }
        let live = self.saga.steps().iter();
        let live = live.filter(|step| step.activity.is_live());
        let live: Vec<(Activity, bool, String, u32)> = live
            .map(|step| {
                let fenced = step.fence.is_some();
                (step.activity, fenced, step.step_id.clone(), step.attempt)
            })
            .collect();
        self.record(Fact::SagaTransitioned {
            to: SagaState::Compensating,
            error: Some(error),
        })?;
        for (activity, fenced, step_id, attempt) in live {
            let saga_id = self.saga.saga_id();
            let key = super::keys::attempt_key(saga_id, &step_id, Action::Execute, attempt);
            match activity {
                // The kill has told it to stop, and waits without end; a rollback does not.
                Activity::Running | Activity::Aborting if fenced => self.await_abort(&key),
                Activity::Running => self.abort(&key),
                Activity::Aborting
                | Activity::Idle
                | Activity::Waiting
                | Activity::Exhausted
                | Activity::Held => {}
            }
        }
        Ok(())
    }

    /// Goes on with the way back as far as it goes.
    pub(super) fn compensate(&mut self) -> Result<(), Error> {
        if self.agenda.undo.is_none() {
            if self.agenda.live > 0 {
                return Ok(());
            }
            self.fail_executing()?;
            self.agenda.undo = Some(self.committed());
        }
        while !self.saga.is_paused() {
            let next = self.agenda.undo.as_ref().and_then(|undo| undo.last());
            let Some(next) = next.cloned() else {
                return self.end();
            };
            let position = next.position;
            match self.step_at(position)?.activity {
                Activity::Running | Activity::Aborting | Activity::Waiting | Activity::Held => {
                    return Ok(());
                }
                Activity::Exhausted => {
                    if !self.give_up(position)? {
                        return Ok(());
                    }
                }
                Activity::Idle if next.nothing_to_undo => {
                    self.pass(position, StepState::Compensated, None)?;
                }
                Activity::Idle if self.step_at(position)?.has_undo() => return self.undo(position),
                Activity::Idle => {
                    let error = "No Undo_API available".to_owned();
                    self.pass(position, StepState::CompensationFailed, Some(error))?;
                }
            }
        }
        Ok(())
    }

    /// A step whose undo is not called passes through `compensating` all the same.
    fn pass(&mut self, position: usize, to: StepState, error: Option<String>) -> Result<(), Error> {
        let step = self.step_at(position)?;
        let (step_id, state) = (step.step_id.clone(), step.state);
        if state == StepState::Committed {
            self.saga
                .move_step(&step_id, StepState::Compensating, None, None, self.at)?;
        }
        self.undone(position, to, None, error)
    }

    /// A step's undo has ended, one way or the other: the next may begin.
    fn undone(
        &mut self,
        position: usize,
        to: StepState,
        result: Option<Json>,
        error: Option<String>,
    ) -> Result<(), Error> {
        let step = self.step_at(position)?;
        let (step_id, attempt) = (step.step_id.clone(), step.attempt);
        self.forget(&step_id, Action::Compensate, attempt);
        self.agenda.undo.as_mut().and_then(Vec::pop);
        self.saga.move_step(&step_id, to, result, error, self.at)
    }

    fn undo(&mut self, position: usize) -> Result<(), Error> {
        let attempt = self.begin(position, Action::Compensate)?;
        self.commands.push(Command::Undo(attempt));
        Ok(())
    }

    pub(super) fn undo_succeeded(
        &mut self,
        attempt_key: &str,
        result: Option<Json>,
    ) -> Result<(), Error> {
        let Some(position) = self.in_flight(attempt_key, Action::Compensate) else {
            return Ok(());
        };
        self.undone(position, StepState::Compensated, result, None)
    }

    pub(super) fn undo_failed(
        &mut self,
        attempt_key: &str,
        failure: &Failure,
    ) -> Result<(), Error> {
        let Some(position) = self.in_flight(attempt_key, Action::Compensate) else {
            return Ok(());
        };
        let step = self.step_at(position)?;
        let error = if step.activity == Activity::Aborting {
            format!("Compensation timed out after {}s", step.timeout_seconds)
        } else {
            format!("Compensation failed: {}", failure.error)
        };
        let retries = step.undo_retry_count;
        let again = failure.retryable && retries < step.max_retries;
        let error = (error, false);
        self.failed(
            position,
            attempt_key,
            failure,
            error,
            again.then_some(retries),
        )
    }

    /// An undo has used up its tries; whether the way back goes on.
    fn give_up(&mut self, position: usize) -> Result<bool, Error> {
        let step_id = self.step_at(position)?.step_id.clone();
        match self.settings().on_undo_failure {
            OnUndoFailure::Hold => {
                self.record(Fact::UndoHeld { step_id })?;
                Ok(false)
            }
            OnUndoFailure::Escalate => {
                self.leave(position)?;
                Ok(true)
            }
        }
    }

    /// A step stays as it is: it could not be undone.
    pub(super) fn leave(&mut self, position: usize) -> Result<(), Error> {
        self.undone(position, StepState::CompensationFailed, None, None)
    }

    /// Nothing runs any more: what was executing has failed, or is to be undone.
    fn fail_executing(&mut self) -> Result<(), Error> {
        for step_id in self.step_ids(|step| step.state == StepState::Executing) {
            let Some(position) = self.saga.position(&step_id) else {
                continue;
            };
            let step = self.step_at(position)?;
            let in_doubt = step.in_doubt;
            let kill_id = step.fence.as_ref().map(|fence| fence.kill_id.clone());
            let undone = in_doubt && self.settings().in_doubt == InDoubt::Undo;
            if let Some(kill_id) = kill_id
                && !undone
            {
                self.record(Fact::StepAbandoned { step_id, kill_id })?;
            }
            if in_doubt {
                self.decide_doubt(position)?;
            } else {
                self.fail(position)?;
            }
        }
        Ok(())
    }

    /// What is to be undone; the last is the next.
    fn committed(&self) -> Vec<Committed> {
        let without_effect = without_effect(self.saga, &self.settings().nothing_to_undo);
        let committed = committed(self.saga).into_iter();
        let committed = committed.map(|position| Committed {
            position,
            nothing_to_undo: entry(&without_effect, position),
        });
        committed.collect()
    }

    fn end(&mut self) -> Result<(), Error> {
        let count = |which: fn(&Step) -> bool| {
            let steps = self.saga.steps().iter();
            steps.filter(|step| which(step)).count()
        };
        let failed = count(|step| step.state == StepState::CompensationFailed);
        let undone = count(|step| step.state == StepState::Compensated);
        let doubted = count(|step| step.state == StepState::Failed && step.in_doubt);
        if failed > 0 {
            return self.finish(SagaState::Escalated, Some(escalated(failed)));
        }
        if doubted > 0 && self.settings().in_doubt == InDoubt::Escalate {
            let error = format!("{doubted} step(s) in doubt were not undone");
            return self.finish(SagaState::Escalated, Some(error));
        }
        let to = if undone > 0 {
            SagaState::Completed
        } else {
            SagaState::Failed
        };
        self.finish(to, None)
    }
}

/// Positions of the committed steps in the order of their commits; what is being undone comes last.
pub(super) fn committed(saga: &Saga) -> Vec<usize> {
    let steps = saga.steps().iter().enumerate();
    let committed = steps.filter_map(|(position, step)| match step.state {
        StepState::Committed => Some((step.committed_seq.unwrap_or_default(), position)),
        StepState::Compensating => Some((u64::MAX, position)),
        StepState::Pending
        | StepState::Executing
        | StepState::Compensated
        | StepState::CompensationFailed
        | StepState::Failed => None,
    });
    let committed: Vec<(u64, usize)> = committed.collect();
    let order = sorted(committed.len(), &mut |a, b| {
        committed.get(a).cmp(&committed.get(b))
    });
    let committed = order.into_iter().filter_map(|place| committed.get(place));
    committed.map(|(_, position)| *position).collect()
}

/// For each step whether it is one of these, which have no effect.
pub(super) fn without_effect(saga: &Saga, nothing_to_undo: &[String]) -> Vec<bool> {
    let mut without_effect = vec![false; saga.steps().len()];
    for position in nothing_to_undo.iter().filter_map(|id| saga.position(id)) {
        if let Some(without_effect) = without_effect.get_mut(position) {
            *without_effect = true;
        }
    }
    without_effect
}

/// The reference's words.
pub(super) fn escalated(failed: usize) -> String {
    format!("{failed} step(s) failed compensation — Joint Liability penalty triggered")
}
