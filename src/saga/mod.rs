//! The lifecycle of one saga: its steps, its state machine, its log.
//!
//! ```
//! use sagaward::saga::{Saga, SagaState, StepState, Timestamp};
//!
//! let definition = serde_json::from_str(r#"{
//!     "name": "release", "session_id": "s-1",
//!     "steps": [{"id": "build", "action_id": "deploy.image", "agent": "did:mesh:a", "undo_api": "/undo"}]
//! }"#)?;
//! let now = Timestamp::from_epoch_ms(0.0)?;
//! let mut saga = Saga::from_definition(definition, "saga:1", now)?;
//! saga.transition_step("build", StepState::Executing, None, None, now)?;
//! saga.transition_step("build", StepState::Committed, None, None, now)?;
//! saga.transition(SagaState::Completed, None, now)?;
//! assert_eq!(Saga::replay(saga.log().to_vec())?, saga);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod add;
mod dict;
mod event;
mod fold;
mod settings;
mod snapshot;
mod state;
mod step;
mod timestamp;

pub use dict::{SagaDict, StepDict};
pub use event::{Action, Event, Fact, LOG_FORMAT, LOG_VERSION};
pub(crate) use settings::LONGEST_WAIT_MS;
pub use settings::{Backoff, InDoubt, OnUndoFailure, RetrySettings, RunSettings};
pub use snapshot::{KilledBy, SNAPSHOT_FORMAT, SNAPSHOT_VERSION, SagaSnapshot};
pub use state::{Outcome, SagaState, StepState};
pub use step::{Activity, DEFAULT_TIMEOUT_SECONDS, Fence, Step};
pub use timestamp::Timestamp;

use crate::definition::model::{FanOutGroup, StepDefinition};
use crate::definition::{Json, SagaDefinition, objects};
use crate::error::{Code, Error};
use crate::map::Map;

/// A saga: steps with their states, and the log of how they came to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Saga {
    saga_id: String,
    session_id: String,
    name: String,
    metadata: Option<Json>,
    fan_out: Option<Json>,
    groups: Vec<FanOutGroup>,
    steps: Vec<Step>,
    positions: Map<usize>,
    state: SagaState,
    rolled_back: bool,
    error: Option<String>,
    created_at: Timestamp,
    completed_at: Option<Timestamp>,
    /// The killed agents, each with the kill.
    killed: Map<String>,
    /// Set once a run drives it.
    settings: Option<RunSettings>,
    paused: bool,
    seq: u64,
    log: Vec<Event>,
}

impl Saga {
    /// A saga without steps.
    pub fn new(saga_id: &str, session_id: &str, name: &str, at: Timestamp) -> Result<Self, Error> {
        let definition = SagaDefinition {
            name: name.to_owned(),
            session_id: session_id.to_owned(),
            saga_id: None,
            steps: Vec::new(),
            fan_out: None,
            metadata: None,
        };
        Self::from_definition(definition, saga_id, at)
    }

    /// The saga that a valid definition describes. `saga_id` counts where the definition has none.
    pub fn from_definition(
        definition: SagaDefinition,
        saga_id: &str,
        at: Timestamp,
    ) -> Result<Self, Error> {
        let own_id = definition.saga_id.filter(|id| !id.is_empty());
        fold::begin(Event {
            seq: 1,
            at,
            fact: Fact::SagaCreated {
                format: LOG_FORMAT.to_owned(),
                version: LOG_VERSION,
                saga_id: own_id.unwrap_or_else(|| saga_id.to_owned()),
                session_id: definition.session_id,
                name: definition.name,
                steps: definition.steps,
                fan_out: definition.fan_out,
                metadata: definition.metadata,
            },
        })
    }

    /// The saga that a log tells of.
    pub fn replay(events: impl IntoIterator<Item = Event>) -> Result<Self, Error> {
        fold::replay(events)
    }

