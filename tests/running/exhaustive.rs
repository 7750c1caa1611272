//! Small sagas, and everything that can happen to them: from each state every input that is
//! possible there, breadth first, each state once. Every invariant is checked on every way.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use sagaward::saga::{Fact, InDoubt, OnUndoFailure, RunSettings};
use serde_json::{Value, json};

use crate::definitions::{definition, step};
use crate::tale::Move;
use crate::world::World;

fn sagas() -> Vec<(&'static str, Value)> {
    let one = |id: &str| step(id, json!({"retries": 1}));
    let after = |id: &str, named: &[&str]| {
        step(
            id,
            json!({"depends_on": named, "agent": format!("did:{id}")}),
        )
    };
    let branches = |policy: &str| {
        let steps = vec![
            step("b", json!({"agent": "did:b"})),
            one("c"),
            after("d", &["b"]),
        ];
        definition(steps, json!([{"policy": policy, "branches": ["b", "c"]}]))
    };
    vec![
        ("one step", definition(vec![one("a")], json!([]))),
        (
            "a chain",
            definition(
                vec![
                    one("a"),
                    step("b", json!({"agent": "did:b", "checkpoint_goal": "done"})),
                ],
                json!([]),
            ),
        ),
        ("a chain without an undo", {
            definition(
                vec![
                    step("a", json!({"undo_api": null})),
                    one("b"),
                    step("c", json!({})),
                ],
                json!([]),
            )
        }),
        (
            "side by side",
            definition(vec![after("a", &[]), after("b", &[])], json!([])),
        ),
        ("a diamond", {
            let ends = vec![
                after("a", &[]),
                after("b", &["a"]),
                after("c", &["a"]),
                after("d", &["b", "c"]),
            ];
            definition(ends, json!([]))
        }),
        ("all of a group", branches("all_must_succeed")),
        ("most of a group", branches("majority_must_succeed")),
        ("any of a group", branches("any_must_succeed")),
    ]
}

/// Visits up to so many states of each saga, on ways with so many disturbances; how many there
/// were, and the kinds of facts seen.
fn search(disturbances: u8, most: usize) -> (usize, BTreeSet<String>) {
    let (mut sum, mut kinds) = (0, BTreeSet::new());
    let doubts = [InDoubt::Undo, InDoubt::Ignore, InDoubt::Escalate];
    let failures = [
        OnUndoFailure::Hold,
        OnUndoFailure::Escalate,
        OnUndoFailure::Escalate,
    ];
    for (what, definition) in sagas() {
        for (in_doubt, on_undo_failure) in doubts.into_iter().zip(failures) {
            let settings = RunSettings {
                in_doubt,
                on_undo_failure,
                concurrency: 2,
                ..RunSettings::default()
            };
            let start = World::started(&definition, settings.clone()).unwrap();
            let (visited, whole) = visit(start, &settings, disturbances, most, &mut kinds);
            let whole = if whole { "all" } else { "the first" };
            println!("{what}, {in_doubt:?}, {on_undo_failure:?}: {whole} {visited} states");
            sum += visited;
        }
    }
    (sum, kinds)
}

fn visit(
    start: World,
    settings: &RunSettings,
    disturbances: u8,
    most: usize,
    kinds: &mut BTreeSet<String>,
) -> (usize, bool) {
    let mut visited = HashSet::from([key(&start, disturbances)]);
    let mut open = VecDeque::from([(start, disturbances)]);
    let mut whole = true;
    while let Some((world, left)) = open.pop_front() {
        for (step, left) in successors(&world, left, settings) {
            let mut next = world.clone();
            if let Err(error) = next.make(&step) {
                panic!("{error}\nafter {step:?} in\n{}", world.story());
            }
            for event in next.saga().log_from(world.saga().seq() + 1) {
                kinds.insert(kind(&event.fact));
            }
            let key = key(&next, left);
            if visited.len() < most && visited.insert(key) {
                open.push_back((next, left));
            } else {
                whole &= visited.contains(&key);
            }
        }
    }
    (visited.len(), whole)
}

