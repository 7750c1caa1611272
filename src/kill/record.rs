//! What is kept of a kill: the reference's record, and what it does not say.

use serde::Serialize;

use crate::definition::objects::object;
use crate::saga::Timestamp;
use crate::words::words;

words! {
    /// Why an agent was killed.
    pub enum KillReason {
        /// It no longer behaves as it did.
        BehavioralDrift = "behavioral_drift",
        /// It asks too often.
        RateLimit = "rate_limit",
        /// It left its privilege ring.
        RingBreach = "ring_breach",
        /// Somebody said so.
        Manual = "manual",
        /// Its quarantine ended without a decision.
        QuarantineTimeout = "quarantine_timeout",
        /// Its session is over.
        SessionTimeout = "session_timeout",
    }
}

words! {
    /// What became of a step of a killed agent.
    pub enum HandoffStatus {
        /// Held until the killed agent's action settles or a person decides.
        Pending = "pending",
        /// A substitute has it.
        HandedOff = "handed_off",
        /// It could not even be named.
        Failed = "failed",
        /// Nobody took it: its rollback was triggered.
        Compensated = "compensated",
    }
}

words! {
    /// How the termination callback ended.
    pub enum TerminationOutcome {
        /// It settled; that is all it means.
        Confirmed = "confirmed",
        /// An `AbortController` was aborted; nobody knows who listened.
        Signalled = "signalled",
        /// It did not settle in time.
        TimedOut = "timed_out",
        /// It threw or rejected.
        Threw = "threw",
        /// None was registered.
        NoHandler = "no_handler",
        /// An earlier kill had called it.
        AlreadyKilled = "already_killed",
    }
}

/// A step of a killed agent and who has it now.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct StepHandoff {
    /// The step.
    pub step_id: String,
    /// Its saga.
    pub saga_id: String,
    /// The killed agent.
    pub from_agent: String,
    /// The substitute, once there is one.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub to_agent: Option<String>,
    /// What became of it.
    pub status: HandoffStatus,
    /// Whether the killed agent's attempt may have had its effect.
    pub in_doubt: bool,
    /// Why it failed or was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub error: Option<String>,
}

object!(strict StepHandoff {
    step_id, saga_id, from_agent, to_agent, status, in_doubt, error
});

/// The record of a kill.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct KillResult {
    /// `kill:` and hexadecimal digits.
    pub kill_id: String,
    /// The killed agent.
    pub agent_did: String,
    /// The session it was killed for.
    pub session_id: String,
    /// Why.
    pub reason: KillReason,
    /// When it was fenced.
    #[cfg_attr(feature = "js", tsify(type = "string"))]
    pub timestamp: Timestamp,
    /// Its steps in flight.
    pub handoffs: Vec<StepHandoff>,
    /// How many of them a substitute took.
    pub handoff_success_count: usize,
    /// Whether a rollback was triggered.
    pub compensation_triggered: bool,
    /// Whether `termination` is `confirmed`.
    pub terminated: bool,
    /// How the termination callback ended.
    pub termination: TerminationOutcome,
    /// What the callback threw, or what else went wrong on the way.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub error: Option<String>,
    /// From the fence to the record, in milliseconds.
    pub duration_ms: f64,
    /// What the caller wanted to be noted.
    pub details: String,
}

object!(strict KillResult {
    kill_id, agent_did, session_id, reason, timestamp, handoffs, handoff_success_count,
    compensation_triggered, terminated, termination, error, duration_ms, details
});
