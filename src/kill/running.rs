//! One kill from its fence to its record.

use serde_json::Value;

use super::handoff::Found;
use super::record::{HandoffStatus, KillReason, KillResult, StepHandoff, TerminationOutcome};
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
    /// A kill that was over, with the steps of its record.
    pub fn again(
        kill_id: &str,
        agent_did: &str,
        step: &Found,
        recorded: Option<&KillResult>,
    ) -> Self {
        let request = KillRequest {
            agent_did: agent_did.to_owned(),
            session_id: recorded.map_or_else(
                || step.session_id.clone(),
                |record| record.session_id.clone(),
            ),
            reason: recorded.map_or(KillReason::Manual, |record| record.reason),
            in_flight_steps: Value::Null,
            details: recorded
                .map(|record| record.details.clone())
                .unwrap_or_default(),
        };
        let handoffs = recorded.into_iter().flat_map(|record| &record.handoffs);
        let steps = handoffs.map(|handoff| InFlight {
            handoff: handoff.clone(),
            session_id: request.session_id.clone(),
            attachment: None,
            settled: true,
            stage: Stage::Done,
        });
        Self {
            kill_id: kill_id.to_owned(),
            at: recorded.map_or(Timestamp::EPOCH, |record| record.timestamp),
            termination: recorded.map(|record| record.termination),
            error: recorded.and_then(|record| record.error.clone()),
            steps: Steps::of(steps),
            duration_ms: recorded.map_or(0.0, |record| record.duration_ms),
            request,
        }
    }

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
