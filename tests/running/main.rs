//! Running sagas: the core's decisions under virtual time, told of everything that can happen.

mod attempts;
mod definitions;
mod exhaustive;
mod fair;
mod flat;
mod invariants;
mod kills;
mod mishap;
mod operators;
mod order;
mod plan;
mod planned;
mod rollback;
mod simulation;
mod states;
mod story;
mod tale;
mod world;
