//! The saga as a class. Documents cross as JSON, which keeps the order of the user's keys.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::rows;
use crate::decide::{self, Driver, Input, Plan};
use crate::definition::json::text as json;
use crate::definition::{Json, SagaDefinition, objects, parse_step, unreadable};
use crate::error::{Code, Error};
use crate::kill::Found;
use crate::saga::{Event, RunSettings, Saga, SagaSnapshot, SagaState, Step, StepState, Timestamp};

/// Refuses settings of a run that cannot be meant, as JSON.
#[wasm_bindgen(js_name = checkRunSettings)]
pub fn check_run_settings(settings: &str) -> Result<(), JsValue> {
    RunSettings::from_json(settings)?;
    Ok(())
}

/// A saga; the face wraps it.
#[wasm_bindgen]
pub struct SagaCore(Driver);

#[wasm_bindgen]
impl SagaCore {
    /// A saga without steps.
    pub fn create(id: &str, session: &str, name: &str, at: f64) -> Result<Self, JsValue> {
        let at = Timestamp::from_epoch_ms(at)?;
        Ok(Self(Driver::new(Saga::new(id, session, name, at)?)))
    }

    /// The saga of a definition that was judged valid.
    #[wasm_bindgen(js_name = fromDefinition)]
    pub fn from_definition(definition: &[u8], id: &str, at: f64) -> Result<Self, JsValue> {
        let definition = text(definition)?;
        let definition: SagaDefinition = objects::from_str(definition).map_err(unreadable)?;
        let at = Timestamp::from_epoch_ms(at)?;
        let saga = Saga::from_definition(definition, id, at)?;
        Ok(Self(Driver::new(saga)))
    }

    /// The saga of a snapshot, as JSON, whose steps may be written as rows beside it.
    pub fn restore(snapshot: &[u8], steps: Option<Vec<u8>>) -> Result<Self, JsValue> {
        let mut snapshot = SagaSnapshot::from_json(text(snapshot)?)?;
        if let Some(steps) = steps {
            snapshot.steps = rows::read(text(&steps)?)?;
        }
        Ok(Self(Driver::new(Saga::restore(snapshot)?)))
    }

    /// The saga of a log, an event a line.
    pub fn replay(log: &[u8]) -> Result<Self, JsValue> {
        Ok(Self(Driver::new(Saga::replay(events(text(log)?)?)?)))
    }

    /// Folds later events, one a line.
    pub fn fold(&mut self, log: &[u8]) -> Result<(), JsValue> {
        for event in events(text(log)?)? {
            self.0.saga_mut().fold(event)?;
        }
        Ok(())
    }

    /// Adds a step, as JSON.
    #[wasm_bindgen(js_name = addStep)]
    pub fn add_step(&mut self, step: &str, at: f64) -> Result<(), JsValue> {
        let step = parse_step(step)?;
        let saga = self.0.saga_mut();
        Ok(saga.add_step(step, Timestamp::from_epoch_ms(at)?)?)
    }

    /// Sets the saga's state.
    pub fn transition(&mut self, to: &str, error: Option<String>, at: f64) -> Result<(), JsValue> {
        let to = named(SagaState::named, SagaState::WORDS, to)?;
        Ok(self
            .0
            .saga_mut()
            .transition(to, error, Timestamp::from_epoch_ms(at)?)?)
    }

    /// Sets a step's state; the result is JSON.
    #[wasm_bindgen(js_name = transitionStep)]
    pub fn transition_step(
        &mut self,
        step_id: &str,
        to: &str,
        result: Option<String>,
        error: Option<String>,
        at: f64,
    ) -> Result<(), JsValue> {
        let to = named(StepState::named, StepState::WORDS, to)?;
        let result = result.as_deref().map(Json::parse).transpose()?;
        let at = Timestamp::from_epoch_ms(at)?;
        let saga = self.0.saga_mut();
        Ok(saga.transition_step(step_id, to, result, error, at)?)
    }

    /// Takes one input, as JSON; the commands as JSON.
    pub fn handle(&mut self, input: &str) -> Result<String, JsValue> {
        Ok(json(&self.0.handle(Input::from_json(input)?)?))
    }

    /// The results that a step builds on, as a JSON list of pairs.
    pub fn results(&mut self, step_id: &str) -> String {
        json(&self.0.results(step_id))
    }

    /// Whether a run drives it.
    #[wasm_bindgen(getter, js_name = isDriven)]
    pub fn is_driven(&self) -> bool {
        self.0.saga().settings().is_some()
    }

    /// Whether the run holds back what it would start.
    #[wasm_bindgen(getter, js_name = isPaused)]
    pub fn is_paused(&self) -> bool {
        self.0.saga().is_paused()
    }

