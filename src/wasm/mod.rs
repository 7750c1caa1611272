//! The bindings: the only place that knows of JavaScript.

mod constants;
mod entropy;
mod ids;
mod kill;
mod rate_limiter;
mod rows;
mod saga;
mod throw;
mod validation;
