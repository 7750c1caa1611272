//! The constants that the package exports: the build reads them here and writes them out as
//! JavaScript, so that they are stated once and reading one compiles no WebAssembly.

use std::collections::BTreeMap;

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::definition::VALID_ACTION_PREFIXES;
use crate::saga::{SagaState, StepState};

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Constants {
    valid_action_prefixes: &'static [&'static str],
    step_transitions: BTreeMap<&'static str, Vec<&'static str>>,
    saga_transitions: BTreeMap<&'static str, Vec<&'static str>>,
}

/// JSON text, ended by a zero byte.
#[wasm_bindgen]
pub fn constants() -> *const u8 {
    let constants = Constants {
        valid_action_prefixes: &VALID_ACTION_PREFIXES,
        step_transitions: transitions(StepState::ALL, StepState::name, StepState::allowed),
        saga_transitions: transitions(SagaState::ALL, SagaState::name, SagaState::allowed),
    };
    // Writing our own structs to memory cannot fail.
    let mut json = serde_json::to_vec(&constants).unwrap_or_default();
    json.push(0);
    json.leak().as_ptr()
}

fn transitions<T: Copy>(
    all: &[T],
    name: fn(T) -> &'static str,
    allowed: fn(T) -> &'static [T],
) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut table = BTreeMap::new();
    for state in all {
        let follow = allowed(*state).iter().copied().map(name);
        table.insert(name(*state), follow.collect());
    }
    table
}
