//! Inputs and commands.

use super::host;
use crate::component::convert::{Out, Taken, cases_in, names, names_in, record_in, record_out};
use crate::error::Error;
use crate::saga::RunSettings;

/// The core's types by the names of the interface.
mod own {
    pub use crate::decide::{Attempt, Command, Effect, Failure, Input, Timer, Told};
}

names! {
    Timer { Retry, AbortGrace }
}

names_in! {
    Effect { None, InDoubt }
}

record_in! {
    Failure { error, retryable, effect, retry_after_ms }
    Input { at, told }
}

cases_in! {
    Told {
        Start(Run) { settings }
        Recover(Run) { settings }
        AttemptSucceeded(Success) { attempt_key, result }
        AttemptFailed(Failed) { attempt_key, failure }
        AttemptTimedOut(AttemptRef) { attempt_key }
        AttemptLost(AttemptRef) { attempt_key }
        TimerFired(Fired) { attempt_key, timer }
        UndoSucceeded(Success) { attempt_key, result }
        UndoFailed(Failed) { attempt_key, failure }
        Cancel(Cancellation) { reason }
        RetryStep(StepRef) { step_id }
        SkipStep(StepRef) { step_id }
        AgentKilled(KilledBy) { agent_did, kill_id }
        AttemptSettled(StepRef) { step_id }
        HandoffAccepted(Acceptance) { step_id, to_agent, kill_id }
        HandoffRefused(KillStep) { step_id, kill_id }
        AgentRevived(AgentRef) { agent_did }
    }
    Pause Resume Escalate
}

impl Taken<RunSettings> for Option<host::RunSettings> {
    fn taken(self) -> Result<RunSettings, Error> {
        let settings: Option<RunSettings> = self.taken()?;
        Ok(settings.unwrap_or_default())
    }
}

record_out! {
    Attempt { attempt_key, step_id, attempt, idempotency_key, timeout_ms }
}

impl Out<host::Command> for own::Command {
    fn out(self) -> host::Command {
        use own::Command;
        match self {
            Command::Execute(attempt) => host::Command::Execute(attempt.out()),
            Command::Undo(attempt) => host::Command::Undo(attempt.out()),
            Command::Abort { attempt_key } => {
                host::Command::Abort(host::AttemptRef { attempt_key })
            }
            Command::SetTimer {
                attempt_key,
                timer,
                delay_ms,
            } => host::Command::SetTimer(host::TimerSetting {
                attempt_key,
                timer: timer.out(),
                delay_ms,
            }),
            Command::HandOff {
                step_id,
                from_agent,
                kill_id,
                in_doubt,
            } => host::Command::HandOff(host::Handoff {
                step_id,
                from_agent,
                kill_id,
                in_doubt,
            }),
            Command::Finish { outcome, error } => host::Command::Finish(host::Ending {
                outcome: outcome.out(),
                error,
            }),
        }
    }
}
