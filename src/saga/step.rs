//! One step of a saga, with all that is known of it.

use serde::Serialize;

use super::state::StepState;
use super::timestamp::Timestamp;
use crate::definition::Json;
use crate::definition::model::StepDefinition;
use crate::definition::objects::object;
use crate::words::words;

/// Seconds that an attempt may take where the definition says nothing.
pub const DEFAULT_TIMEOUT_SECONDS: u32 = 300;

/// A step: the reference's record, and the rest of its definition.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Step {
    /// Unique in its saga.
    pub step_id: String,
    /// What it does.
    pub action_id: String,
    /// Who does it; after a hand-off the substitute.
    pub agent_did: String,
    /// The endpoint that does it; empty where there is none.
    pub execute_api: String,
    /// The endpoint that undoes it.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub undo_api: Option<String>,
    /// Its state.
    pub state: StepState,
    /// Whether an attempt may have had its effect without anybody knowing.
    pub in_doubt: bool,
    /// What the action returned.
    #[cfg_attr(feature = "js", tsify(type = "unknown"))]
    pub execute_result: Option<Json>,
    /// What the undo returned.
    #[cfg_attr(feature = "js", tsify(type = "unknown"))]
    pub compensation_result: Option<Json>,
    /// Why it failed.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub error: Option<String>,
    /// When it was last set to executing.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub started_at: Option<Timestamp>,
    /// When it last settled.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub completed_at: Option<Timestamp>,
    /// Seconds that one attempt may take.
    pub timeout_seconds: u32,
    /// Further attempts after a failed one.
    pub max_retries: u32,
    /// How many of them were made.
    pub retry_count: u32,
    /// How many further attempts its undo took.
    pub undo_retry_count: u32,
    /// The number of the last attempt: of the action, or of the undo once that has begun.
    pub attempt: u32,
    /// What goes on in its state.
    pub activity: Activity,
    /// When the next attempt is due; set while it waits for it.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub retry_at: Option<Timestamp>,
    /// The number of the event that committed it: steps are undone from the last to the first.
    pub committed_seq: Option<u64>,
    /// The ids of the steps it waits for; `null` waits for the step before.
    #[cfg_attr(feature = "js", tsify(type = "string[] | null"))]
    pub depends_on: Option<Vec<String>>,
    /// What is achieved once it is done.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub checkpoint_goal: Option<String>,
    /// Set while a kill of its agent waits for the step to be handed over or rolled back.
    #[cfg_attr(feature = "js", tsify(type = "Fence | null"))]
    pub fence: Option<Fence>,
}

object!(strict Step {
    step_id, action_id, agent_did, execute_api, undo_api, state, in_doubt, execute_result,
    compensation_result, error, started_at, completed_at, timeout_seconds, max_retries,
    retry_count, undo_retry_count, attempt, activity, retry_at, committed_seq, depends_on,
    checkpoint_goal, fence
});

words! {
    /// What goes on in a step's state while a run drives it.
    pub enum Activity {
        /// Nothing.
        Idle = "idle",
        /// An attempt is in flight.
        Running = "running",
        /// An attempt was told to stop: it settles, or its grace ends.
        Aborting = "aborting",
        /// The next attempt is due at `retry_at`.
        Waiting = "waiting",
        /// All tries are used up, and the effect is in doubt.
        Exhausted = "exhausted",
        /// The undo failed; an operator decides.
        Held = "held",
    }
}

impl Activity {
    /// Whether an attempt is in flight.
    pub fn is_live(self) -> bool {
        match self {
            Self::Running | Self::Aborting => true,
            Self::Idle | Self::Waiting | Self::Exhausted | Self::Held => false,
        }
    }
}

/// Why a step stands still: its agent was killed while it was executing, or before its turn came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Fence {
    /// The kill that fenced it.
    pub kill_id: String,
    /// Whether the killed agent's attempt has ended, whatever came of it.
    pub settled: bool,
}

object!(strict Fence { kill_id, settled });

impl Step {
    pub(crate) fn new(definition: StepDefinition) -> Self {
        Self {
            step_id: definition.id,
            action_id: definition.action_id,
            agent_did: definition.agent,
            execute_api: definition.execute_api.unwrap_or_default(),
            undo_api: definition.undo_api,
            state: StepState::Pending,
            in_doubt: false,
            execute_result: None,
            compensation_result: None,
            error: None,
            started_at: None,
            completed_at: None,
            timeout_seconds: definition.timeout.unwrap_or(DEFAULT_TIMEOUT_SECONDS),
            max_retries: definition.retries.unwrap_or(0),
            retry_count: 0,
            undo_retry_count: 0,
            attempt: 0,
            activity: Activity::Idle,
            retry_at: None,
            committed_seq: None,
            depends_on: definition.depends_on,
            checkpoint_goal: definition.checkpoint_goal,
            fence: None,
        }
    }

    /// Whether there is something to call that undoes it.
    pub fn has_undo(&self) -> bool {
        let undo_api = self.undo_api.as_deref();
        undo_api.is_some_and(|undo_api| !undo_api.is_empty())
    }

    /// Whether an attempt of this agent is in flight.
    pub fn is_executed_by(&self, agent_did: &str) -> bool {
        self.state == StepState::Executing && self.agent_did == agent_did
    }
}
