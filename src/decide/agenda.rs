//! What is due, kept from event to event so that each costs the same in a saga of ten steps and of
//! ten thousand. All of it follows from the saga: [`Agenda::of`] makes it anew.

use std::collections::BTreeSet;

use super::keys;
use super::order::{Order, Unit};
use crate::map::Map;
use crate::saga::{Action, Activity, Saga, SagaState, Step, StepState};

/// What is due in a saga.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Agenda {
    units: Vec<Progress>,
    places: Vec<Place>,
    /// Positions of the steps in the order of work.
    sequence: Vec<usize>,
    /// Ranks of the steps that wait for nothing but room.
    ready: BTreeSet<usize>,
    /// The last attempt of each step that has not ended, by its key.
    attempts: Map<usize>,
    /// How many attempts of actions are in flight; of undos there is never more than one.
    pub(super) live: usize,
    /// How many units are not satisfied.
    open: usize,
    /// The first unit that can no longer be satisfied.
    pub(super) failed: Option<usize>,
    /// What is to be undone; the last is the next, or under way. Known once nothing runs forward
    /// any more in a rollback.
    pub(super) undo: Option<Vec<Committed>>,
}

/// A step that a rollback comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Committed {
    pub position: usize,
    /// Whether it has no effect, so that there is nothing to call.
    pub nothing_to_undo: bool,
}

/// How far a unit is.
#[derive(Debug, Clone, PartialEq)]
struct Progress {
    unit: Unit,
    /// Units that wait for it.
    waiters: Vec<usize>,
    /// How many units it waits for.
    waits: usize,
    /// How many of its branches have not ended.
    unsettled: usize,
    committed: usize,
}

/// Where a step stands.
#[derive(Debug, Clone, PartialEq, Default)]
struct Place {
    unit: usize,
    /// Its place in the order of work.
    rank: usize,
    /// Whether its unit knows how it ended.
    settled: bool,
    /// How many branches of its own group it waits for.
    waits: usize,
    /// Branches of its own group that wait for it.
    waiters: Vec<usize>,
}

impl Agenda {
    /// What is due in this saga.
    pub fn of(saga: &Saga) -> Self {
        let mut agenda = Self::unstarted(saga);
        for unit in 0..agenda.units.len() {
            agenda.open_unit(saga, unit);
        }
        for position in agenda.sequence.clone() {
            if let Some(step) = saga.steps().get(position) {
                agenda.resume(saga, position, step);
            }
        }
        agenda
    }

    fn unstarted(saga: &Saga) -> Self {
        let order = Order::of(saga);
        let mut agenda = Self {
            open: order.units.len(),
            units: Vec::with_capacity(order.units.len()),
            places: vec![Place::default(); saga.steps().len()],
            sequence: Vec::with_capacity(saga.steps().len()),
            ready: BTreeSet::new(),
            attempts: Map::new(),
            live: 0,
            failed: None,
            undo: None,
        };
        for (index, unit) in order.units.into_iter().enumerate() {
            for position in &unit.steps {
                if let Some(place) = agenda.places.get_mut(*position) {
                    place.unit = index;
                    place.rank = agenda.sequence.len();
                }
                agenda.sequence.push(*position);
            }
            for target in &unit.waits_for {
                if let Some(target) = agenda.units.get_mut(*target) {
                    target.waiters.push(index);
                }
            }
            agenda.units.push(Progress {
                waiters: Vec::new(),
                waits: unit.waits_for.len(),
                unsettled: unit.steps.len(),
                committed: 0,
                unit,
            });
        }
        agenda.bind_branches(saga);
        agenda
    }

