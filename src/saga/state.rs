//! The two state machines, as the reference has them.

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error};

/// The state of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not started.
    Pending,
    /// An attempt runs, or one is to follow.
    Executing,
    /// Done; to be undone if the saga fails.
    Committed,
    /// Its undo runs.
    Compensating,
    /// Undone. Final.
    Compensated,
    /// Could not be undone. Final.
    CompensationFailed,
    /// Did not succeed. Final.
    Failed,
}

/// The state of a saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum SagaState {
    /// Steps run forward.
    Running,
    /// Committed steps are undone.
    Compensating,
    /// Ended: all done, or all undone. Final.
    Completed,
    /// Ended with nothing done. Final.
    Failed,
    /// Ended where a person must look. Final.
    Escalated,
}

/// How a saga ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every step committed.
    Succeeded,
    /// It failed, and what was done is undone.
    RolledBack,
    /// It failed with nothing to undo.
    Failed,
    /// Something could not be undone.
    Escalated,
}

impl StepState {
    /// All states, in the order of a step's life.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Executing,
        Self::Committed,
        Self::Compensating,
        Self::Compensated,
        Self::CompensationFailed,
        Self::Failed,
    ];

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

    /// The state's name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Executing => "executing",
            Self::Committed => "committed",
            Self::Compensating => "compensating",
            Self::Compensated => "compensated",
            Self::CompensationFailed => "compensation_failed",
            Self::Failed => "failed",
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
    /// All states, in the order of a saga's life.
    pub const ALL: [Self; 5] = [
        Self::Running,
        Self::Compensating,
        Self::Completed,
        Self::Failed,
        Self::Escalated,
    ];

    /// The states that may follow.
    pub const fn allowed(self) -> &'static [Self] {
        match self {
            Self::Running => &[Self::Compensating, Self::Completed, Self::Failed],
            Self::Compensating => &[Self::Completed, Self::Failed, Self::Escalated],
            Self::Completed | Self::Failed | Self::Escalated => &[],
        }
    }

    /// The state's name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Compensating => "compensating",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Escalated => "escalated",
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