/// All that can come next, each with the disturbances that are left then. Without a bound to them
/// some ways would never end.
fn successors(world: &World, left: u8, settings: &RunSettings) -> Vec<(Move, u8)> {
    if world.is_over() {
        return Vec::new();
    }
    let disturbs = |step: &Move| matches!(step, Move::Lose(_) | Move::Retry(_));
    let (disturbing, moves): (Vec<Move>, Vec<Move>) =
        world.possible().into_iter().partition(disturbs);
    let mut moves: Vec<(Move, u8)> = moves.into_iter().map(|step| (step, left)).collect();
    moves.extend([(Move::Resume, left), (Move::Escalate, left)]);
    if world.saga().is_killed("did:a") {
        moves.push((Move::Revive(0), left));
    }
    let Some(left) = left.checked_sub(1) else {
        return moves;
    };
    // A crash while the log is written, at what might come as well.
    let torn = |step: &Move| Move::Torn(settings.clone(), 1, Box::new(step.clone()));
    let torn: Vec<Move> = moves.iter().map(|(step, _)| torn(step)).collect();
    let others = [
        Move::Kill(0, true),
        Move::Kill(0, false),
        Move::Kill(1, false),
        Move::Cancel,
        Move::Pause,
        Move::Crash(settings.clone(), true),
    ];
    let disturbing = disturbing.into_iter().chain(torn).chain(others);
    moves.extend(disturbing.map(|step| (step, left)));
    moves
}

/// A state without its times and texts, with commits by their order, and without actions and timers
/// that count no more: those tell no story apart.
fn key(world: &World, left: u8) -> u64 {
    let saga = world.saga();
    let commits = saga.steps().iter().filter_map(|step| step.committed_seq);
    let commits: BTreeSet<u64> = commits.collect();
    let mut hasher = DefaultHasher::new();
    (saga.state(), saga.is_paused(), left).hash(&mut hasher);
    for step in saga.steps() {
        let rank = step.committed_seq.map(|seq| commits.range(..seq).count());
        let fence = step.fence.as_ref().map(|fence| fence.settled);
        let ask = world.asks.get(&step.step_id).map(|ask| ask.proceed);
        let tries = (step.attempt, step.retry_count, step.undo_retry_count);
        let killed = saga.is_killed(&step.agent_did);
        let doing = (step.state, step.activity as u8, step.in_doubt);
        (doing, killed, tries, rank, fence, ask, &step.agent_did).hash(&mut hasher);
    }
    let actions = world.actions.iter().filter(|(_, action)| !action.let_go);
    for (key, action) in actions {
        (key, action.fenced).hash(&mut hasher);
    }
    hasher.finish()
}

/// What kind of fact it is; of the end of a saga, which.
fn kind(fact: &Fact) -> String {
    let fact = serde_json::to_value(fact).unwrap();
    let to = fact["to"].as_str().map(|to| format!(" {to}"));
    format!(
        "{}{}",
        fact["type"].as_str().unwrap(),
        to.unwrap_or_default()
    )
}

#[test]
fn no_way_through_a_small_saga_breaks_an_invariant() {
    let (visited, kinds) = search(1, 150);
    println!("{visited} states");
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    assert_eq!(kinds.join(", "), KINDS, "all that can happen has happened");
}

#[test]
#[ignore = "long"]
fn no_way_through_a_small_saga_breaks_an_invariant_long() {
    println!("{} states", search(1, 10_000).0 + search(2, 2_000).0);
}

const KINDS: &str = "agent_killed, agent_revived, assumed_committed, attempt_failed, attempt_lost, \
    attempt_settled, attempt_started, attempt_timed_out, checkpoint_reached, retry_due, \
    run_paused, run_recovered, run_resumed, saga_transitioned compensating, \
    saga_transitioned completed, saga_transitioned escalated, saga_transitioned failed, \
    step_abandoned, step_fenced, step_handed_off, step_transitioned committed, \
    step_transitioned compensated, step_transitioned compensating, \
    step_transitioned compensation_failed, step_transitioned failed, undo_held, undo_retried";
