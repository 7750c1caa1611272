//! How a saga is driven: an option bag, and camelCase as all of them. It is kept in the log, so that
//! the same log means the same decisions.

use serde::Serialize;

use crate::definition::input;
use crate::definition::objects::object;
use crate::error::{Code, Error};
use crate::words::words;

/// The longest wait that can be asked for: a day, as the longest timeout of a step.
pub const LONGEST_WAIT_MS: f64 = 86_400_000.0;

/// How a saga is driven. Every field has a default.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default)]
pub struct RunSettings {
    /// How many attempts may be in flight at once, at least 1. Default 16.
    pub concurrency: u32,
    /// When a failed attempt is followed by the next.
    pub retry: RetrySettings,
    /// What a rollback does with a step whose effect nobody knows. Default `undo`.
    pub in_doubt: InDoubt,
    /// What follows when a step cannot be undone. Default `escalate`.
    pub on_undo_failure: OnUndoFailure,
    /// How long an aborted attempt may take to settle, in milliseconds. Default 5,000.
    pub abort_grace_ms: f64,
    /// Ids of steps without effect: a rollback passes them without a call.
    pub nothing_to_undo: Vec<String>,
}

object!(strict RunSettings {
    ; concurrency, retry, in_doubt = "inDoubt", on_undo_failure = "onUndoFailure",
    abort_grace_ms = "abortGraceMs", nothing_to_undo = "nothingToUndo"
});

/// When a failed attempt is followed by the next.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default)]
pub struct RetrySettings {
    /// The wait before the first retry, in milliseconds. Default 1,000, as in the reference.
    pub delay_ms: f64,
    /// How the waits grow. Default `linear`, as in the reference.
    pub backoff: Backoff,
    /// No wait is longer, but where an action asks for it. Default an hour.
    pub max_delay_ms: f64,
    /// Whether each wait is shortened by up to a half, by a share that the attempt's key tells.
    /// Default `false`.
    pub jitter: bool,
}

object!(strict RetrySettings {
    ; delay_ms = "delayMs", backoff, max_delay_ms = "maxDelayMs", jitter
});

words! {
    /// How waits grow from retry to retry.
    pub enum Backoff {
        /// 1, 2, 3 … times the first.
        Linear = "linear",
        /// 1, 2, 4 … times the first.
        Exponential = "exponential",
    }
}

words! {
    /// What a rollback does with a step whose effect nobody knows.
    pub enum InDoubt {
        /// Takes it for committed, and undoes it.
        Undo = "undo",
        /// Takes it for failed.
        Ignore = "ignore",
        /// Takes it for failed, and the saga ends escalated.
        Escalate = "escalate",
    }
}

words! {
    /// What follows when a step cannot be undone.
    pub enum OnUndoFailure {
        /// All other steps are undone, then the saga ends escalated.
        Escalate = "escalate",
        /// The rollback stands still until an operator retries, skips or escalates.
        Hold = "hold",
    }
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            concurrency: 16,
            retry: RetrySettings::default(),
            in_doubt: InDoubt::Undo,
            on_undo_failure: OnUndoFailure::Escalate,
            abort_grace_ms: 5_000.0,
            nothing_to_undo: Vec::new(),
        }
    }
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            delay_ms: 1_000.0,
            backoff: Backoff::Linear,
            max_delay_ms: 3_600_000.0,
            jitter: false,
        }
    }
}

impl RunSettings {
    /// Reads settings.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let settings: Self = input::read(text, "options", Code::BadOption)?;
        settings.check()?;
        Ok(settings)
    }

    /// Refuses what cannot be meant.
    pub fn check(&self) -> Result<(), Error> {
        if self.concurrency == 0 {
            return Err(bad("concurrency", "must be at least 1"));
        }
        let waits = [
            ("retry.delayMs", self.retry.delay_ms),
            ("retry.maxDelayMs", self.retry.max_delay_ms),
            ("abortGraceMs", self.abort_grace_ms),
        ];
        for (place, wait) in waits {
            if !(0.0..=LONGEST_WAIT_MS).contains(&wait) {
                return Err(bad(place, "must be from 0 to 86400000 milliseconds"));
            }
        }
        Ok(())
    }
}

fn bad(place: &str, message: &str) -> Error {
    let message = format!("options ({place}): {message}");
    Error::new(Code::BadOption, message).with("place", place)
}
