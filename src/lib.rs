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
//!
//! | module | what it does |
//! |---|---|
//! | [`definition`] | may a saga of this definition run? |
//! | [`saga`] | the lifecycle of one saga: steps, state machine, log, snapshot |
//! | [`decide`] | what to do next: inputs in, facts and commands out |
//! | [`kill`] | the stop button: who is killed, who takes over, what is recorded |
//! | [`rate_limiter`] | how often an agent may act |
//! | [`error`] | what a misuse of the library says |
//!
//! # Features
//!
//! In Rust none is needed. Both are for building WebAssembly of the crate, and neither adds to what
//! a Rust program can use:
//!
//! - `js`: the bindings behind the npm package `sagaward`, made by wasm-bindgen, and the TypeScript
//!   types generated from the structs.
//! - `component`: the exports of the WebAssembly component, as `wit/sagaward.wit` describes them.
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

#[cfg(feature = "component")]
mod component;
pub mod decide;
pub mod definition;
#[cfg(any(feature = "js", feature = "component"))]
mod entropy;
pub mod error;
pub mod kill;
mod map;
pub mod rate_limiter;
pub mod saga;
#[cfg(feature = "js")]
mod wasm;
mod words;
