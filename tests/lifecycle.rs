//! The lifecycle: both tables, the log and its fold, snapshots, and what is refused.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use sagaward::decide::{Driver, Input, Told, ready};
use sagaward::definition::Json;
use sagaward::error::Code;
use sagaward::saga::{Event, Outcome, Saga, SagaSnapshot, SagaState, StepState, Timestamp};
use serde_json::{Value, json};

fn at(ms: u32) -> Timestamp {
    Timestamp::from_epoch_ms(f64::from(ms)).unwrap()
}

fn saga(definition: Value) -> Saga {
    let definition = serde_json::from_value(definition).unwrap();
    Saga::from_definition(definition, "saga:1", at(0)).unwrap()
}

fn step(id: &str, depends_on: Option<&[&str]>) -> Value {
    let mut step =
        json!({"id": id, "action_id": "test.x", "agent": format!("did:{id}"), "undo_api": "/u"});
    if let Some(depends_on) = depends_on {
        step["depends_on"] = json!(depends_on);
    }
    step
}

fn three_steps() -> Saga {
    saga(json!({
        "name": "n", "session_id": "s",
        "steps": [step("a", None), step("b", None), step("c", None)],
        "fan_out": [{"policy": "any_must_succeed", "branches": ["b"], "note": {"z": 1, "a": 2}}],
        "metadata": {"z": 1, "a": [1.5, "x", null], "__proto__": {"y": true}},
    }))
}

