//! Running sagas: the core's decisions under virtual time, told of everything that can happen.

mod definitions;
mod examples;
mod exhaustive;
mod flat;
mod invariants;
mod kills;
mod mishap;
mod operators;
mod plan;
mod simulation;
mod story;
mod tale;
mod world;
