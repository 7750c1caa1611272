//! A saga definition as data.

use serde::Serialize;

use super::json::Json;
use super::objects::object;
use crate::words::words;

/// A saga: steps that run in order, each with its undo.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct SagaDefinition {
    /// What people call it.
    pub name: String,
    /// The session it belongs to.
    pub session_id: String,
    /// Its own id; without one, it gets one when it is started.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub saga_id: Option<String>,
    /// The steps.
    pub steps: Vec<StepDefinition>,
    /// Groups of steps that start together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional, type = "FanOutGroup[]"))]
    pub fan_out: Option<Json>,
    /// Whatever else its owner wants to keep with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional, type = "Record<string, unknown>"))]
    pub metadata: Option<Json>,
}

object!(open SagaDefinition {
    name, session_id, saga_id, steps, fan_out, metadata
});

/// One step: an action of an agent, and how to undo it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct StepDefinition {
    /// Unique in its saga.
    pub id: String,
    /// What it does: `deploy.k8s`.
    pub action_id: String,
    /// The agent (a DID) that does it.
    pub agent: String,
    /// The endpoint that does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub execute_api: Option<String>,
    /// The endpoint that undoes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional, type = "string | null"))]
    pub undo_api: Option<String>,
    /// Seconds that one attempt may take, 1 to 86400. Default 300.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub timeout: Option<u32>,
    /// Further attempts after a failed one, 0 to 10. Default 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub retries: Option<u32>,
    /// What is achieved once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional, type = "string | null"))]
    pub checkpoint_goal: Option<String>,
    /// The ids of the steps it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub depends_on: Option<Vec<String>>,
}

object!(open StepDefinition {
    id, action_id, agent, execute_api, undo_api, timeout, retries, checkpoint_goal, depends_on
});

/// Steps that start together and count as one.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct FanOutGroup {
    /// How many branches must succeed; missing or unknown means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional, type = "Policy"))]
    pub policy: Option<String>,
    /// The ids of the steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub branches: Option<Vec<String>>,
}

object!(open FanOutGroup { policy, branches });

words! {
    /// How many branches of a fan-out group must succeed.
    pub enum Policy {
        /// Every branch.
        AllMustSucceed = "all_must_succeed",
        /// More than half of them.
        MajorityMustSucceed = "majority_must_succeed",
        /// At least one.
        AnyMustSucceed = "any_must_succeed",
    }
}

impl Policy {
    /// The policy of this name; all must succeed where it is missing or unknown.
    pub fn of(name: Option<&str>) -> Self {
        name.and_then(Self::named).unwrap_or(Self::AllMustSucceed)
    }

    /// Whether so many commits satisfy a group of so many branches.
    pub const fn is_met(self, committed: usize, branches: usize) -> bool {
        match self {
            Policy::AllMustSucceed => committed == branches,
            Policy::MajorityMustSucceed => committed * 2 > branches,
            Policy::AnyMustSucceed => committed > 0,
        }
    }
}
