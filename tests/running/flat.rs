//! Each input costs the same in a saga of a thousand steps and of ten thousand.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use sagaward::decide::{Command, Driver, Effect, Failure, Input, Told};
use sagaward::saga::{Outcome, RunSettings};
use serde_json::{Value, json};

use crate::definitions::{definition, saga, step};

/// Counts what this thread allocates: work that can be counted, where time could only be guessed.
struct Counting;

thread_local! {
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.set(BYTES.get() + layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn chain(count: usize) -> Value {
    definition(
        (0..count)
            .map(|place| step(&format!("s{place}"), json!({})))
            .collect(),
        json!([]),
    )
}

fn fan_out(count: usize) -> Value {
    let branches: Vec<String> = (0..count - 1).map(|place| format!("s{place}")).collect();
    let mut definition = chain(count);
    definition["fan_out"] = json!([{"branches": branches}]);
    definition
}

/// Runs a saga whose last step fails or not; the outcome, the inputs it took and the bytes.
fn run(definition: &Value, fails: bool) -> (Option<Outcome>, usize, usize) {
    let last = format!("s{}", definition["steps"].as_array().unwrap().len() - 1);
    let mut driver = Driver::new(saga(definition));
    let mut open = vec![Told::Start {
        settings: RunSettings::default(),
    }];
    let (mut outcome, mut inputs) = (None, 0);
    let before = BYTES.get();
    while let Some(told) = open.pop() {
        inputs += 1;
        let seq = driver.saga().seq();
        let commands = driver.handle(Input { at: 1.0, told }).unwrap();
        let decided = driver.saga().seq() - seq;
        assert!(
            decided + commands.len() as u64 <= 40,
            "one input decides {decided} facts"
        );
        for command in commands {
            match command {
                Command::Execute(attempt) if fails && attempt.step_id == last => {
                    let failure = Failure {
                        error: "boom".to_owned(),
                        retryable: false,
                        effect: Effect::None,
                        retry_after_ms: None,
                    };
                    open.push(Told::AttemptFailed {
                        attempt_key: attempt.attempt_key,
                        failure,
                    });
                }
                Command::Execute(attempt) => {
                    open.push(Told::AttemptSucceeded {
                        attempt_key: attempt.attempt_key,
                        result: None,
                    });
                }
                Command::Undo(attempt) => {
                    open.push(Told::UndoSucceeded {
                        attempt_key: attempt.attempt_key,
                        result: None,
                    });
                }
                Command::Finish { outcome: ended, .. } => outcome = Some(ended),
                command => panic!("{command:?}"),
            }
        }
    }
    (outcome, inputs, BYTES.get() - before)
}

#[test]
fn ten_times_the_steps_are_ten_times_the_work() {
    let shapes = [
        ("a chain", chain as fn(usize) -> Value),
        ("a fan-out", fan_out),
    ];
    for (what, shape) in shapes {
        for (fails, outcome) in [(false, Outcome::Succeeded), (true, Outcome::RolledBack)] {
            let (small, large) = (run(&shape(1_000), fails), run(&shape(10_000), fails));
            let undone = if fails { 9_999 } else { 0 };
            assert_eq!(
                (large.0, large.1),
                (Some(outcome), 10_001 + undone),
                "{what}"
            );
            let (small, large) = (small.2, large.2);
            assert!(
                large < 15 * small,
                "{what}, fails: {fails}: {small} bytes, then {large}"
            );
        }
    }
}