#[derive(Debug, Clone)]
enum Move {
    Step(
        &'static str,
        StepState,
        Option<&'static str>,
        Option<&'static str>,
    ),
    Saga(SagaState, Option<&'static str>),
    Kill(&'static str),
    Settle(&'static str),
    Accept(&'static str, &'static str),
    Refuse(&'static str),
    Revive(&'static str),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let id = || select(vec!["a", "b", "c"]);
    let agent = || select(vec!["did:a", "did:b", "did:c", "did:sub"]);
    let result = select(vec![
        None,
        Some(r#"{"z":1,"a":[1e300,"\u0000"],"__proto__":1}"#),
        Some("null"),
    ]);
    let error = || select(vec![None, Some("boom")]);
    prop::collection::vec(
        prop_oneof![
            12 => (id(), select(StepState::ALL.to_vec()), result, error())
                .prop_map(|(id, to, result, error)| Move::Step(id, to, result, error)),
            1 => (select(SagaState::ALL.to_vec()), error()).prop_map(|(to, error)| Move::Saga(to, error)),
            1 => agent().prop_map(Move::Kill),
            1 => id().prop_map(Move::Settle),
            1 => (id(), agent()).prop_map(|(id, agent)| Move::Accept(id, agent)),
            1 => id().prop_map(Move::Refuse),
            1 => agent().prop_map(Move::Revive),
        ],
        0..60,
    )
}

/// Tells a saga that is moved by hand of a kill.
fn tell(saga: &mut Saga, now: u32, told: Told) -> Result<(), sagaward::error::Error> {
    let mut driver = Driver::new(saga.clone());
    let at = f64::from(now);
    let commands = driver.handle(Input { at, told })?;
    assert!(commands.is_empty(), "{commands:?}");
    saga.clone_from(driver.saga());
    Ok(())
}

/// Makes a move; whether it was legal does not matter here.
fn make(saga: &mut Saga, step: &Move, now: u32) -> bool {
    let text = |text: &Option<&str>| text.map(str::to_owned);
    let done = match step {
        Move::Step(id, to, result, error) => {
            let result = result.map(|result| Json::parse(result).unwrap());
            saga.transition_step(id, *to, result, text(error), at(now))
        }
        Move::Saga(to, error) => saga.transition(*to, text(error), at(now)),
        Move::Kill(agent) => tell(
            saga,
            now,
            Told::AgentKilled {
                agent_did: (*agent).to_owned(),
                kill_id: format!("kill:{now}"),
            },
        ),
        Move::Settle(id) => tell(
            saga,
            now,
            Told::AttemptSettled {
                step_id: (*id).to_owned(),
            },
        ),
        Move::Accept(id, agent) => tell(
            saga,
            now,
            Told::HandoffAccepted {
                step_id: (*id).to_owned(),
                to_agent: (*agent).to_owned(),
                kill_id: "kill:x".to_owned(),
            },
        ),
        Move::Refuse(id) => tell(
            saga,
            now,
            Told::HandoffRefused {
                step_id: (*id).to_owned(),
                kill_id: "kill:x".to_owned(),
            },
        ),
        Move::Revive(agent) => tell(
            saga,
            now,
            Told::AgentRevived {
                agent_did: (*agent).to_owned(),
            },
        ),
    };
    done.is_ok()
}

/// What a snapshot says of a saga, as text: equal sagas, equal texts.
fn state(saga: &Saga) -> String {
    serde_json::to_string(&saga.snapshot()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_fold_of_the_log_is_the_state(moves in moves()) {
        let mut saga = three_steps();
        for (now, step) in moves.iter().enumerate() {
            make(&mut saga, step, now as u32);
        }
        let lines: Vec<String> =
            saga.log().iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        let events = lines.iter().map(|line| Event::from_json(line).unwrap());
        prop_assert_eq!(Saga::replay(events).unwrap(), saga);
    }

    #[test]
    fn a_restored_snapshot_and_the_later_events_are_the_state(moves in moves(), cut in any::<Index>()) {
        let mut saga = three_steps();
        let cut = cut.index(moves.len() + 1);
        let mut restored = None;
        for (now, step) in moves.iter().enumerate() {
            if now == cut {
                restored = Some(SagaSnapshot::from_json(&state(&saga)).unwrap());
            }
            make(&mut saga, step, now as u32);
        }
        let mut restored = Saga::restore(restored.unwrap_or_else(|| saga.snapshot())).unwrap();
        prop_assert!(restored.log().is_empty());
        let from = restored.seq() as usize;
        let later = &saga.log()[from..];
        let compacted = format!(
            r#"{{"seq":{from},"at":"1970-01-01T00:00:00.000Z","type":"saga_compacted","snapshot":{}}}"#,
            state(&restored)
        );
        let mut events = vec![Event::from_json(&compacted).unwrap()];
        events.extend_from_slice(later);
        for event in later {
            restored.fold(event.clone()).unwrap();
        }
        prop_assert_eq!(state(&restored), state(&saga));
        let replayed = Saga::replay(events.clone()).unwrap();
        prop_assert_eq!(state(&replayed), state(&saga));
        prop_assert_eq!(replayed.log(), events);
    }

    #[test]
    fn what_is_refused_changes_nothing(moves in moves()) {
        let mut saga = three_steps();
        for (now, step) in moves.iter().enumerate() {
            let before = saga.clone();
            if !make(&mut saga, step, now as u32) {
                prop_assert_eq!(&saga, &before);
            }
        }
    }

    #[test]
    fn a_log_with_a_hole_or_a_twin_is_refused(moves in moves(), place in any::<Index>(), twice in any::<bool>()) {
        let mut saga = three_steps();
        for (now, step) in moves.iter().enumerate() {
            make(&mut saga, step, now as u32);
        }
        let mut log = saga.log().to_vec();
        let place = place.index(log.len());
        if twice {
            log.insert(place, log[place].clone());
        } else if place + 1 < log.len() {
            log.remove(place);
        } else {
            return Ok(());
        }
        prop_assert_eq!(Saga::replay(log).unwrap_err().code, Code::BadLog);
    }
}

#[test]
fn the_tables_are_the_references() {
    let step = |state: StepState| match state {
        StepState::Pending => "executing",
        StepState::Executing => "committed failed",
        StepState::Committed => "compensating",
        StepState::Compensating => "compensated compensation_failed",
        StepState::Compensated | StepState::CompensationFailed | StepState::Failed => "",
    };
    for state in StepState::ALL.iter().copied() {
        let allowed: Vec<&str> = state.allowed().iter().map(|to| to.name()).collect();
        assert_eq!(allowed.join(" "), step(state));
    }
    let saga = |state: SagaState| match state {
        SagaState::Running => "compensating completed failed",
        SagaState::Compensating => "completed failed escalated",
        SagaState::Completed | SagaState::Failed | SagaState::Escalated => "",
    };
    for state in SagaState::ALL.iter().copied() {
        let allowed: Vec<&str> = state.allowed().iter().map(|to| to.name()).collect();
        assert_eq!(allowed.join(" "), saga(state));
    }
}

#[test]
fn an_illegal_transition_speaks_the_references_words() {
    let mut saga = three_steps();
    let error = saga
        .transition_step("a", StepState::Committed, None, None, at(1))
        .unwrap_err();
    assert_eq!(error.code, Code::IllegalTransition);
    assert_eq!(
        error.message,
        "Invalid step transition: pending → committed. Allowed: ['executing']"
    );
    assert_eq!(
        Value::from(error.details),
        json!({"subject": "step", "id": "a", "from": "pending", "to": "committed", "allowed": ["executing"]})
    );
    saga.transition(SagaState::Completed, None, at(2)).unwrap();
    let error = saga.transition(SagaState::Failed, None, at(3)).unwrap_err();
    assert_eq!(
        error.message,
        "Invalid saga transition: completed → failed. Allowed: []"
    );
}

#[test]
fn times_are_set_where_the_reference_sets_them() {
    use StepState::*;
    let mut saga = three_steps();
    let path = [
        (Executing, 1),
        (Committed, 2),
        (Compensating, 3),
        (Compensated, 4),
    ];
    let times = [
        (Some(1), None),
        (Some(1), Some(2)),
        (Some(1), Some(2)),
        (Some(1), Some(4)),
    ];
    for ((to, now), (started, completed)) in path.into_iter().zip(times) {
        saga.transition_step("a", to, None, None, at(now)).unwrap();
        let step = saga.step("a").unwrap();
        assert_eq!(
            (step.started_at, step.completed_at),
            (started.map(at), completed.map(at))
        );
    }
    saga.transition(SagaState::Compensating, None, at(5))
        .unwrap();
    assert_eq!((saga.completed_at(), saga.outcome()), (None, None));
    saga.transition(SagaState::Completed, None, at(6)).unwrap();
    assert_eq!(
        (saga.completed_at(), saga.outcome()),
        (Some(at(6)), Some(Outcome::RolledBack))
    );
    assert_eq!(at(6).to_string(), "1970-01-01T00:00:00.006Z");
}

/// Runs to the end; each inner list is what is ready together.
fn waves(mut saga: Saga) -> Vec<Vec<String>> {
    let mut waves = Vec::new();
    loop {
        let ready: Vec<String> = ready(&saga)
            .iter()
            .map(|step| step.step_id.clone())
            .collect();
        if ready.is_empty() {
            return waves;
        }
        for id in &ready {
            saga.transition_step(id, StepState::Executing, None, None, at(1))
                .unwrap();
            saga.transition_step(id, StepState::Committed, None, None, at(2))
                .unwrap();
        }
        waves.push(ready);
    }
}

#[test]
fn the_order_of_work() {
    let all = |steps: Value, fan_out: Value| {
        waves(saga(
            json!({"name": "n", "session_id": "s", "steps": steps, "fan_out": fan_out}),
        ))
    };
    let plain = json!([step("a", None), step("b", None), step("c", None)]);
    let cases = [
        (
            "a plain list runs one by one",
            plain.clone(),
            json!([]),
            "a|b|c",
        ),
        (
            "a step with depends_on waits for exactly those",
            json!([
                step("a", None),
                step("b", Some(&[])),
                step("c", Some(&["a", "b"]))
            ]),
            json!([]),
            "a,b|c",
        ),
        (
            "a forward dependency moves a step behind what it names",
            json!([step("a", Some(&["c"])), step("b", None), step("c", None)]),
            json!([]),
            "b|c|a",
        ),
        (
            "branches start together",
            plain.clone(),
            json!([{"branches": ["a", "b"]}]),
            "a,b|c",
        ),
        (
            "unknown branches are ignored",
            plain.clone(),
            json!([{"branches": ["b", "zz"]}]),
            "a|b|c",
        ),
        (
            "a step of two groups belongs to the first",
            plain.clone(),
            json!([{"branches": ["a", "b"]}, {"branches": ["b", "c"]}]),
            "a,b|c",
        ),
        (
            "a group stands where its first branch stands",
            plain,
            json!([{"branches": ["c", "a"]}]),
            "a,c|b",
        ),
        (
            "a branch still waits for the branches it names",
            json!([step("a", None), step("b", Some(&["a"])), step("c", None)]),
            json!([{"branches": ["a", "b"]}]),
            "a|b|c",
        ),
        (
            "a group that a step outside ties to itself is taken apart",
            json!([
                step("a", None),
                step("b", Some(&["c"])),
                step("c", Some(&["a"]))
            ]),
            json!([{"branches": ["a", "b"]}]),
            "a|c|b",
        ),
    ];
    for (what, steps, fan_out, expected) in cases {
        let waves: Vec<String> = all(steps, fan_out)
            .iter()
            .map(|wave| wave.join(","))
            .collect();
        assert_eq!(waves.join("|"), expected, "{what}");
    }
}

#[test]
fn a_group_lets_others_start_when_its_policy_is_satisfied() {
    let cases = [
        ("all_must_succeed", [true, true, false], false),
        ("all_must_succeed", [true, true, true], true),
        ("majority_must_succeed", [true, true, false], true),
        ("majority_must_succeed", [true, false, false], false),
        ("any_must_succeed", [false, false, true], true),
        ("any_must_succeed", [false, false, false], false),
        ("unheard_of", [true, true, false], false),
    ];
    for (policy, commits, expected) in cases {
        let mut saga = saga(json!({
            "name": "n", "session_id": "s",
            "steps": [step("a", None), step("b", None), step("c", None), step("d", None)],
            "fan_out": [{"policy": policy, "branches": ["a", "b", "c"]}],
        }));
        for (id, commits) in ["a", "b", "c"].into_iter().zip(commits) {
            assert!(
                ready(&saga).iter().all(|step| step.step_id != "d"),
                "all branches settle"
            );
            let to = if commits {
                StepState::Committed
            } else {
                StepState::Failed
            };
            saga.transition_step(id, StepState::Executing, None, None, at(1))
                .unwrap();
            saga.transition_step(id, to, None, None, at(2)).unwrap();
        }
        let ready: Vec<&str> = ready(&saga)
            .iter()
            .map(|step| step.step_id.as_str())
            .collect();
        assert_eq!(ready == ["d"], expected, "{policy} {commits:?}");
    }
}

#[test]
fn a_kill_fences_hands_over_or_abandons() {
    let killed = |saga: &mut Saga| {
        saga.transition_step("a", StepState::Executing, None, None, at(1))
            .unwrap();
        let (agent_did, kill_id) = ("did:a".to_owned(), "kill:1".to_owned());
        tell(saga, 2, Told::AgentKilled { agent_did, kill_id }).unwrap();
    };
    let (step_id, kill_id) = ("a".to_owned(), "kill:1".to_owned());

    let mut handed = three_steps();
    killed(&mut handed);
    let late = handed
        .transition_step("a", StepState::Committed, None, None, at(3))
        .unwrap_err();
    assert_eq!(late.code, Code::Fenced);
    let accepted = Told::HandoffAccepted {
        step_id: step_id.clone(),
        to_agent: "did:sub".to_owned(),
        kill_id: kill_id.clone(),
    };
    tell(&mut handed, 4, accepted.clone()).unwrap();
    assert_eq!(handed.step("a").unwrap().agent_did, "did:sub");
    let seq = handed.seq();
    tell(&mut handed, 4, accepted).unwrap();
    assert_eq!(handed.seq(), seq, "a repeated input is no event");
    handed
        .transition_step("a", StepState::Committed, None, None, at(5))
        .unwrap();

    let mut abandoned = three_steps();
    killed(&mut abandoned);
    let refused = Told::HandoffRefused { step_id, kill_id };
    tell(&mut abandoned, 4, refused).unwrap();
    assert_eq!(abandoned.state(), SagaState::Compensating);
    assert!(abandoned.step("a").unwrap().in_doubt);
    for to in [
        StepState::Committed,
        StepState::Compensating,
        StepState::Compensated,
    ] {
        abandoned
            .transition_step("a", to, None, None, at(6))
            .unwrap();
    }

    let pending = abandoned.transition_step("b", StepState::Executing, None, None, at(7));
    assert!(pending.is_ok(), "another agent's step is not concerned");
    let mut later = three_steps();
    let (agent_did, kill_id) = ("did:b".to_owned(), "kill:2".to_owned());
    tell(&mut later, 2, Told::AgentKilled { agent_did, kill_id }).unwrap();
    let refused = later
        .transition_step("b", StepState::Executing, None, None, at(3))
        .unwrap_err();
    assert_eq!(refused.code, Code::Fenced, "a killed agent starts nothing");
}

#[test]
fn impossible_and_foreign_snapshots_are_refused_with_their_place() {
    let mut saga = three_steps();
    saga.transition_step("a", StepState::Executing, None, None, at(1))
        .unwrap();
    saga.transition_step(
        "a",
        StepState::Committed,
        Some(Json::parse("1").unwrap()),
        None,
        at(2),
    )
    .unwrap();
    let good: Value = serde_json::from_str(&state(&saga)).unwrap();
    let cases: [(&str, Value, &str); 16] = [
        ("/format", json!("other"), "format"),
        ("/version", json!(2), "version"),
        ("/version", json!(0), "version"),
        ("/seq", json!(0), "seq"),
        ("/state", json!("compensating"), "rolled_back"),
        ("/state", json!("completed"), "completed_at"),
        ("/state", json!("unheard_of"), "state"),
        ("/created_at", json!("yesterday"), "created_at"),
        ("/steps/0/started_at", json!(null), "steps.0.started_at"),
        ("/steps/0/completed_at", json!(null), "steps.0.completed_at"),
        (
            "/steps/1/execute_result",
            json!(1),
            "steps.1.execute_result",
        ),
        (
            "/steps/0/compensation_result",
            json!(1),
            "steps.0.compensation_result",
        ),
        ("/steps/0/retry_count", json!(1), "steps.0.retry_count"),
        ("/steps/0/in_doubt", json!(true), "steps.0.in_doubt"),
        ("/steps/1/step_id", json!("a"), "steps"),
        ("/steps/1/depends_on", json!(["zz"]), "steps"),
    ];
    for (pointer, forged, place) in cases {
        let mut snapshot = good.clone();
        *snapshot.pointer_mut(pointer).unwrap() = forged;
        let error = SagaSnapshot::from_json(&snapshot.to_string())
            .and_then(Saga::restore)
            .unwrap_err();
        assert_eq!(error.code, Code::BadSnapshot, "{pointer}");
        assert!(
            error.message.starts_with(&format!("snapshot ({place}")),
            "{pointer}: {error}"
        );
    }
    for field in good.as_object().unwrap().keys() {
        let mut torn = good.clone();
        torn.as_object_mut().unwrap().remove(field);
        // What may be null may be missing, for JSON has both.
        if !good[field].is_null() && !["metadata", "fan_out"].contains(&field.as_str()) {
            let error = SagaSnapshot::from_json(&torn.to_string()).unwrap_err();
            assert_eq!(error.code, Code::BadSnapshot, "without {field}");
        }
    }
}

#[test]
fn foreign_logs_are_refused() {
    let log: Vec<Value> = three_steps()
        .log()
        .iter()
        .map(|event| serde_json::to_value(event).unwrap())
        .collect();
    let cases = [
        ("/format", json!("other.log"), "format"),
        ("/version", json!(2), "version"),
        ("/seq", json!(2), "begins with event 2"),
    ];
    for (pointer, value, words) in cases {
        let mut first = log[0].clone();
        *first.pointer_mut(pointer).unwrap() = value;
        let error = Saga::replay([Event::from_json(&first.to_string()).unwrap()]).unwrap_err();
        assert_eq!(error.code, Code::BadLog);
        assert!(error.message.contains(words), "{error}");
    }
    assert_eq!(Saga::replay([]).unwrap_err().code, Code::BadLog);
}

#[test]
fn steps_come_in_whole_or_not_at_all() {
    let mut saga = three_steps();
    let cases = [
        (step("a", None), "Duplicate step ID: 'a'"),
        (step("d", Some(&["zz"])), "unknown step 'zz'"),
        (step("", None), "must not be empty"),
        (
            json!({"id": "d", "action_id": "x", "agent": "y", "timeout": 0}),
            "timeout",
        ),
    ];
    for (step, words) in cases {
        let before = saga.clone();
        let error = saga
            .add_step(serde_json::from_value(step).unwrap(), at(1))
            .unwrap_err();
        assert_eq!(error.code, Code::InvalidDefinition);
        assert!(error.message.contains(words), "{error}");
        assert_eq!(saga, before);
    }
    let whole: Value =
        json!({"id": "d", "action_id": "x", "agent": "y", "timeout": 30.0, "depends_on": ["a"]});
    saga.add_step(serde_json::from_value(whole).unwrap(), at(1))
        .unwrap();
    assert_eq!(saga.step("d").unwrap().timeout_seconds, 30);
}
