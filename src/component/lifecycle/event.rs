//! The log.

use super::host;
use crate::component::convert::{cases_in, cases_out, names, records};

/// The core's types by the names of the interface.
mod own {
    pub use crate::saga::{Action, Event, Fact};
}

names! {
    Action { Execute, Compensate }
}

records! {
    Event { seq, at, fact }
}

/// Both ways.
macro_rules! cases {
    ($($cases:tt)*) => {
        cases_out! { $($cases)* }
        cases_in! { $($cases)* }
    };
}

cases! {
    Fact {
        SagaCreated(SagaCreated) {
            format, version, saga_id, session_id, name, steps, fan_out, metadata
        }
        SagaCompacted(SagaCompacted) { snapshot }
        StepAdded(StepAdded) { step }
        StepTransitioned(StepTransitioned) { step_id, to, result, error }
        SagaTransitioned(SagaTransitioned) { to, error }
        RunStarted(RunBegun) { settings }
        RunRecovered(RunBegun) { settings }
        AttemptStarted(AttemptStarted) { step_id, action, attempt }
        AttemptTimedOut(StepRef) { step_id }
        AttemptFailed(AttemptFailed) { step_id, error, in_doubt, retry_at }
        AttemptLost(StepRef) { step_id }
        RetryDue(StepRef) { step_id }
        AttemptSettled(StepRef) { step_id }
        AssumedCommitted(StepRef) { step_id }
        CheckpointReached(CheckpointReached) { step_id, goal }
        UndoHeld(StepRef) { step_id }
        UndoRetried(StepRef) { step_id }
        AgentKilled(KilledBy) { agent_did, kill_id }
        StepFenced(KillStep) { step_id, kill_id }
        StepHandedOff(StepHandedOff) { step_id, from_agent, to_agent, kill_id }
        StepAbandoned(KillStep) { step_id, kill_id }
        AgentRevived(AgentRef) { agent_did }
    }
    RunPaused RunResumed
}
