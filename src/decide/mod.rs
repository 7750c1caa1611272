//! What to do next: inputs in, facts and commands out.

pub mod handoff;
pub mod order;
