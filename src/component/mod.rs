//! The exports of the WebAssembly component, as `wit/sagaward.wit` describes them: nothing but
//! translations between its types and the core's.

mod convert;
mod killing;
mod lifecycle;
mod limiting;
mod validation;

/// Generated from the WIT.
#[allow(clippy::all, missing_docs, unsafe_op_in_unsafe_fn)]
mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "sagaward" });
}

use bindings::exports::sagaward::saga as interfaces;

struct Component;

bindings::export!(Component with_types_in bindings);
