//! Who may take over in which session.

use std::sync::Arc;

use crate::map::Map;
use crate::words::words;

words! {
    /// Which substitute is asked first.
    pub enum SubstituteOrder {
        /// Always the one that was registered first, as in the reference.
        First = "first",
        /// Each in turn.
        RoundRobin = "round_robin",
    }
}

/// A substitute of a session.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Substitute {
    pub agent_did: String,
    /// Whether it wants to be asked; otherwise it accepts.
    pub asks: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Substitutes {
    sessions: Map<Session>,
}

#[derive(Debug, Clone, Default)]
struct Session {
    list: Arc<Vec<Substitute>>,
    turn: usize,
}

/// The substitutes that a step may be offered to, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    list: Arc<Vec<Substitute>>,
    first: usize,
    asked: usize,
}

impl Substitutes {
    /// Adds a substitute; one that is there already keeps its place.
    pub fn register(&mut self, session_id: &str, agent_did: &str, asks: bool) {
        if !self.sessions.contains(session_id) {
            self.sessions.insert(session_id, Session::default());
        }
        let Some(session) = self.sessions.get_mut(session_id) else {
            return;
        };
        let list = Arc::make_mut(&mut session.list);
        match list
            .iter_mut()
            .find(|substitute| substitute.agent_did == agent_did)
        {
            Some(known) => known.asks = asks,
            None => list.push(Substitute {
                agent_did: agent_did.to_owned(),
                asks,
            }),
        }
    }

    pub fn unregister(&mut self, session_id: &str, agent_did: &str) {
        if let Some(session) = self.sessions.get_mut(session_id) {
            Arc::make_mut(&mut session.list).retain(|one| one.agent_did != agent_did);
            if session.list.is_empty() {
                self.sessions.remove(session_id);
            }
        }
    }

    /// A killed agent is nobody's substitute anywhere.
    pub fn unregister_everywhere(&mut self, agent_did: &str) {
        self.sessions.retain(|session| {
            if session.list.iter().any(|one| one.agent_did == agent_did) {
                Arc::make_mut(&mut session.list).retain(|one| one.agent_did != agent_did);
            }
            !session.list.is_empty()
        });
    }

    pub fn of(&self, session_id: &str) -> &[Substitute] {
        self.sessions
            .get(session_id)
            .map_or(&[], |session| &session.list)
    }

    pub fn is_registered(&self, session_id: &str, agent_did: &str) -> bool {
        self.of(session_id)
            .iter()
            .any(|one| one.agent_did == agent_did)
    }

    /// The candidates for one step.
    pub fn candidates(&mut self, session_id: &str, order: SubstituteOrder) -> Candidates {
        let Some(session) = self.sessions.get_mut(session_id) else {
            return Candidates::default();
        };
        let first = match order {
            SubstituteOrder::First => 0,
            SubstituteOrder::RoundRobin => session.turn % session.list.len(),
        };
        session.turn = session.turn.wrapping_add(1);
        Candidates {
            list: session.list.clone(),
            first,
            asked: 0,
        }
    }
}

impl Candidates {
    pub fn next(&mut self) -> Option<&Substitute> {
        if self.asked >= self.list.len() {
            return None;
        }
        let place = (self.first + self.asked) % self.list.len();
        self.asked += 1;
        self.list.get(place)
    }
}
