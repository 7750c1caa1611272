//! A plan says what a run then does: the waves, what a failure undoes at the least and at the most,
//! in which order, and what is left behind.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use sagaward::decide::{Plan, Rollback, Told};
use sagaward::saga::{Action, Fact, Outcome, RunSettings, Saga, SagaState, StepState};
use serde_json::{Value, json};

use crate::definitions::{chain, definition, definitions, group, saga, step};
use crate::tale::{Fails, nth};
use crate::world::{World, must};

fn ids(list: &[&str]) -> Vec<String> {
    list.iter().map(|id| (*id).to_owned()).collect()
}

fn planned(definition: &Value) -> Value {
    serde_json::to_value(Plan::of(&saga(definition), &[])).unwrap()
}

/// The failures of a plan: what is undone, perhaps undone, and left behind.
fn failures(plan: &Value) -> Vec<String> {
    let names = |list: &Value| {
        let ids = list["step_ids"].as_array().unwrap().iter();
        ids.map(|id| id.as_str().unwrap()).collect::<String>()
    };
    let failures = plan["failures"].as_array().unwrap().iter();
    let failures = failures.map(|failure| {
        let (id, rollback) = (failure["step_id"].as_str().unwrap(), &failure["rollback"]);
        if rollback.is_null() {
            return format!("{id}: goes on");
        }
        let [undone, perhaps, cannot] =
            ["undone", "perhaps", "cannot_be_undone"].map(|list| names(&rollback[list]));
        format!("{id}: {undone}, perhaps {perhaps}, not {cannot}")
    });
    failures.collect()
}

#[test]
fn a_plan_names_waves_groups_and_what_each_failure_undoes() {
    let fork = [
        json!({"undo_api": null}),
        json!({"depends_on": ["a"]}),
        json!({"depends_on": ["a"], "undo_api": ""}),
        json!({"depends_on": ["b"]}),
    ];
    let cases = [
        (
            "a list",
            chain(&[json!({}), json!({}), json!({})]),
            json!([["a"], ["b"], ["c"]]),
            vec![
                "a: , perhaps , not ",
                "b: a, perhaps , not ",
                "c: ba, perhaps , not ",
            ],
        ),
        (
            "a fork",
            chain(&fork),
            json!([["a"], ["b", "c"], ["d"]]),
            vec![
                "a: , perhaps , not ",
                "b: a, perhaps c, not ca",
                "c: a, perhaps db, not a",
                "d: ba, perhaps c, not ca",
            ],
        ),
        (
            "a group that needs all",
            group(
                "all_must_succeed",
                &["b", "c"],
                &[json!({}), json!({}), json!({}), json!({})],
            ),
            json!([["a"], ["b", "c"], ["d"]]),
            vec![
                "a: , perhaps , not ",
                "b: ca, perhaps , not ",
                "c: ba, perhaps , not ",
                "d: cba, perhaps , not ",
            ],
        ),
        (
            "a group that needs most, a branch behind another",
            group(
                "majority_must_succeed",
                &["a", "b", "c"],
                &[
                    json!({}),
                    json!({"depends_on": ["a"]}),
                    json!({}),
                    json!({}),
                ],
            ),
            json!([["a", "c"], ["b"], ["d"]]),
            vec![
                "a: c, perhaps , not ",
                "c: goes on",
                "b: goes on",
                "d: bca, perhaps , not ",
            ],
        ),
    ];
    for (what, definition, waves, expected) in cases {
        let plan = planned(&definition);
        assert_eq!(plan["waves"], waves, "{what}");
        assert_eq!(failures(&plan), expected, "{what}");
    }
}

#[test]
fn a_plan_says_which_units_wait_for_which() {
    let steps = [
        json!({}),
        json!({}),
        json!({"depends_on": ["b"]}),
        json!({"depends_on": ["a"]}),
    ];
    let definition = group("any_must_succeed", &["b", "c"], &steps);
    let all = "all_must_succeed";
    let one = |id: &str, waits_for: Value| json!({"step_ids": [id], "policy": all, "waits_for": waits_for, "inner": []});
    let units = json!([
        one("a", json!([])),
        {"step_ids": ["b", "c"], "policy": "any_must_succeed", "waits_for": [0], "inner": [["c", "b"]]},
        one("d", json!([0])),
    ]);
    assert_eq!(planned(&definition)["units"], units);
}

#[test]
fn what_has_no_effect_is_not_left_behind() {
    let definition = chain(&[json!({"undo_api": null}), json!({})]);
    let plan = Plan::of(&saga(&definition), &ids(&["a"]));
    let last = plan.failures[1].rollback.clone().unwrap();
    assert_eq!(last.undone.step_ids, ["a"]);
    assert_eq!(last.cannot_be_undone.count, 0);
}

