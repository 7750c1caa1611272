use super::{answer, cases, instance, list, number, same, text};
use crate::documents::{case_document, document, merged, name, plain, typed, typed_case};
use sagaward_host::Instance;
use sagaward_host::exports::sagaward::saga::lifecycle::{Guest, Input, Told};
use sagaward_host::exports::sagaward::saga::types::Error;
use serde_json::{Value, json};
use wasmtime::Store;
use wasmtime::component::ResourceAny;

#[test]
fn lifecycle() {
    let Instance { mut store, exports } = instance();
    let lifecycle = exports.sagaward_saga_lifecycle();
    let sagas = lifecycle.saga();
    for case in cases(include_str!("../../../../fixtures/cases/lifecycle.json")) {
        let definition = case["definition"].to_string();
        let (saga_id, at) = (text(&case, "saga_id"), number(&case, "at"));
        let saga = sagas.call_from_definition(&mut store, &definition, saga_id, at);
        let saga = saga.unwrap().unwrap();
        let log = sagas.call_log(&mut store, saga, 1).unwrap();
        same(&json!({ "created": document(&log) }), &case, &["created"]);
        for turn in list(&case, "turns") {
            let seq = sagas.call_view(&mut store, saga).unwrap().seq;
            let done = play(lifecycle, &mut store, saga, turn);
            let ok = done.is_ok();
            let mut found = answer(done.map(Value::from), "commands");
            if ok {
                let events = sagas.call_log(&mut store, saga, seq + 1).unwrap();
                found["events"] = document(&events);
            }
            same(&found, turn, &["commands", "events", "error"]);
        }
        let snapshot = sagas.call_snapshot(&mut store, saga).unwrap();
        let view = sagas.call_view(&mut store, saga).unwrap();
        let found = json!({
            "ready": sagas.call_ready_steps(&mut store, saga).unwrap(),
            "outcome": document(&view)["outcome"],
            "snapshot": document(&snapshot),
        });
        same(&found, &case, &["ready", "outcome", "snapshot"]);

        let mut again = vec![{
            let snapshot = typed(&case["snapshot"]);
            sagas.call_restore(&mut store, &snapshot)
        }];
        let log = sagas.call_log(&mut store, saga, 1).unwrap();
        again.push(sagas.call_replay(&mut store, &log));
        if let Some(compacted) = case.get("compacted").and_then(Value::as_array) {
            let events = compacted.iter().map(|event| typed_case(event, "fact"));
            let events: Vec<_> = events.collect();
            again.push(sagas.call_replay(&mut store, &events));
        }
        for saga in again {
            let saga = saga.unwrap().unwrap();
            let found = sagas.call_snapshot(&mut store, saga).unwrap();
            assert_eq!(plain(&document(&found)), plain(&case["snapshot"]));
        }
    }
}

/// The commands, where there can be any.
fn play(
    lifecycle: &Guest,
    store: &mut Store<()>,
    saga: ResourceAny,
    turn: &Value,
) -> Result<Option<Vec<Value>>, Error> {
    let sagas = lifecycle.saga();
    if let Some(told) = turn.get("input") {
        let input = input(lifecycle, store, told);
        let commands = sagas.call_handle(store, saga, &input).unwrap()?;
        return Ok(Some(commands.iter().map(case_document).collect()));
    }
    let done = if let Some(told) = turn.get("add_step") {
        let step = told["step"].to_string();
        sagas.call_add_step(store, saga, &step, number(told, "at"))
    } else if let Some(told) = turn.get("transition") {
        let (to, error) = (name(text(told, "to")), told["error"].as_str());
        sagas.call_transition(store, saga, to, error, number(told, "at"))
    } else {
        let told = &turn["transition_step"];
        let (id, to) = (text(told, "step_id"), name(text(told, "to")));
        let result = told.get("result").map(Value::to_string);
        let (result, error) = (result.as_ref(), told["error"].as_str());
        sagas.call_transition_step(store, saga, id, to, result, error, number(told, "at"))
    };
    done.unwrap().map(|()| None)
}

fn input(lifecycle: &Guest, store: &mut Store<()>, told: &Value) -> Input {
    let mut told = told.clone();
    let given = told.as_object_mut().unwrap().remove("settings");
    let mut input: Input = typed_case(&told, "told");
    if let Told::Start(run) | Told::Recover(run) = &mut input.told {
        run.settings = given.map(|given| {
            let defaults = lifecycle.call_default_settings(store).unwrap();
            merged(defaults, &given)
        });
    }
    input
}
