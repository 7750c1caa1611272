//! The steps of one kill, by arrival, found again by where they came from.

use super::record::HandoffStatus;
use super::running::{InFlight, Stage};
use crate::map::{Map, pair};

/// Every question about one step is answered without looking at the others: a kill may hold
/// thousands. A step that leaves leaves a gap, so that numbers stay.
#[derive(Debug, Clone, Default)]
pub(super) struct Steps {
    all: Vec<Option<InFlight>>,
    /// By where they came from.
    places: Map<Vec<usize>>,
    unsettled: usize,
}

/// Where the steps of an attached saga come from.
fn attached(attachment: u32, step_id: &str) -> String {
    format!("attached {attachment}:{step_id}")
}

/// Where a step comes from that a request named.
fn requested(saga_id: &str, step_id: &str) -> String {
    pair(saga_id, step_id)
}

impl Steps {
    pub fn of(steps: impl Iterator<Item = InFlight>) -> Self {
        let mut all = Self::default();
        steps.for_each(|step| all.push(step));
        all
    }

    pub fn push(&mut self, step: InFlight) {
        let handoff = &step.handoff;
        let origin = match step.attachment {
            Some(attachment) => attached(attachment, &handoff.step_id),
            None => requested(&handoff.saga_id, &handoff.step_id),
        };
        let place = self.all.len();
        match self.places.get_mut(&origin) {
            Some(places) => places.push(place),
            None => {
                self.places.insert(origin, vec![place]);
            }
        }
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
        let mut was_held = false;
        for index in self
            .places
            .get(&attached(attachment, step_id))
            .into_iter()
            .flatten()
        {
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
        let mut was_open = false;
        for index in self
            .places
            .get(&attached(attachment, step_id))
            .into_iter()
            .flatten()
        {
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
        self.remove(&attached(attachment, step_id), |step| {
            matches!(step.stage, Stage::Held)
        });
    }

    /// A step that a request named turned out to be one of an attached saga.
    pub fn remove_requested(&mut self, saga_id: &str, step_id: &str) {
        self.remove(&requested(saga_id, step_id), |_| true);
    }

    fn remove(&mut self, origin: &str, leaves: fn(&InFlight) -> bool) {
        for index in self.places.get(origin).into_iter().flatten() {
            let place = self.all.get_mut(*index);
            let left = place.and_then(|step| step.take_if(|step| leaves(step)));
            self.unsettled -= usize::from(left.is_some_and(|step| !step.settled));
        }
    }
}
