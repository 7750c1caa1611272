//! The seed of the hash tables.

use wasm_bindgen::prelude::wasm_bindgen;

/// To be called once, before anything is validated.
#[wasm_bindgen]
pub fn validation_seed(seed: u32) {
    crate::entropy::seed(seed);
}
