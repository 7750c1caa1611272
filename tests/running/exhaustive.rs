//! Small sagas, and everything that can happen to them: from each state every input that is
//! possible there, breadth first, each state once. Every invariant is checked on every way.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use sagaward::saga::{Fact, InDoubt, OnUndoFailure, RunSettings};
use serde_json::{Value, json};

use crate::definitions::{definition, step};
use crate::tale::Move;
use crate::world::World;

/// How often what could go on for ever happens in one run.
#[derive(Debug, Clone, Copy, Hash)]
struct Left {
    kills: u8,
    losses: u8,
    crashes: u8,
    cancels: u8,
    pauses: u8,
    operators: u8,
}

const ONCE: Left = Left {
    kills: 1,
    losses: 1,
    crashes: 1,
    cancels: 1,
    pauses: 1,
    operators: 1,
};
const TWICE: Left = Left {
    kills: 2,
    losses: 1,
    crashes: 1,
    cancels: 1,
    pauses: 1,
    operators: 2,
};

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

/// Visits up to so many states of each saga; how many there were, and the kinds of facts seen.
fn search(left: Left, most: usize) -> (usize, BTreeSet<String>) {
    let (mut sum, mut kinds) = (0, BTreeSet::new());
    for (what, definition) in sagas() {
        for (in_doubt, on_undo_failure) in [
            (InDoubt::Undo, OnUndoFailure::Hold),
            (InDoubt::Undo, OnUndoFailure::Escalate),
            (InDoubt::Ignore, OnUndoFailure::Escalate),
            (InDoubt::Escalate, OnUndoFailure::Escalate),
        ] {
            let settings = RunSettings {
                in_doubt,
                on_undo_failure,
                concurrency: 2,
                ..RunSettings::default()
            };
            let (visited, whole) = visit(&definition, settings, left, most, &mut kinds);
            let name = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
            let (in_doubt, on_undo_failure) = (name(&in_doubt), name(&on_undo_failure));
            let whole = if whole { "all" } else { "the first" };
            println!(
                "{what}, in doubt {in_doubt}, undo failure {on_undo_failure}: {whole} {visited} states"
            );
            sum += visited;
        }
    }
    (sum, kinds)
}

fn visit(
    definition: &Value,
    settings: RunSettings,
    left: Left,
    most: usize,
    kinds: &mut BTreeSet<String>,
) -> (usize, bool) {
    let start = World::started(definition, settings.clone()).unwrap();
    let mut visited = HashSet::from([key(&start, left)]);
    let mut open = VecDeque::from([(start, left)]);
    while let Some((world, left)) = open.pop_front() {
        for (step, left) in successors(&world, left, &settings) {
            let mut next = world.clone();
            if let Err(error) = next.make(&step) {
                panic!("{error}\nafter {step:?} in\n{}", world.story());
            }
            for event in next.saga().log_from(world.saga().seq() + 1) {
                kinds.insert(kind(&event.fact));
            }
            if visited.len() < most && visited.insert(key(&next, left)) {
                open.push_back((next, left));
            }
        }
    }
    (visited.len(), visited.len() < most)
}

fn successors(world: &World, left: Left, settings: &RunSettings) -> Vec<(Move, Left)> {
    if world.is_over() {
        return Vec::new();
    }
    let mut moves = Vec::new();
    for step in world.possible() {
        let mut left = left;
        let budget = match step {
            Move::Lose(_) => &mut left.losses,
            Move::Retry(_) => &mut left.operators,
            _ => {
                moves.push((step, left));
                continue;
            }
        };
        if let Some(fewer) = budget.checked_sub(1) {
            *budget = fewer;
            moves.push((step, left));
        }
    }
    let rare = [
        (
            Move::Kill(0, true),
            Left {
                kills: left.kills.wrapping_sub(1),
                ..left
            },
            left.kills,
        ),
        (
            Move::Kill(0, false),
            Left {
                kills: left.kills.wrapping_sub(1),
                ..left
            },
            left.kills,
        ),
        (
            Move::Kill(1, false),
            Left {
                kills: left.kills.wrapping_sub(1),
                ..left
            },
            left.kills,
        ),
        (
            Move::Cancel,
            Left {
                cancels: left.cancels.wrapping_sub(1),
                ..left
            },
            left.cancels,
        ),
        (
            Move::Pause,
            Left {
                pauses: left.pauses.wrapping_sub(1),
                ..left
            },
            left.pauses,
        ),
        (
            Move::Revive(0),
            left,
            u8::from(world.saga().is_killed("did:a")),
        ),
        (
            Move::Crash(settings.clone(), true),
            Left {
                crashes: left.crashes.wrapping_sub(1),
                ..left
            },
            left.crashes,
        ),
    ];
    moves.extend(
        rare.into_iter()
            .filter(|(.., left)| *left > 0)
            .map(|(step, left, _)| (step, left)),
    );
    moves.extend([(Move::Resume, left), (Move::Escalate, left)]);
    if let Some(crashes) = left.crashes.checked_sub(1) {
        let torn = moves
            .clone()
            .into_iter()
            .filter(|(step, _)| !matches!(step, Move::Crash(..)));
        let torn = torn.map(|(step, left)| {
            (
                Move::Torn(settings.clone(), 1, Box::new(step)),
                Left { crashes, ..left },
            )
        });
        moves.extend(torn.collect::<Vec<_>>());
    }
    moves
}

/// A state without its times and texts, and with commits by their order: those tell no story apart.
fn key(world: &World, left: Left) -> u64 {
    let saga = world.saga();
    let mut commits: Vec<u64> = saga
        .steps()
        .iter()
        .filter_map(|step| step.committed_seq)
        .collect();
    commits.sort_unstable();
    let mut hasher = DefaultHasher::new();
    (saga.state(), saga.is_paused(), left).hash(&mut hasher);
    for step in saga.steps() {
        let rank = step
            .committed_seq
            .map(|seq| commits.binary_search(&seq).unwrap());
        let fence = step.fence.as_ref().map(|fence| fence.settled);
        let tries = (step.attempt, step.retry_count, step.undo_retry_count);
        let so = (
            step.state,
            step.activity as u8,
            step.in_doubt,
            saga.is_killed(&step.agent_did),
        );
        (so, tries, rank, fence, step.agent_did.as_str()).hash(&mut hasher);
    }
    for (key, action) in &world.actions {
        (key, action.fenced, action.let_go).hash(&mut hasher);
    }
    for key in world.timers.keys() {
        key.hash(&mut hasher);
    }
    for (step_id, ask) in &world.asks {
        (step_id, ask.proceed).hash(&mut hasher);
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
    let (visited, kinds) = search(ONCE, 150);
    println!("{visited} states, {} kinds of facts", kinds.len());
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    assert_eq!(
        kinds.join(", "),
        KINDS,
        "all that can happen to a run has happened"
    );
}

const KINDS: &str = "agent_killed, agent_revived, assumed_committed, attempt_failed, attempt_lost, \
    attempt_settled, attempt_started, attempt_timed_out, checkpoint_reached, retry_due, \
    run_paused, run_recovered, run_resumed, saga_transitioned compensating, \
    saga_transitioned completed, saga_transitioned escalated, saga_transitioned failed, \
    step_abandoned, step_fenced, step_handed_off, step_transitioned committed, \
    step_transitioned compensated, step_transitioned compensating, \
    step_transitioned compensation_failed, step_transitioned failed, undo_held, undo_retried";

#[test]
#[ignore = "long"]
fn no_way_through_a_small_saga_breaks_an_invariant_long() {
    println!("{} states", search(TWICE, 20_000).0);
}
