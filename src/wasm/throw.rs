//! Errors cross as instances of the package's own classes.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::definition::json::text as json;
use crate::error::Error;

#[wasm_bindgen(raw_module = "./errors.js")]
unsafe extern "C" {
    /// The error that a fault of the core becomes: its code, its message and its facts as JSON.
    #[wasm_bindgen(js_name = errorOf)]
    fn error_of(code: &str, message: &str, details: &str) -> JsValue;
}

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let details = json(&error.details);
        error_of(error.code.name(), &error.message, &details)
    }
}
