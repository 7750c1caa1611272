//! A world under virtual time: it performs what the saga commands, and tells it what came of it.
//! Each input is checked, see `invariants`, and taken a second time by a saga that was restored.

use std::collections::BTreeMap;

use sagaward::decide::{Command, Driver, Input, Timer, Told};
use sagaward::saga::{Action, Outcome, RunSettings, Saga, SagaState};
use serde_json::Value;

use crate::definitions;
use crate::invariants;
use crate::plan::Plan;
use crate::states;

#[derive(Debug, Clone)]
pub struct World {
    pub driver: Driver,
    pub plan: Plan,
    pub now: f64,
    /// Actions and undos that have not settled, by attempt key, also those that count no more.
    pub actions: BTreeMap<String, Running>,
    /// When the timers fire, by attempt key; the second field: whether it is for a retry.
    pub timers: BTreeMap<(String, bool), f64>,
    /// The questions for substitutes that are open, by step.
    pub asks: BTreeMap<String, Ask>,
    /// Every attempt there ever was.
    pub attempts: BTreeMap<String, (String, Action)>,
    /// One for each step and action, whatever happens.
    pub idempotency_keys: BTreeMap<(String, bool), String>,
    pub finished: Option<Outcome>,
    pub kills: u32,
    /// Whether the last kill looks for substitutes before its agent's actions have settled.
    pub proceeds: bool,
    /// What was told and answered since `base`.
    pub told: Vec<(Input, Vec<Command>)>,
    pub base: Driver,
}

#[derive(Debug, Clone)]
pub struct Running {
    pub step_id: String,
    pub action: Action,
    pub agent: String,
    pub timeout_ms: f64,
    /// Whether its agent was killed since it began.
    pub fenced: bool,
    /// Whether the saga was allowed to go on without it.
    pub let_go: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    pub kill_id: String,
    /// Whether a substitute is looked for although the killed agent's action has not settled.
    pub proceed: bool,
}

impl World {
    pub fn new(definition: &Value) -> Self {
        let driver = Driver::new(definitions::saga(definition));
        Self {
            plan: Plan::of(definition),
            now: 1_000.0,
            actions: BTreeMap::new(),
            timers: BTreeMap::new(),
            asks: BTreeMap::new(),
            attempts: BTreeMap::new(),
            idempotency_keys: BTreeMap::new(),
            finished: None,
            kills: 0,
            proceeds: false,
            told: Vec::new(),
            base: driver.clone(),
            driver,
        }
    }

    pub fn started(definition: &Value, settings: RunSettings) -> Result<Self, String> {
        let mut world = Self::new(definition);
        world.tell(Told::Start { settings })?;
        Ok(world)
    }

    pub fn saga(&self) -> &Saga {
        self.driver.saga()
    }

    /// Tells the saga, checks its answer, and performs it.
    pub fn tell(&mut self, told: Told) -> Result<(), String> {
        self.now += 1.0;
        let input = Input { at: self.now, told };
        let text = written(&input);
        must(Input::from_json(&text).as_ref() == Ok(&input), || {
            format!("an input is read as it is written: {text}")
        })?;

        let before = Saga::restore(self.saga().snapshot()).unwrap();
        let commands = self
            .driver
            .handle(input.clone())
            .map_err(|error| error.to_string())?;
        self.told.push((input.clone(), commands.clone()));
        let events = self.saga().log_from(before.seq() + 1).to_vec();

        let mut restored = Driver::new(before.clone());
        let again = restored
            .handle(input.clone())
            .map_err(|error| error.to_string())?;
        must(again == commands, || {
            format!("a restored saga commands the same: {again:?}")
        })?;
        must(restored.saga().log() == events, || {
            "a restored saga decides the same".to_owned()
        })?;

        invariants::input(&before, &input, &events, &commands)?;
        let mut saga = before.clone();
        for event in &events {
            invariants::event(&self.plan, &saga, event)?;
            saga.fold(event.clone())
                .map_err(|error| error.to_string())?;
        }
        must(saga.snapshot() == self.saga().snapshot(), || {
            "the fold of the events is the state".to_owned()
        })?;

        if !events.is_empty() {
            self.note(&input.told, &before);
        }
        invariants::outcome_of_fenced(&before, self.saga(), &input, &self.actions)?;
        self.settle(&input.told);
        for command in &commands {
            self.perform(command)?;
        }
        states::state(self)
    }

    /// What the input means for actions that the saga no longer counts.
    fn note(&mut self, told: &Told, before: &Saga) {
        match told {
            Told::AgentKilled { agent_did, kill_id } => {
                let found = self.driver.saga().in_flight(agent_did);
                for step in found {
                    let ask = Ask {
                        kill_id: kill_id.clone(),
                        proceed: self.proceeds,
                    };
                    self.asks.insert(step.step_id.clone(), ask);
                }
                let theirs = self
                    .actions
                    .values_mut()
                    .filter(|action| action.agent == *agent_did);
                theirs.for_each(|action| action.fenced |= action.action == Action::Execute);
            }
            Told::TimerFired {
                attempt_key,
                timer: Timer::AbortGrace,
            } => self.let_go(attempt_key),
            Told::RetryStep { step_id } | Told::HandoffAccepted { step_id, .. } => {
                if let Some(step) = before.step(step_id) {
                    let key = attempt_key(before, step_id, Action::Execute, step.attempt);
                    self.let_go(&key);
                }
            }
            _ => {}
        }
    }

