//! Attempts: they fail, wait, take too long, get lost.

use sagaward::decide::{Command, Driver, Effect, Failure, Input, Told};
use sagaward::saga::{Action, Backoff, RetrySettings, RunSettings};
use serde_json::json;

use crate::definitions::{chain, definition, saga, step};
use crate::story::story;
use crate::world::{World, attempt_key};

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
        &RunSettings::default(),
        lines,
    );

    let retry = RetrySettings {
        backoff: Backoff::Exponential,
        max_delay_ms: 3_000.0,
        ..RunSettings::default().retry
    };
    let settings = RunSettings {
        retry,
        ..RunSettings::default()
    };
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
        &RunSettings::default(),
        lines,
    );

    let lines = "
        start → started; a#1
        a fails for good → a failed: boom; a failed; saga failed: step 'a' failed: boom; !Failed";
    story(
        "not what will fail again",
        &chain(&[json!({"retries": 3})]),
        &RunSettings::default(),
        lines,
    );
}

#[test]
fn jitter_shortens_a_wait_by_up_to_a_half_and_always_the_same() {
    let waits = || {
        (0..50).map(|place| {
            let id = format!("s{place}");
            let mut driver = Driver::new(saga(&definition(
                vec![step(&id, json!({"retries": 1}))],
                json!([]),
            )));
            let retry = RetrySettings {
                jitter: true,
                ..RunSettings::default().retry
            };
            let settings = RunSettings {
                retry,
                ..RunSettings::default()
            };
            driver
                .handle(Input {
                    at: 0.0,
                    told: Told::Start { settings },
                })
                .unwrap();
            let attempt_key = attempt_key(driver.saga(), &id, Action::Execute, 1);
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
    story(
        "a success in its grace counts",
        &one,
        &RunSettings::default(),
        lines,
    );

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
        &RunSettings::default(),
        lines,
    );
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
        &RunSettings::default(),
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
        &RunSettings::default(),
        lines,
    );
}

#[test]
fn an_action_and_its_undo_have_one_idempotency_key_each_in_every_release() {
    let mut world = World::started(&chain(&[json!({})]), RunSettings::default()).unwrap();
    let lost = |attempt| Told::AttemptLost {
        attempt_key: attempt_key(&saga(&chain(&[])), "a", Action::Execute, attempt),
    };
    for told in [lost(1), Told::Cancel { reason: None }, lost(2)] {
        world.tell(told).unwrap();
    }
    let key = |undo| world.idempotency_keys[&("a".to_owned(), undo)].as_str();
    // The UUIDv5 of `["saga:1","a","execute"]` and of `["saga:1","a","compensate"]`.
    assert_eq!(key(false), "9a4857ca-1ebb-54b6-a0a7-184cba0723b9");
    assert_eq!(key(true), "2aa55fae-beff-5d66-8f00-745a5b2708ee");
}
