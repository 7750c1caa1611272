//! Ids from randomness that the host lends.

use wasm_bindgen::prelude::wasm_bindgen;

/// `saga:` and a random UUID.
#[wasm_bindgen(js_name = sagaId)]
pub fn saga_id(random: &[u8]) -> String {
    let bytes = random.try_into().unwrap_or_default();
    let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    format!("saga:{uuid}")
}
