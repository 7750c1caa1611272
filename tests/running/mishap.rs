//! What befalls a world: its process ends, time passes, agents are killed.

use sagaward::decide::{Driver, Input, Timer, Told};
use sagaward::saga::{Event, RunSettings, Saga, SagaSnapshot};

use crate::world::{World, must};

impl World {
    /// The process ends and another goes on: with the log as it was written, or with a snapshot.
    pub fn crash(&mut self, settings: RunSettings, by_log: bool) -> Result<(), String> {
        let saga = match by_log && self.has_whole_log() {
            true => replayed(self.saga(), usize::MAX),
            false => Saga::restore(snapshot(self.saga())).unwrap(),
        };
        must(text_of(&saga) == text_of(self.saga()), || {
            "the fold of the log is the state".to_owned()
        })?;
        self.restart(saga);
        self.tell(Told::Recover { settings })
    }

    /// The process ends while it writes what follows from this input: only so many events are kept,
    /// and nothing was performed.
    pub fn torn(&mut self, told: Told, kept: usize, settings: RunSettings) -> Result<(), String> {
        self.now += 1.0;
        let before = self.saga().log().len();
        let mut lost = self.driver.clone();
        lost.handle(Input { at: self.now, told })
            .map_err(|error| error.to_string())?;
        let decided = lost.saga().log().len() - before;
        if decided == 0 || !self.has_whole_log() {
            return self.crash(settings, true);
        }
        let saga = replayed(lost.saga(), before + kept % decided);
        self.restart(saga);
        self.tell(Told::Recover { settings })
    }

    /// A saga that was restored from a snapshot has only the later part of its log.
    fn has_whole_log(&self) -> bool {
        self.saga()
            .log()
            .first()
            .is_some_and(|event| event.seq == 1)
    }

    fn restart(&mut self, saga: Saga) {
        if self.saga().log().len() != saga.log().len() {
            self.base = Driver::new(saga.clone());
            self.told.clear();
        }
        self.driver = Driver::new(saga);
        self.actions.clear();
        self.timers.clear();
        self.asks.clear();
    }

    /// A kill switch kills an agent; it asks substitutes at once, or once the agent's actions have
    /// settled.
    pub fn killed(&mut self, agent: &str, proceeds: bool) -> Told {
        self.kills += 1;
        self.proceeds = proceeds;
        Told::AgentKilled {
            agent_did: agent.to_owned(),
            kill_id: format!("kill:{}", self.kills),
        }
    }

    /// The time passes until a timer fires.
    pub fn fired(&mut self, timer: &(String, bool)) -> Told {
        let due = self.timers.remove(timer).unwrap_or_default();
        self.now = self.now.max(due);
        let (attempt_key, retry) = timer.clone();
        Told::TimerFired {
            attempt_key,
            timer: if retry {
                Timer::Retry
            } else {
                Timer::AbortGrace
            },
        }
    }

    /// The time passes until an attempt has taken too long.
    pub fn timed_out(&mut self, attempt_key: String) -> Told {
        self.now += self
            .actions
            .get(&attempt_key)
            .map_or(0.0, |action| action.timeout_ms);
        Told::AttemptTimedOut { attempt_key }
    }
}

/// The saga that its log tells of, written and read, up to this event.
pub fn replayed(saga: &Saga, events: usize) -> Saga {
    let lines = saga
        .log()
        .iter()
        .take(events)
        .map(|event| serde_json::to_string(event).unwrap());
    let events = lines.map(|line| Event::from_json(&line).unwrap());
    Saga::replay(events).unwrap()
}

/// The saga's snapshot, written and read.
pub fn snapshot(saga: &Saga) -> SagaSnapshot {
    SagaSnapshot::from_json(&text_of(saga)).unwrap()
}

pub fn text_of(saga: &Saga) -> String {
    serde_json::to_string(&saga.snapshot()).unwrap()
}
