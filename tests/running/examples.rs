//! How a run goes: order, retries, timeouts, rollback, doubt.

use sagaward::saga::{Backoff, InDoubt, RetrySettings, RunSettings};
use serde_json::{Value, json};

use crate::definitions::{definition, step};
use crate::story::story;

fn default() -> RunSettings {
    RunSettings::default()
}

/// Steps `a`, `b` … one behind the other.
pub fn chain(steps: &[Value]) -> Value {
    let ids = ["a", "b", "c", "d"];
    let steps = steps
        .iter()
        .zip(ids)
        .map(|(more, id)| step(id, more.clone()));
    definition(steps.collect(), json!([]))
}

pub fn group(policy: &str, branches: &[&str], steps: &[Value]) -> Value {
    let mut definition = chain(steps);
    definition["fan_out"] = json!([{"policy": policy, "branches": branches}]);
    definition
}

#[test]
fn a_plain_list_runs_one_by_one() {
    let lines = "
        start → started; a#1
        a ok → a committed; b#1
        b ok → b committed; saga completed; !Succeeded";
    story(
        "two steps",
        &chain(&[json!({}), json!({})]),
        &default(),
        lines,
    );
    story(
        "none",
        &chain(&[]),
        &default(),
        "start → started; saga completed; !Succeeded",
    );
}

#[test]
fn no_more_attempts_than_concurrency_allows_are_in_flight() {
    let steps = [
        json!({"depends_on": []}),
        json!({"depends_on": []}),
        json!({"depends_on": ["a"]}),
    ];
    let settings = RunSettings {
        concurrency: 1,
        ..default()
    };
    let lines = "
        start → started; a#1
        a ok → a committed; b#1
        b ok → b committed; c#1
        c ok → c committed; saga completed; !Succeeded";
    story(
        "one at a time, in the order of the list",
        &chain(&steps),
        &settings,
        lines,
    );
}

#[test]
fn a_failed_attempt_is_followed_by_the_next_after_its_wait() {
    let lines = "
        start → started; a#1
        a fails → a failed: boom; !retry a in 1000
        a due → a due; a#2
        a fails → a failed: boom; !retry a in 2000
        a due → a due; a#3
        a fails → a failed: boom; a failed; saga failed: step 'a' failed: boom; !Failed";
    story(
        "linear, as in the reference",
        &chain(&[json!({"retries": 2})]),
        &default(),
        lines,
    );

    let retry = RetrySettings {
        backoff: Backoff::Exponential,
        max_delay_ms: 3_000.0,
        ..default().retry
    };
    let settings = RunSettings { retry, ..default() };
    let lines = "
        start → started; a#1
        a fails → a failed: boom; !retry a in 1000
        a due → a due; a#2
        a fails → a failed: boom; !retry a in 2000
        a due → a due; a#3
        a fails → a failed: boom; !retry a in 3000
        a due → a due; a#4
        a ok → a committed; saga completed; !Succeeded";
    story(
        "exponential with a cap",
        &chain(&[json!({"retries": 3})]),
        &settings,
        lines,
    );

    let lines = "
        start → started; a#1
        a fails after 5000 → a failed: boom; !retry a in 5000
        a due → a due; a#2
        a fails after 10 → a failed: boom; !retry a in 2000
        a due → a due; a#3
        a fails after 1e12 → a failed: boom; !retry a in 86400000
        a due → a due; a#4
        a ok → a committed; saga completed; !Succeeded";
    story(
        "what an action asks for is the least, a day the most",
        &chain(&[json!({"retries": 3})]),
        &default(),
        lines,
    );

    let lines = "
        start → started; a#1
        a fails for good → a failed: boom; a failed; saga failed: step 'a' failed: boom; !Failed";
    story(
        "not what will fail again",
        &chain(&[json!({"retries": 3})]),
        &default(),
        lines,
    );
}

