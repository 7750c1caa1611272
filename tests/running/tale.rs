//! What can happen to a running saga, as a script of moves.

use proptest::prelude::*;
use proptest::sample::select;
use sagaward::decide::{Effect, Failure, Timer, Told};
use sagaward::definition::Json;
use sagaward::saga::{Action, Activity, RunSettings};

use crate::definitions::{AGENTS, settings};
use crate::world::World;

/// Agents that may take a step: two that work in the saga, one that does not.
const SUBSTITUTES: &[&str] = &["did:sub", "did:b", "did:d"];

#[derive(Debug, Clone)]
pub enum Move {
    Succeed(u8),
    Fail(u8, Fails),
    TimeOut(u8),
    Lose(u8),
    Fire(u8),
    Settled(u8),
    Accept(u8, u8),
    Refuse(u8),
    Kill(u8, bool),
    Revive(u8),
    Cancel,
    Pause,
    Resume,
    Retry(u8),
    Skip(u8),
    Escalate,
    Crash(RunSettings, bool),
    /// A crash while the log is written.
    Torn(RunSettings, u8, Box<Move>),
    /// Any input, most of them stale or foreign.
    Any(u8, u8),
}

#[derive(Debug, Clone, Copy)]
pub struct Fails {
    pub retryable: bool,
    pub in_doubt: bool,
    pub retry_after_ms: Option<f64>,
}

impl Fails {
    pub const PLAIN: Self = Self {
        retryable: true,
        in_doubt: false,
        retry_after_ms: None,
    };
    pub const IN_DOUBT: Self = Self {
        retryable: true,
        in_doubt: true,
        retry_after_ms: None,
    };
    pub const FINAL: Self = Self {
        retryable: false,
        in_doubt: false,
        retry_after_ms: None,
    };
}

pub fn moves() -> impl Strategy<Value = Vec<Move>> {
    let crash =
        (settings(), any::<bool>()).prop_map(|(settings, by_log)| Move::Crash(settings, by_log));
    let torn = (settings(), any::<u8>(), inputs())
        .prop_map(|(settings, kept, step)| Move::Torn(settings, kept, Box::new(step)));
    prop::collection::vec(prop_oneof![95 => inputs(), 2 => crash, 3 => torn], 0..80)
}

fn inputs() -> impl Strategy<Value = Move> {
    let pick = any::<u8>;
    let retry_after = select(vec![
        None,
        Some(50.0),
        Some(5_000.0),
        Some(1e12),
        Some(-1.0),
    ]);
    let fails = (
        prop::bool::weighted(0.7),
        prop::bool::weighted(0.3),
        retry_after,
    );
    let fails = fails.prop_map(|(retryable, in_doubt, retry_after_ms)| Fails {
        retryable,
        in_doubt,
        retry_after_ms,
    });
    prop_oneof![
        30 => pick().prop_map(Move::Succeed),
        12 => (pick(), fails).prop_map(|(pick, fails)| Move::Fail(pick, fails)),
        6 => pick().prop_map(Move::TimeOut),
        3 => pick().prop_map(Move::Lose),
        12 => pick().prop_map(Move::Fire),
        3 => pick().prop_map(Move::Settled),
        5 => (pick(), pick()).prop_map(|(pick, agent)| Move::Accept(pick, agent)),
        2 => pick().prop_map(Move::Refuse),
        5 => (pick(), any::<bool>()).prop_map(|(agent, proceeds)| Move::Kill(agent, proceeds)),
        3 => pick().prop_map(Move::Revive),
        1 => Just(Move::Cancel),
        1 => Just(Move::Pause),
        2 => Just(Move::Resume),
        3 => pick().prop_map(Move::Retry),
        1 => pick().prop_map(Move::Skip),
        1 => Just(Move::Escalate),
        8 => (pick(), pick()).prop_map(|(kind, which)| Move::Any(kind, which)),
    ]
}

