//! What must hold of every input and every event.

use std::collections::BTreeMap;

use sagaward::decide::{Command, Input, Timer, Told};
use sagaward::saga::{
    Action, Activity, Event, Fact, InDoubt, RunSettings, Saga, SagaState, Step, StepState,
};

use crate::plan::Plan;
use crate::world::{Running, must};

/// What is stale, repeated or foreign changes nothing; all else is a fact.
pub fn input(
    saga: &Saga,
    input: &Input,
    events: &[Event],
    commands: &[Command],
) -> Result<(), String> {
    if is_stale(saga, &input.told) {
        must(events.is_empty(), || {
            format!("{input:?} is no event: {events:?}")
        })?;
        return must(commands.is_empty(), || {
            format!("{input:?} causes no command: {commands:?}")
        });
    }
    if let Told::HandoffAccepted { to_agent, .. } = &input.told
        && saga.is_killed(to_agent)
    {
        must(events.is_empty(), || {
            "a killed agent takes nothing".to_owned()
        })?;
        return must(matches!(commands, [Command::HandOff { .. }]), || {
            "another is asked".to_owned()
        });
    }
    must(!events.is_empty(), || format!("{input:?} is an event"))
}

fn is_stale(saga: &Saga, told: &Told) -> bool {
    let driven = saga.settings().is_some();
    let over = saga.state().is_final();
    let running = saga.state() == SagaState::Running;
    if !driven || over {
        return over || !matches!(told, Told::Start { .. } | Told::Recover { .. });
    }
    let fence = |step_id: &str| saga.step(step_id).and_then(|step| step.fence.as_ref());
    let unsettled = |step_id: &str| fence(step_id).is_some_and(|fence| !fence.settled);
    let held = |step: &Step| step.activity == Activity::Held;
    let waits =
        |step_id: &str| saga.step(step_id).is_some_and(held) || (running && unsettled(step_id));
    match told {
        Told::Start { .. } => true,
        Told::Recover { .. } => false,
        Told::AttemptSucceeded { attempt_key, .. } | Told::AttemptFailed { attempt_key, .. } => {
            in_flight(saga, attempt_key, StepState::Executing).is_none()
        }
        Told::UndoSucceeded { attempt_key, .. } | Told::UndoFailed { attempt_key, .. } => {
            in_flight(saga, attempt_key, StepState::Compensating).is_none()
        }
        Told::AttemptLost { attempt_key } => any_in_flight(saga, attempt_key).is_none(),
        Told::AttemptTimedOut { attempt_key } => any_in_flight(saga, attempt_key)
            .is_none_or(|step| step.activity != Activity::Running || step.fence.is_some()),
        Told::TimerFired {
            attempt_key,
            timer: Timer::Retry,
        } => named(saga, attempt_key).is_none_or(|step| step.activity != Activity::Waiting),
        Told::TimerFired {
            attempt_key,
            timer: Timer::AbortGrace,
        } => any_in_flight(saga, attempt_key).is_none_or(|step| {
            step.activity != Activity::Aborting || (running && step.fence.is_some())
        }),
        Told::Cancel { .. } => !running,
        Told::Pause {} => saga.is_paused(),
        Told::Resume {} => !saga.is_paused(),
        Told::RetryStep { step_id } | Told::SkipStep { step_id } => !waits(step_id),
        Told::Escalate {} => !saga.steps().iter().any(held),
        Told::AgentKilled { agent_did, .. } => saga.is_killed(agent_did),
        Told::AgentRevived { agent_did } => !saga.is_killed(agent_did),
        Told::AttemptSettled { step_id } => !unsettled(step_id),
        Told::HandoffAccepted { step_id, .. } | Told::HandoffRefused { step_id, .. } => {
            !running || fence(step_id).is_none()
        }
    }
}

/// The step whose last attempt has this key.
fn named<'s>(saga: &'s Saga, key: &str) -> Option<&'s Step> {
    let (saga_id, step_id, action, attempt): (String, String, Action, u32) =
        serde_json::from_str(key).ok()?;
    let step = saga.step(&step_id)?;
    let action_now = match step.state {
        StepState::Executing => Action::Execute,
        StepState::Compensating => Action::Compensate,
        _ => return None,
    };
    (saga_id == saga.saga_id() && action == action_now && attempt == step.attempt).then_some(step)
}

fn any_in_flight<'s>(saga: &'s Saga, key: &str) -> Option<&'s Step> {
    named(saga, key).filter(|step| step.activity.is_live())
}

fn in_flight<'s>(saga: &'s Saga, key: &str, state: StepState) -> Option<&'s Step> {
    any_in_flight(saga, key).filter(|step| step.state == state)
}