#[test]
fn jitter_shortens_a_wait_by_up_to_a_half_and_always_the_same() {
    use sagaward::decide::{Command, Driver, Effect, Failure, Input, Told};
    let waits = || {
        (0..50).map(|place| {
            let id = format!("s{place}");
            let mut driver = Driver::new(crate::definitions::saga(&definition(
                vec![step(&id, json!({"retries": 1}))],
                json!([]),
            )));
            let retry = RetrySettings {
                jitter: true,
                ..default().retry
            };
            let settings = RunSettings { retry, ..default() };
            driver
                .handle(Input {
                    at: 0.0,
                    told: Told::Start { settings },
                })
                .unwrap();
            let attempt_key =
                crate::world::attempt_key(driver.saga(), &id, sagaward::saga::Action::Execute, 1);
            let failure = Failure {
                error: "boom".to_owned(),
                retryable: true,
                effect: Effect::None,
                retry_after_ms: None,
            };
            let told = Told::AttemptFailed {
                attempt_key,
                failure,
            };
            match driver.handle(Input { at: 0.0, told }).unwrap()[..] {
                [Command::SetTimer { delay_ms, .. }] => delay_ms,
                ref commands => panic!("{commands:?}"),
            }
        })
    };
    let first: Vec<f64> = waits().collect();
    assert_eq!(first, waits().collect::<Vec<f64>>());
    assert!(
        first.iter().all(|wait| (500.0..=1_000.0).contains(wait)),
        "{first:?}"
    );
    let (least, most) = (
        first.iter().copied().fold(f64::MAX, f64::min),
        first.iter().copied().fold(0.0, f64::max),
    );
    assert!(most - least > 250.0, "they are spread: {first:?}");
}

#[test]
fn an_attempt_that_takes_too_long_is_told_to_stop() {
    let one = chain(&[json!({"retries": 1})]);
    let lines = "
        start → started; a#1
        a times out → a timed out; !abort a; !grace a 5000
        a ok → a committed; saga completed; !Succeeded";
    story("a success in its grace counts", &one, &default(), lines);

    let lines = "
        start → started; a#1
        a times out → a timed out; !abort a; !grace a 5000
        a fails → a failed: Step a timed out after 10s (attempt 1/2); !retry a in 1000
        a due → a due; a#2
        a times out → a timed out; !abort a; !grace a 5000
        a grace ends → a failed in doubt: Step a timed out after 10s (attempt 2/2); \
            saga compensating: step 'a' failed: Step a timed out after 10s (attempt 2/2); a assumed committed; undo a#1
        a ok → a compensated; saga completed; !RolledBack";
    story(
        "the next begins once it settled or its grace ended",
        &one,
        &default(),
        lines,
    );
}