impl World {
    /// Makes a move, where it is possible.
    pub fn make(&mut self, step: &Move) -> Result<(), String> {
        match step {
            Move::Crash(settings, by_log) => self.crash(settings.clone(), *by_log),
            Move::Torn(settings, kept, step) => match self.told_by(step) {
                Some(told) => self.torn(told, usize::from(*kept), settings.clone()),
                None => Ok(()),
            },
            step => self.told_by(step).map_or(Ok(()), |told| self.tell(told)),
        }
    }

    /// What a move tells the saga.
    fn told_by(&mut self, step: &Move) -> Option<Told> {
        match step {
            Move::Crash(..) | Move::Torn(..) => None,
            Move::Kill(agent, proceeds) => {
                Some(self.killed(nth::<&str>(AGENTS, *agent), *proceeds))
            }
            Move::Fire(pick) => {
                let timers: Vec<(String, bool)> = self.timers.keys().cloned().collect();
                some(&timers, *pick).map(|timer| self.fired(&timer))
            }
            Move::TimeOut(pick) => self.some_action(*pick).map(|key| self.timed_out(key)),
            Move::Succeed(pick) => self.some_action(*pick).map(|key| self.succeeds(key)),
            Move::Fail(pick, fails) => self.some_action(*pick).map(|key| self.fails(key, *fails)),
            Move::Lose(pick) => self
                .some_action(*pick)
                .map(|attempt_key| Told::AttemptLost { attempt_key }),
            Move::Settled(pick) => {
                let fenced = self.actions.values().filter(|action| action.fenced);
                let fenced: Vec<String> = fenced.map(|action| action.step_id.clone()).collect();
                some(&fenced, *pick).map(|step_id| Told::AttemptSettled { step_id })
            }
            Move::Accept(pick, agent) => {
                let open = self.offers();
                let step_id = some(&open, *pick);
                step_id.map(|step_id| self.accepted(step_id, nth::<&str>(SUBSTITUTES, *agent)))
            }
            Move::Refuse(pick) => {
                let open = self.offers();
                some(&open, *pick).map(|step_id| self.refused(step_id))
            }
            Move::Revive(agent) => Some(Told::AgentRevived {
                agent_did: nth::<&str>(AGENTS, *agent).to_string(),
            }),
            Move::Cancel => Some(Told::Cancel { reason: None }),
            Move::Pause => Some(Told::Pause {}),
            Move::Resume => Some(Told::Resume {}),
            Move::Retry(pick) => {
                some(&self.held(), *pick).map(|step_id| Told::RetryStep { step_id })
            }
            Move::Skip(pick) => some(&self.held(), *pick).map(|step_id| Told::SkipStep { step_id }),
            Move::Escalate => Some(Told::Escalate {}),
            Move::Any(kind, which) => Some(self.any_told(*kind, *which)),
        }
    }

    fn some_action(&self, pick: u8) -> Option<String> {
        let keys: Vec<String> = self.actions.keys().cloned().collect();
        some(&keys, pick)
    }

    /// The steps that substitutes are asked to take, also where the answer comes too late.
    pub fn offers(&self) -> Vec<String> {
        let open = self.asks.keys();
        let open = open.filter(|step_id| self.is_offered(step_id));
        open.cloned().collect()
    }

    /// The steps that wait for an operator, or for what a killed agent still does.
    pub fn held(&self) -> Vec<String> {
        let held = self.saga().steps().iter().filter(|step| {
            let unsettled = step.fence.as_ref().is_some_and(|fence| !fence.settled);
            step.activity == Activity::Held || unsettled
        });
        held.map(|step| step.step_id.clone()).collect()
    }

