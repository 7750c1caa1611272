//! All that is known of a saga, as one document, and back.

use serde::Serialize;

use super::Saga;
use super::settings::RunSettings;
use super::state::{SagaState, StepState};
use super::step::{Activity, Step};
use super::timestamp::Timestamp;
use crate::definition::Json;
use crate::definition::input;
use crate::definition::objects::object;
use crate::error::{Code, Error};
use crate::map::Map;

/// The format that every snapshot names.
pub const SNAPSHOT_FORMAT: &str = "sagaward.saga";
/// The version of the snapshot's format that this release writes.
pub const SNAPSHOT_VERSION: u32 = 1;

/// A saga's whole state.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct SagaSnapshot {
    /// Always `sagaward.saga`.
    #[cfg_attr(feature = "js", tsify(type = "'sagaward.saga'"))]
    pub format: String,
    /// The version of the format.
    pub version: u32,
    /// The number of the last event that is in it.
    pub seq: u64,
    /// The saga's id.
    pub saga_id: String,
    /// The session it belongs to.
    pub session_id: String,
    /// What people call it.
    pub name: String,
    /// Whatever else its owner keeps with it.
    #[cfg_attr(feature = "js", tsify(type = "Record<string, unknown> | null"))]
    pub metadata: Option<Json>,
    /// Groups of steps that start together.
    #[cfg_attr(feature = "js", tsify(type = "FanOutGroup[] | null"))]
    pub fan_out: Option<Json>,
    /// Its state.
    pub state: SagaState,
    /// Whether it was ever set to compensating.
    pub rolled_back: bool,
    /// Why it failed.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub error: Option<String>,
    /// When it was created.
    #[cfg_attr(feature = "js", tsify(type = "string"))]
    pub created_at: Timestamp,
    /// When it ended.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub completed_at: Option<Timestamp>,
    /// The agents that were killed.
    pub killed: Vec<KilledBy>,
    /// How a run drives it; `null` while it is moved by hand.
    #[cfg_attr(feature = "js", tsify(type = "RunSettings | null"))]
    pub settings: Option<RunSettings>,
    /// Whether the run holds back what it would start.
    pub paused: bool,
    /// Its steps.
    pub steps: Vec<Step>,
}

object!(strict SagaSnapshot {
    format, version, seq, saga_id, session_id, name, metadata, fan_out, state, rolled_back, error,
    created_at, completed_at, killed, settings, paused, steps
});

/// A killed agent and its kill.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct KilledBy {
    /// The agent.
    pub agent_did: String,
    /// The kill.
    pub kill_id: String,
}

object!(strict KilledBy { agent_did, kill_id });

impl SagaSnapshot {
    /// Reads a snapshot, and says what is wrong with one that is none of ours.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let head = |read: &Self| input::Head {
            format: read.format.clone(),
            version: read.version,
        };
        input::read_snapshot(text, SNAPSHOT_FORMAT, SNAPSHOT_VERSION, head)
    }
}

fn bad(place: &str, message: &str) -> Error {
    Error::new(Code::BadSnapshot, format!("snapshot ({place}): {message}")).with("place", place)
}

pub(super) fn take(saga: &Saga) -> SagaSnapshot {
    SagaSnapshot {
        steps: saga.steps.clone(),
        ..without_steps(saga)
    }
}

pub(super) fn without_steps(saga: &Saga) -> SagaSnapshot {
    SagaSnapshot {
        format: SNAPSHOT_FORMAT.to_owned(),
        version: SNAPSHOT_VERSION,
        seq: saga.seq,
        saga_id: saga.saga_id.clone(),
        session_id: saga.session_id.clone(),
        name: saga.name.clone(),
        metadata: saga.metadata.clone(),
        fan_out: saga.fan_out.clone(),
        state: saga.state,
        rolled_back: saga.rolled_back,
        error: saga.error.clone(),
        created_at: saga.created_at,
        completed_at: saga.completed_at,
        killed: saga.killed.iter().map(killed_by).collect(),
        settings: saga.settings.clone(),
        paused: saga.paused,
        steps: Vec::new(),
    }
}

fn killed_by((agent_did, kill_id): (&str, &String)) -> KilledBy {
    KilledBy {
        agent_did: agent_did.to_owned(),
        kill_id: kill_id.clone(),
    }
}