    /// The saga that a snapshot holds. Its log begins behind the snapshot.
    pub fn restore(snapshot: SagaSnapshot) -> Result<Self, Error> {
        snapshot::restore(snapshot)
    }

    /// All that is known of the saga but its log.
    pub fn snapshot(&self) -> SagaSnapshot {
        snapshot::take(self)
    }

    /// The same but its steps, which need not be copied to be seen.
    pub fn snapshot_without_steps(&self) -> SagaSnapshot {
        snapshot::without_steps(self)
    }

    /// What the reference's `to_dict` gives.
    pub fn to_dict(&self) -> SagaDict {
        dict::of(self)
    }

    /// Adds a step at the end.
    pub fn add_step(&mut self, step: StepDefinition, at: Timestamp) -> Result<(), Error> {
        self.by_hand()?;
        self.record(Fact::StepAdded { step }, at)
    }

    /// Sets the saga's state by hand.
    pub fn transition(
        &mut self,
        to: SagaState,
        error: Option<String>,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.by_hand()?;
        self.record(Fact::SagaTransitioned { to, error }, at)
    }

    /// Sets a step's state by hand.
    pub fn transition_step(
        &mut self,
        step_id: &str,
        to: StepState,
        result: Option<Json>,
        error: Option<String>,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.by_hand()?;
        self.move_step(step_id, to, result, error, at)
    }

    pub(crate) fn move_step(
        &mut self,
        step_id: &str,
        to: StepState,
        result: Option<Json>,
        error: Option<String>,
        at: Timestamp,
    ) -> Result<(), Error> {
        let step_id = step_id.to_owned();
        // In documents no result and the result `null` are one.
        let result = result.filter(|result| result.text() != "null");
        self.record(
            Fact::StepTransitioned {
                step_id,
                to,
                result,
                error,
            },
            at,
        )
    }

    fn by_hand(&self) -> Result<(), Error> {
        if self.settings.is_none() {
            return Ok(());
        }
        let message = format!(
            "saga '{}' is driven by a run: tell it by `handle`, or through the run",
            self.saga_id
        );
        Err(Error::new(Code::Driven, message))
    }

    /// Folds a new fact at the end of the log, or refuses it and changes nothing.
    pub(crate) fn record(&mut self, fact: Fact, at: Timestamp) -> Result<(), Error> {
        self.fold(Event {
            seq: self.seq + 1,
            at,
            fact,
        })
    }

    /// The saga's id.
    pub fn saga_id(&self) -> &str {
        &self.saga_id
    }

