//! What people do to a run: cancel, pause, and decide where it waits for them.

use sagaward::saga::{OnUndoFailure, RunSettings};
use serde_json::json;

use crate::definitions::chain;
use crate::story::story;

#[test]
fn a_cancel_rolls_back() {
    let two = chain(&[json!({}), json!({})]);
    let lines = "
        start → started; a#1
        a ok → a committed; b#1
        cancel because → saga compensating: cancelled: because; !abort b; !grace b 5000
        cancel →
        b fails → b failed: boom; b failed; undo a#1
        a ok → a compensated; saga completed; !RolledBack";
    story(
        "what runs is stopped, what is done is undone",
        &two,
        &RunSettings::default(),
        lines,
    );

    let lines = "
        start → started; a#1
        a fails → a failed: boom; !retry a in 1000
        cancel → a failed; saga failed: cancelled; !Failed";
    story(
        "nothing done, nothing to undo",
        &chain(&[json!({"retries": 1})]),
        &RunSettings::default(),
        lines,
    );
}

#[test]
fn a_pause_holds_new_work_in_both_directions() {
    let lines = "
        start → started; a#1
        pause → paused
        pause →
        a fails → a failed: boom; !retry a in 1000
        a due → a due
        resume → resumed; a#2
        pause → paused
        a ok → a committed
        resume → resumed; b#1
        b ok → b committed; c#1
        pause → paused
        c fails → c failed: boom; c failed; saga compensating: step 'c' failed: boom
        resume → resumed; undo b#1
        pause → paused
        b ok → b compensated
        crash → recovered
        resume → resumed; undo a#1
        a ok → a compensated; saga completed; !RolledBack";
    story(
        "also over a crash",
        &chain(&[json!({"retries": 1}), json!({}), json!({})]),
        &RunSettings::default(),
        lines,
    );

    let lines = "
        start → started; a#1
        a ok → a committed; b#1
        pause → paused
        cancel → resumed; saga compensating: cancelled; !abort b; !grace b 5000
        b fails → b failed: boom; b failed; undo a#1
        a ok → a compensated; saga completed; !RolledBack";
    story(
        "a cancel ends it",
        &chain(&[json!({}), json!({})]),
        &RunSettings::default(),
        lines,
    );
}

#[test]
fn where_an_undo_fails_an_operator_decides() {
    let settings = RunSettings {
        on_undo_failure: OnUndoFailure::Hold,
        ..RunSettings::default()
    };
    let penalty = |count: u32| {
        format!(
            "saga escalated: {count} step(s) failed compensation — Joint Liability penalty triggered; !Escalated"
        )
    };
    let begin = "
        start → …
        a ok → …
        b ok → …
        c fails → c failed: boom; c failed; saga compensating: step 'c' failed: boom; undo b#1
        b fails → b failed: Compensation failed: boom; undo b held
        retry a →
        skip a →\n";
    let ends = [
        (
            "retry",
            "
            retry b → undo b retried; undo b#2
            b ok → b compensated; undo a#1
            a ok → a compensated; saga completed; !RolledBack"
                .to_owned(),
        ),
        (
            "skip",
            format!(
                "
            skip b → b compensation_failed; undo a#1
            a ok → a compensated; {}",
                penalty(1)
            ),
        ),
        (
            "escalate",
            format!("escalate → b compensation_failed; {}", penalty(1)),
        ),
    ];
    for (what, end) in ends {
        let steps = [json!({}), json!({}), json!({})];
        story(what, &chain(&steps), &settings, &format!("{begin}{end}"));
    }

    let lines = "
        start → …
        a ok → …
        b fails for good → b failed: boom; b failed; saga compensating: step 'b' failed: boom; undo a#1
        a fails → a failed: Compensation failed: boom; !retry a in 1000
        a due → a due; undo a#2
        a fails → a failed: Compensation failed: boom; undo a held
        crash → recovered
        retry a → undo a retried; undo a#3
        a fails → a failed: Compensation failed: boom; !retry a in 1000";
    let steps = [json!({"retries": 1}), json!({})];
    story("all tries anew", &chain(&steps), &settings, lines);
}