pub(super) fn restore(snapshot: SagaSnapshot) -> Result<Saga, Error> {
    check_saga(&snapshot)?;
    let driven = snapshot.settings.is_some();
    for (index, step) in snapshot.steps.iter().enumerate() {
        check_step(step, driven)
            .map_err(|(field, message)| bad(&format!("steps.{index}.{field}"), message))?;
    }
    let mut saga = Saga {
        saga_id: snapshot.saga_id,
        session_id: snapshot.session_id,
        name: snapshot.name,
        metadata: snapshot.metadata,
        fan_out: None,
        groups: Vec::new(),
        steps: Vec::new(),
        positions: Map::new(),
        state: snapshot.state,
        rolled_back: snapshot.rolled_back,
        error: snapshot.error,
        created_at: snapshot.created_at,
        completed_at: snapshot.completed_at,
        killed: Map::new(),
        settings: snapshot.settings,
        paused: snapshot.paused,
        seq: snapshot.seq,
        log: Vec::new(),
    };
    for killed in snapshot.killed {
        saga.killed.insert(killed.agent_did, killed.kill_id);
    }
    saga.set_fan_out(snapshot.fan_out)
        .map_err(|error| bad("fan_out", &error.message))?;
    saga.add_all(snapshot.steps)
        .map_err(|error| bad("steps", &error.message))?;
    Ok(saga)
}

fn check_saga(snapshot: &SagaSnapshot) -> Result<(), Error> {
    if snapshot.seq == 0 {
        return Err(bad("seq", "no saga is older than its first event"));
    }
    if snapshot.state.is_final() != snapshot.completed_at.is_some() {
        return Err(bad(
            "completed_at",
            "is set in a final state, and only there",
        ));
    }
    if let Some(settings) = &snapshot.settings {
        settings
            .check()
            .map_err(|error| bad("settings", &error.message))?;
    } else if snapshot.paused {
        return Err(bad("paused", "only a run can be"));
    }
    let rolled_back = match snapshot.state {
        SagaState::Running => Some(false),
        SagaState::Compensating | SagaState::Escalated => Some(true),
        SagaState::Completed | SagaState::Failed => None,
    };
    if rolled_back.is_some_and(|expected| expected != snapshot.rolled_back) {
        let state = snapshot.state.name();
        return Err(bad(
            "rolled_back",
            &format!("cannot be so in state '{state}'"),
        ));
    }
    Ok(())
}

/// What no sequence of legal transitions can lead to.
fn check_step(step: &Step, driven: bool) -> Result<(), (&'static str, &'static str)> {
    let started = step.state != StepState::Pending;
    if started != step.started_at.is_some() {
        return Err((
            "started_at",
            "is set once a step was executing, and only then",
        ));
    }
    let (settled, committed, undone) = match step.state {
        StepState::Pending | StepState::Executing => (false, false, false),
        StepState::Failed => (true, false, false),
        StepState::Committed | StepState::Compensating => (true, true, false),
        StepState::Compensated | StepState::CompensationFailed => (true, true, true),
    };
    if settled != step.completed_at.is_some() {
        return Err((
            "completed_at",
            "is set once a step has settled, and only then",
        ));
    }
    if committed != step.committed_seq.is_some() {
        return Err((
            "committed_seq",
            "is set once a step has committed, and only then",
        ));
    }
    if step.execute_result.is_some() && !committed {
        return Err(("execute_result", "only a step that committed has one"));
    }
    if step.compensation_result.is_some() && !undone {
        return Err(("compensation_result", "only a step that was undone has one"));
    }
    if step.retry_count > step.max_retries {
        return Err(("retry_count", "is more than max_retries"));
    }
    if step.undo_retry_count > step.max_retries {
        return Err(("undo_retry_count", "is more than max_retries"));
    }
    let doubtful = match step.state {
        StepState::Pending | StepState::Compensated => false,
        StepState::Executing | StepState::Failed => true,
        StepState::Committed | StepState::Compensating | StepState::CompensationFailed => driven,
    };
    if step.in_doubt && !doubtful {
        return Err(("in_doubt", "does not go with the state"));
    }
    if step.activity != Activity::Idle && !driven {
        return Err(("activity", "only a step that a run drives has one"));
    }
    let possible = match step.state {
        StepState::Executing => step.activity != Activity::Held,
        StepState::Compensating => true,
        StepState::Pending
        | StepState::Committed
        | StepState::Compensated
        | StepState::CompensationFailed
        | StepState::Failed => step.activity == Activity::Idle,
    };
    if !possible {
        return Err(("activity", "does not go with the state"));
    }
    if step.activity.is_live() && step.attempt == 0 {
        return Err(("attempt", "counts the attempt in flight too"));
    }
    if (step.activity == Activity::Waiting) != step.retry_at.is_some() {
        return Err((
            "retry_at",
            "is set while a step waits for it, and only then",
        ));
    }
    let fenceable = match step.state {
        StepState::Executing => driven || step.in_doubt,
        StepState::Pending => driven,
        StepState::Committed
        | StepState::Compensating
        | StepState::Compensated
        | StepState::CompensationFailed
        | StepState::Failed => false,
    };
    if step.fence.is_some() && !fenceable {
        return Err(("fence", "only a step whose agent was killed has one"));
    }
    Ok(())
}
