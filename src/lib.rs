//! The safety kernel for AI-agent sagas: it says whether a saga definition may run, decides every
//! state change while it runs, and stops an agent with its work handed on or undone.
//!
//! The core decides, its host performs: nothing here reads a clock, draws a random number, starts a
//! timer or does I/O. Time and ids come in with each input.
//!
//! ```
//! let report = sagaward::definition::validate_text(br#"{"name": "demo"}"#, &Default::default());
//! assert!(!report.valid);
//! assert_eq!(report.errors[0], "[(root)] 'session_id' is a required property");
//! ```
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    missing_docs
)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]

pub mod decide;
pub mod definition;
pub mod error;
pub mod kill;
pub mod rate_limiter;
pub mod saga;
#[cfg(feature = "js")]
mod wasm;
mod words;
