//! The stop button: who is killed, who takes over, what is recorded.
//!
//! A kill has five parts: fence, terminate, hand off, compensate, record. The switch decides; its
//! host holds the callbacks and timers, and calls in this order: [`KillSwitch::begin`],
//! [`KillSwitch::found`] for each attached saga, [`KillSwitch::terminated`], then
//! [`KillSwitch::offers`], [`KillSwitch::answer`] and [`KillSwitch::moves`] until there is no
//! offer, and [`KillSwitch::finish`].
//!
//! ```
//! use sagaward::kill::{HandoffStatus, KillRequest, KillSwitch, KillSwitchOptions, TerminationOutcome};
//! use sagaward::saga::Timestamp;
//!
//! let mut switch = KillSwitch::new(KillSwitchOptions::default())?;
//! switch.register_substitute("s-1", "did:b", false);
//! let request = KillRequest::from_json(r#"{
//!     "agent_did": "did:a", "session_id": "s-1", "reason": "manual",
//!     "in_flight_steps": [{"step_id": "build", "saga_id": "saga:1"}]
//! }"#)?;
//! let now = Timestamp::from_epoch_ms(0.0)?;
//! switch.begin(request, "kill:1", now);
//! switch.terminated("kill:1", TerminationOutcome::NoHandler, None);
//! assert!(switch.offers("kill:1").is_empty());
//! let record = switch.finish("kill:1", now).unwrap();
//! assert_eq!(record.handoffs[0].to_agent.as_deref(), Some("did:b"));
//! assert_eq!(record.handoffs[0].status, HandoffStatus::HandedOff);
//! # Ok::<(), sagaward::error::Error>(())
//! ```

mod handoff;
mod options;
mod record;
mod request;
mod running;
mod snapshot;
mod steps;
mod substitutes;

use std::collections::VecDeque;

pub use handoff::{Found, Move, Offer};
pub use options::{KillSwitchOptions, OnUnconfirmed};
pub use record::{HandoffStatus, KillReason, KillResult, StepHandoff, TerminationOutcome};
pub use request::KillRequest;
pub use snapshot::{KillSwitchSnapshot, KilledAgent, SNAPSHOT_FORMAT, SNAPSHOT_VERSION};
pub use substitutes::SubstituteOrder;

use crate::error::Error;
use crate::map::{Map, pair};
use crate::saga::Timestamp;
use running::{InFlight, Kill, Stage};
use steps::Steps;
use substitutes::Substitutes;

/// The block list, the substitutes, the kills under way and the history.
#[derive(Debug, Clone)]
pub struct KillSwitch {
    options: KillSwitchOptions,
    killed: Map<Killed>,
    substitutes: Substitutes,
    kills: Map<Kill>,
    history: VecDeque<KillResult>,
    total_kills: u32,
    total_handoffs: usize,
}

/// What a later kill of the same agent must know.
#[derive(Debug, Clone, Default, PartialEq)]
struct Killed {
    /// The kill that put it on the block list.
    kill_id: String,
    /// Whether its actions are known to have ended, or nobody could have ended them.
    proceed: bool,
    /// Explicit steps that were moved: saga and step, by both.
    moved: Map<(String, String)>,
}

impl KillSwitch {
    /// A switch that has killed nobody.
    pub fn new(options: KillSwitchOptions) -> Result<Self, Error> {
        options.check()?;
        Ok(Self {
            options,
            killed: Map::new(),
            substitutes: Substitutes::default(),
            kills: Map::new(),
            history: VecDeque::new(),
            total_kills: 0,
            total_handoffs: 0,
        })
    }

    /// Its options.
    pub fn options(&self) -> &KillSwitchOptions {
        &self.options
    }

    /// Lets an agent back in; whether it was killed.
    pub fn revive(&mut self, agent_did: &str) -> bool {
        self.killed.remove(agent_did).is_some()
    }

    /// Whether the agent is on the block list.
    pub fn is_killed(&self, agent_did: &str) -> bool {
        self.killed.contains(agent_did)
    }

    /// The block list: each agent with the kill that put it there.
    pub fn killed_by(&self) -> impl Iterator<Item = (&str, &str)> {
        let entries = self.killed.iter();
        entries.map(|(agent_did, killed)| (agent_did, killed.kill_id.as_str()))
    }

    /// Adds a substitute to a session; a killed agent is none. One that `asks` is made an offer,
    /// any other accepts.
    pub fn register_substitute(&mut self, session_id: &str, agent_did: &str, asks: bool) {
        if !self.is_killed(agent_did) {
            self.substitutes.register(session_id, agent_did, asks);
        }
    }

    /// Takes a substitute out of a session.
    pub fn unregister_substitute(&mut self, session_id: &str, agent_did: &str) {
        self.substitutes.unregister(session_id, agent_did);
    }

    /// The substitutes of a session, in the order of their registration.
    pub fn substitutes(&self, session_id: &str) -> Vec<&str> {
        let list = self.substitutes.of(session_id).iter();
        list.map(|substitute| substitute.agent_did.as_str())
            .collect()
    }

