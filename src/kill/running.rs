//! One kill from its fence to its record.

use super::record::{HandoffStatus, KillResult, StepHandoff, TerminationOutcome};
use super::request::KillRequest;
use super::steps::Steps;
use super::substitutes::Candidates;
use crate::saga::Timestamp;

/// A kill that is not yet settled, or still holds steps.
#[derive(Debug, Clone)]
pub(super) struct Kill {
    pub kill_id: String,
    pub request: KillRequest,
    pub at: Timestamp,
    pub termination: Option<TerminationOutcome>,
    pub error: Option<String>,
    pub steps: Steps,
    pub duration_ms: f64,
}

/// A step of the killed agent.
#[derive(Debug, Clone)]
pub(super) struct InFlight {
    pub handoff: StepHandoff,
    /// The session whose substitutes are asked.
    pub session_id: String,
    /// The attached saga, where the step was found in one.
    pub attachment: Option<u32>,
    /// Whether the killed agent's action has ended.
    pub settled: bool,
    pub stage: Stage,
}

#[derive(Debug, Clone)]
pub(super) enum Stage {
    /// Not offered yet.
    New,
    /// Waits for the action to settle, or for a person.
    Held,
    /// To be offered to the next candidate.
    Open(Candidates),
    /// A candidate was asked.
    Asked(Candidates),
    /// Decided; the attached saga is to be told.
    Decided,
    /// Decided, and told.
    Done,
}

impl Kill {
    pub fn note(&mut self, error: String) {
        match &mut self.error {
            None => self.error = Some(error),
            Some(before) => {
                before.push_str("; ");
                before.push_str(&error);
            }
        }
    }

    pub fn holds_steps(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step.stage, Stage::Held))
    }

    pub fn result(&self) -> KillResult {
        let handoffs: Vec<StepHandoff> =
            self.steps.iter().map(|step| step.handoff.clone()).collect();
        let count = |status| handoffs.iter().filter(|one| one.status == status).count();
        let termination = self.termination.unwrap_or(TerminationOutcome::NoHandler);
        KillResult {
            kill_id: self.kill_id.clone(),
            agent_did: self.request.agent_did.clone(),
            session_id: self.request.session_id.clone(),
            reason: self.request.reason,
            timestamp: self.at,
            handoff_success_count: count(HandoffStatus::HandedOff),
            compensation_triggered: count(HandoffStatus::Compensated) > 0,
            terminated: termination == TerminationOutcome::Confirmed,
            termination,
            error: self.error.clone(),
            duration_ms: self.duration_ms,
            details: self.request.details.clone(),
            handoffs,
        }
    }
}
