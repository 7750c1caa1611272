use super::{answer, cases, instance, list, number, same, text};
use crate::documents::{document, merged};
use sagaward_host::Instance;
use serde_json::{Value, json};

#[test]
fn limiting() {
    let Instance { mut store, exports } = instance();
    let limiting = exports.sagaward_saga_limiting();
    let limiters = limiting.rate_limiter();
    for case in cases(include_str!("../../../../fixtures/cases/limiting.json")) {
        let defaults = limiting.call_default_options(&mut store).unwrap();
        let options = merged(defaults, &given(&case["options"]));
        let limiter = limiters.call_create(&mut store, Some(options));
        let limiter = limiter.unwrap().unwrap();
        for call in list(&case, "calls") {
            let (agent, session) = (text(call, "agent_did"), text(call, "session_id"));
            let ring = || u8::try_from(call["ring"].as_u64().unwrap()).unwrap();
            let cost = || number(call, "cost");
            let now = number(call, "now");
            let store = &mut store;
            let done = match text(call, "call") {
                "decide" => limiters
                    .call_decide(store, limiter, agent, session, ring(), cost(), now)
                    .map(|done| done.map(|decision| document(&decision))),
                "check" => limiters
                    .call_check(store, limiter, agent, session, ring(), cost(), now)
                    .map(|done| done.map(|()| Value::Null)),
                "update_ring" => limiters
                    .call_update_ring(store, limiter, agent, session, ring(), now)
                    .map(|done| done.map(|()| Value::Null)),
                _ => limiters
                    .call_stats(store, limiter, agent, session, now)
                    .map(|done| done.map(|stats| document(&stats))),
            };
            let found = answer(done.unwrap(), "returns");
            same(&found, call, &["returns", "error"]);
        }
        let tracked = limiters.call_tracked_agents(&mut store, limiter).unwrap();
        assert_eq!(json!(tracked), case["tracked_agents"]);
    }
}

/// The limits of each ring have a field of their own.
fn given(options: &Value) -> Value {
    let mut given = options.clone();
    let fields = given.as_object_mut().unwrap();
    let rings = fields.remove("ringLimits").unwrap_or_else(|| json!({}));
    for (ring, limit) in rings.as_object().unwrap() {
        fields.insert(format!("ring{ring}"), limit.clone());
    }
    given
}