    /// The session it belongs to.
    pub fn session_id(&self) -> &str {
        &self.session_id
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its state.
    pub fn state(&self) -> SagaState {
        self.state
    }

    /// How it ended; `None` while it has not.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.state {
            SagaState::Running | SagaState::Compensating => None,
            SagaState::Completed if self.rolled_back => Some(Outcome::RolledBack),
            SagaState::Completed => Some(Outcome::Succeeded),
            SagaState::Failed => Some(Outcome::Failed),
            SagaState::Escalated => Some(Outcome::Escalated),
        }
    }

    /// Why it failed.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// When it was created.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// When it ended.
    pub fn completed_at(&self) -> Option<Timestamp> {
        self.completed_at
    }

    /// The groups of steps that start together.
    pub fn fan_out(&self) -> &[FanOutGroup] {
        &self.groups
    }

    /// The number of its last event.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Its events; those before a restored snapshot are not among them.
    pub fn log(&self) -> &[Event] {
        &self.log
    }

    /// Its events from this number on.
    pub fn log_from(&self, seq: u64) -> &[Event] {
        let start = self.log.partition_point(|event| event.seq < seq);
        self.log.get(start..).unwrap_or_default()
    }

    /// Its steps, in the order of the definition.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The step of this id.
    pub fn step(&self, step_id: &str) -> Option<&Step> {
        self.position(step_id)
            .and_then(|position| self.steps.get(position))
    }

    /// Where a step stands in the definition.
    pub(crate) fn position(&self, step_id: &str) -> Option<usize> {
        self.positions.get(step_id).copied()
    }

    /// The committed steps: what a rollback would have to undo.
    pub fn committed_steps(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.steps
            .iter()
            .filter(|step| step.state == StepState::Committed)
    }

    /// The steps that a kill of this agent has to move.
    pub fn in_flight(&self, agent_did: &str) -> impl Iterator<Item = &Step> {
        let driven = self.settings.is_some();
        // A run that rolls back undoes by itself whatever is in flight.
        let moves = !driven || self.state == SagaState::Running;
        let told = self.is_killed(agent_did);
        let steps = self.steps.iter();
        let steps = steps.filter(move |step| moves && step.is_executed_by(agent_did));
        steps.filter(move |step| {
            let over = step.activity == Activity::Exhausted || (told && step.fence.is_none());
            !(driven && over)
        })
    }

    /// The agents of the steps that may still run, each once, sorted.
    pub fn unfinished_agents(&self) -> Vec<&str> {
        let unfinished = self.steps.iter().filter(|step| match step.state {
            StepState::Pending => !self.state.is_final(),
            StepState::Executing => true,
            StepState::Committed
            | StepState::Compensating
            | StepState::Compensated
            | StepState::CompensationFailed
            | StepState::Failed => false,
        });
        let mut agents = Map::new();
        for step in unfinished {
            agents.insert(step.agent_did.as_str(), step.agent_did.as_str());
        }
        agents.iter().map(|(_, agent)| *agent).collect()
    }

    /// Whether a step stands still until a person decides, or its killed agent's action settles.
    pub fn waits_for_operator(&self) -> bool {
        let held = |step: &Step| {
            let unsettled = step.fence.as_ref().is_some_and(|fence| !fence.settled);
            let waits = self.settings.is_none() || self.state == SagaState::Running;
            step.activity == Activity::Held || (unsettled && waits)
        };
        self.steps.iter().any(held)
    }

    /// Whether this agent's attempts no longer count here.
    pub fn is_killed(&self, agent_did: &str) -> bool {
        self.killed.contains(agent_did)
    }

    /// The kill that put an agent out.
    pub(crate) fn killed_by(&self, agent_did: &str) -> Option<&str> {
        self.killed.get(agent_did).map(String::as_str)
    }

    /// How a run drives it; `None` while it is moved by hand.
    pub fn settings(&self) -> Option<&RunSettings> {
        self.settings.as_ref()
    }

    /// Whether a run holds back what it would start.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    fn empty(saga_id: String, session_id: String, name: String, created_at: Timestamp) -> Self {
        Self {
            saga_id,
            session_id,
            name,
            metadata: None,
            fan_out: None,
            groups: Vec::new(),
            steps: Vec::new(),
            positions: Map::new(),
            state: SagaState::Running,
            rolled_back: false,
            error: None,
            created_at,
            completed_at: None,
            killed: Map::new(),
            settings: None,
            paused: false,
            seq: 0,
            log: Vec::new(),
        }
    }

    /// Keeps the groups as they were written, for their owner may have put more into them.
    fn set_fan_out(&mut self, fan_out: Option<Json>) -> Result<(), Error> {
        if let Some(written) = &fan_out {
            self.groups = objects::from_str(written.text()).map_err(|error| {
                Error::new(Code::InvalidDefinition, format!("fan_out: {error}"))
            })?;
        }
        self.fan_out = fan_out;
        Ok(())
    }

    fn step_mut(&mut self, step_id: &str) -> Result<&mut Step, Error> {
        let position = self.position(step_id);
        let step = position.and_then(|position| self.steps.get_mut(position));
        step.ok_or_else(|| {
            let message = format!("saga '{}' has no step '{step_id}'", self.saga_id);
            Error::new(Code::UnknownStep, message).with("step_id", step_id)
        })
    }
}
