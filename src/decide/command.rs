//! What a saga wants to be done.

use serde::Serialize;

use super::input::Timer;
use crate::saga::Outcome;

/// One thing to be done by the host, which tells how it went by an input.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Run the action of a step.
    Execute(Attempt),
    /// Run the undo of a step.
    Undo(Attempt),
    /// Tell an attempt to stop. It still reports how it settled.
    Abort {
        /// The attempt.
        attempt_key: String,
    },
    /// Report `timer_fired` after this time. The timers of an attempt may be dropped once it has
    /// settled, but that for its retry.
    SetTimer {
        /// The attempt.
        attempt_key: String,
        /// What for.
        timer: Timer,
        /// The time from the input's `at`, in milliseconds.
        delay_ms: f64,
    },
    /// Look for a substitute for a step whose agent was killed: report `handoff_accepted` or
    /// `handoff_refused`.
    HandOff {
        /// The step.
        step_id: String,
        /// The killed agent.
        from_agent: String,
        /// The kill.
        kill_id: String,
        /// Whether an attempt may have had its effect.
        in_doubt: bool,
    },
    /// The saga has ended; nothing follows.
    Finish {
        /// How.
        outcome: Outcome,
        /// Why it failed.
        #[cfg_attr(feature = "js", tsify(type = "string | null"))]
        error: Option<String>,
    },
}

/// An attempt to begin.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Attempt {
    /// Names this attempt, and no other, in every input about it.
    pub attempt_key: String,
    /// The step.
    pub step_id: String,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The same for every attempt, recovery and substitute.
    pub idempotency_key: String,
    /// After this time report `attempt_timed_out`, in milliseconds.
    pub timeout_ms: f64,
}