    pub fn succeeds(&self, attempt_key: String) -> Told {
        let result = Some(Json::parse(r#"{"z":1,"a":[null,"\u0000"]}"#).unwrap());
        match self.actions[&attempt_key].action {
            Action::Execute => Told::AttemptSucceeded {
                attempt_key,
                result,
            },
            Action::Compensate => Told::UndoSucceeded {
                attempt_key,
                result,
            },
        }
    }

    pub fn fails(&self, attempt_key: String, fails: Fails) -> Told {
        let failure = Failure {
            error: "boom".to_owned(),
            retryable: fails.retryable,
            effect: if fails.in_doubt {
                Effect::InDoubt
            } else {
                Effect::None
            },
            retry_after_ms: fails.retry_after_ms,
        };
        match self.actions[&attempt_key].action {
            Action::Execute => Told::AttemptFailed {
                attempt_key,
                failure,
            },
            Action::Compensate => Told::UndoFailed {
                attempt_key,
                failure,
            },
        }
    }

    pub fn accepted(&self, step_id: String, to_agent: &str) -> Told {
        let kill_id = self.asks[&step_id].kill_id.clone();
        Told::HandoffAccepted {
            step_id,
            to_agent: to_agent.to_owned(),
            kill_id,
        }
    }

    pub fn refused(&self, step_id: String) -> Told {
        let kill_id = self.asks[&step_id].kill_id.clone();
        Told::HandoffRefused { step_id, kill_id }
    }

    /// An input of any kind about anything that there is, was, or never was.
    fn any_told(&self, kind: u8, which: u8) -> Told {
        let mut keys: Vec<String> = self.attempts.keys().cloned().collect();
        keys.push(r#"["saga:1","s0","execute",99]"#.to_owned());
        keys.push("[".to_owned());
        let mut steps: Vec<String> = self
            .saga()
            .steps()
            .iter()
            .map(|step| step.step_id.clone())
            .collect();
        steps.push("none".to_owned());
        let (attempt_key, step_id) = (nth(&keys, which).clone(), nth(&steps, which).clone());
        let agent_did = nth::<&str>(AGENTS, which).to_string();
        let kill_id = "kill:any".to_owned();
        let failure = Failure {
            error: "late".to_owned(),
            retryable: true,
            effect: Effect::InDoubt,
            retry_after_ms: None,
        };
        // What runs has ended once it says so.
        let known = self.actions.get(&attempt_key).map(|action| action.action);
        let undo = known.map_or(which.is_multiple_of(2), |action| {
            action == Action::Compensate
        });
        match kind % 16 {
            0 | 1 if undo => Told::UndoSucceeded {
                attempt_key,
                result: None,
            },
            0 | 1 => Told::AttemptSucceeded {
                attempt_key,
                result: None,
            },
            2 if undo => Told::UndoFailed {
                attempt_key,
                failure,
            },
            2 => Told::AttemptFailed {
                attempt_key,
                failure,
            },
            3 => Told::AttemptTimedOut { attempt_key },
            4 => Told::AttemptLost { attempt_key },
            5 => Told::TimerFired {
                attempt_key,
                timer: Timer::Retry,
            },
            6 if known.is_none() => Told::TimerFired {
                attempt_key,
                timer: Timer::AbortGrace,
            },
            7 => Told::Start {
                settings: RunSettings::default(),
            },
            8 if self.saga().is_killed(&agent_did) => Told::AgentKilled { agent_did, kill_id },
            9 => Told::AgentRevived { agent_did },
            10 if self.asks.contains_key(&step_id) && !self.is_offered(&step_id) => {
                Told::Escalate {}
            }
            10 => Told::HandoffAccepted {
                step_id,
                to_agent: agent_did,
                kill_id,
            },
            11 => Told::HandoffRefused { step_id, kill_id },
            12 => Told::AttemptSettled { step_id },
            13 => Told::RetryStep { step_id },
            14 => Told::SkipStep { step_id },
            _ => Told::Escalate {},
        }
    }
}

fn some<T: Clone>(all: &[T], pick: u8) -> Option<T> {
    (!all.is_empty()).then(|| nth(all, pick).clone())
}

pub fn nth<T>(all: &[T], pick: u8) -> &T {
    &all[usize::from(pick) % all.len()]
}
