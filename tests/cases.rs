//! The cases that every host of the core runs, here in Rust: `tests/fixtures/cases/*.json`.

use sagaward::decide::{Command, Driver, Input, ready};
use sagaward::definition::{
    ValidateOptions, is_valid, parse_definition, parse_step, validate_text, validate_value,
};
use sagaward::error::{Code, Error};
use sagaward::kill::{
    KillRequest, KillSwitch, KillSwitchOptions, KillSwitchSnapshot, TerminationOutcome,
};
use sagaward::rate_limiter::{
    AgentRateLimiter, DEFAULT_MAX_BUCKETS, DEFAULT_RING_LIMITS, RingLimit,
};
use sagaward::saga::{Event, Saga, SagaSnapshot, SagaState, StepState, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn validation() {
    for case in cases(include_str!("fixtures/cases/validation.json")) {
        let document = text(&case["document"]).as_bytes();
        let options = match case.get("options") {
            Some(options) => ValidateOptions::from_json(&options.to_string()),
            None => Ok(ValidateOptions::default()),
        };
        let report = options.map(|options| {
            let judge = match text(&case["source"]) {
                "text" => validate_text,
                _ => validate_value,
            };
            let report = judge(document, &options);
            assert_eq!(
                is_valid(document, &options),
                report.valid,
                "{}",
                case["name"]
            );
            report
        });
        same(&case, answer(report, "report"), &["report", "error"]);
    }
}

#[test]
fn lifecycle() {
    for case in cases(include_str!("fixtures/cases/lifecycle.json")) {
        let definition = case["definition"].to_string();
        let definition = parse_definition(&definition, &ValidateOptions::default()).unwrap();
        let saga = Saga::from_definition(definition, text(&case["saga_id"]), at(&case)).unwrap();
        same(
            &case,
            json!({ "created": document(saga.log()) }),
            &["created"],
        );
        let mut driver = Driver::new(saga);
        for turn in case["turns"].as_array().unwrap() {
            let seq = driver.saga().seq();
            let done = play(&mut driver, turn);
            let events = driver.saga().log_from(seq + 1);
            let events = done.is_ok().then(|| document(events));
            let mut outcome = answer(done, "commands");
            if outcome["commands"].is_null() {
                outcome.as_object_mut().unwrap().remove("commands");
            }
            if let Some(events) = events {
                outcome["events"] = events;
            }
            same(turn, outcome, &["commands", "events", "error"]);
        }
        let saga = driver.saga();
        let ready: Vec<&str> = ready(saga)
            .iter()
            .map(|step| step.step_id.as_str())
            .collect();
        let found = json!({
            "ready": ready,
            "outcome": saga.outcome(),
            "snapshot": document(&saga.snapshot()),
        });
        same(&case, found, &["ready", "outcome", "snapshot"]);
        let written = document(&saga.snapshot()).to_string();
        let restored = Saga::restore(SagaSnapshot::from_json(&written).unwrap()).unwrap();
        assert_eq!(restored.snapshot(), saga.snapshot());
        let lines = saga.log().iter().map(|event| document(event).to_string());
        let events = lines.map(|line| Event::from_json(&line).unwrap());
        assert_eq!(Saga::replay(events).unwrap().snapshot(), saga.snapshot());
        if let Some(lines) = case.get("compacted").and_then(Value::as_array) {
            let events = lines.iter().map(|line| Event::from_json(&line.to_string()));
            let replayed = Saga::replay(events.map(Result::unwrap)).unwrap();
            assert_eq!(replayed.snapshot(), saga.snapshot());
        }
    }
}

fn play(driver: &mut Driver, turn: &Value) -> Result<Option<Vec<Command>>, Error> {
    if let Some(input) = turn.get("input") {
        return driver
            .handle(Input::from_json(&input.to_string())?)
            .map(Some);
    }
    let saga = driver.saga_mut();
    if let Some(told) = turn.get("add_step") {
        let step = parse_step(&told["step"].to_string())?;
        saga.add_step(step, at(told))?;
    } else if let Some(told) = turn.get("transition") {
        let to: SagaState = read(&told["to"]);
        saga.transition(to, read(&told["error"]), at(told))?;
    } else {
        let told = &turn["transition_step"];
        let to: StepState = read(&told["to"]);
        let (id, result) = (text(&told["step_id"]), read(&told["result"]));
        saga.transition_step(id, to, result, read(&told["error"]), at(told))?;
    }
    Ok(None)
}

#[test]
fn killing() {
    for case in cases(include_str!("fixtures/cases/killing.json")) {
        let options = KillSwitchOptions::from_json(&case["options"].to_string()).unwrap();
        let mut switch = KillSwitch::new(options).unwrap();
        for one in case["substitutes"].as_array().unwrap() {
            let asks = one.get("answer").is_some();
            switch.register_substitute(text(&one["session_id"]), text(&one["agent_did"]), asks);
        }
        let mut agents = case["agents"].as_array().unwrap().clone();
        for (index, kill) in case["kills"].as_array().unwrap().iter().enumerate() {
            let kill_id = format!("kill:{}", index + 1);
            let result = perform(&mut switch, &case, &mut agents, kill, &kill_id);
            same(kill, json!({ "result": result }), &["result"]);
        }
        for (session, left) in case["substitutes_left"].as_object().unwrap() {
            assert_eq!(json!(switch.substitutes(session)), *left);
        }
        let totals = json!({
            "total_kills": switch.total_kills(),
            "total_handoffs": switch.total_handoffs(),
            "snapshot": document(&switch.snapshot()),
        });
        same(&case, totals, &["total_kills", "total_handoffs"]);
        if case.get("snapshot").is_some() {
            let written = document(&switch.snapshot());
            same(&case, json!({ "snapshot": written }), &["snapshot"]);
            let snapshot = KillSwitchSnapshot::from_json(&written.to_string()).unwrap();
            assert_eq!(
                KillSwitch::restore(snapshot).unwrap().snapshot(),
                switch.snapshot()
            );
        }
    }
}

/// What a host does: it holds the callbacks, and asks the substitutes.
fn perform(
    switch: &mut KillSwitch,
    case: &Value,
    agents: &mut Vec<Value>,
    kill: &Value,
    kill_id: &str,
) -> Value {
    let request = KillRequest::from_json(&kill["request"].to_string()).unwrap();
    let agent_did = request.agent_did.clone();
    let mut now = kill["at"].as_f64().unwrap();
    let time = |now| Timestamp::from_epoch_ms(now).unwrap();
    let already = switch.begin(request, kill_id, time(now));
    let registered = agents
        .iter()
        .position(|agent| agent["agent_did"] == agent_did.as_str());
    let (termination, error) = match registered.map(|index| agents.remove(index)) {
        _ if already => (TerminationOutcome::AlreadyKilled, None),
        None => (TerminationOutcome::NoHandler, None),
        Some(agent) => {
            now += 7.0;
            (read(&agent["termination"]), read(&agent["error"]))
        }
    };
    switch.terminated(kill_id, termination, error);
    loop {
        let offers = switch.offers(kill_id);
        let moves = switch.moves(kill_id);
        if offers.is_empty() && moves.is_empty() {
            break;
        }
        for offer in offers {
            let substitutes = case["substitutes"].as_array().unwrap();
            let mut substitutes = substitutes.iter();
            let asked = substitutes.find(|one| {
                one["agent_did"] == offer.to_agent.as_str()
                    && one["session_id"] == offer.session_id.as_str()
            });
            match &asked.unwrap()["answer"] {
                Value::String(thrown) => {
                    switch.answer(kill_id, offer.index, false, Some(thrown.clone()));
                }
                accepted => switch.answer(kill_id, offer.index, read(accepted), None),
            }
        }
    }
    document(&switch.finish(kill_id, time(now)))
}

#[test]
fn limiting() {
    for case in cases(include_str!("fixtures/cases/limiting.json")) {
        let mut limits = DEFAULT_RING_LIMITS;
        let own = case["options"]["ringLimits"].as_object();
        for (ring, limit) in own.into_iter().flatten() {
            limits[ring.parse::<usize>().unwrap()] = read::<RingLimit>(limit);
        }
        let most: Option<usize> = read(&case["options"]["maxBuckets"]);
        let most = most.unwrap_or(DEFAULT_MAX_BUCKETS);
        let mut limiter = AgentRateLimiter::new(limits, most).unwrap();
        for call in case["calls"].as_array().unwrap() {
            let (agent, session) = (text(&call["agent_did"]), text(&call["session_id"]));
            let ring = || read::<u8>(&call["ring"]);
            let cost = || read::<f64>(&call["cost"]);
            let now = read::<f64>(&call["now"]);
            let done = match text(&call["call"]) {
                "decide" => document_of(limiter.decide(agent, session, ring(), cost(), now)),
                "check" => document_of(limiter.check(agent, session, ring(), cost(), now)),
                "update_ring" => document_of(limiter.update_ring(agent, session, ring(), now)),
                _ => document_of(limiter.stats(agent, session, now)),
            };
            same(call, answer(done, "returns"), &["returns", "error"]);
        }
        assert_eq!(json!(limiter.tracked_agents()), case["tracked_agents"]);
    }
}

/// Every rule, input, command, fact and reason that the interface knows is in some case, and no other.
#[test]
fn nothing_is_left_out() {
    let files = [
        include_str!("fixtures/cases/validation.json"),
        include_str!("fixtures/cases/lifecycle.json"),
        include_str!("fixtures/cases/killing.json"),
    ];
    for (names, within, key) in [
        ("enum rule", &["diagnostics"][..], "rule"),
        ("variant told", &["input"], "type"),
        ("variant command", &["commands"], "type"),
        ("variant fact", &["created", "events", "compacted"], "type"),
        ("enum kill-reason", &["request"], "reason"),
    ] {
        let mut found = BTreeSet::new();
        for case in files.into_iter().flat_map(cases) {
            collect(&case, false, within, key, &mut found);
        }
        assert_eq!(found, known(names), "{names}");
    }
}

/// The texts under a key of the objects, or lists of objects, under one of these keys.
fn collect(value: &Value, here: bool, within: &[&str], key: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => {
            for item in items {
                collect(item, here, within, key, found);
            }
        }
        Value::Object(fields) => {
            let name = fields.get(key).and_then(Value::as_str);
            found.extend(name.filter(|_| here).map(str::to_owned));
            for (key_here, field) in fields {
                collect(
                    field,
                    within.contains(&key_here.as_str()),
                    within,
                    key,
                    found,
                );
            }
        }
        _ => {}
    }
}

