//! What a kill does to a saga: fence, settle, hand over or abandon.

use super::command::Command;
use super::{Turn, keys};
use crate::error::Error;
use crate::saga::{Action, Fact, SagaState};

impl Turn<'_> {
    pub(super) fn agent_killed(&mut self, agent_did: String, kill_id: String) -> Result<(), Error> {
        if self.saga.state().is_final() || self.saga.is_killed(&agent_did) {
            return Ok(());
        }
        let steps = self.saga.steps().iter();
        let live = steps.filter(|step| step.activity.is_live() && step.is_executed_by(&agent_did));
        let live: Vec<String> = live
            .map(|step| {
                let saga_id = self.saga.saga_id();
                keys::attempt_key(saga_id, &step.step_id, Action::Execute, step.attempt)
            })
            .collect();
        self.record(Fact::AgentKilled {
            agent_did: agent_did.clone(),
            kill_id,
        })?;
        for attempt_key in live {
            self.commands.push(Command::Abort { attempt_key });
        }
        let fenced = self.step_ids(|step| step.is_executed_by(&agent_did) && step.fence.is_some());
        for position in fenced
            .iter()
            .filter_map(|step_id| self.saga.position(step_id))
        {
            self.agenda.withdraw(position);
        }
        Ok(())
    }

    pub(super) fn attempt_settled(&mut self, step_id: String) -> Result<(), Error> {
        let step = self.saga.step(&step_id);
        let Some(step) =
            step.filter(|step| step.fence.as_ref().is_some_and(|fence| !fence.settled))
        else {
            return Ok(());
        };
        self.agenda.live -= usize::from(step.activity.is_live());
        self.record(Fact::AttemptSettled { step_id })
    }

    pub(super) fn handoff_accepted(
        &mut self,
        step_id: String,
        to_agent: String,
        kill_id: String,
    ) -> Result<(), Error> {
        let step = self.saga.step(&step_id);
        let Some(step) = step.filter(|_| self.saga.is_stopped(&step_id)) else {
            return Ok(());
        };
        let driven = self.saga.settings().is_some();
        if driven && (self.saga.state() != SagaState::Running || step.fence.is_none()) {
            return Ok(());
        }
        if self.saga.is_killed(&to_agent) {
            if driven {
                self.look_for_substitute(&step_id);
            }
            return Ok(());
        }
        let (from_agent, live) = (step.agent_did.clone(), step.activity.is_live());
        self.agenda.live -= usize::from(live);
        self.record(Fact::StepHandedOff {
            step_id: step_id.clone(),
            from_agent,
            to_agent,
            kill_id,
        })?;
        if let Some(position) = self.saga.position(&step_id) {
            self.agenda.due(self.saga, position);
        }
        Ok(())
    }

    pub(super) fn handoff_refused(
        &mut self,
        step_id: String,
        kill_id: String,
    ) -> Result<(), Error> {
        if self
            .saga
            .step(&step_id)
            .is_none_or(|step| step.fence.is_none())
        {
            return Ok(());
        }
        let running = self.saga.state() == SagaState::Running;
        let driven = self.saga.settings().is_some();
        if driven && !running {
            return Ok(());
        }
        let error = format!("step '{step_id}' lost its agent and nobody took it");
        self.record(Fact::StepAbandoned { step_id, kill_id })?;
        if driven {
            return self.roll_back(error);
        }
        if !running {
            return Ok(());
        }
        let to = SagaState::Compensating;
        let error = Some(error);
        self.record(Fact::SagaTransitioned { to, error })
    }

    /// Asks the host for a substitute.
    pub(super) fn look_for_substitute(&mut self, step_id: &str) {
        let step = self.saga.step(step_id);
        if let Some((step, fence)) = step.and_then(|step| Some((step, step.fence.as_ref()?))) {
            self.commands.push(Command::HandOff {
                step_id: step_id.to_owned(),
                from_agent: step.agent_did.clone(),
                kill_id: fence.kill_id.clone(),
                in_doubt: step.in_doubt,
            });
        }
    }
}
