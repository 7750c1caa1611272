//! The two state machines, as the reference has them.

use crate::error::{Code, Error};
use crate::words::words;

words! {
    /// The state of a step.
    pub enum StepState {
        /// Not started.
        Pending = "pending",
        /// An attempt runs, or one is to follow.
        Executing = "executing",
        /// Done; to be undone if the saga fails.
        Committed = "committed",
        /// Its undo runs.
        Compensating = "compensating",
        /// Undone. Final.
        Compensated = "compensated",
        /// Could not be undone. Final.
        CompensationFailed = "compensation_failed",
        /// Did not succeed. Final.
        Failed = "failed",
    }
}

words! {
    /// The state of a saga.
    pub enum SagaState {
        /// Steps run forward.
        Running = "running",
        /// Committed steps are undone.
        Compensating = "compensating",
        /// Ended: all done, or all undone. Final.
        Completed = "completed",
        /// Ended with nothing done. Final.
        Failed = "failed",
        /// Ended where a person must look. Final.
        Escalated = "escalated",
    }
}

words! {
    /// How a saga ended.
    pub enum Outcome {
        /// Every step committed.
        Succeeded = "succeeded",
        /// It failed, and what was done is undone.
        RolledBack = "rolled_back",
        /// It failed with nothing to undo.
        Failed = "failed",
        /// Something could not be undone.
        Escalated = "escalated",
    }
}

impl StepState {
    /// The states that may follow.
    pub const fn allowed(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Executing],
            Self::Executing => &[Self::Committed, Self::Failed],
            Self::Committed => &[Self::Compensating],
            Self::Compensating => &[Self::Compensated, Self::CompensationFailed],
            Self::Compensated | Self::CompensationFailed | Self::Failed => &[],
        }
    }

    /// Whether entering it sets `completed_at`.
    pub const fn settles(self) -> bool {
        match self {
            Self::Committed | Self::Compensated | Self::CompensationFailed | Self::Failed => true,
            Self::Pending | Self::Executing | Self::Compensating => false,
        }
    }

    pub(crate) fn check(self, to: Self, step_id: &str) -> Result<(), Error> {
        if self.allowed().contains(&to) {
            return Ok(());
        }
        let allowed = self.allowed().iter().map(|state| state.name());
        Err(illegal(
            "step",
            step_id,
            self.name(),
            to.name(),
            allowed.collect(),
        ))
    }
}

impl SagaState {
    /// The states that may follow.
    pub const fn allowed(self) -> &'static [Self] {
        match self {
            Self::Running => &[Self::Compensating, Self::Completed, Self::Failed],
            Self::Compensating => &[Self::Completed, Self::Failed, Self::Escalated],
            Self::Completed | Self::Failed | Self::Escalated => &[],
        }
    }

    /// Whether nothing follows; entering it sets `completed_at`.
    pub const fn is_final(self) -> bool {
        self.allowed().is_empty()
    }

    pub(crate) fn check(self, to: Self, saga_id: &str) -> Result<(), Error> {
        if self.allowed().contains(&to) {
            return Ok(());
        }
        let allowed = self.allowed().iter().map(|state| state.name());
        Err(illegal(
            "saga",
            saga_id,
            self.name(),
            to.name(),
            allowed.collect(),
        ))
    }
}

fn illegal(subject: &str, id: &str, from: &str, to: &str, allowed: Vec<&str>) -> Error {
    let quoted: Vec<String> = allowed.iter().map(|state| format!("'{state}'")).collect();
    let message = format!(
        "Invalid {subject} transition: {from} → {to}. Allowed: [{}]",
        quoted.join(", ")
    );
    Error::new(Code::IllegalTransition, message)
        .with("subject", subject)
        .with("id", id)
        .with("from", from)
        .with("to", to)
        .with("allowed", allowed)
}
