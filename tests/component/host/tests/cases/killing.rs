use super::{cases, instance, list, number, same, text};
use crate::documents::{document, merged, name, plain, typed};
use sagaward_host::Instance;
use sagaward_host::exports::sagaward::saga::killing::{
    GuestKillSwitch, KillRequest, TerminationOutcome,
};
use serde_json::{Value, json};
use wasmtime::Store;
use wasmtime::component::ResourceAny;

#[test]
fn killing() {
    let Instance { mut store, exports } = instance();
    let killing = exports.sagaward_saga_killing();
    let switches = killing.kill_switch();
    for case in cases(include_str!("../../../../fixtures/cases/killing.json")) {
        let defaults = killing.call_default_options(&mut store).unwrap();
        let options = merged(defaults, &case["options"]);
        let switch = switches.call_create(&mut store, Some(options));
        let switch = switch.unwrap().unwrap();
        for one in list(&case, "substitutes") {
            let (session, agent) = (text(one, "session_id"), text(one, "agent_did"));
            let asks = one.get("answer").is_some();
            switches
                .call_register_substitute(&mut store, switch, session, agent, asks)
                .unwrap();
        }
        let mut agents = list(&case, "agents").to_vec();
        for (index, kill) in list(&case, "kills").iter().enumerate() {
            let id = format!("kill:{}", index + 1);
            let result = perform(&switches, &mut store, switch, &case, &mut agents, kill, &id);
            same(&json!({ "result": result }), kill, &["result"]);
        }
        for (session, left) in case["substitutes_left"].as_object().unwrap() {
            let found = switches.call_substitutes(&mut store, switch, session);
            assert_eq!(json!(found.unwrap()), *left);
        }
        let snapshot = switches.call_snapshot(&mut store, switch).unwrap();
        let totals = json!({
            "total_kills": switches.call_total_kills(&mut store, switch).unwrap(),
            "total_handoffs": switches.call_total_handoffs(&mut store, switch).unwrap(),
        });
        same(&totals, &case, &["total_kills", "total_handoffs"]);
        if let Some(expected) = case.get("snapshot") {
            let restored = switches.call_restore(&mut store, &typed(expected));
            let restored = restored.unwrap().unwrap();
            let again = switches.call_snapshot(&mut store, restored).unwrap();
            for snapshot in [snapshot, again] {
                assert_eq!(plain(&document(&snapshot)), plain(expected));
            }
        }
    }
}

/// What a host does: it holds the callbacks, and asks the substitutes.
fn perform(
    switches: &GuestKillSwitch,
    store: &mut Store<()>,
    switch: ResourceAny,
    case: &Value,
    agents: &mut Vec<Value>,
    kill: &Value,
    id: &str,
) -> Value {
    let request = request(&kill["request"]);
    let mut now = number(kill, "at");
    let begun = switches.call_begin(&mut *store, switch, &request, id, now);
    let already = begun.unwrap().unwrap();
    let registered = agents
        .iter()
        .position(|one| text(one, "agent_did") == request.agent_did);
    let ended = registered.map(|index| agents.remove(index));
    let (termination, error) = match &ended {
        _ if already => (TerminationOutcome::AlreadyKilled, None),
        None => (TerminationOutcome::NoHandler, None),
        Some(agent) => {
            now += 7.0;
            (name(text(agent, "termination")), agent["error"].as_str())
        }
    };
    switches
        .call_terminated(&mut *store, switch, id, termination, error)
        .unwrap();
    loop {
        let offers = switches.call_offers(&mut *store, switch, id).unwrap();
        let moves = switches.call_moves(&mut *store, switch, id).unwrap();
        if offers.is_empty() && moves.is_empty() {
            break;
        }
        for offer in offers {
            let asked = list(case, "substitutes").iter().find(|one| {
                text(one, "session_id") == offer.session_id
                    && text(one, "agent_did") == offer.to_agent
            });
            let answer = &asked.unwrap()["answer"];
            let (accepted, thrown) = (answer.as_bool().unwrap_or(false), answer.as_str());
            switches
                .call_answer(&mut *store, switch, id, offer.index, accepted, thrown)
                .unwrap();
        }
    }
    let result = switches.call_finish(&mut *store, switch, id, now);
    document(&result.unwrap().unwrap())
}

fn request(written: &Value) -> KillRequest {
    let steps = written.get("in_flight_steps");
    KillRequest {
        agent_did: text(written, "agent_did").into(),
        session_id: text(written, "session_id").into(),
        reason: name(text(written, "reason")),
        in_flight_steps: steps.map(typed).unwrap_or_default(),
        details: written["details"].as_str().unwrap_or_default().into(),
    }
}
