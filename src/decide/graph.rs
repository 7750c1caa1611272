//! Which steps wait for which, near and far.

use super::agenda::Agenda;
use super::order::sequence;
use crate::saga::{Saga, SagaState};

/// What waits for what, step by step. A group of branches has two nodes more: all of its branches
/// wait for the one, and whoever waits for the group waits for the other.
pub(super) struct Graph {
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
    pub fn of(saga: &Saga, agenda: &Agenda) -> Self {
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
        graph.order = sequence(&graph.waits_for);
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

    /// Whether a node is a step that may yet commit.
    fn remains(&self, node: usize) -> bool {
        entry(&self.remains, node)
    }

    /// The unit of a step.
    pub fn unit(&self, position: usize) -> usize {
        entry(&self.units, position).0
    }

    /// The node at the end of a step's unit: its own, but for a branch.
    pub fn end(&self, position: usize) -> usize {
        entry(&self.units, position).1
    }

    fn waits_for(&self, node: usize) -> &[usize] {
        self.waits_for.get(node).map_or(&[], Vec::as_slice)
    }

    /// The steps that remain, wave by wave, each wave in the order of work.
    pub fn waves(&self) -> Vec<Vec<usize>> {
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
        let count = waves.iter().max().map_or(0, |last| last + 1);
        let mut sequence = vec![Vec::new(); count];
        for position in self.ranked.iter().filter(|at| self.remains(**at)) {
            if let Some(wave) = sequence.get_mut(entry(&waves, *position)) {
                wave.push(*position);
            }
        }
        sequence.retain(|wave| !wave.is_empty());
        sequence
    }
}

/// For each node, which steps of a block stand before it and behind it, a bit each.
pub(super) struct Reach {
    pub own: Vec<u64>,
    pub before: Vec<u64>,
    pub behind: Vec<u64>,
    /// The bits of the whole block.
    pub all: u64,
}

impl Reach {
    /// How many steps a block may have.
    pub const MOST: usize = u64::BITS as usize;

    pub fn of(graph: &Graph, block: &[usize]) -> Self {
        let nodes = graph.waits_for.len();
        let mut reach = Self {
            own: vec![0; nodes],
            before: vec![0; nodes],
            behind: vec![0; nodes],
            all: 0,
        };
        for (bit, position) in block.iter().enumerate() {
            if let Some(own) = reach.own.get_mut(*position) {
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

pub(super) fn entry<T: Copy + Default>(list: &[T], index: usize) -> T {
    list.get(index).copied().unwrap_or_default()
}
