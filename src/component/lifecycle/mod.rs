//! The interface `lifecycle`.

mod event;
mod state;
mod turn;

use std::cell::RefCell;

use super::Component;
use super::convert::{Answer, Out, Taken};
use super::interfaces::lifecycle as host;
use crate::decide::{Driver, ready};
use crate::definition::{ValidateOptions, parse_definition, parse_step};
use crate::error::Error;
use crate::kill::Found;
use crate::saga::{Event, RunSettings, Saga, Timestamp};

/// A saga that the host holds.
pub struct Held(RefCell<Driver>);

impl host::Guest for Component {
    type Saga = Held;

    fn default_settings() -> host::RunSettings {
        RunSettings::default().out()
    }
}

impl host::GuestSaga for Held {
    fn create(saga_id: String, session_id: String, name: String, at: f64) -> Answer<host::Saga> {
        let at = Timestamp::from_epoch_ms(at)?;
        held(Saga::new(&saga_id, &session_id, &name, at))
    }

    fn from_definition(definition: String, saga_id: String, at: f64) -> Answer<host::Saga> {
        let definition = parse_definition(&definition, &ValidateOptions::default())?;
        let at = Timestamp::from_epoch_ms(at)?;
        held(Saga::from_definition(definition, &saga_id, at))
    }

    fn restore(snapshot: host::SagaSnapshot) -> Answer<host::Saga> {
        held(snapshot.taken().and_then(Saga::restore))
    }

    fn replay(events: Vec<host::Event>) -> Answer<host::Saga> {
        let events: Vec<Event> = events.taken()?;
        held(Saga::replay(events))
    }

    fn add_step(&self, step: String, at: f64) -> Answer<()> {
        let (step, at) = (parse_step(&step)?, Timestamp::from_epoch_ms(at)?);
        Ok(self.0.borrow_mut().saga_mut().add_step(step, at)?)
    }

    fn transition(&self, to: host::SagaState, error: Option<String>, at: f64) -> Answer<()> {
        let (to, at) = (to.taken()?, at.taken()?);
        Ok(self.0.borrow_mut().saga_mut().transition(to, error, at)?)
    }

    fn transition_step(
        &self,
        step_id: String,
        to: host::StepState,
        result: Option<String>,
        error: Option<String>,
        at: f64,
    ) -> Answer<()> {
        let (to, result, at) = (to.taken()?, result.taken()?, at.taken()?);
        let mut driver = self.0.borrow_mut();
        let saga = driver.saga_mut();
        Ok(saga.transition_step(&step_id, to, result, error, at)?)
    }

    fn handle(&self, input: host::Input) -> Answer<Vec<host::Command>> {
        let input = input.taken()?;
        Ok(self.0.borrow_mut().handle(input)?.out())
    }

    fn results(&self, step_id: String) -> Vec<host::StepResult> {
        let mut driver = self.0.borrow_mut();
        let results = driver.results(&step_id).into_iter();
        let results = results.map(|(step_id, result)| host::StepResult {
            step_id: step_id.to_owned(),
            result: result.cloned().out(),
        });
        results.collect()
    }

    fn view(&self) -> host::SagaView {
        let driver = self.0.borrow();
        let saga = driver.saga();
        host::SagaView {
            saga_id: saga.saga_id().to_owned(),
            session_id: saga.session_id().to_owned(),
            name: saga.name().to_owned(),
            seq: saga.seq(),
            state: saga.state().out(),
            outcome: saga.outcome().out(),
            error: saga.error().map(str::to_owned),
            created_at: saga.created_at().out(),
            completed_at: saga.completed_at().out(),
            driven: saga.settings().is_some(),
            paused: saga.is_paused(),
            waits_for_operator: saga.waits_for_operator(),
        }
    }

    fn steps(&self) -> Vec<host::Step> {
        self.0.borrow().saga().steps().to_vec().out()
    }

    fn step(&self, step_id: String) -> Option<host::Step> {
        self.0.borrow().saga().step(&step_id).cloned().out()
    }

    fn ready_steps(&self) -> Vec<String> {
        let driver = self.0.borrow();
        let steps = ready(driver.saga()).into_iter();
        steps.map(|step| step.step_id.clone()).collect()
    }

    fn unfinished_agents(&self) -> Vec<String> {
        let driver = self.0.borrow();
        let agents = driver.saga().unfinished_agents().into_iter();
        agents.map(str::to_owned).collect()
    }

    fn in_flight(&self, agent_did: String) -> Vec<host::Found> {
        let driver = self.0.borrow();
        let saga = driver.saga();
        let steps = saga.in_flight(&agent_did);
        steps.map(|step| Found::of(saga, step).out()).collect()
    }

    fn log(&self, from_seq: u64) -> Vec<host::Event> {
        self.0.borrow().saga().log_from(from_seq).to_vec().out()
    }

    fn snapshot(&self) -> host::SagaSnapshot {
        self.0.borrow().saga().snapshot().out()
    }
}

fn held(saga: Result<Saga, Error>) -> Answer<host::Saga> {
    Ok(host::Saga::new(Held(RefCell::new(Driver::new(saga?)))))
}