    /// Fences an agent: from here on it is on the block list and nobody's substitute. Whether it
    /// was killed before.
    pub fn begin(&mut self, request: KillRequest, kill_id: &str, at: Timestamp) -> bool {
        let agent_did = request.agent_did.clone();
        let already = self.is_killed(&agent_did);
        if !already {
            let killed = Killed {
                kill_id: kill_id.to_owned(),
                ..Killed::default()
            };
            self.killed.insert(agent_did.as_str(), killed);
        }
        self.substitutes.unregister_everywhere(&agent_did);
        let mut kill = Kill {
            kill_id: kill_id.to_owned(),
            termination: already.then_some(TerminationOutcome::AlreadyKilled),
            error: None,
            steps: Steps::default(),
            duration_ms: 0.0,
            request,
            at,
        };
        let steps = kill.request.steps();
        self.add_explicit(&mut kill, steps);
        self.kills.insert(kill_id, kill);
        already
    }

    /// A further request to kill the agent that `kill_id` is killing: its steps join.
    pub fn join(&mut self, request: &KillRequest, kill_id: &str) {
        if let Some(mut kill) = self.kills.remove(kill_id) {
            self.add_explicit(&mut kill, request.steps());
            self.kills.insert(kill_id, kill);
        }
    }

    /// How the termination callback ended, and what it threw.
    pub fn terminated(
        &mut self,
        kill_id: &str,
        termination: TerminationOutcome,
        error: Option<String>,
    ) {
        let Some(kill) = self.kills.get_mut(kill_id) else {
            return;
        };
        let agent_did = kill.request.agent_did.clone();
        let mut attached = kill
            .steps
            .iter()
            .filter(|step| step.attachment.is_some())
            .peekable();
        let all_settled = attached.peek().is_some() && attached.all(|step| step.settled);
        drop(attached);
        let termination = match termination {
            TerminationOutcome::Signalled if all_settled => TerminationOutcome::Confirmed,
            other => other,
        };
        kill.termination.get_or_insert(termination);
        if let Some(error) = error {
            kill.note(error);
        }
        if let Some(killed) = self.killed.get_mut(&agent_did) {
            killed.proceed |= match termination {
                TerminationOutcome::Confirmed | TerminationOutcome::NoHandler => true,
                TerminationOutcome::Signalled
                | TerminationOutcome::TimedOut
                | TerminationOutcome::Threw
                | TerminationOutcome::AlreadyKilled => false,
            };
        }
    }

    /// Notes what else went wrong while killing.
    pub fn note(&mut self, kill_id: &str, error: String) {
        if let Some(kill) = self.kills.get_mut(kill_id) {
            kill.note(error);
        }
    }

    /// Records a kill. `None` where there is no such kill.
    pub fn finish(&mut self, kill_id: &str, at: Timestamp) -> Option<KillResult> {
        let kill = self.kills.get_mut(kill_id)?;
        kill.duration_ms = (at.epoch_ms() - kill.at.epoch_ms()).max(0.0);
        let result = kill.result();
        if !kill.holds_steps() {
            self.kills.remove(kill_id);
        }
        self.total_kills = self.total_kills.saturating_add(1);
        self.total_handoffs += result.handoff_success_count;
        self.history.push_back(result.clone());
        while self.history.len() > self.options.history_limit {
            self.history.pop_front();
        }
        Some(result)
    }

    /// The records, oldest first; the last `historyLimit` of them.
    pub fn history(&self) -> impl Iterator<Item = &KillResult> {
        self.history.iter()
    }

    /// How many kills were recorded, also those no longer in the history.
    pub fn total_kills(&self) -> u32 {
        self.total_kills
    }

    /// How many steps were handed over.
    pub fn total_handoffs(&self) -> usize {
        self.total_handoffs
    }

    /// The block list and the history: what must outlive a restart.
    pub fn snapshot(&self) -> KillSwitchSnapshot {
        snapshot::take(self)
    }

    /// The switch that a snapshot holds, without callbacks and substitutes.
    pub fn restore(snapshot: KillSwitchSnapshot) -> Result<Self, Error> {
        snapshot::restore(snapshot)
    }

    /// Adds the steps that an attached saga does not know of, but none that was moved before.
    fn add_explicit(&mut self, kill: &mut Kill, steps: Vec<Result<(String, String), String>>) {
        let agent_did = &kill.request.agent_did;
        let moved = self.killed.get(agent_did).map(|killed| &killed.moved);
        let mut joined = Map::new();
        // Steps of this kill count for those that join it; within one request a step that is named
        // twice is recorded twice, as in the reference.
        let known = kill.steps.iter().map(|step| &step.handoff);
        let known = known.filter(|one| one.status != HandoffStatus::Failed);
        for one in known {
            joined.insert(pair(&one.saga_id, &one.step_id), ());
        }
        for step in steps {
            let (step_id, saga_id, error) = match step {
                Ok((step_id, saga_id)) => (step_id, saga_id, None),
                Err(error) => (String::new(), String::new(), Some(error)),
            };
            let name = pair(&saga_id, &step_id);
            let known = joined.contains(&name) || moved.is_some_and(|moved| moved.contains(&name));
            if error.is_none() && known {
                continue;
            }
            let failed = error.is_some();
            kill.steps.push(InFlight {
                handoff: StepHandoff {
                    step_id,
                    saga_id,
                    from_agent: agent_did.clone(),
                    to_agent: None,
                    status: if failed {
                        HandoffStatus::Failed
                    } else {
                        HandoffStatus::Pending
                    },
                    in_doubt: !failed,
                    error,
                },
                session_id: kill.request.session_id.clone(),
                attachment: None,
                settled: true,
                stage: if failed { Stage::Done } else { Stage::New },
            });
        }
    }
}
