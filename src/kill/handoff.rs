//! Who takes a killed agent's steps.

use serde::Serialize;

use super::record::{HandoffStatus, StepHandoff, TerminationOutcome};
use super::running::{InFlight, Kill, Stage};
use super::{KillSwitch, OnUnconfirmed};
use crate::definition::objects::object;
use crate::map::pair;
use crate::saga::{Saga, Step};

/// A step in flight, found in an attached saga.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Found {
    /// The step.
    pub step_id: String,
    /// Its saga.
    pub saga_id: String,
    /// The saga's session.
    pub session_id: String,
    /// Whether the killed agent's action has ended already.
    pub settled: bool,
    /// Whether an attempt of it may have had its effect.
    pub in_doubt: bool,
}

object!(open Found { step_id, saga_id, session_id, settled, in_doubt });

impl Found {
    /// A step of a saga.
    pub fn of(saga: &Saga, step: &Step) -> Self {
        Self {
            step_id: step.step_id.clone(),
            saga_id: saga.saga_id().to_owned(),
            session_id: saga.session_id().to_owned(),
            settled: step.fence.as_ref().is_some_and(|fence| fence.settled),
            in_doubt: step.in_doubt,
        }
    }

    /// The step in a kill of its agent, not offered yet.
    fn open(self, from_agent: &str, attachment: u32) -> InFlight {
        InFlight {
            handoff: StepHandoff {
                step_id: self.step_id,
                saga_id: self.saga_id,
                from_agent: from_agent.to_owned(),
                to_agent: None,
                status: HandoffStatus::Pending,
                in_doubt: self.in_doubt,
                error: None,
            },
            session_id: self.session_id,
            attachment: Some(attachment),
            settled: self.settled,
            stage: Stage::New,
        }
    }
}

/// A step offered to a substitute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Offer {
    /// Which step of the kill; goes with the answer.
    pub index: usize,
    /// The step.
    pub step_id: String,
    /// Its saga.
    pub saga_id: String,
    /// The session of the saga.
    pub session_id: String,
    /// The killed agent.
    pub from_agent: String,
    /// The substitute.
    pub to_agent: String,
    /// The kill.
    pub kill_id: String,
    /// Whether the killed agent's attempt may have had its effect.
    pub in_doubt: bool,
}

/// What an attached saga is to be told: who has a step now, or that nobody took it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Move {
    /// The attached saga.
    pub attachment: u32,
    /// The step.
    pub step_id: String,
    /// The substitute; `None` means rollback.
    pub to_agent: Option<String>,
}

impl KillSwitch {
    /// Steps in flight that were found in an attached saga. One that an earlier kill holds is
    /// this kill's from now on.
    pub fn found(&mut self, kill_id: &str, attachment: u32, steps: Vec<Found>) {
        let Some(mut kill) = self.kills.remove(kill_id) else {
            return;
        };
        for step in steps {
            for other in self.kills.values_mut() {
                other.steps.remove_held(attachment, &step.step_id);
            }
            // A step that the caller named too is one step.
            kill.steps.remove_requested(&step.saga_id, &step.step_id);
            let step = step.open(&kill.request.agent_did, attachment);
            kill.steps.push(step);
        }
        self.kills.insert(kill_id, kill);
    }

    /// A run's step that its killed agent can no longer work: it is looked for a substitute, though
    /// the kill may be over. The step joins the record, if that is still kept.
    pub fn reopen(&mut self, kill_id: &str, from_agent: &str, attachment: u32, step: Found) {
        let mut kill = self.kills.remove(kill_id).unwrap_or_else(|| {
            let mut recorded = self.history.iter().rev();
            let recorded = recorded.find(|record| record.kill_id == kill_id);
            Kill::again(kill_id, from_agent, &step, recorded)
        });
        let settled = Found {
            settled: true,
            ..step
        };
        kill.steps.push(settled.open(from_agent, attachment));
        self.kills.insert(kill_id, kill);
    }

    /// The killed agent's action has ended. The kill that held the step for it, and may go on.
    pub fn settled(&mut self, attachment: u32, step_id: &str) -> Option<String> {
        let mut released = None;
        for kill in self.kills.values_mut() {
            if kill.steps.settle(attachment, step_id) {
                released = Some(kill.kill_id.clone());
            }
        }
        released
    }

    /// A step was handed over, or is rolled back, by its saga itself: an operator said so, or the
    /// saga fails for another reason. The kill whose step it was.
    pub fn decided(
        &mut self,
        attachment: u32,
        step_id: &str,
        to_agent: Option<&str>,
    ) -> Option<String> {
        let mut kills = self.kills.values_mut();
        let kill = kills.find_map(|kill| {
            let decided = kill.steps.decide(attachment, step_id, to_agent);
            decided.then_some(kill)
        })?;
        Some(kill.kill_id.clone())
    }

    /// How many attached steps of a kill have not settled yet.
    pub fn unsettled(&self, kill_id: &str) -> usize {
        let kill = self.kills.get(kill_id);
        kill.map_or(0, |kill| kill.steps.unsettled())
    }

