//! Stories as specification: on each line what is told, then what was decided and commanded.

use sagaward::decide::{Command, Timer, Told};
use sagaward::saga::{Action, Event, Fact, RunSettings};
use serde_json::Value;

use crate::tale::Fails;
use crate::world::{World, attempt_key};

/// Tells a story line by line: `told → facts; !commands`. Lines of `…` are told and not looked at.
/// Begun attempts are facts: their commands are not repeated.
pub fn story(what: &str, definition: &Value, settings: &RunSettings, lines: &str) {
    let mut world = World::new(definition);
    let mut actual = String::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (told, expected) = line.split_once('→').unwrap_or((line, ""));
        let (told, expected) = (told.trim(), expected.trim());
        let (seq, said) = (world.saga().seq(), world.told.len());
        tell(&mut world, told, settings)
            .unwrap_or_else(|error| panic!("{what}: {told}: {error}\n{}", world.story()));
        let facts = world.saga().log_from(seq + 1).iter().map(fact);
        // A crash in the middle of a line leaves a world that was told its recovery only.
        let said = said.min(world.told.len() - 1);
        let commands = world.told[said..]
            .iter()
            .flat_map(|(_, commands)| commands)
            .filter_map(command);
        let answer: Vec<String> = facts.chain(commands).collect();
        let answer = answer.join("; ");
        actual.push_str(&format!("{told} → {answer}\n"));
        let so_far = format!("{what}\nexpected: {expected}\nthe story so far:\n{actual}");
        assert!(answer == expected || expected == "…", "{so_far}");
    }
}

fn tell(world: &mut World, told: &str, settings: &RunSettings) -> Result<(), String> {
    let settings = settings.clone();
    let told = match told.split(' ').collect::<Vec<&str>>()[..] {
        ["start"] => Told::Start { settings },
        ["crash"] => return world.crash(settings, true),
        ["crash", "once", step, "fails"] => {
            let told = world.fails(key(world, step), Fails::FINAL);
            return world.torn(told, 1, settings);
        }
        ["cancel"] => Told::Cancel { reason: None },
        ["cancel", reason] => Told::Cancel {
            reason: Some(reason.to_owned()),
        },
        ["pause"] => Told::Pause {},
        ["resume"] => Told::Resume {},
        ["escalate"] => Told::Escalate {},
        ["kill", agent] => world.killed(agent, false),
        ["kill", agent, "proceeding"] => world.killed(agent, true),
        ["revive", agent] => Told::AgentRevived {
            agent_did: agent.to_owned(),
        },
        ["retry", step] => Told::RetryStep {
            step_id: step.to_owned(),
        },
        ["skip", step] => Told::SkipStep {
            step_id: step.to_owned(),
        },
        [step, "settles"] => Told::AttemptSettled {
            step_id: step.to_owned(),
        },
        [step, "to", "nobody"] => world.refused(step.to_owned()),
        [step, "to", agent] => world.accepted(step.to_owned(), agent),
        [step, "ok"] => world.succeeds(key(world, step)),
        [step, "fails"] => world.fails(key(world, step), Fails::PLAIN),
        [step, "fails", "for", "good"] => world.fails(key(world, step), Fails::FINAL),
        [step, "fails", "in", "doubt"] => world.fails(key(world, step), Fails::IN_DOUBT),
        [step, "fails", "after", wait] => {
            let retry_after_ms = Some(wait.parse().unwrap());
            world.fails(
                key(world, step),
                Fails {
                    retry_after_ms,
                    ..Fails::PLAIN
                },
            )
        }
        [step, "lost"] => Told::AttemptLost {
            attempt_key: key(world, step),
        },
        [step, "times", "out"] => world.timed_out(key(world, step)),
        [step, "grace", "ends"] => world.fired(&(key(world, step), false)),
        [step, "due"] => world.fired(&(key(world, step), true)),
        _ => panic!("'{told}' cannot be told"),
    };
    world.tell(told)
}