    fn let_go(&mut self, attempt_key: &str) {
        if let Some(action) = self.actions.get_mut(attempt_key) {
            action.let_go = true;
        }
    }

    /// An action that reported its end has ended.
    fn settle(&mut self, told: &Told) {
        match told {
            Told::AttemptSucceeded { attempt_key, .. }
            | Told::AttemptFailed { attempt_key, .. }
            | Told::UndoSucceeded { attempt_key, .. }
            | Told::UndoFailed { attempt_key, .. }
            | Told::AttemptLost { attempt_key } => {
                self.actions.remove(attempt_key);
            }
            Told::HandoffAccepted { step_id, .. } | Told::HandoffRefused { step_id, .. } => {
                let step = self.driver.saga().step(step_id);
                if step.is_none_or(|step| step.fence.is_none()) {
                    self.asks.remove(step_id);
                }
            }
            Told::AttemptSettled { step_id } => {
                self.actions
                    .retain(|_, action| action.step_id != *step_id || !action.fenced);
            }
            _ => {}
        }
    }

    fn perform(&mut self, command: &Command) -> Result<(), String> {
        must(self.finished.is_none(), || {
            format!("nothing follows the end: {command:?}")
        })?;
        let (attempt, action) = match command {
            Command::Execute(attempt) => (attempt, Action::Execute),
            Command::Undo(attempt) => (attempt, Action::Compensate),
            Command::Abort { attempt_key } => {
                let known = self.actions.contains_key(attempt_key);
                return must(known, || format!("what is aborted runs: {attempt_key}"));
            }
            Command::SetTimer {
                attempt_key,
                timer,
                delay_ms,
            } => {
                let due = self.now + delay_ms;
                self.timers
                    .insert((attempt_key.clone(), *timer == Timer::Retry), due);
                return must((0.0..=86_400_000.0).contains(delay_ms), || {
                    format!("{command:?} waits at most a day")
                });
            }
            Command::HandOff {
                step_id, kill_id, ..
            } => {
                let ask = Ask {
                    kill_id: kill_id.clone(),
                    proceed: true,
                };
                self.asks.insert(step_id.clone(), ask);
                return must(self.is_running(), || {
                    format!("{command:?}: a rollback hands nothing over")
                });
            }
            Command::Finish { outcome, .. } => {
                self.finished = Some(*outcome);
                return must(self.saga().outcome() == Some(*outcome), || {
                    format!("{command:?} says the outcome")
                });
            }
        };
        let step = self.saga().step(&attempt.step_id).unwrap().clone();
        let others = self.actions.iter().filter(|(_, other)| match action {
            Action::Execute => other.step_id == step.step_id,
            // A rollback begins once nothing runs.
            Action::Compensate => true,
        });
        for (key, other) in others {
            must(other.let_go, || format!("{command:?} beside {key}"))?;
        }
        let known = (step.step_id.clone(), action);
        let first = self
            .attempts
            .insert(attempt.attempt_key.clone(), known)
            .is_none();
        must(first, || {
            format!("the key of {command:?} names no other attempt")
        })?;
        let name = (step.step_id.clone(), action == Action::Compensate);
        let key = self
            .idempotency_keys
            .entry(name)
            .or_insert_with(|| attempt.idempotency_key.clone());
        must(*key == attempt.idempotency_key, || {
            format!("{command:?} keeps the idempotency key {key}")
        })?;
        let running = Running {
            step_id: step.step_id,
            action,
            agent: step.agent_did,
            timeout_ms: attempt.timeout_ms,
            fenced: false,
            let_go: false,
        };
        self.actions.insert(attempt.attempt_key.clone(), running);
        Ok(())
    }

    /// Whether a substitute may take this step now.
    pub fn is_offered(&self, step_id: &str) -> bool {
        let step = self.saga().step(step_id);
        let settled = step
            .and_then(|step| step.fence.as_ref())
            .is_some_and(|fence| fence.settled);
        self.asks
            .get(step_id)
            .is_some_and(|ask| ask.proceed || settled)
    }

    pub fn is_over(&self) -> bool {
        self.saga().state().is_final()
    }

    pub fn is_running(&self) -> bool {
        self.saga().state() == SagaState::Running
    }

    /// What was told, for who reads a failure.
    pub fn story(&self) -> String {
        let told = self.told.iter().map(|(input, commands)| {
            let input = written(input);
            let commands = serde_json::to_string(commands).unwrap();
            format!("{input}\n    → {commands}\n")
        });
        told.collect()
    }
}

/// An input as its host writes it.
fn written(input: &Input) -> String {
    let told = serde_json::to_string(&input.told).unwrap();
    format!(r#"{{"at":{},{}"#, input.at, &told[1..])
}

pub fn attempt_key(saga: &Saga, step_id: &str, action: Action, attempt: u32) -> String {
    serde_json::to_string(&(saga.saga_id(), step_id, action, attempt)).unwrap()
}

pub fn must(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}
