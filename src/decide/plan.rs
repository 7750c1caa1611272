//! What a saga is going to do, and what a failure would undo: the same order of work and the same
//! policies that a run follows, asked before anything happens.

use std::collections::BTreeSet;

use serde::Serialize;

use super::agenda::Agenda;
use super::compensation::committed;
use crate::definition::model::Policy;
use crate::saga::{Saga, SagaState, Step, StepState};

/// What remains to be done in a saga, and what would be undone if it failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Plan {
    /// The steps to be done, by their ids. Those of a wave may run at the same time: none of them
    /// waits for another, and each waits for one of the wave before.
    pub waves: Vec<Vec<String>>,
    /// The groups with a branch among them.
    pub groups: Vec<PlannedGroup>,
    /// What follows if one of these steps fails for good, and no other does; in the order of the
    /// waves.
    pub failures: Vec<PlannedFailure>,
    /// What a cancellation would undo now.
    pub now: Rollback,
}

/// Steps that start together and count as one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct PlannedGroup {
    /// How many of its branches must succeed.
    pub policy: Policy,
    /// The ids of its steps.
    pub branches: Vec<String>,
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
/// So many steps are looked at in one pass: a bit each.
const BLOCK: usize = u64::BITS as usize;

impl Plan {
    /// The plan of a saga, from its beginning or from wherever it stands. The steps that have
    /// `nothing_to_undo` are those of the run that drives it, or else these.
    pub fn of(saga: &Saga, nothing_to_undo: &[String]) -> Self {
        let without_effect = saga
            .settings()
            .map_or(nothing_to_undo, |settings| &settings.nothing_to_undo);
        let without_effect: BTreeSet<&str> = without_effect.iter().map(String::as_str).collect();
        let agenda = Agenda::of(saga);
        let graph = Graph::of(saga, &agenda);
        let sequence = graph.sequence();
        let listed = MOST_NAMED
            .checked_div(saga.steps().len())
            .map_or(FEWEST, |share| share.max(FEWEST));
        let planner = Planner {
            saga,
            without_effect,
            listed,
        };
        Self {
            waves: sequence
                .chunk_by(|a, b| a.wave == b.wave)
                .map(|wave| wave.iter().map(|at| planner.id(at.position)).collect())
                .collect(),
            groups: planner.groups(&agenda, &graph),
            failures: planner.failures(&agenda, &graph, &sequence),
            now: planner.now(&agenda),
        }
    }
}

struct Planner<'s> {
    saga: &'s Saga,
    without_effect: BTreeSet<&'s str>,
    listed: usize,
}

