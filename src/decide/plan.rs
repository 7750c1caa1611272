//! What a saga is going to do, and what a failure would undo: the same order of work and the same
//! policies that a run follows, asked before anything happens.

use serde::Serialize;

use super::agenda::Agenda;
use super::compensation::{committed, without_effect};
use super::graph::{Graph, Reach, entry};
use super::order::Unit;
use crate::definition::model::Policy;
use crate::saga::{Saga, StepState};

/// What remains to be done in a saga, and what would be undone if it failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Plan {
    /// The steps to be done, by their ids. Those of a wave may run at the same time: none of them
    /// waits for another, and each waits for one of the wave before.
    pub waves: Vec<Vec<String>>,
    /// What the order of work is made of, done or not: each stands behind those it waits for.
    pub units: Vec<PlannedUnit>,
    /// What follows if one of these steps fails for good, and no other does; in the order of the
    /// waves.
    pub failures: Vec<PlannedFailure>,
    /// What a cancellation would undo now.
    pub now: Rollback,
}

/// A step, or the branches of a group, which start together and count as one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct PlannedUnit {
    /// The ids of its steps: one, but for a group.
    pub step_ids: Vec<String>,
    /// How many of them must succeed.
    pub policy: Policy,
    /// The units that it waits for, by their places in the list.
    pub waits_for: Vec<usize>,
    /// Waits between its branches: who waits, and for whom.
    pub inner: Vec<(String, String)>,
}

/// What follows if a step fails for good.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct PlannedFailure {
    /// The step.
    pub step_id: String,
    /// What is undone; `null` where the saga goes on, for the step's group is satisfied without it.
    #[cfg_attr(feature = "js", tsify(type = "Rollback | null"))]
    pub rollback: Option<Rollback>,
}

/// What a rollback undoes: all that committed, in the reverse order of the commits. A step that
/// failed in doubt is undone too, before the others.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Rollback {
    /// Steps that have committed by then, whatever took how long; in the order of their undos.
    pub undone: Named,
    /// Steps that may have committed by then, or be under way, for they wait for nothing that
    /// waits for the failure.
    pub perhaps: Named,
    /// Those of both without an undo.
    pub cannot_be_undone: Named,
}

/// Some steps. In a long saga not all are named, for there would be as many lists as steps.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Named {
    /// How many there are.
    pub count: usize,
    /// The ids of the first of them; of all, in a saga of up to 400 steps.
    pub step_ids: Vec<String>,
}

/// So many ids stand in all lists of a kind together, but at least [`FEWEST`] in each.
const MOST_NAMED: usize = 160_000;
const FEWEST: usize = 10;

impl Plan {
    /// The plan of a saga, from its beginning or from wherever it stands. The steps that have
    /// `nothing_to_undo` are those of the run that drives it, or else these.
    pub fn of(saga: &Saga, nothing_to_undo: &[String]) -> Self {
        let nothing_to_undo = saga
            .settings()
            .map_or(nothing_to_undo, |settings| &settings.nothing_to_undo);
        let without_effect = without_effect(saga, nothing_to_undo);
        let steps = saga.steps().iter().zip(without_effect);
        let undoable = steps.map(|(step, without_effect)| step.has_undo() || without_effect);
        let agenda = Agenda::of(saga);
        let graph = Graph::of(saga, &agenda);
        let waves = graph.waves();
        let sequence = waves.concat();
        let listed = MOST_NAMED
            .checked_div(saga.steps().len())
            .map_or(FEWEST, |share| share.max(FEWEST));
        let planner = Planner {
            saga,
            undoable: undoable.collect(),
            listed,
        };
        Self {
            waves: waves
                .iter()
                .map(|wave| wave.iter().map(|at| planner.id(*at)).collect())
                .collect(),
            units: agenda
                .units()
                .map(|unit| planner.unit(&agenda, unit))
                .collect(),
            failures: planner.failures(&agenda, &graph, &sequence),
            now: planner.now(&agenda),
        }
    }
}

struct Planner<'s> {
    saga: &'s Saga,
    /// Whether each step can be undone, or has nothing to undo.
    undoable: Vec<bool>,
    listed: usize,
}