    /// The saga's id.
    #[wasm_bindgen(getter, js_name = sagaId)]
    pub fn saga_id(&self) -> String {
        self.0.saga().saga_id().to_owned()
    }

    /// Its session.
    #[wasm_bindgen(getter, js_name = sessionId)]
    pub fn session_id(&self) -> String {
        self.0.saga().session_id().to_owned()
    }

    /// Its name.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.0.saga().name().to_owned()
    }

    /// The number of its last event.
    #[wasm_bindgen(getter)]
    pub fn seq(&self) -> f64 {
        self.0.saga().seq() as f64
    }

    /// Its state.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> String {
        self.0.saga().state().name().to_owned()
    }

    /// How it ended, as JSON.
    #[wasm_bindgen(getter)]
    pub fn outcome(&self) -> String {
        json(&self.0.saga().outcome())
    }

    /// Why it failed.
    #[wasm_bindgen(getter)]
    pub fn error(&self) -> Option<String> {
        self.0.saga().error().map(str::to_owned)
    }

    /// When it was created.
    #[wasm_bindgen(getter, js_name = createdAt)]
    pub fn created_at(&self) -> String {
        self.0.saga().created_at().to_string()
    }

    /// When it ended.
    #[wasm_bindgen(getter, js_name = completedAt)]
    pub fn completed_at(&self) -> Option<String> {
        self.0.saga().completed_at().map(|at| at.to_string())
    }

    /// Whether steps stand still until a person decides.
    #[wasm_bindgen(getter, js_name = waitsForOperator)]
    pub fn waits_for_operator(&self) -> bool {
        self.0.saga().waits_for_operator()
    }

    /// Its steps, as rows of JSON.
    pub fn steps(&self) -> String {
        rows::write(self.0.saga().steps())
    }

    /// A step, as JSON.
    pub fn step(&self, step_id: &str) -> Option<String> {
        self.0.saga().step(step_id).map(json)
    }

    /// The ids of the committed steps, as JSON.
    #[wasm_bindgen(js_name = committedSteps)]
    pub fn committed_steps(&self) -> String {
        ids(self.0.saga().committed_steps())
    }

    /// The ids of the steps whose turn it is, as JSON.
    #[wasm_bindgen(js_name = readySteps)]
    pub fn ready_steps(&self) -> String {
        ids(decide::ready(self.0.saga()).into_iter())
    }

    /// What remains to be done, and what a failure would undo, as JSON; so are the settings of the
    /// run that is planned.
    pub fn plan(&self, settings: &str) -> Result<String, JsValue> {
        let settings = RunSettings::from_json(settings)?;
        Ok(json(&Plan::of(self.0.saga(), &settings.nothing_to_undo)))
    }

    /// The agents of steps that have not ended, as JSON.
    #[wasm_bindgen(js_name = unfinishedAgents)]
    pub fn unfinished_agents(&self) -> String {
        json(&self.0.saga().unfinished_agents())
    }

    /// The steps that an agent is executing, as a kill takes them.
    #[wasm_bindgen(js_name = inFlight)]
    pub fn in_flight(&self, agent_did: &str) -> String {
        let saga = self.0.saga();
        let in_flight = saga.in_flight(agent_did);
        json(
            &in_flight
                .map(|step| Found::of(saga, step))
                .collect::<Vec<_>>(),
        )
    }

    /// Its events from this number on, as JSON.
    pub fn log(&self, from_seq: f64) -> String {
        json(&self.0.saga().log_from(from_seq as u64))
    }

    /// The reference's `to_dict`, as JSON.
    #[wasm_bindgen(js_name = toDict)]
    pub fn to_dict(&self) -> String {
        json(&self.0.saga().to_dict())
    }

    /// Its snapshot without the steps, as JSON.
    #[wasm_bindgen(js_name = snapshotWithoutSteps)]
    pub fn snapshot_without_steps(&self) -> String {
        json(&self.0.saga().snapshot_without_steps())
    }
}

fn ids<'s>(steps: impl Iterator<Item = &'s Step>) -> String {
    json(&steps.map(|step| &step.step_id).collect::<Vec<_>>())
}

/// The text of a whole document, which comes in as bytes: the generated glue passes a string unit
/// by unit.
fn text(document: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(document).map_err(|error| Error::new(Code::NotJson, error.to_string()))
}

fn events(log: &str) -> Result<Vec<Event>, Error> {
    let lines = log.lines().enumerate();
    lines
        .map(|(index, line)| Event::from_line(index, line))
        .collect()
}

fn named<T>(named: fn(&str) -> Option<T>, states: &[&str], wanted: &str) -> Result<T, Error> {
    named(wanted).ok_or_else(|| {
        let states = states.join(", ");
        let message = format!("'{wanted}' is no state; the states are {states}");
        Error::new(Code::BadArgument, message)
    })
}