    /// Within a group a branch waits for the branches that it names.
    fn bind_branches(&mut self, saga: &Saga) {
        for (position, step) in saga.steps().iter().enumerate() {
            let unit = self.places.get(position).map(|place| place.unit);
            let named = step.depends_on.iter().flatten();
            let mut inside: Vec<usize> = named
                .filter_map(|id| saga.position(id))
                .filter(|named| self.places.get(*named).map(|place| place.unit) == unit)
                .collect();
            inside.sort_unstable();
            inside.dedup();
            if let Some(place) = self.places.get_mut(position) {
                place.waits = inside.len();
            }
            for named in inside {
                if let Some(place) = self.places.get_mut(named) {
                    place.waiters.push(position);
                }
            }
        }
    }

    /// Takes over how far a step is.
    fn resume(&mut self, saga: &Saga, position: usize, step: &Step) {
        let action = match step.state {
            StepState::Pending => return,
            StepState::Executing => Action::Execute,
            StepState::Committed => return self.settled(saga, position, !step.in_doubt),
            StepState::Failed => return self.settled(saga, position, false),
            StepState::Compensating => Action::Compensate,
            StepState::Compensated | StepState::CompensationFailed => return,
        };
        if step.attempt > 0 {
            self.begun(saga, position, action, step.attempt);
        }
        match step.activity {
            Activity::Running | Activity::Aborting => {
                self.live += usize::from(action == Action::Execute);
            }
            Activity::Idle => self.due(saga, position),
            Activity::Exhausted if action == Action::Execute => {
                self.settled(saga, position, false);
            }
            Activity::Exhausted | Activity::Waiting | Activity::Held => {}
        }
    }

    /// Notes the attempt that inputs may tell of.
    pub(super) fn begun(&mut self, saga: &Saga, position: usize, action: Action, attempt: u32) {
        let Some(step) = saga.steps().get(position) else {
            return;
        };
        let key = |attempt| keys::attempt_key(saga.saga_id(), &step.step_id, action, attempt);
        if attempt > 1 {
            self.attempts.remove(&key(attempt - 1));
        }
        self.attempts.insert(key(attempt), position);
    }

    /// The step that this attempt is the last one of.
    pub(super) fn attempted(&self, attempt_key: &str) -> Option<usize> {
        self.attempts.get(attempt_key).copied()
    }

    /// No input about this attempt counts any more.
    pub(super) fn ended(&mut self, attempt_key: &str) {
        self.attempts.remove(attempt_key);
    }

    /// A step may begin, or be attempted again.
    pub(super) fn due(&mut self, saga: &Saga, position: usize) {
        let (Some(step), Some(place)) = (saga.steps().get(position), self.places.get(position))
        else {
            return;
        };
        let turn = match step.state {
            StepState::Pending => {
                let unit = self.units.get(place.unit);
                place.waits == 0 && unit.is_some_and(|unit| unit.waits == 0)
            }
            StepState::Executing => true,
            StepState::Committed
            | StepState::Compensating
            | StepState::Compensated
            | StepState::CompensationFailed
            | StepState::Failed => false,
        };
        if turn && step.activity == Activity::Idle && step.fence.is_none() {
            self.ready.insert(place.rank);
        }
    }

    /// The next step to start.
    pub(super) fn next_ready(&mut self) -> Option<usize> {
        let rank = self.ready.pop_first()?;
        self.sequence.get(rank).copied()
    }

    /// A step that was ready no longer is.
    pub(super) fn withdraw(&mut self, position: usize) {
        if let Some(place) = self.places.get(position) {
            self.ready.remove(&place.rank);
        }
    }

    /// Positions of the steps that wait for nothing but room, in the order of work.
    pub(super) fn ready(&self) -> impl Iterator<Item = usize> {
        let ranks = self.ready.iter();
        ranks.filter_map(|rank| self.sequence.get(*rank).copied())
    }

    /// Whether there is nothing left to do forward.
    pub(super) fn is_done(&self) -> bool {
        self.open == 0
    }

    /// The unit of a step.
    pub(super) fn unit_of(&self, position: usize) -> Option<&Unit> {
        let place = self.places.get(position)?;
        self.unit(place.unit)
    }

    /// A unit by its place in the order.
    pub(super) fn unit(&self, index: usize) -> Option<&Unit> {
        self.units.get(index).map(|progress| &progress.unit)
    }

