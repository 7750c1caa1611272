//! The constants of the package: the build reads them here and writes them out as
//! JavaScript, so that they are stated once and reading one compiles no WebAssembly.

use serde::{Serialize, Serializer};
use wasm_bindgen::prelude::wasm_bindgen;

use super::rows;
use crate::definition::{VALID_ACTION_PREFIXES, json};
use crate::saga::{SagaState, StepState};

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Constants {
    valid_action_prefixes: &'static [&'static str],
    #[serde(serialize_with = "table")]
    step_transitions: Transitions,
    #[serde(serialize_with = "table")]
    saga_transitions: Transitions,
    step_fields: &'static [&'static str],
}

/// Each state, and those that may follow it.
type Transitions = Vec<(&'static str, Vec<&'static str>)>;

fn table<S: Serializer>(transitions: &Transitions, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(transitions.iter().map(|(state, follow)| (state, follow)))
}

/// JSON text, ended by a zero byte.
#[wasm_bindgen]
pub fn constants() -> *const u8 {
    let constants = Constants {
        valid_action_prefixes: &VALID_ACTION_PREFIXES,
        step_transitions: transitions(StepState::ALL, StepState::name, StepState::allowed),
        saga_transitions: transitions(SagaState::ALL, SagaState::name, SagaState::allowed),
        step_fields: rows::STEP_FIELDS,
    };
    let mut json = json::text(&constants);
    json.push('\0');
    json.leak().as_ptr()
}

fn transitions<T: Copy>(
    all: &[T],
    name: fn(T) -> &'static str,
    allowed: fn(T) -> &'static [T],
) -> Transitions {
    let follow = |state: T| allowed(state).iter().copied().map(name).collect();
    let states = all.iter().copied();
    states.map(|state| (name(state), follow(state))).collect()
}
