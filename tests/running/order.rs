//! The order in which steps start, one by one and in groups, and what they build on.

use sagaward::decide::Told;
use sagaward::definition::Json;
use sagaward::saga::{Action, Outcome, RunSettings, StepState, Timestamp};
use serde_json::json;

use crate::definitions::{chain, group};
use crate::story::story;
use crate::world::{World, attempt_key};

#[test]
fn a_plain_list_runs_one_by_one() {
    let lines = "
        start → started; a#1
        a ok → a committed; b#1
        b ok → b committed; saga completed; !Succeeded";
    story(
        "two steps",
        &chain(&[json!({}), json!({})]),
        &RunSettings::default(),
        lines,
    );
    story(
        "none",
        &chain(&[]),
        &RunSettings::default(),
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
        ..RunSettings::default()
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
        &RunSettings::default(),
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
        &RunSettings::default(),
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
        &RunSettings::default(),
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
        &RunSettings::default(),
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
        &RunSettings::default(),
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
        &RunSettings::default(),
        lines,
    );
}

#[test]
fn a_step_builds_on_the_results_of_those_it_waits_for() {
    let steps = [
        json!({}),
        json!({}),
        json!({"depends_on": ["a"]}),
        json!({"depends_on": ["b", "c"]}),
    ];
    let mut world = World::started(&chain(&steps), RunSettings::default()).unwrap();
    for id in ["a", "b", "c"] {
        let attempt_key = attempt_key(world.saga(), id, Action::Execute, 1);
        let result = Some(Json::parse(&format!("\"{id}\"")).unwrap());
        let told = Told::AttemptSucceeded {
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
fn a_branch_begun_by_hand_counts_although_the_one_it_names_failed() {
    let steps = [json!({}), json!({"depends_on": ["a"]})];
    let mut world = World::new(&group("any_must_succeed", &["a", "b"], &steps));
    let now = Timestamp::from_epoch_ms(0.0).unwrap();
    for (id, to) in [
        ("b", StepState::Executing),
        ("a", StepState::Executing),
        ("a", StepState::Failed),
    ] {
        let saga = world.driver.saga_mut();
        saga.transition_step(id, to, None, None, now).unwrap();
    }
    let settings = RunSettings::default();
    world.tell(Told::Start { settings }).unwrap();
    let attempt_key = attempt_key(world.saga(), "b", Action::Execute, 1);
    world.tell(world.succeeds(attempt_key)).unwrap();
    assert_eq!(world.finished, Some(Outcome::Succeeded));
}