/// The key of a step's last attempt.
fn key(world: &World, step_id: &str) -> String {
    let attempt = world.saga().step(step_id).unwrap().attempt;
    let undo = attempt_key(world.saga(), step_id, Action::Compensate, attempt);
    match world.attempts.contains_key(&undo) && !world.is_running() {
        true => undo,
        false => attempt_key(world.saga(), step_id, Action::Execute, attempt),
    }
}

fn fact(event: &Event) -> String {
    match &event.fact {
        Fact::RunStarted { .. } => "started".to_owned(),
        Fact::RunRecovered { .. } => "recovered".to_owned(),
        Fact::RunPaused {} => "paused".to_owned(),
        Fact::RunResumed {} => "resumed".to_owned(),
        Fact::SagaTransitioned { to, error: None } => format!("saga {}", to.name()),
        Fact::SagaTransitioned {
            to,
            error: Some(error),
        } => format!("saga {}: {error}", to.name()),
        Fact::StepTransitioned {
            step_id,
            to,
            error: None,
            ..
        } => format!("{step_id} {}", to.name()),
        Fact::StepTransitioned {
            step_id,
            to,
            error: Some(error),
            ..
        } => format!("{step_id} {}: {error}", to.name()),
        Fact::AttemptStarted {
            step_id,
            action: Action::Execute,
            attempt,
        } => format!("{step_id}#{attempt}"),
        Fact::AttemptStarted {
            step_id, attempt, ..
        } => format!("undo {step_id}#{attempt}"),
        Fact::AttemptTimedOut { step_id } => format!("{step_id} timed out"),
        Fact::AttemptFailed {
            step_id,
            error,
            in_doubt,
            ..
        } => {
            format!(
                "{step_id} failed{}: {error}",
                if *in_doubt { " in doubt" } else { "" }
            )
        }
        Fact::AttemptLost { step_id } => format!("{step_id} lost"),
        Fact::RetryDue { step_id } => format!("{step_id} due"),
        Fact::AttemptSettled { step_id } => format!("{step_id} settled"),
        Fact::AssumedCommitted { step_id } => format!("{step_id} assumed committed"),
        Fact::CheckpointReached { step_id, goal } => format!("{step_id} reached {goal}"),
        Fact::UndoHeld { step_id } => format!("undo {step_id} held"),
        Fact::UndoRetried { step_id } => format!("undo {step_id} retried"),
        Fact::AgentKilled { agent_did, .. } => format!("killed {agent_did}"),
        Fact::StepFenced { step_id, .. } => format!("{step_id} fenced"),
        Fact::StepHandedOff {
            step_id, to_agent, ..
        } => format!("{step_id} handed to {to_agent}"),
        Fact::StepAbandoned { step_id, .. } => format!("{step_id} abandoned"),
        Fact::AgentRevived { agent_did } => format!("revived {agent_did}"),
        Fact::SagaCreated { .. } | Fact::SagaCompacted { .. } | Fact::StepAdded { .. } => {
            panic!("{event:?} is not of a run")
        }
    }
}

fn command(command: &Command) -> Option<String> {
    let step = |key: &str| {
        let (_, step_id, ..): (String, String, Action, u32) = serde_json::from_str(key).unwrap();
        step_id
    };
    match command {
        Command::Execute(_) | Command::Undo(_) => None,
        Command::Abort { attempt_key } => Some(format!("!abort {}", step(attempt_key))),
        Command::SetTimer {
            attempt_key,
            timer: Timer::Retry,
            delay_ms,
        } => Some(format!("!retry {} in {delay_ms}", step(attempt_key))),
        Command::SetTimer {
            attempt_key,
            delay_ms,
            ..
        } => Some(format!("!grace {} {delay_ms}", step(attempt_key))),
        Command::HandOff { step_id, .. } => Some(format!("!hand off {step_id}")),
        Command::Finish { outcome, .. } => Some(format!("!{outcome:?}")),
    }
}
