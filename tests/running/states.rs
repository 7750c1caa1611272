//! What must hold of every state, and of every end.

use sagaward::decide::Agenda;
use sagaward::saga::{Action, Activity, InDoubt, Outcome, Saga, SagaState, Step, StepState};

use crate::invariants::{concurrency, live, settings};
use crate::plan::{Plan, Verdict};
use crate::world::{World, attempt_key, must};

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
    if let Some(fence) = &step.fence {
        must(fence.settled != step.activity.is_live(), || {
            because("its fence waits for nothing")
        })?;
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
