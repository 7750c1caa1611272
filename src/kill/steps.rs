//! The steps of one kill, by arrival, found again by where they came from.

use std::collections::BTreeMap;

use super::record::HandoffStatus;
use super::running::{InFlight, Stage};

/// Every question about one step is answered without looking at the others: a kill may hold
/// thousands. A step that leaves leaves a gap, so that numbers stay.
#[derive(Debug, Clone, Default)]
pub(super) struct Steps {
    all: Vec<Option<InFlight>>,
    places: BTreeMap<(Origin, String), Vec<usize>>,
    unsettled: usize,
}

/// Where a step of some id came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Attached(u32),
    /// A request named it, and this saga.
    Request(String),
}

impl Steps {
    pub fn of(steps: impl Iterator<Item = InFlight>) -> Self {
        let mut all = Self::default();
        steps.for_each(|step| all.push(step));
        all
    }

    pub fn push(&mut self, step: InFlight) {
        let origin = match step.attachment {
            Some(attachment) => Origin::Attached(attachment),
            None => Origin::Request(step.handoff.saga_id.clone()),
        };
        let key = (origin, step.handoff.step_id.clone());
        self.places.entry(key).or_default().push(self.all.len());
        self.unsettled += usize::from(!step.settled);
        self.all.push(Some(step));
    }

    pub fn iter(&self) -> impl Iterator<Item = &InFlight> {
        self.all.iter().flatten()
    }

    /// With their numbers. Whether a step has settled is changed by [`Self::settle`] alone.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (usize, &mut InFlight)> {
        let numbered = self.all.iter_mut().enumerate();
        numbered.filter_map(|(index, step)| Some((index, step.as_mut()?)))
    }

    pub fn get_mut(&mut self, index: usize) -> Option<&mut InFlight> {
        self.all.get_mut(index)?.as_mut()
    }

    /// How many have not settled.
    pub fn unsettled(&self) -> usize {
        self.unsettled
    }

    /// The action of a step has ended; whether the step was held for it.
    pub fn settle(&mut self, attachment: u32, step_id: &str) -> bool {
        let key = (Origin::Attached(attachment), step_id.to_owned());
        let mut was_held = false;
        for index in self.places.get(&key).into_iter().flatten() {
            let Some(Some(step)) = self.all.get_mut(*index) else {
                continue;
            };
            self.unsettled -= usize::from(!step.settled);
            step.settled = true;
            if matches!(step.stage, Stage::Held) {
                step.stage = Stage::New;
                was_held = true;
            }
        }
        was_held
    }

    /// Somebody else decided a step, in its saga; whether it was still open here.
    pub fn decide(&mut self, attachment: u32, step_id: &str, to_agent: Option<&str>) -> bool {
        let key = (Origin::Attached(attachment), step_id.to_owned());
        let mut was_open = false;
        for index in self.places.get(&key).into_iter().flatten() {
            let Some(Some(step)) = self.all.get_mut(*index) else {
                continue;
            };
            match step.stage {
                Stage::New | Stage::Held | Stage::Open(_) | Stage::Asked(_) => was_open = true,
                Stage::Decided | Stage::Done => continue,
            }
            self.unsettled -= usize::from(!step.settled);
            step.settled = true;
            step.stage = Stage::Done;
            step.handoff.to_agent = to_agent.map(str::to_owned);
            step.handoff.status = match to_agent {
                Some(_) => HandoffStatus::HandedOff,
                None => HandoffStatus::Compensated,
            };
        }
        was_open
    }

    /// A further kill takes over what this one holds.
    pub fn remove_held(&mut self, attachment: u32, step_id: &str) {
        self.remove(Origin::Attached(attachment), step_id, |step| {
            matches!(step.stage, Stage::Held)
        });
    }

    /// A step that a request named turned out to be one of an attached saga.
    pub fn remove_requested(&mut self, saga_id: &str, step_id: &str) {
        self.remove(Origin::Request(saga_id.to_owned()), step_id, |_| true);
    }

    fn remove(&mut self, origin: Origin, step_id: &str, leaves: fn(&InFlight) -> bool) {
        let indexes = self.places.get(&(origin, step_id.to_owned()));
        for index in indexes.into_iter().flatten() {
            let place = self.all.get_mut(*index);
            let left = place.and_then(|step| step.take_if(|step| leaves(step)));
            self.unsettled -= usize::from(left.is_some_and(|step| !step.settled));
        }
    }
}
