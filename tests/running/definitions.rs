//! Definitions and settings to run: written by hand, or any.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use sagaward::saga::{Backoff, InDoubt, OnUndoFailure, RetrySettings, RunSettings};
use sagaward::saga::{Saga, Timestamp};
use serde_json::{Value, json};

/// Few, so that steps share them.
pub const AGENTS: &[&str] = &["did:a", "did:b", "did:c", "did:d"];

/// A step that can be undone. `more` overrides its fields.
pub fn step(id: &str, more: Value) -> Value {
    let mut step =
        json!({"id": id, "action_id": "test.x", "agent": "did:a", "undo_api": "/u", "timeout": 10});
    for (name, value) in more.as_object().unwrap() {
        step[name] = value.clone();
    }
    step
}

pub fn definition(steps: Vec<Value>, fan_out: Value) -> Value {
    json!({"name": "n", "session_id": "s", "steps": steps, "fan_out": fan_out})
}

/// Steps `a`, `b` … one behind the other.
pub fn chain(steps: &[Value]) -> Value {
    let ids = ["a", "b", "c", "d"];
    let steps = steps.iter().zip(ids);
    let steps = steps.map(|(more, id)| step(id, more.clone()));
    definition(steps.collect(), json!([]))
}

/// The same with a group.
pub fn group(policy: &str, branches: &[&str], steps: &[Value]) -> Value {
    let mut definition = chain(steps);
    definition["fan_out"] = json!([{"policy": policy, "branches": branches}]);
    definition
}

pub fn saga(definition: &Value) -> Saga {
    let definition = serde_json::from_value(definition.clone()).unwrap();
    Saga::from_definition(definition, "saga:1", Timestamp::from_epoch_ms(0.0).unwrap()).unwrap()
}

/// Up to 12 steps that wait for one another in any direction, in groups of every policy.
pub fn definitions() -> impl Strategy<Value = Value> {
    (0..=12_usize)
        .prop_flat_map(|count| {
            // A step may name those of a lower height: never in a circle.
            let heights = Just((0..count).collect::<Vec<usize>>()).prop_shuffle();
            let steps = prop::collection::vec(any_step(count), count);
            let groups = prop::collection::vec(any_group(count), 0..3);
            (heights, steps, groups)
        })
        .prop_map(|(heights, steps, groups)| {
            let acyclic = |(place, (named, mut step)): (usize, (Option<Vec<usize>>, Value))| {
                step["id"] = json!(id(place));
                if let Some(named) = named {
                    let lower = named
                        .iter()
                        .filter(|named| heights[**named] < heights[place]);
                    step["depends_on"] = lower.map(|named| id(*named)).collect();
                }
                step
            };
            definition(
                steps.into_iter().enumerate().map(acyclic).collect(),
                json!(groups),
            )
        })
}

fn id(place: usize) -> String {
    format!("s{place}")
}

fn some_of(count: usize, most: usize) -> impl Strategy<Value = Vec<usize>> {
    subsequence((0..count).collect::<Vec<_>>(), 0..=most.min(count))
}

fn any_step(count: usize) -> impl Strategy<Value = (Option<Vec<usize>>, Value)> {
    let undo = prop_oneof![8 => Just(Some("/u")), 1 => Just(None), 1 => Just(Some(""))];
    let goal = prop_oneof![3 => Just(None), 1 => Just(Some("goal"))];
    let named = prop_oneof![1 => Just(None), 1 => some_of(count, 3).prop_map(Some)];
    (named, select(AGENTS), undo, goal, 0..=3_u32).prop_map(
        |(named, agent, undo, goal, retries)| {
            let more = json!({"agent": agent, "undo_api": undo, "checkpoint_goal": goal, "retries": retries});
            (named, step("", more))
        },
    )
}

fn any_group(count: usize) -> impl Strategy<Value = Value> {
    let policies = vec![
        "all_must_succeed",
        "majority_must_succeed",
        "any_must_succeed",
        "unheard_of",
    ];
    (prop::option::of(select(policies)), some_of(count + 1, 5)).prop_map(|(policy, branches)| {
        // The last is no step.
        let branches: Vec<String> = branches.into_iter().map(id).collect();
        json!({"policy": policy, "branches": branches})
    })
}

/// Any settings.
pub fn settings() -> impl Strategy<Value = RunSettings> {
    let in_doubt = select(vec![InDoubt::Undo, InDoubt::Ignore, InDoubt::Escalate]);
    let on_undo_failure = select(vec![OnUndoFailure::Escalate, OnUndoFailure::Hold]);
    let backoff = select(vec![Backoff::Linear, Backoff::Exponential]);
    let nothing_to_undo = select(vec![vec![], vec!["s0".to_owned(), "s3".to_owned()]]);
    (
        1..=4_u32,
        in_doubt,
        on_undo_failure,
        (backoff, any::<bool>()),
        nothing_to_undo,
    )
        .prop_map(
            |(concurrency, in_doubt, on_undo_failure, (backoff, jitter), nothing_to_undo)| {
                RunSettings {
                    concurrency,
                    in_doubt,
                    on_undo_failure,
                    nothing_to_undo,
                    retry: RetrySettings {
                        backoff,
                        jitter,
                        ..RetrySettings::default()
                    },
                    ..RunSettings::default()
                }
            },
        )
}
