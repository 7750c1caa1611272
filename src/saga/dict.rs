//! The reference's `to_dict`, key for key.

use serde::Serialize;

use super::Saga;
use super::state::{SagaState, StepState};
use super::timestamp::Timestamp;

/// A saga as the reference persists it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct SagaDict {
    /// The saga's id.
    pub saga_id: String,
    /// The session it belongs to.
    pub session_id: String,
    /// Its state.
    pub state: SagaState,
    /// When it was created.
    #[cfg_attr(feature = "js", tsify(type = "string"))]
    pub created_at: Timestamp,
    /// When it ended.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub completed_at: Option<Timestamp>,
    /// Why it failed.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub error: Option<String>,
    /// Its steps.
    pub steps: Vec<StepDict>,
}

/// A step as the reference persists it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct StepDict {
    /// The step's id.
    pub step_id: String,
    /// What it does.
    pub action_id: String,
    /// Who does it.
    pub agent_did: String,
    /// Its state.
    pub state: StepState,
    /// Why it failed.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub error: Option<String>,
}

pub(super) fn of(saga: &Saga) -> SagaDict {
    SagaDict {
        saga_id: saga.saga_id.clone(),
        session_id: saga.session_id.clone(),
        state: saga.state,
        created_at: saga.created_at,
        completed_at: saga.completed_at,
        error: saga.error.clone(),
        steps: saga
            .steps
            .iter()
            .map(|step| StepDict {
                step_id: step.step_id.clone(),
                action_id: step.action_id.clone(),
                agent_did: step.agent_did.clone(),
                state: step.state,
                error: step.error.clone(),
            })
            .collect(),
    }
}
