//! States, steps, snapshots and settings.

use super::host;
use crate::component::convert::{names, names_out, record_out, records};

/// The core's types by the names of the interface.
mod own {
    pub use crate::definition::StepDefinition;
    pub use crate::kill::Found;
    pub use crate::saga::{
        Activity, Backoff, Fence, InDoubt, KilledBy, OnUndoFailure, Outcome, RetrySettings,
        RunSettings, SagaSnapshot, SagaState, Step, StepState,
    };
}

names! {
    StepState { Pending, Executing, Committed, Compensating, Compensated, CompensationFailed, Failed }
    SagaState { Running, Compensating, Completed, Failed, Escalated }
    Activity { Idle, Running, Aborting, Waiting, Exhausted, Held }
    Backoff { Linear, Exponential }
    InDoubt { Undo, Ignore, Escalate }
    OnUndoFailure { Escalate, Hold }
}

names_out! {
    Outcome { Succeeded, RolledBack, Failed, Escalated }
}

record_out! {
    Found { step_id, saga_id, session_id, settled, in_doubt }
}

records! {
    RetrySettings { delay_ms, backoff, max_delay_ms, jitter }
    RunSettings { concurrency, retry, in_doubt, on_undo_failure, abort_grace_ms, nothing_to_undo }
    StepDefinition {
        id, action_id, agent, execute_api, undo_api, timeout, retries, checkpoint_goal, depends_on
    }
    Fence { kill_id, settled }
    Step {
        step_id, action_id, agent_did, execute_api, undo_api, state, in_doubt, execute_result,
        compensation_result, error, started_at, completed_at, timeout_seconds, max_retries,
        retry_count, undo_retry_count, attempt, activity, retry_at, committed_seq, depends_on,
        checkpoint_goal, fence
    }
    KilledBy { agent_did, kill_id }
    SagaSnapshot {
        format, version, seq, saga_id, session_id, name, metadata, fan_out, state, rolled_back,
        error, created_at, completed_at, killed, settings, paused, steps
    }
}