/// What a killed agent's attempt reports moves no state: its step ends only where all that runs
/// has ended and the saga rolls back.
pub fn outcome_of_fenced(
    before: &Saga,
    after: &Saga,
    input: &Input,
    actions: &BTreeMap<String, Running>,
) -> Result<(), String> {
    let (Told::AttemptSucceeded { attempt_key, .. }
    | Told::AttemptFailed { attempt_key, .. }
    | Told::AttemptTimedOut { attempt_key }) = &input.told
    else {
        return Ok(());
    };
    let Some(action) = actions.get(attempt_key).filter(|action| action.fenced) else {
        return Ok(());
    };
    let (Some(before), Some(step)) = (before.step(&action.step_id), after.step(&action.step_id))
    else {
        return Ok(());
    };
    let moved = before.state != step.state && after.state() == SagaState::Running;
    let counted =
        before.execute_result != step.execute_result || before.retry_count != step.retry_count;
    must(!moved && !counted, || {
        format!("{input:?} of a killed agent counts")
    })
}

/// Whether a fact may follow.
pub fn event(plan: &Plan, saga: &Saga, event: &Event) -> Result<(), String> {
    let because = |why: &str| format!("{event:?}: {why}");
    let step = |step_id: &str| saga.step(step_id).unwrap();
    match &event.fact {
        Fact::AttemptStarted {
            step_id,
            action: Action::Execute,
            ..
        } => {
            let step = step(step_id);
            must(plan.may_start(saga, step), || because("waits for others"))?;
            must(!saga.is_paused(), || because("nothing starts while paused"))?;
            must(!saga.is_killed(&step.agent_did), || {
                because("a killed agent starts nothing")
            })?;
            must(step.committed_seq.is_none(), || {
                because("has committed before")
            })?;
            must(live(saga) < concurrency(saga), || because("no room"))
        }
        Fact::AttemptStarted {
            step_id,
            action: Action::Compensate,
            ..
        } => {
            let step = step(step_id);
            must(!saga.is_paused(), || because("nothing starts while paused"))?;
            must(
                step.undo_api.as_deref().is_some_and(|api| !api.is_empty()),
                || because("has no undo"),
            )?;
            must(is_next_undone(saga, step), || {
                because("is not the last that committed")
            })
        }
        Fact::StepTransitioned { step_id, to, .. } => {
            let step = step(step_id);
            must(step.state.allowed().contains(to), || {
                because("the table forbids it")
            })?;
            must(
                !step.activity.is_live()
                    || *to == StepState::Committed
                    || *to == StepState::Compensated,
                || because("its attempt is in flight"),
            )?;
            must(step.fence.is_none(), || because("a kill holds it"))?;
            match to {
                StepState::Committed => must(step.activity.is_live(), || because("no attempt")),
                StepState::Compensating => must(is_next_undone(saga, step), || {
                    because("is not the last that committed")
                }),
                _ => Ok(()),
            }
        }
        Fact::AssumedCommitted { step_id } => {
            let step = step(step_id);
            must(step.state == StepState::Executing && step.in_doubt, || {
                because("nothing to assume")
            })?;
            must(!step.activity.is_live(), || {
                because("its attempt is in flight")
            })?;
            let undo = settings(saga).is_some_and(|settings| settings.in_doubt == InDoubt::Undo);
            must(undo, || because("the settings say otherwise"))
        }
        Fact::AttemptFailed { step_id, .. } => must(step(step_id).fence.is_none(), || {
            because("a killed agent's attempt counts")
        }),
        Fact::StepHandedOff { to_agent, .. } => must(!saga.is_killed(to_agent), || {
            because("a killed agent takes nothing")
        }),
        Fact::SagaTransitioned { to, .. } => must(saga.state().allowed().contains(to), || {
            because("the table forbids it")
        }),
        _ => Ok(()),
    }
}

/// Undone in strict reverse order of commits, one at a time, with nothing running forward.
fn is_next_undone(saga: &Saga, step: &Step) -> bool {
    let others = || {
        saga.steps()
            .iter()
            .filter(|other| other.step_id != step.step_id)
    };
    let forward = others().any(|other| other.state == StepState::Executing);
    let beside = others().any(|other| other.state == StepState::Compensating);
    let later = others().any(|other| {
        other.state == StepState::Committed && other.committed_seq > step.committed_seq
    });
    let committed = matches!(step.state, StepState::Committed | StepState::Compensating);
    saga.state() == SagaState::Compensating && committed && !forward && !beside && !later
}

pub fn live(saga: &Saga) -> usize {
    saga.steps()
        .iter()
        .filter(|step| step.activity.is_live())
        .count()
}

pub fn settings(saga: &Saga) -> Option<&RunSettings> {
    saga.settings()
}

pub fn concurrency(saga: &Saga) -> usize {
    settings(saga).map_or(0, |settings| settings.concurrency as usize)
}
