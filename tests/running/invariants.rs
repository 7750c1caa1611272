//! What must hold of every input, every event and every state.

use std::collections::BTreeMap;

use sagaward::decide::{Agenda, Command, Input, Timer, Told};
use sagaward::saga::{
    Action, Activity, Event, Fact, InDoubt, Outcome, RunSettings, Saga, SagaState, Step, StepState,
};

use crate::plan::{Plan, Verdict};
use crate::world::{Running, World, attempt_key, must};

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

fn live(saga: &Saga) -> usize {
    saga.steps()
        .iter()
        .filter(|step| step.activity.is_live())
        .count()
}

fn settings(saga: &Saga) -> Option<&RunSettings> {
    saga.settings()
}

fn concurrency(saga: &Saga) -> usize {
    settings(saga).map_or(0, |settings| settings.concurrency as usize)
}

/// What must hold between two inputs.
pub fn state(world: &World) -> Result<(), String> {
    let saga = world.saga();
    must(live(saga) <= concurrency(saga), || {
        "more attempts than may be".to_owned()
    })?;
    for step in saga.steps() {
        attended(world, step)?;
    }
    match saga.state() {
        SagaState::Running => {
            let agenda = Agenda::of(saga);
            must(world.driver.agenda() == Some(&agenda), || {
                format!(
                    "the agenda is what follows from the saga:\n{:?}\n{agenda:?}",
                    world.driver.agenda()
                )
            })?;
            goes_on(world)
        }
        SagaState::Compensating => {
            let waits = saga.is_paused()
                || saga.steps().iter().any(|step| match step.activity {
                    Activity::Running | Activity::Aborting | Activity::Waiting | Activity::Held => {
                        true
                    }
                    Activity::Idle | Activity::Exhausted => false,
                });
            must(waits, || "the rollback stands still".to_owned())
        }
        SagaState::Completed | SagaState::Failed | SagaState::Escalated => {
            let outcome = saga.outcome();
            must(world.finished == outcome, || {
                format!("{outcome:?} was not said")
            })?;
            ended(&world.plan, saga, outcome)
        }
    }
}

/// Whatever a step waits for, somebody will bring it.
fn attended(world: &World, step: &Step) -> Result<(), String> {
    let saga = world.saga();
    let action = match step.state {
        StepState::Compensating => Action::Compensate,
        _ => Action::Execute,
    };
    let key = attempt_key(saga, &step.step_id, action, step.attempt);
    let because = |why: &str| format!("step '{}': {why}", step.step_id);
    let held = step.fence.is_some() && world.is_running();
    let timer = |retry: bool| world.timers.contains_key(&(key.clone(), retry));
    match step.activity {
        Activity::Running | Activity::Aborting => {
            let action = world.actions.get(&key);
            must(action.is_some_and(|action| !action.let_go), || {
                because("nothing of it runs")
            })?;
        }
        Activity::Waiting => must(timer(true), || because("no timer for its retry"))?,
        Activity::Idle | Activity::Exhausted | Activity::Held => {}
    }
    if step.activity == Activity::Aborting && !held {
        must(timer(false), || because("its grace does not end"))?;
    }
    if held {
        must(world.asks.contains_key(&step.step_id), || {
            because("no substitute is looked for")
        })?;
    }
    Ok(())
}

/// A running saga leaves nothing undone that may start, and does not go on after a failure.
fn goes_on(world: &World) -> Result<(), String> {
    let saga = world.saga();
    let verdicts: Vec<Verdict> = world.plan.verdicts(saga).collect();
    must(!verdicts.contains(&Verdict::Lost), || {
        "it goes on after a failure".to_owned()
    })?;
    if saga.is_paused() {
        return Ok(());
    }
    must(verdicts.contains(&Verdict::Open), || {
        "it is done and has not ended".to_owned()
    })?;
    if live(saga) < concurrency(saga) {
        let mut steps = saga.steps().iter();
        let idle = steps.find(|step| world.plan.may_start(saga, step));
        must(idle.is_none(), || {
            format!("{idle:?} may start and does not")
        })?;
    }
    let waits = |step: &Step| {
        step.activity.is_live() || step.activity == Activity::Waiting || step.fence.is_some()
    };
    must(saga.steps().iter().any(waits), || {
        "it stands still".to_owned()
    })
}

/// What an outcome promises.
fn ended(plan: &Plan, saga: &Saga, outcome: Option<Outcome>) -> Result<(), String> {
    let count =
        |which: &dyn Fn(&Step) -> bool| saga.steps().iter().filter(|step| which(step)).count();
    let with = |state: StepState| count(&|step| step.state == state);
    let because = |why: &str| format!("{outcome:?}: {why}");
    must(live(saga) == 0, || because("attempts are in flight"))?;
    must(
        with(StepState::Executing) + with(StepState::Compensating) == 0,
        || because("steps are under way"),
    )?;
    let doubted = count(&|step| step.state == StepState::Failed && step.in_doubt);
    let escalates = settings(saga).is_some_and(|settings| settings.in_doubt == InDoubt::Escalate);
    match outcome {
        Some(Outcome::Succeeded) => {
            let mut verdicts = plan.verdicts(saga);
            must(verdicts.all(|verdict| verdict == Verdict::Done), || {
                because("something is not done")
            })?;
            must(with(StepState::Compensated) == 0, || {
                because("something was undone")
            })
        }
        Some(Outcome::RolledBack) => {
            must(
                with(StepState::Committed) + with(StepState::CompensationFailed) == 0,
                || because("something is left"),
            )?;
            must(!escalates || doubted == 0, || {
                because("something is in doubt")
            })?;
            must(with(StepState::Compensated) > 0, || {
                because("nothing was undone")
            })
        }
        Some(Outcome::Failed) => {
            let done = with(StepState::Committed)
                + with(StepState::Compensated)
                + with(StepState::CompensationFailed);
            must(done == 0, || because("something was done"))?;
            must(!escalates || doubted == 0, || {
                because("something is in doubt")
            })
        }
        Some(Outcome::Escalated) => {
            let reason = with(StepState::CompensationFailed) > 0 || (escalates && doubted > 0);
            must(reason, || because("there is no reason"))
        }
        None => must(false, || because("it has not ended")),
    }
}
