//! A point in time as documents write it. It always comes in from outside.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

use crate::definition::objects::{self, Outcome, Read, Wrong};
use crate::definition::reader::Reader;
use crate::error::{Code, Error, written};

/// Milliseconds since 1970 (UTC); in documents `2026-01-31T12:00:00.000Z`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(DateTime<Utc>);

/// The last millisecond of the year 9999.
const LATEST_MS: f64 = 253_402_300_799_999.0;

impl Timestamp {
    /// The beginning of 1970.
    pub(crate) const EPOCH: Self = Self(DateTime::UNIX_EPOCH);

    /// The time this many milliseconds after 1970; parts of a millisecond are dropped.
    pub fn from_epoch_ms(ms: f64) -> Result<Self, Error> {
        let inside = (0.0..=LATEST_MS).contains(&ms);
        let time = if inside {
            DateTime::from_timestamp_millis(ms as i64)
        } else {
            None
        };
        time.map(Self).ok_or_else(|| {
            let message = format!(
                "a time must be milliseconds from 1970 to 9999, not {}",
                written(ms)
            );
            Error::new(Code::BadArgument, message)
        })
    }

    /// The time this many milliseconds later.
    pub(crate) fn later(self, ms: f64) -> Self {
        Self::from_epoch_ms((self.epoch_ms() + ms).min(LATEST_MS)).unwrap_or(self)
    }

    /// Milliseconds since 1970.
    pub fn epoch_ms(self) -> f64 {
        self.0.timestamp_millis() as f64
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Read for Timestamp {
    fn read(&mut self, from: &mut Reader<'_>) -> Outcome {
        let text = objects::string(from)?;
        let time = DateTime::parse_from_rfc3339(&text)
            .map_err(|error| Wrong::new(format!("the time '{text}' is wrong: {error}")))?;
        let time = Self::from_epoch_ms(time.timestamp_millis() as f64);
        *self = time.map_err(|error| Wrong::new(error.message))?;
        Ok(())
    }
}
