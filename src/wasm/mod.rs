//! The bindings: the only place that knows of JavaScript.

mod constants;
mod entropy;
mod validation;
