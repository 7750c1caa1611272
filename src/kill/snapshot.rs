//! What of a switch must outlive a restart.

use serde::Serialize;

use super::record::KillResult;
use super::substitutes::Substitutes;
use super::{KillSwitch, KillSwitchOptions, Killed};
use crate::definition::input;
use crate::definition::objects::object;
use crate::error::{Code, Error};
use crate::map::{Map, pair};

/// The format that every snapshot names.
pub const SNAPSHOT_FORMAT: &str = "sagaward.kill_switch";
/// The version of the snapshot's format that this release writes.
pub const SNAPSHOT_VERSION: u32 = 1;

/// The block list, the history and the options.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct KillSwitchSnapshot {
    /// Always `sagaward.kill_switch`.
    #[cfg_attr(feature = "js", tsify(type = "'sagaward.kill_switch'"))]
    pub format: String,
    /// The version of the format.
    pub version: u32,
    /// How it kills.
    #[cfg_attr(feature = "js", tsify(type = "Record<string, unknown>"))]
    pub options: KillSwitchOptions,
    /// The block list.
    pub killed: Vec<KilledAgent>,
    /// The records, oldest first.
    pub history: Vec<KillResult>,
    /// How many kills were recorded.
    pub total_kills: u32,
    /// How many steps were handed over.
    pub total_handoffs: usize,
}

object!(strict KillSwitchSnapshot {
    format, version, options, killed, history, total_kills, total_handoffs
});

/// An agent on the block list.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct KilledAgent {
    /// The agent.
    pub agent_did: String,
    /// The kill that put it there.
    pub kill_id: String,
    /// Whether its steps may be moved without waiting for its actions.
    pub proceed: bool,
    /// Explicit steps that were moved: saga and step.
    #[cfg_attr(feature = "js", tsify(type = "[string, string][]"))]
    pub moved: Vec<(String, String)>,
}

object!(strict KilledAgent { agent_did, kill_id, proceed, moved });

impl KillSwitchSnapshot {
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

pub(super) fn take(switch: &KillSwitch) -> KillSwitchSnapshot {
    let killed = switch.killed.iter().map(|(agent_did, killed)| KilledAgent {
        agent_did: agent_did.to_owned(),
        kill_id: killed.kill_id.clone(),
        proceed: killed.proceed,
        moved: killed.moved.iter().map(|(_, step)| step.clone()).collect(),
    });
    KillSwitchSnapshot {
        format: SNAPSHOT_FORMAT.to_owned(),
        version: SNAPSHOT_VERSION,
        options: switch.options.clone(),
        killed: killed.collect(),
        history: switch.history.iter().cloned().collect(),
        total_kills: switch.total_kills,
        total_handoffs: switch.total_handoffs,
    }
}

pub(super) fn restore(snapshot: KillSwitchSnapshot) -> Result<KillSwitch, Error> {
    snapshot
        .options
        .check()
        .map_err(|error| bad("options", &error.message))?;
    let successes: usize = snapshot
        .history
        .iter()
        .map(|one| one.handoff_success_count)
        .sum();
    if snapshot.history.len() > snapshot.total_kills as usize {
        return Err(bad("total_kills", "is less than the history is long"));
    }
    if successes > snapshot.total_handoffs {
        return Err(bad("total_handoffs", "is less than the history says"));
    }
    let mut killed = Map::new();
    for one in snapshot.killed {
        let mut moved = Map::new();
        for (saga_id, step_id) in one.moved {
            moved.insert(pair(&saga_id, &step_id), (saga_id, step_id));
        }
        let (kill_id, proceed) = (one.kill_id, one.proceed);
        killed.insert(
            one.agent_did,
            Killed {
                kill_id,
                proceed,
                moved,
            },
        );
    }
    Ok(KillSwitch {
        options: snapshot.options,
        killed,
        substitutes: Substitutes::default(),
        kills: Map::new(),
        history: snapshot.history.into(),
        total_kills: snapshot.total_kills,
        total_handoffs: snapshot.total_handoffs,
    })
}
