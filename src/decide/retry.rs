//! When the next attempt is due.

use super::input::Failure;
use super::keys;
use crate::saga::{Backoff, LONGEST_WAIT_MS, RetrySettings};

/// The wait before retry number `retry` (from 1), in milliseconds.
pub(super) fn delay_ms(
    settings: &RetrySettings,
    retry: u32,
    attempt_key: &str,
    failure: &Failure,
) -> f64 {
    let times = match settings.backoff {
        Backoff::Linear => f64::from(retry),
        Backoff::Exponential => {
            2_f64.powi(i32::try_from(retry.saturating_sub(1)).unwrap_or(i32::MAX))
        }
    };
    let wait = (settings.delay_ms * times).min(settings.max_delay_ms);
    let wait = if settings.jitter {
        wait * (1.0 - keys::share(attempt_key) / 2.0)
    } else {
        wait
    };
    let asked = failure.retry_after_ms.unwrap_or(0.0);
    // `max` and `min` ignore NaN.
    wait.max(asked).min(LONGEST_WAIT_MS).round()
}