    /// The offers to be made now; none means that every step is decided or held.
    pub fn offers(&mut self, kill_id: &str) -> Vec<Offer> {
        let Some(mut kill) = self.kills.remove(kill_id) else {
            return Vec::new();
        };
        let proceed = self.may_proceed(&kill.request.agent_did, kill.termination);
        let mut offers = Vec::new();
        for (index, step) in kill.steps.iter_mut() {
            if matches!(step.stage, Stage::New) {
                step.stage = if proceed || step.settled {
                    let order = self.options.substitutes;
                    Stage::Open(self.substitutes.candidates(&step.session_id, order))
                } else {
                    Stage::Held
                };
            }
            self.next_offer(step);
            if let (Stage::Asked(_), Some(to_agent)) = (&step.stage, &step.handoff.to_agent) {
                offers.push(Offer {
                    index,
                    step_id: step.handoff.step_id.clone(),
                    saga_id: step.handoff.saga_id.clone(),
                    session_id: step.session_id.clone(),
                    from_agent: step.handoff.from_agent.clone(),
                    to_agent: to_agent.clone(),
                    kill_id: kill_id.to_owned(),
                    in_doubt: step.handoff.in_doubt,
                });
            }
        }
        self.kills.insert(kill_id, kill);
        offers
    }

    /// The answer to an offer. A substitute that was killed meanwhile cannot accept.
    pub fn answer(&mut self, kill_id: &str, index: usize, accepted: bool, error: Option<String>) {
        let Some(mut kill) = self.kills.remove(kill_id) else {
            return;
        };
        if let Some(step) = kill.steps.get_mut(index)
            && let Stage::Asked(candidates) = &mut step.stage
        {
            let candidates = std::mem::take(candidates);
            step.stage = Stage::Decided;
            let to_agent = step.handoff.to_agent.as_deref().unwrap_or_default();
            if accepted && self.substitutes.is_registered(&step.session_id, to_agent) {
                step.handoff.status = HandoffStatus::HandedOff;
                step.handoff.error = None;
            } else {
                let reason = match (accepted, error) {
                    (true, _) => format!("{to_agent} is no longer a substitute"),
                    (false, Some(error)) => format!("{to_agent}: {error}"),
                    (false, None) => format!("{to_agent} declined"),
                };
                step.handoff.error = Some(reason);
                step.handoff.to_agent = None;
                step.stage = Stage::Open(candidates);
            }
        }
        self.kills.insert(kill_id, kill);
    }

    /// What the attached sagas are to be told since the last call.
    pub fn moves(&mut self, kill_id: &str) -> Vec<Move> {
        let Some(kill) = self.kills.get_mut(kill_id) else {
            return Vec::new();
        };
        let killed = self.killed.get_mut(&kill.request.agent_did);
        let mut moved = killed.map(|killed| &mut killed.moved);
        let mut moves = Vec::new();
        for (_, step) in kill.steps.iter_mut() {
            if !matches!(step.stage, Stage::Decided) {
                continue;
            }
            step.stage = Stage::Done;
            match step.attachment {
                Some(attachment) => moves.push(Move {
                    attachment,
                    step_id: step.handoff.step_id.clone(),
                    to_agent: step.handoff.to_agent.clone(),
                }),
                None => {
                    if let Some(moved) = &mut moved {
                        let handoff = &step.handoff;
                        let step = (handoff.saga_id.clone(), handoff.step_id.clone());
                        moved.insert(pair(&step.0, &step.1), step);
                    }
                }
            }
        }
        moves
    }

    /// Brings the record of a kill up to date once steps that it held were decided.
    pub fn amend(&mut self, kill_id: &str) {
        let Some(kill) = self.kills.get(kill_id) else {
            return;
        };
        let result = kill.result();
        if !kill.holds_steps() {
            self.kills.remove(kill_id);
        }
        let records = &mut self.history;
        if let Some(record) = records.iter_mut().find(|record| record.kill_id == kill_id) {
            self.total_handoffs += result.handoff_success_count;
            self.total_handoffs -= record.handoff_success_count;
            *record = result;
        }
    }

    fn may_proceed(&self, agent_did: &str, termination: Option<TerminationOutcome>) -> bool {
        let before = || {
            self.killed
                .get(agent_did)
                .is_some_and(|killed| killed.proceed)
        };
        self.options.on_unconfirmed == OnUnconfirmed::Proceed
            || match termination {
                Some(TerminationOutcome::Confirmed | TerminationOutcome::NoHandler) => true,
                Some(TerminationOutcome::AlreadyKilled) => before(),
                Some(
                    TerminationOutcome::Signalled
                    | TerminationOutcome::TimedOut
                    | TerminationOutcome::Threw,
                )
                | None => false,
            }
    }

    /// Decides a step, or chooses whom to ask for it.
    fn next_offer(&self, step: &mut InFlight) {
        let Stage::Open(candidates) = &mut step.stage else {
            return;
        };
        let mut candidates = std::mem::take(candidates);
        loop {
            let Some(substitute) = candidates.next() else {
                step.handoff.status = HandoffStatus::Compensated;
                step.stage = Stage::Decided;
                return;
            };
            if !self
                .substitutes
                .is_registered(&step.session_id, &substitute.agent_did)
            {
                continue;
            }
            let asks = substitute.asks;
            step.handoff.to_agent = Some(substitute.agent_did.clone());
            if asks {
                step.stage = Stage::Asked(candidates);
            } else {
                step.handoff.status = HandoffStatus::HandedOff;
                step.handoff.error = None;
                step.stage = Stage::Decided;
            }
            return;
        }
    }
}