#[test]
fn a_plan_of_ten_thousand_steps_names_the_first_and_counts_all() {
    const STEPS: usize = 10_000;
    type Shape = (&'static str, fn(usize) -> Value);
    let shapes: [Shape; 3] = [
        ("a chain", |_| Value::Null),
        ("all at once", |_| json!([])),
        ("two chains", |at| match at {
            0 | 1 => json!([]),
            _ => json!([format!("s{}", at - 2)]),
        }),
    ];
    for (what, depends_on) in shapes {
        let steps = (0..STEPS).map(|at| {
            let mut step = step(&format!("s{at}"), json!({"undo_api": null}));
            if depends_on(at) != Value::Null {
                step["depends_on"] = depends_on(at);
            }
            step
        });
        let saga = saga(&definition(steps.collect(), json!([])));
        let plan = Plan::of(&saga, &[]);
        for (at, failure) in plan.failures.iter().enumerate() {
            let Rollback {
                undone,
                perhaps,
                cannot_be_undone,
            } = failure.rollback.as_ref().unwrap();
            let expected = match what {
                "a chain" => (at, 0),
                "all at once" => (0, STEPS - 1),
                _ => (at / 2, STEPS / 2),
            };
            assert_eq!((undone.count, perhaps.count), expected, "{what}, {at}");
            assert_eq!(cannot_be_undone.count, undone.count + perhaps.count);
            assert_eq!(undone.step_ids.len(), undone.count.min(16));
        }
        let written = serde_json::to_string(&plan).unwrap();
        assert!(written.len() < 10_000_000, "{what}: {}", written.len());
    }
}

/// When the steps settle beside the one that fails.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pace {
    /// Nothing that need not have committed has.
    Early,
    /// Everything that could have committed has.
    Late,
    /// Now this one, now that.
    Any,
}

/// Runs a saga in which one step fails for good, and no other, from wherever it stands.
fn fail(
    mut world: World,
    plan: &Plan,
    failing: &str,
    pace: Pace,
    picks: &[u8],
) -> Result<World, String> {
    let order: Vec<&String> = plan.waves.iter().flatten().collect();
    let rank = |id: &str| order.iter().position(|other| *other == id);
    let failure = plan
        .failures
        .iter()
        .find(|failure| failure.step_id == failing)
        .unwrap();
    let rollback = failure.rollback.clone().unwrap_or_default();
    let needed: BTreeSet<String> = rollback.undone.step_ids.into_iter().collect();
    for turn in 0.. {
        must(turn < 1_000, || "it ends".to_owned())?;
        let executing = world
            .actions
            .iter()
            .filter(|(_, action)| action.action == Action::Execute);
        let mut live: Vec<(String, String)> = executing
            .map(|(key, action)| (action.step_id.clone(), key.clone()))
            .collect();
        live.sort_by_key(|(id, _)| rank(id));
        let of = |wanted: &dyn Fn(&str) -> bool| live.iter().find(|(id, _)| wanted(id)).cloned();
        let next = match pace {
            _ if !world.is_running() => live.first().cloned(),
            Pace::Early => {
                of(&|id| id != failing && (failure.rollback.is_none() || needed.contains(id)))
                    .or_else(|| of(&|id| id == failing))
            }
            Pace::Late => of(&|id| id != failing).or_else(|| of(&|id| id == failing)),
            Pace::Any => (!live.is_empty())
                .then(|| nth(&live, nth(picks, turn as u8).wrapping_add(turn as u8)).clone()),
        };
        if let Some((id, key)) = next {
            // What is told to stop stops, and has done nothing.
            let told = match id == failing || !world.is_running() {
                true => world.fails(key, Fails::FINAL),
                false => world.succeeds(key),
            };
            world.tell(told)?;
        } else if let Some(key) = world.actions.keys().next().cloned() {
            world.tell(world.succeeds(key))?;
        } else {
            break;
        }
    }
    must(world.is_over(), || {
        "all is told, and it has ended".to_owned()
    })?;
    Ok(world)
}

/// The steps in the order in which their undos began, or were found missing.
fn undone(saga: &Saga, since: u64) -> Vec<String> {
    let mut undone = Vec::new();
    for event in saga.log_from(since + 1) {
        match &event.fact {
            Fact::AttemptStarted {
                step_id,
                action: Action::Compensate,
                attempt: 1,
            }
            | Fact::StepTransitioned {
                step_id,
                to: StepState::Compensating,
                ..
            } => undone.push(step_id.clone()),
            _ => {}
        }
    }
    undone
}