impl Planner<'_> {
    fn id(&self, position: usize) -> String {
        let step = self.saga.steps().get(position);
        step.map(|step| step.step_id.clone()).unwrap_or_default()
    }

    fn can_be_undone(&self, step: &Step) -> bool {
        step.has_undo() || self.without_effect.contains(step.step_id.as_str())
    }

    fn groups(&self, agenda: &Agenda, graph: &Graph) -> Vec<PlannedGroup> {
        let groups = agenda.units().filter(|unit| {
            let mut branches = unit.steps.iter();
            unit.steps.len() > 1 && branches.any(|position| graph.remains(*position))
        });
        let groups = groups.map(|unit| PlannedGroup {
            policy: unit.policy,
            branches: unit.steps.iter().map(|branch| self.id(*branch)).collect(),
        });
        groups.collect()
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
                if !self.can_be_undone(step) {
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
        for (position, step) in committed(self.saga).into_iter().rev() {
            self.add(&mut rollback.undone, position);
            if !self.can_be_undone(step) {
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
    fn add_bits(&self, named: &mut Named, mut bits: u64, block: &[At]) {
        named.count += bits.count_ones() as usize;
        while bits != 0 && named.step_ids.len() < self.listed {
            let bit = bits.ilog2();
            bits &= !(1 << bit);
            if let Some(at) = block.get(bit as usize) {
                named.step_ids.push(self.id(at.position));
            }
        }
    }

    /// Which steps wait for which is asked for a block of them at a time, all the others at once:
    /// 10,000 steps are 100 million pairs.
    fn failures(&self, agenda: &Agenda, graph: &Graph, sequence: &[At]) -> Vec<PlannedFailure> {
        let mut rollbacks = vec![(Rollback::default(), 0_usize); sequence.len()];
        for block in sequence.chunks(BLOCK).rev() {
            let reach = Reach::of(graph, block);
            let cannot = block.iter().enumerate().map(|(bit, at)| {
                let step = self.saga.steps().get(at.position);
                let undoable = step.is_none_or(|step| self.can_be_undone(step));
                u64::from(!undoable) << bit
            });
            let cannot: u64 = cannot.sum();
            for (at, (rollback, lost)) in sequence.iter().zip(&mut rollbacks) {
                let own = entry(&reach.own, at.position);
                let end = graph.end(at.position);
                let behind = entry(&reach.behind, at.position);
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
            let unit = graph.unit(at.position);
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
                step_id: self.id(at.position),
                rollback: (!borne).then_some(rollback),
            }
        });
        failures.collect()
    }
}

/// A step's place in the plan.
struct At {
    position: usize,
    wave: usize,
}

/// What waits for what, step by step. A group of branches has two nodes more: all of its branches
/// wait for the one, and whoever waits for the group waits for the other.
struct Graph {
    /// For each node those it waits for; a step's node is its position.
    waits_for: Vec<Vec<usize>>,
    /// The nodes, each behind those it waits for.
    order: Vec<usize>,
    /// For each step its unit, and the node at the end of that.
    units: Vec<(usize, usize)>,
    /// Whether a step may yet commit.
    remains: Vec<bool>,
    /// The steps in the order of work.
    ranked: Vec<usize>,
}

impl Graph {
    fn of(saga: &Saga, agenda: &Agenda) -> Self {
        let steps = saga.steps().len();
        let runs = saga.state() == SagaState::Running;
        let mut graph = Self {
            waits_for: vec![Vec::new(); steps],
            order: Vec::new(),
            units: vec![(0, 0); steps],
            remains: (0..steps).map(|at| runs && agenda.is_open(at)).collect(),
            ranked: Vec::with_capacity(steps),
        };
        let mut ends: Vec<usize> = Vec::new();
        for (index, unit) in agenda.units().enumerate() {
            let waits_for: Vec<usize> = unit.waits_for.iter().map(|at| entry(&ends, *at)).collect();
            let end = match unit.steps.as_slice() {
                [step] => {
                    graph.wait(*step, waits_for);
                    *step
                }
                branches => {
                    let start = graph.add(waits_for);
                    for branch in branches {
                        graph.wait(*branch, [start]);
                        for waiter in agenda.branches_behind(*branch) {
                            graph.wait(*waiter, [*branch]);
                        }
                    }
                    graph.add(branches.to_vec())
                }
            };
            for step in &unit.steps {
                if let Some(slot) = graph.units.get_mut(*step) {
                    *slot = (index, end);
                }
            }
            graph.ranked.extend(&unit.steps);
            ends.push(end);
        }
        graph.sort();
        graph
    }

    fn add(&mut self, waits_for: Vec<usize>) -> usize {
        self.waits_for.push(waits_for);
        self.waits_for.len() - 1
    }

    fn wait(&mut self, node: usize, waits_for: impl IntoIterator<Item = usize>) {
        if let Some(list) = self.waits_for.get_mut(node) {
            list.extend(waits_for);
        }
    }

    fn sort(&mut self) {
        let mut waiters: Vec<Vec<usize>> = vec![Vec::new(); self.waits_for.len()];
        let mut open: Vec<usize> = self.waits_for.iter().map(Vec::len).collect();
        for (node, waits_for) in self.waits_for.iter().enumerate() {
            for target in waits_for {
                if let Some(waiters) = waiters.get_mut(*target) {
                    waiters.push(node);
                }
            }
        }
        let free = open.iter().enumerate().filter(|(_, open)| **open == 0);
        let mut next: Vec<usize> = free.map(|(node, _)| node).collect();
        while let Some(node) = next.pop() {
            self.order.push(node);
            for waiter in waiters.get(node).into_iter().flatten() {
                if let Some(open) = open.get_mut(*waiter) {
                    *open -= 1;
                    if *open == 0 {
                        next.push(*waiter);
                    }
                }
            }
        }
    }

    fn remains(&self, node: usize) -> bool {
        entry(&self.remains, node)
    }

    /// The unit of a step.
    fn unit(&self, position: usize) -> usize {
        entry(&self.units, position).0
    }

    /// The node at the end of a step's unit: its own, but for a branch.
    fn end(&self, position: usize) -> usize {
        entry(&self.units, position).1
    }

    fn waits_for(&self, node: usize) -> &[usize] {
        self.waits_for.get(node).map_or(&[], Vec::as_slice)
    }

    /// The steps that remain, wave by wave, each wave in the order of work.
    fn sequence(&self) -> Vec<At> {
        let mut waves = vec![0; self.waits_for.len()];
        for node in &self.order {
            let behind = self.waits_for(*node).iter();
            let behind = behind.map(|target| {
                let wave: usize = entry(&waves, *target);
                wave + usize::from(self.remains(*target))
            });
            let wave = behind.max().unwrap_or(0);
            if let Some(slot) = waves.get_mut(*node) {
                *slot = wave;
            }
        }
        let remain = self.ranked.iter().filter(|at| self.remains(**at));
        let mut sequence: Vec<At> = remain
            .map(|position| At {
                position: *position,
                wave: entry(&waves, *position),
            })
            .collect();
        sequence.sort_by_key(|at| at.wave);
        sequence
    }
}

/// For each node, which steps of a block stand before it and behind it, a bit each.
struct Reach {
    own: Vec<u64>,
    before: Vec<u64>,
    behind: Vec<u64>,
    /// The bits of the whole block.
    all: u64,
}

impl Reach {
    fn of(graph: &Graph, block: &[At]) -> Self {
        let nodes = graph.waits_for.len();
        let mut reach = Self {
            own: vec![0; nodes],
            before: vec![0; nodes],
            behind: vec![0; nodes],
            all: 0,
        };
        for (bit, at) in block.iter().enumerate() {
            if let Some(own) = reach.own.get_mut(at.position) {
                *own = 1 << bit;
                reach.all |= *own;
            }
        }
        for node in &graph.order {
            let targets = graph.waits_for(*node).iter();
            let bits = targets.fold(0, |bits, target| {
                bits | entry(&reach.before, *target) | entry(&reach.own, *target)
            });
            if let Some(before) = reach.before.get_mut(*node) {
                *before = bits;
            }
        }
        for node in graph.order.iter().rev() {
            let bits = entry(&reach.behind, *node) | entry(&reach.own, *node);
            for target in graph.waits_for(*node) {
                if let Some(behind) = reach.behind.get_mut(*target) {
                    *behind |= bits;
                }
            }
        }
        reach
    }
}

fn entry<T: Copy + Default>(list: &[T], index: usize) -> T {
    list.get(index).copied().unwrap_or_default()
}
