//! Any saga under any tale: it keeps every invariant, and ends where the world is fair.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseError;
use sagaward::decide::{Driver, Told};
use sagaward::saga::{RunSettings, Saga, StepState, Timestamp};
use serde_json::Value;

use crate::definitions::{definitions, settings};
use crate::mishap::{replayed, snapshot, text_of};
use crate::tale::{Move, moves};
use crate::world::{World, must};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(250))]

    #[test]
    fn every_saga_keeps_the_invariants_and_ends(
        definition in definitions(), settings in settings(), by_hand in by_hand(),
        moves in moves(), picks in picks(), cut in any::<Index>(),
    ) {
        run(&definition, settings, &by_hand, &moves, &picks, cut)?;
    }
}

proptest! {
    #![proptest_config(config(20_000))]

    #[test]
    #[ignore = "long"]
    fn every_saga_keeps_the_invariants_and_ends_long(
        definition in definitions(), settings in settings(), by_hand in by_hand(),
        moves in moves(), picks in picks(), cut in any::<Index>(),
    ) {
        run(&definition, settings, &by_hand, &moves, &picks, cut)?;
    }
}

fn picks() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..40)
}

/// What was done by hand before the run begins: steps that go on, well or badly.
fn by_hand() -> impl Strategy<Value = Vec<(Index, bool)>> {
    let moves = prop::collection::vec((any::<Index>(), prop::bool::weighted(0.8)), 1..8);
    prop_oneof![4 => Just(Vec::new()), 1 => moves]
}

fn start(
    definition: &Value,
    settings: RunSettings,
    by_hand: &[(Index, bool)],
) -> Result<World, String> {
    let mut world = World::new(definition);
    let at = Timestamp::from_epoch_ms(0.0).unwrap();
    for (place, well) in by_hand {
        let saga = world.driver.saga_mut();
        if saga.steps().is_empty() {
            break;
        }
        let step = saga.steps()[place.index(saga.steps().len())].clone();
        let to = match (step.state, well) {
            (StepState::Pending, _) => StepState::Executing,
            (StepState::Executing, true) => StepState::Committed,
            (StepState::Executing, false) => StepState::Failed,
            _ => continue,
        };
        saga.transition_step(&step.step_id, to, None, None, at)
            .unwrap();
    }
    world.base = world.driver.clone();
    world.tell(Told::Start { settings })?;
    Ok(world)
}

fn run(
    definition: &Value,
    settings: RunSettings,
    by_hand: &[(Index, bool)],
    moves: &[Move],
    picks: &[u8],
    cut: Index,
) -> Result<(), TestCaseError> {
    let mut world = start(definition, settings, by_hand).map_err(TestCaseError::fail)?;
    let done = moves.iter().try_for_each(|step| world.make(step));
    let done = done.and_then(|()| world.end_fairly(picks));
    let done = done.and_then(|()| tells_the_same_again(&world));
    let done = done.and_then(|()| folds_from_anywhere(world.saga(), cut));
    done.map_err(|error| TestCaseError::fail(format!("{error}\n{}", world.story())))
}

/// The same inputs give the same log and commands, byte for byte.
fn tells_the_same_again(world: &World) -> Result<(), String> {
    let mut again = world.base.clone();
    for (input, commands) in &world.told {
        let said = again
            .handle(input.clone())
            .map_err(|error| error.to_string())?;
        let (said, commands) = (
            serde_json::to_string(&said),
            serde_json::to_string(commands),
        );
        must(said.unwrap() == commands.unwrap(), || {
            format!("{input:?} commands the same again")
        })?;
    }
    let log = |driver: &Driver| {
        serde_json::to_string(driver.saga().log_from(world.base.saga().seq() + 1)).unwrap()
    };
    // A snapshot in between has cut the log.
    let kept = world
        .saga()
        .log_from(world.base.saga().seq() + 1)
        .first()
        .map(|event| event.seq);
    let whole = kept == Some(world.base.saga().seq() + 1);
    must(!whole || log(&again) == log(&world.driver), || {
        "the log is the same again".to_owned()
    })?;
    must(text_of(again.saga()) == text_of(world.saga()), || {
        "the state is the same again".to_owned()
    })
}

/// A snapshot taken behind any event, and the later events, are the state.
fn folds_from_anywhere(saga: &Saga, cut: Index) -> Result<(), String> {
    if saga.log().first().is_none_or(|event| event.seq != 1) {
        return Ok(());
    }
    must(replayed(saga, usize::MAX) == *saga, || {
        "the fold of the log is the saga".to_owned()
    })?;
    let cut = cut.index(saga.log().len()) + 1;
    let mut restored = Saga::restore(snapshot(&replayed(saga, cut))).unwrap();
    for event in &saga.log()[cut..] {
        restored
            .fold(event.clone())
            .map_err(|error| error.to_string())?;
    }
    must(text_of(&restored) == text_of(saga), || {
        format!("event {cut} is a cut like any other")
    })
}
