//! The two keys of an attempt.

use uuid::Uuid;

use crate::definition::json::text;
use crate::saga::Action;

/// Names one attempt: saga, step, action and number, as a JSON array, so that no two ids run into
/// one another.
pub(super) fn attempt_key(saga_id: &str, step_id: &str, action: Action, attempt: u32) -> String {
    text(&(saga_id, step_id, action, attempt))
}

/// Names what is attempted: the UUIDv5 of the JSON array of saga, step and action.
pub(super) fn idempotency_key(saga_id: &str, step_id: &str, action: Action) -> String {
    let name = text(&(saga_id, step_id, action));
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
}

/// A number from 0 to 1 that only the key tells.
pub(super) fn share(attempt_key: &str) -> f64 {
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, attempt_key.as_bytes());
    let (first, ..) = hash.as_fields();
    f64::from(first) / f64::from(u32::MAX)
}
