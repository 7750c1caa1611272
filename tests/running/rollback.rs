//! The way back: what is stopped, what is undone and in which order, what is in doubt.

use sagaward::decide::{Command, Driver, Input, Told};
use sagaward::saga::{InDoubt, Outcome, RunSettings, SagaState, StepState, Timestamp};
use serde_json::json;

use crate::definitions::{chain, saga};
use crate::story::story;

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
        &RunSettings::default(),
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
        &RunSettings::default(),
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
        &RunSettings::default(),
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
                ..RunSettings::default()
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
                ..RunSettings::default()
            },
            settles,
        );
    }
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
        &RunSettings::default(),
        &lines,
    );

    let settings = RunSettings {
        nothing_to_undo: vec!["b".to_owned()],
        ..RunSettings::default()
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
        &RunSettings::default(),
        lines,
    );
}

#[test]
fn a_rollback_begun_by_hand_is_ended_by_a_run() {
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
        settings: RunSettings::default(),
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