/// The names of an enum or a variant in the WIT, as documents have them.
fn known(declared: &str) -> BTreeSet<String> {
    let wit = include_str!("../wit/sagaward.wit");
    let (_, rest) = wit.split_once(&format!("  {declared} {{\n")).unwrap();
    let (body, _) = rest.split_once("\n  }\n").unwrap();
    let lines = body.lines().map(str::trim_start);
    let names = lines.filter(|line| !line.starts_with("///")).map(|line| {
        let name = line.trim_start_matches('%');
        let end = name.find(['(', ',']).unwrap();
        name[..end].replace('-', "_")
    });
    names.collect()
}

fn cases(file: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(file).unwrap();
    let cases = file["cases"].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn at(value: &Value) -> Timestamp {
    Timestamp::from_epoch_ms(value["at"].as_f64().unwrap()).unwrap()
}

fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_str(&value.to_string()).unwrap()
}

fn document(value: &(impl Serialize + ?Sized)) -> Value {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

fn document_of(result: Result<impl Serialize, Error>) -> Result<Value, Error> {
    result.map(|value| document(&value))
}

/// What a call returned, or its error as the cases have it.
fn answer(result: Result<impl Serialize, Error>, name: &str) -> Value {
    match result {
        Ok(value) => json!({ name: document(&value) }),
        Err(error) => match error.details.get("errors") {
            Some(errors) if error.code == Code::InvalidDefinition => {
                json!({ "error": { "code": error.code, "errors": errors } })
            }
            _ => json!({ "error": { "code": error.code, "message": error.message } }),
        },
    }
}

/// Whether the fields of what was found are those of the case.
fn same(case: &Value, found: Value, fields: &[&str]) {
    for field in fields {
        let expected = case.get(field).map(numbers);
        assert_eq!(found.get(field).map(numbers), expected, "{field} of {case}");
    }
}

/// JSON knows no difference between 5 and 5.0.
fn numbers(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(numbers).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, field)| (key.clone(), numbers(field)))
            .collect(),
        other => other.clone(),
    }
}