fn holds(definition: &Value, before: &[u8], picks: &[u8]) -> Result<(), String> {
    let mut begun = World::started(
        definition,
        RunSettings {
            concurrency: 100,
            ..RunSettings::default()
        },
    )?;
    // From the middle as from the beginning.
    for pick in before {
        let keys: Vec<String> = begun.actions.keys().cloned().collect();
        if !keys.is_empty() {
            begun.tell(begun.succeeds(nth(&keys, *pick).clone()))?;
        }
    }
    let plan = Plan::of(begun.saga(), &[]);
    let since = begun.saga().seq();
    for failure in &plan.failures {
        for pace in [Pace::Early, Pace::Late, Pace::Any] {
            let world = fail(begun.clone(), &plan, &failure.step_id, pace, picks)?;
            let actual = undone(world.saga(), since);
            let told = || format!("{failure:?}, {pace:?}: {actual:?}");
            let Some(rollback) = &failure.rollback else {
                must(world.finished == Some(Outcome::Succeeded), told)?;
                continue;
            };
            let certain: BTreeSet<&String> = rollback.undone.step_ids.iter().collect();
            let possible: BTreeSet<&String> = certain
                .iter()
                .copied()
                .chain(&rollback.perhaps.step_ids)
                .collect();
            let set: BTreeSet<&String> = actual.iter().collect();
            must(certain.is_subset(&set) && set.is_subset(&possible), told)?;
            match pace {
                Pace::Early => must(actual == rollback.undone.step_ids, told)?,
                Pace::Late => must(set == possible, told)?,
                Pace::Any => {}
            }
            let left = world.saga().steps().iter();
            let left = left.filter(|step| step.state == StepState::CompensationFailed);
            let left: BTreeSet<&String> = left.map(|step| &step.step_id).collect();
            let cannot = rollback.cannot_be_undone.step_ids.iter();
            let cannot: BTreeSet<&String> = cannot.filter(|id| set.contains(id)).collect();
            must(left == cannot, told)?;
        }
    }
    waves_are_what_runs_at_once(&begun, &plan)?;
    cancelling_undoes_what_was_planned(begun, &plan)
}

/// Where every action takes equally long, each wave runs and ends together.
fn waves_are_what_runs_at_once(begun: &World, plan: &Plan) -> Result<(), String> {
    let mut world = begun.clone();
    for wave in &plan.waves {
        let live = |world: &World| -> BTreeMap<String, String> {
            let live = world.actions.iter();
            live.map(|(key, action)| (action.step_id.clone(), key.clone()))
                .collect()
        };
        let live = live(&world);
        let ids: BTreeSet<&String> = live.keys().collect();
        must(ids == wave.iter().collect(), || {
            format!("{wave:?} is what runs: {ids:?}")
        })?;
        for id in wave {
            world.tell(world.succeeds(live[id].clone()))?;
        }
    }
    must(world.finished == Some(Outcome::Succeeded), || {
        "the waves are all there is".to_owned()
    })
}

fn cancelling_undoes_what_was_planned(mut world: World, plan: &Plan) -> Result<(), String> {
    if world.is_over() {
        return must(plan.now == Rollback::default(), || {
            "nothing follows the end".to_owned()
        });
    }
    let since = world.saga().seq();
    world.tell(Told::Cancel { reason: None })?;
    // All that runs has its effect all the same.
    while let Some(key) = world.actions.keys().next().cloned() {
        if world.saga().state() == SagaState::Compensating {
            let remaining = Plan::of(world.saga(), &[]);
            must(remaining.waves.is_empty(), || {
                "a rollback begins nothing".to_owned()
            })?;
        }
        world.tell(world.succeeds(key))?;
    }
    let actual = undone(world.saga(), since);
    let behind = actual.len() - plan.now.undone.count;
    must(actual[behind..] == plan.now.undone.step_ids[..], || {
        format!("{:?} is undone last: {actual:?}", plan.now.undone)
    })?;
    let perhaps: BTreeSet<&String> = plan.now.perhaps.step_ids.iter().collect();
    must(
        actual[..behind].iter().collect::<BTreeSet<_>>() == perhaps,
        || format!("{perhaps:?} are undone first: {actual:?}"),
    )
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        ..ProptestConfig::default()
    }
}

fn picks(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..=most)
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn a_run_does_what_was_planned(
        definition in definitions(), before in picks(6), whole in any::<bool>(), picks in picks(40),
    ) {
        let before = if whole { &[][..] } else { &before[..] };
        holds(&definition, before, &picks).map_err(TestCaseError::fail)?;
    }
}

proptest! {
    #![proptest_config(config(3_000))]

    #[test]
    #[ignore = "long"]
    fn a_run_does_what_was_planned_long(
        definition in definitions(), before in picks(12), whole in any::<bool>(), picks in picks(40),
    ) {
        let before = if whole { &[][..] } else { &before[..] };
        holds(&definition, before, &picks).map_err(TestCaseError::fail)?;
    }
}
