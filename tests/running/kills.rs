//! What a kill of an agent does to a run, whenever it comes.

use sagaward::saga::RunSettings;
use serde_json::{Value, json};

use crate::definitions::chain;
use crate::story::story;

fn agent(did: &str) -> Value {
    json!({"agent": did, "retries": 1})
}

fn tell(what: &str, lines: &str) {
    story(
        what,
        &chain(&[agent("did:a"), agent("did:b")]),
        &RunSettings::default(),
        lines,
    );
}

#[test]
fn before_its_turn() {
    tell(
        "a substitute is looked for when its turn comes",
        "
        start → started; a#1
        kill did:b → killed did:b
        kill did:b →
        a ok → a committed; b fenced; !hand off b
        b to did:b → !hand off b
        b to did:sub → b handed to did:sub; b#1
        b ok → b committed; saga completed; !Succeeded",
    );
    tell("nobody takes it", "
        start → started; a#1
        kill did:b → killed did:b
        a ok → a committed; b fenced; !hand off b
        b to nobody → b abandoned; saga compensating: step 'b' lost its agent and nobody took it; undo a#1
        a ok → a compensated; saga completed; !RolledBack");
    tell(
        "a revived agent works on",
        "
        start → started; a#1
        kill did:b → killed did:b
        revive did:b → revived did:b
        a ok → a committed; b#1",
    );
    tell(
        "the question is asked again after a crash",
        "
        start → started; a#1
        kill did:b → killed did:b
        a ok → a committed; b fenced; !hand off b
        crash → recovered; !hand off b
        b to did:sub → b handed to did:sub; b#1",
    );
}

#[test]
fn between_attempts() {
    tell(
        "the substitute begins at once, and has the tries that are left",
        "
        start → started; a#1
        a fails → a failed: boom; !retry a in 1000
        kill did:a → killed did:a
        a due →
        a to did:sub → a handed to did:sub; a#2
        a fails → a failed: boom; a failed; saga failed: step 'a' failed: boom; !Failed",
    );
    tell("nothing done, nothing in doubt", "
        start → started; a#1
        a fails → a failed: boom; !retry a in 1000
        kill did:a → killed did:a
        a to nobody → a abandoned; a failed; saga failed: step 'a' lost its agent and nobody took it; !Failed");
}

#[test]
fn while_it_works() {
    tell(
        "held until its action has settled",
        "
        start → started; a#1
        kill did:a → killed did:a; !abort a
        a ok → a settled
        a to did:sub → a handed to did:sub; a#2
        a ok → a committed; b#1",
    );
    tell(
        "not held",
        "
        start → started; a#1
        kill did:a proceeding → killed did:a; !abort a
        a to did:sub → a handed to did:sub; a#2",
    );
    tell(
        "an operator does not wait",
        "
        start → started; a#1
        kill did:a → killed did:a; !abort a
        retry a → a settled
        a to did:sub → a handed to did:sub; a#2",
    );
    tell("an operator rolls back", "
        start → started; a#1
        kill did:a → killed did:a; !abort a
        skip a → a abandoned; saga compensating: step 'a' lost its agent and nobody took it; !grace a 5000
        a grace ends → a settled; a assumed committed; undo a#1
        a ok → a compensated; saga completed; !RolledBack");
    tell("nobody takes it: its undo is the host's work", "
        start → started; a#1
        a ok → a committed; b#1
        kill did:b → killed did:b; !abort b
        b settles → b settled
        b to nobody → b abandoned; saga compensating: step 'b' lost its agent and nobody took it; b assumed committed; undo b#1
        b ok → b compensated; undo a#1");
    tell(
        "what timed out before does not go on by itself",
        "
        start → started; a#1
        a times out → a timed out; !abort a; !grace a 5000
        kill did:a → killed did:a; !abort a
        a grace ends →
        a fails → a settled
        a to did:sub → a handed to did:sub; a#2",
    );
    tell(
        "the substitute is killed too",
        "
        start → started; a#1
        kill did:a → killed did:a; !abort a
        a settles → a settled
        a to did:sub → a handed to did:sub; a#2
        kill did:sub → killed did:sub; !abort a
        a lost → a lost
        a to did:b → a handed to did:b; a#3
        a ok → a committed; b#1",
    );
    tell(
        "an agent is revived and killed again",
        "
        start → started; a#1
        kill did:a → killed did:a; !abort a
        revive did:a → revived did:a
        kill did:a → killed did:a; !abort a
        a settles → a settled
        a to did:sub → a handed to did:sub; a#2",
    );
}

#[test]
fn a_kill_after_the_commit_comes_too_late() {
    tell(
        "nothing to hand over",
        "
        start → started; a#1
        a ok → a committed; b#1
        kill did:a → killed did:a
        b ok → b committed; saga completed; !Succeeded
        kill did:b →",
    );
}

#[test]
fn a_kill_does_not_stop_a_rollback() {
    tell("an undo is the host's work", "
        start → started; a#1
        a ok → a committed; b#1
        b fails for good → b failed: boom; b failed; saga compensating: step 'b' failed: boom; undo a#1
        kill did:a → killed did:a
        a fails → a failed: Compensation failed: boom; !retry a in 1000
        a due → a due; undo a#2
        a ok → a compensated; saga completed; !RolledBack");
    tell(
        "what it was told to stop does not count any more",
        "
        start → started; a#1
        a ok → a committed; b#1
        cancel → saga compensating: cancelled; !abort b; !grace b 5000
        kill did:b → killed did:b; !abort b
        b ok → b settled; b assumed committed; undo b#1
        b ok → b compensated; undo a#1",
    );
}

#[test]
fn a_rollback_asks_no_substitute() {
    let steps = [
        json!({}),
        json!({"depends_on": []}),
        json!({"agent": "did:c", "depends_on": ["a"]}),
    ];
    let lines = "
        start → started; a#1; b#1
        kill did:c → killed did:c
        a ok → a committed; c fenced; !hand off c
        b fails → b failed: boom; b failed; saga compensating: step 'b' failed: boom; undo a#1
        c to did:sub →
        crash → recovered; a lost; undo a#2
        a ok → a compensated; saga completed; !RolledBack";
    let settings = RunSettings::default();
    story("an answer comes too late", &chain(&steps), &settings, lines);
}

#[test]
fn a_saga_that_turns_round_after_a_crash() {
    // The failure is in the log, the turn that followed from it is not.
    let side_by_side = |agent: &str| json!({"agent": agent, "depends_on": []});
    story(
        "hands nothing over",
        &chain(&[side_by_side("did:a"), side_by_side("did:b")]),
        &RunSettings::default(),
        "
        start → started; a#1; b#1
        kill did:a → killed did:a; !abort a
        crash once b fails → b failed: boom; recovered; a lost; b failed; \
         saga compensating: step 'b' failed: boom; a assumed committed; undo a#1",
    );
}