#[test]
fn what_is_in_doubt_is_undone_ignored_or_escalated() {
    let two = chain(&[json!({}), json!({"retries": 1})]);
    let begin = "
        start → …
        a ok → …
        b fails in doubt → b failed in doubt: boom; !retry b in 1000
        b due → b due; b#2\n";
    let cases = [
        (InDoubt::Undo, "
            b fails → b failed: boom; saga compensating: step 'b' failed: boom; b assumed committed; undo b#1
            b ok → b compensated; undo a#1
            a ok → a compensated; saga completed; !RolledBack"),
        (InDoubt::Ignore, "
            b fails → b failed: boom; saga compensating: step 'b' failed: boom; b failed; undo a#1
            a ok → a compensated; saga completed; !RolledBack"),
        (InDoubt::Escalate, "
            b fails → b failed: boom; saga compensating: step 'b' failed: boom; b failed; undo a#1
            a ok → a compensated; saga escalated: 1 step(s) in doubt were not undone; !Escalated"),
    ];
    for (in_doubt, end) in cases {
        let what = format!("{in_doubt:?}");
        story(
            &what,
            &two,
            &RunSettings {
                in_doubt,
                ..default()
            },
            &format!("{begin}{end}"),
        );
        let settles = "
            start → …
            a ok → …
            b fails in doubt → …
            b due → …
            b ok → b committed; saga completed; !Succeeded";
        story(
            &what,
            &two,
            &RunSettings {
                in_doubt,
                ..default()
            },
            settles,
        );
    }
}

#[test]
fn a_lost_attempt_runs_again_and_costs_no_retry() {
    let lines = "
        start → started; a#1
        a lost → a lost; a#2
        crash → recovered; a lost; a#3
        a ok → a committed; b#1
        crash → recovered; b lost; b#2
        b fails → b failed: boom; saga compensating: step 'b' failed: boom; b assumed committed; undo b#1
        crash → recovered; b lost; undo b#2
        b ok → b compensated; undo a#1
        a ok → a compensated; saga completed; !RolledBack";
    story(
        "what is committed never runs again",
        &chain(&[json!({}), json!({})]),
        &default(),
        lines,
    );

    let lines = "
        start → started; a#1
        a fails → a failed: boom; !retry a in 1000
        crash → recovered; !retry a in 999
        a due → a due; a#2
        a ok → a committed; saga completed; !Succeeded";
    story(
        "what waited waits on",
        &chain(&[json!({"retries": 1})]),
        &default(),
        lines,
    );
}

#[test]
fn a_failure_stops_what_runs_and_undoes_the_last_first() {
    let steps = [
        json!({}),
        json!({"depends_on": ["a"]}),
        json!({"depends_on": ["a"]}),
        json!({"depends_on": ["a"]}),
    ];
    let lines = "
        start → started; a#1
        a ok → a committed; b#1; c#1; d#1
        b ok → b committed
        c fails → c failed: boom; c failed; saga compensating: step 'c' failed: boom; !abort d; !grace d 5000
        d ok → d committed; undo d#1
        d ok → d compensated; undo b#1
        b ok → b compensated; undo a#1
        a ok → a compensated; saga completed; !RolledBack";
    story(
        "what settles in its grace is undone too",
        &chain(&steps),
        &default(),
        lines,
    );

    let lines = "
        start → …
        a ok → …
        b ok → …
        c fails → …
        d fails → d failed: boom; d failed; undo b#1
        b ok → …
        a ok → …";
    story(
        "what failed in its grace is not",
        &chain(&steps),
        &default(),
        lines,
    );

    let lines = "
        start → …
        a ok → …
        b ok → …
        c fails → …
        d grace ends → d failed in doubt: step 'd' was told to stop and did not in time; d assumed committed; undo d#1";
    story(
        "nobody knows of what did not settle",
        &chain(&steps),
        &default(),
        lines,
    );
}

#[test]
fn a_step_that_cannot_be_undone_passes_through_compensating() {
    let penalty = "1 step(s) failed compensation — Joint Liability penalty triggered";
    let lines = format!(
        "
        start → …
        a ok → …
        b ok → …
        c fails → c failed: boom; c failed; saga compensating: step 'c' failed: boom; \
            b compensating; b compensation_failed: No Undo_API available; undo a#1
        a ok → a compensated; saga escalated: {penalty}; !Escalated"
    );
    let steps = [json!({}), json!({"undo_api": null}), json!({})];
    story(
        "the others are undone all the same",
        &chain(&steps),
        &default(),
        &lines,
    );

    let settings = RunSettings {
        nothing_to_undo: vec!["b".to_owned()],
        ..default()
    };
    let lines = "
        start → …
        a ok → …
        b ok → …
        c fails → c failed: boom; c failed; saga compensating: step 'c' failed: boom; \
            b compensating; b compensated; undo a#1
        a ok → a compensated; saga completed; !RolledBack";
    story(
        "what has no effect needs no undo",
        &chain(&steps),
        &settings,
        lines,
    );
}

#[test]
fn an_undo_has_the_timeout_and_the_tries_of_its_step() {
    let lines = "
        start → …
        a ok → …
        b fails for good → …
        a fails → a failed: Compensation failed: boom; !retry a in 1000
        a due → a due; undo a#2
        a times out → a timed out; !abort a; !grace a 5000
        a grace ends → a failed: Compensation timed out after 10s; a compensation_failed; \
            saga escalated: 1 step(s) failed compensation — Joint Liability penalty triggered; !Escalated";
    story(
        "all used up",
        &chain(&[json!({"retries": 1}), json!({})]),
        &default(),
        lines,
    );
}

#[test]
fn a_goal_is_in_the_log_once_its_step_commits() {
    let lines = "
        start → started; a#1
        a ok → a committed; a reached built; saga completed; !Succeeded";
    story(
        "a goal",
        &chain(&[json!({"checkpoint_goal": "built"})]),
        &default(),
        lines,
    );
}

#[test]
fn a_group_is_judged_once_all_its_branches_have_ended() {
    let steps = [json!({}), json!({}), json!({}), json!({})];
    let lines = "
        start → started; a#1; b#1; c#1
        a ok → a committed
        b fails → b failed: boom; b failed
        c ok → c committed; d#1
        d ok → d committed; saga completed; !Succeeded";
    story(
        "most",
        &group("majority_must_succeed", &["a", "b", "c"], &steps),
        &default(),
        lines,
    );

    let lines = "
        start → started; a#1; b#1; c#1
        a fails → a failed: boom; a failed
        b fails in doubt → b failed in doubt: boom
        c ok → c committed; b assumed committed; d#1
        d fails → d failed: boom; d failed; saga compensating: step 'd' failed: boom; undo b#1
        b ok → b compensated; undo c#1
        c ok → c compensated; saga completed; !RolledBack";
    story(
        "a satisfied group keeps what may have been done",
        &group("any_must_succeed", &["a", "b", "c"], &steps),
        &default(),
        lines,
    );

    let lines = "
        start → started; a#1; b#1; c#1
        a fails → a failed: boom; a failed
        b ok → b committed
        c fails → c failed: boom; c failed; \
            saga compensating: majority_must_succeed is not met: step 'a' failed: boom; undo b#1
        b ok → b compensated; saga completed; !RolledBack";
    story(
        "an unsatisfied one fails the saga",
        &group("majority_must_succeed", &["a", "b", "c"], &steps),
        &default(),
        lines,
    );

    let bound = [
        json!({}),
        json!({"depends_on": ["a"]}),
        json!({}),
        json!({"depends_on": ["b"]}),
    ];
    let lines = "
        start → started; a#1; c#1
        a fails → a failed: boom; a failed
        c ok → c committed; d#1
        d ok → d committed; saga completed; !Succeeded";
    story(
        "a branch whose branch failed never runs",
        &group("any_must_succeed", &["a", "b", "c"], &bound),
        &default(),
        lines,
    );

    let lines = "
        start → started; a#1
        a ok → a committed; b#1
        b ok → b committed; c#1
        c ok → c committed; saga completed; !Succeeded";
    let inner = [json!({}), json!({}), json!({"depends_on": ["b"]})];
    story(
        "a group with a branch that names nothing waits for what stands before",
        &group("all_must_succeed", &["b", "c"], &inner),
        &default(),
        lines,
    );
}

#[test]
fn a_step_builds_on_the_results_of_those_it_waits_for() {
    use crate::world::World;
    let steps = [
        json!({}),
        json!({}),
        json!({"depends_on": ["a"]}),
        json!({"depends_on": ["b", "c"]}),
    ];
    let mut world = World::started(&chain(&steps), default()).unwrap();
    for id in ["a", "b", "c"] {
        let attempt_key =
            crate::world::attempt_key(world.saga(), id, sagaward::saga::Action::Execute, 1);
        let result = Some(sagaward::definition::Json::parse(&format!("\"{id}\"")).unwrap());
        let told = sagaward::decide::Told::AttemptSucceeded {
            attempt_key,
            result,
        };
        world.tell(told).unwrap();
    }
    let mut results = |id: &str| {
        let results = world.driver.results(id).into_iter();
        let texts = results.map(|(id, result)| format!("{id}: {}", result.unwrap().text()));
        texts.collect::<Vec<String>>().join(", ")
    };
    assert_eq!(results("a"), "");
    assert_eq!(results("b"), r#"a: "a""#);
    assert_eq!(results("c"), r#"a: "a""#);
    assert_eq!(results("d"), r#"b: "b", c: "c""#);
    assert_eq!(results("none"), "");
}

#[test]
fn a_rollback_begun_by_hand_is_ended_by_a_run() {
    use crate::definitions::saga;
    use sagaward::decide::{Command, Driver, Input, Told};
    use sagaward::saga::{Outcome, SagaState, StepState, Timestamp};
    let now = Timestamp::from_epoch_ms(0.0).unwrap();
    let mut driver = Driver::new(saga(&chain(&[
        json!({}),
        json!({}),
        json!({"undo_api": null}),
    ])));
    for id in ["a", "b", "c"] {
        for to in [StepState::Executing, StepState::Committed] {
            driver
                .saga_mut()
                .transition_step(id, to, None, None, now)
                .unwrap();
        }
    }
    driver
        .saga_mut()
        .transition(SagaState::Compensating, None, now)
        .unwrap();
    for id in ["a", "c"] {
        driver
            .saga_mut()
            .transition_step(id, StepState::Compensating, None, None, now)
            .unwrap();
    }
    let mut told = Told::Start {
        settings: default(),
    };
    let mut undone = Vec::new();
    let outcome = loop {
        match &driver.handle(Input { at: 1.0, told }).unwrap()[..] {
            [Command::Undo(attempt)] => {
                undone.push(attempt.step_id.clone());
                told = Told::UndoSucceeded {
                    attempt_key: attempt.attempt_key.clone(),
                    result: None,
                };
            }
            [Command::Finish { outcome, .. }] => break *outcome,
            commands => panic!("{commands:?}"),
        }
    };
    assert_eq!(
        undone,
        ["a", "b"],
        "what is under way first, what has no undo not at all"
    );
    assert_eq!(outcome, Outcome::Escalated);
}
