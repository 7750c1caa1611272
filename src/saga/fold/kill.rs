//! Facts about kills: who is fenced, who has the step now.

use super::super::Saga;
use super::super::state::{SagaState, StepState};
use super::super::step::{Activity, Fence, Step};
use super::{bad, cannot};
use crate::error::{Code, Error};

impl Saga {
    pub(super) fn agent_killed(&mut self, agent_did: &str, kill_id: &str) {
        self.killed.insert(agent_did, kill_id.to_owned());
        let driven = self.settings.is_some();
        // A step that is to be undone is not handed over; only what it still reports is fenced.
        let handed_over = self.state == SagaState::Running;
        let in_flight = self.steps.iter_mut();
        let in_flight = in_flight.filter(|step| step.is_executed_by(agent_did));
        // A step that an earlier kill still holds stays its.
        for step in in_flight.filter(|step| step.fence.is_none()) {
            let live = step.activity.is_live();
            let waits = match step.activity {
                Activity::Idle | Activity::Waiting => handed_over,
                Activity::Running | Activity::Aborting => true,
                Activity::Exhausted | Activity::Held => false,
            };
            if driven && !waits {
                continue;
            }
            step.in_doubt |= live || !driven;
            if !live {
                step.activity = Activity::Idle;
                step.retry_at = None;
            }
            step.fence = Some(Fence {
                kill_id: kill_id.to_owned(),
                settled: driven && !live,
            });
        }
    }

    pub(super) fn attempt_settled(&mut self, step_id: &str) -> Result<(), Error> {
        let step = self.fenced_mut(step_id)?;
        step.activity = Activity::Idle;
        if let Some(fence) = &mut step.fence {
            fence.settled = true;
        }
        Ok(())
    }

    pub(super) fn step_fenced(&mut self, step_id: &str, kill_id: &str) -> Result<(), Error> {
        self.driven()?;
        let step = self.step_mut(step_id)?;
        let possible = match step.state {
            StepState::Pending | StepState::Executing => step.activity == Activity::Idle,
            StepState::Committed
            | StepState::Compensating
            | StepState::Compensated
            | StepState::CompensationFailed
            | StepState::Failed => false,
        };
        if !possible || step.fence.is_some() {
            return Err(cannot("be fenced", step));
        }
        step.fence = Some(Fence {
            kill_id: kill_id.to_owned(),
            settled: true,
        });
        Ok(())
    }

    pub(super) fn step_handed_off(&mut self, step_id: &str, to_agent: &str) -> Result<(), Error> {
        let stopped = self.is_stopped(step_id);
        let step = self.step_mut(step_id)?;
        if !stopped {
            return Err(not_fenced(step_id));
        }
        step.fence = None;
        step.activity = Activity::Idle;
        step.agent_did = to_agent.to_owned();
        Ok(())
    }

    pub(super) fn step_abandoned(&mut self, step_id: &str) -> Result<(), Error> {
        let step = self.fenced_mut(step_id)?;
        // While the killed agent's attempt is in flight, what it reports must not count.
        if !step.activity.is_live() {
            step.fence = None;
        }
        Ok(())
    }

    /// Whether a kill stands between a step and its next state.
    pub(crate) fn is_stopped(&self, step_id: &str) -> bool {
        self.step(step_id).is_some_and(|step| {
            let killed = self.killed.contains(&step.agent_did);
            step.fence.is_some() || (killed && step.state == StepState::Pending)
        })
    }

    fn fenced_mut(&mut self, step_id: &str) -> Result<&mut Step, Error> {
        let step = self.step_mut(step_id)?;
        if step.fence.is_none() {
            return Err(not_fenced(step_id));
        }
        Ok(step)
    }
}

pub(super) fn fenced(step: &Step) -> Error {
    let message = format!(
        "step '{}' is fenced: its agent '{}' was killed; hand it to a substitute or roll back",
        step.step_id, step.agent_did
    );
    Error::new(Code::Fenced, message)
}

fn not_fenced(step_id: &str) -> Error {
    bad(format!("step '{step_id}' is not fenced by a kill"))
}