impl Planner<'_> {
    fn id(&self, position: usize) -> String {
        let step = self.saga.steps().get(position);
        step.map(|step| step.step_id.clone()).unwrap_or_default()
    }

    fn can_be_undone(&self, position: usize) -> bool {
        entry(&self.undoable, position)
    }

    fn unit(&self, agenda: &Agenda, unit: &Unit) -> PlannedUnit {
        let inner = unit.steps.iter().flat_map(|branch| {
            let waiters = agenda.branches_behind(*branch).iter();
            waiters.map(|waiter| (self.id(*waiter), self.id(*branch)))
        });
        PlannedUnit {
            step_ids: unit.steps.iter().map(|step| self.id(*step)).collect(),
            policy: unit.policy,
            waits_for: unit.waits_for.clone(),
            inner: inner.collect(),
        }
    }

    fn now(&self, agenda: &Agenda) -> Rollback {
        let mut now = Rollback::default();
        self.add_committed(&mut now);
        let state = self.saga.state();
        let steps = self.saga.steps().iter().enumerate();
        for (position, step) in steps.rev() {
            // One whose tries are used up has ended for its unit.
            let doubted = step.in_doubt || agenda.is_open(position);
            if step.state == StepState::Executing && doubted && !state.is_final() {
                self.add(&mut now.perhaps, position);
                if !self.can_be_undone(position) {
                    self.add(&mut now.cannot_be_undone, position);
                }
            }
        }
        now
    }

    /// What has committed is undone whatever fails, behind all that is still to come.
    fn add_committed(&self, rollback: &mut Rollback) {
        if self.saga.state().is_final() {
            return;
        }
        for position in committed(self.saga).into_iter().rev() {
            self.add(&mut rollback.undone, position);
            if !self.can_be_undone(position) {
                self.add(&mut rollback.cannot_be_undone, position);
            }
        }
    }

    fn add(&self, named: &mut Named, position: usize) {
        named.count += 1;
        if named.step_ids.len() < self.listed {
            named.step_ids.push(self.id(position));
        }
    }

    /// Adds steps of a block, a bit each, the last first.
    fn add_bits(&self, named: &mut Named, mut bits: u64, block: &[usize]) {
        named.count += bits.count_ones() as usize;
        while bits != 0 && named.step_ids.len() < self.listed {
            let bit = bits.ilog2();
            bits &= !(1 << bit);
            if let Some(at) = block.get(bit as usize) {
                named.step_ids.push(self.id(*at));
            }
        }
    }

    /// Which steps wait for which is asked for a block of them at a time, all the others at once:
    /// 10,000 steps are 100 million pairs.
    fn failures(&self, agenda: &Agenda, graph: &Graph, sequence: &[usize]) -> Vec<PlannedFailure> {
        let mut rollbacks = vec![(Rollback::default(), 0_usize); sequence.len()];
        for block in sequence.chunks(Reach::MOST).rev() {
            let reach = Reach::of(graph, block);
            let cannot = block
                .iter()
                .enumerate()
                .map(|(bit, at)| u64::from(!self.can_be_undone(*at)) << bit);
            let cannot: u64 = cannot.sum();
            for (at, (rollback, lost)) in sequence.iter().zip(&mut rollbacks) {
                let own = entry(&reach.own, *at);
                let end = graph.end(*at);
                let behind = entry(&reach.behind, *at);
                let before = entry(&reach.before, end) | entry(&reach.own, end);
                let undone = before & !behind & !own;
                let perhaps = reach.all & !before & !behind & !own;
                self.add_bits(&mut rollback.undone, undone, block);
                self.add_bits(&mut rollback.perhaps, perhaps, block);
                let left = cannot & (undone | perhaps);
                self.add_bits(&mut rollback.cannot_be_undone, left, block);
                // The branches of its own group that wait for it.
                *lost += (before & behind).count_ones() as usize;
            }
        }
        let failures = sequence.iter().zip(rollbacks);
        let failures = failures.map(|(at, (mut rollback, lost_with))| {
            let unit = graph.unit(*at);
            let borne = agenda.unit(unit).is_some_and(|unit_of| {
                let branches = unit_of.steps.len();
                let lost = agenda.lost(unit) + lost_with + 1;
                branches > 1
                    && unit_of
                        .policy
                        .is_met(branches.saturating_sub(lost), branches)
            });
            self.add_committed(&mut rollback);
            PlannedFailure {
                step_id: self.id(*at),
                rollback: (!borne).then_some(rollback),
            }
        });
        failures.collect()
    }
}