    /// The units in the order of work.
    pub(super) fn units(&self) -> impl Iterator<Item = &Unit> {
        self.units.iter().map(|progress| &progress.unit)
    }

    /// Branches of its own group that wait for this step.
    pub(super) fn branches_behind(&self, position: usize) -> &[usize] {
        let place = self.places.get(position);
        place.map_or(&[], |place| &place.waiters)
    }

    /// Whether a step has not ended for its unit, and may yet commit.
    pub(super) fn is_open(&self, position: usize) -> bool {
        let place = self.places.get(position);
        place.is_some_and(|place| !place.settled)
    }

    /// How many branches of a unit have ended without a commit.
    pub(super) fn lost(&self, index: usize) -> usize {
        self.units.get(index).map_or(0, |progress| {
            let ended = progress.unit.steps.len() - progress.unsettled;
            ended.saturating_sub(progress.committed)
        })
    }

    /// Whether all branches of this step's unit have ended.
    pub(super) fn is_unit_settled(&self, position: usize) -> bool {
        let unit = self.places.get(position).map(|place| place.unit);
        let progress = unit.and_then(|unit| self.units.get(unit));
        progress.is_some_and(|progress| progress.unsettled == 0)
    }

    /// A step has ended for its unit: it committed, or it did not.
    pub(super) fn settled(&mut self, saga: &Saga, position: usize, committed: bool) {
        let mut ended = vec![(position, committed)];
        while let Some((position, committed)) = ended.pop() {
            let Some(place) = self.places.get_mut(position) else {
                continue;
            };
            if std::mem::replace(&mut place.settled, true) {
                continue;
            }
            let (unit, waiters) = (place.unit, place.waiters.clone());
            for waiter in waiters {
                if committed {
                    if let Some(place) = self.places.get_mut(waiter) {
                        place.waits = place.waits.saturating_sub(1);
                    }
                    self.due(saga, waiter);
                } else if is_pending(saga, waiter) {
                    // It waits for what will never come.
                    ended.push((waiter, false));
                }
            }
            if let Some(progress) = self.units.get_mut(unit) {
                progress.unsettled = progress.unsettled.saturating_sub(1);
                progress.committed += usize::from(committed);
            }
            self.judge(saga, unit);
        }
    }

    /// Once all branches of a unit have ended: whether what waits for it may start.
    fn judge(&mut self, saga: &Saga, unit: usize) {
        let Some(progress) = self.units.get(unit) else {
            return;
        };
        if progress.unsettled > 0 {
            return;
        }
        let Unit { steps, policy, .. } = &progress.unit;
        if !policy.is_met(progress.committed, steps.len()) {
            self.failed.get_or_insert(unit);
            return;
        }
        self.open -= 1;
        for waiter in progress.waiters.clone() {
            if let Some(waiting) = self.units.get_mut(waiter) {
                waiting.waits = waiting.waits.saturating_sub(1);
            }
            self.open_unit(saga, waiter);
        }
    }

    /// The branches of a unit may start, once it waits for no other.
    fn open_unit(&mut self, saga: &Saga, unit: usize) {
        let progress = self.units.get(unit).filter(|progress| progress.waits == 0);
        let steps = progress.map(|progress| progress.unit.steps.clone());
        for position in steps.into_iter().flatten() {
            self.due(saga, position);
        }
    }
}

fn is_pending(saga: &Saga, position: usize) -> bool {
    let step = saga.steps().get(position);
    step.is_some_and(|step| step.state == StepState::Pending)
}

/// The pending steps whose turn it is, in the order of work.
pub fn ready(saga: &Saga) -> Vec<&Step> {
    if saga.state() != SagaState::Running {
        return Vec::new();
    }
    let agenda = Agenda::of(saga);
    let ready = agenda.ready();
    let steps = ready.filter_map(|position| saga.steps().get(position));
    steps
        .filter(|step| step.state == StepState::Pending)
        .collect()
}
