//! How a switch kills.

use serde::Serialize;

use super::substitutes::SubstituteOrder;
use crate::definition::input;
use crate::definition::objects::object;
use crate::error::{Code, Error};
use crate::words::words;

words! {
    /// What to do with a step whose killed agent may still be working on it.
    pub enum OnUnconfirmed {
        /// Hold it until its action settles or a person decides.
        Hold = "hold",
        /// Hand it over at once: two agents may work on it.
        Proceed = "proceed",
    }
}

/// How a switch kills. Every field has a default.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default)]
pub struct KillSwitchOptions {
    /// Milliseconds that a callback or a substitute may take. Default 5,000.
    pub callback_timeout_ms: f64,
    /// What to do with steps whose agent may still be at work. Default `hold`.
    pub on_unconfirmed: OnUnconfirmed,
    /// Which substitute is asked first. Default `first`.
    pub substitutes: SubstituteOrder,
    /// How many records are kept. Default 10,000.
    pub history_limit: usize,
}

object!(strict KillSwitchOptions {
    ; callback_timeout_ms = "callbackTimeoutMs", on_unconfirmed = "onUnconfirmed", substitutes,
    history_limit = "historyLimit"
});

impl Default for KillSwitchOptions {
    fn default() -> Self {
        Self {
            callback_timeout_ms: 5_000.0,
            on_unconfirmed: OnUnconfirmed::default(),
            substitutes: SubstituteOrder::default(),
            history_limit: 10_000,
        }
    }
}

/// The longest time that a timer of a JavaScript host can wait.
const LONGEST_TIMER_MS: f64 = 2_147_483_647.0;

impl KillSwitchOptions {
    /// Reads options from JSON.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let options: Self = input::read(text, "options", Code::BadOption)?;
        options.check()?;
        Ok(options)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if (0.0..=LONGEST_TIMER_MS).contains(&self.callback_timeout_ms) {
            return Ok(());
        }
        let message = format!(
            "options (callbackTimeoutMs): must be from 0 to {LONGEST_TIMER_MS}, not {}",
            self.callback_timeout_ms
        );
        Err(Error::new(Code::BadOption, message))
    }
}
