//! The order of work: which steps wait for which.
//!
//! Steps are sorted stably so that each follows its `depends_on`. A step without `depends_on` waits
//! for the one before it in that order, one with it (even an empty one) for exactly those it names.
//! The branches of a fan-out group start together and count as one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::definition::components::{Graph, cyclic_components};
use crate::definition::model::Policy;
use crate::saga::Saga;

/// What the order of work is made of: a step, or the branches of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Positions of its steps; one, but for a group.
    pub steps: Vec<usize>,
    /// How many of them must commit.
    pub policy: Policy,
    /// Positions in [`Order::units`] of the units it waits for.
    pub waits_for: Vec<usize>,
}

/// The units of a saga in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The units; each stands behind those it waits for.
    pub units: Vec<Unit>,
}

impl Order {
    /// The order of work of a saga.
    pub fn of(saga: &Saga) -> Self {
        let mut groups = groups(saga);
        let (mut owners, mut units) = units(saga, &groups);
        // A step outside that waits for one branch, while another branch waits for it, cannot be
        // served by a group that counts as one: such a group is taken apart.
        let tangled = cyclic_components(&graph(saga, &units, &owners));
        if !tangled.is_empty() {
            let mut apart = vec![false; units.len()];
            for unit in tangled.into_iter().flatten() {
                if let Some(apart) = apart.get_mut(unit) {
                    *apart = true;
                }
            }
            groups.retain(|(_, branches)| {
                let unit = branches.first().and_then(|first| owners.get(*first));
                let apart = unit.and_then(|unit| apart.get(*unit));
                apart.is_none_or(|apart| !apart)
            });
            (owners, units) = self::units(saga, &groups);
        }
        Self {
            units: sorted(saga, units, &owners),
        }
    }
}

/// Each group's policy and the positions of its branches: unknown ones are ignored, one named twice
/// belongs to the first.
fn groups(saga: &Saga) -> Vec<(Policy, Vec<usize>)> {
    let mut taken = vec![false; saga.steps().len()];
    let mut groups = Vec::new();
    for group in saga.fan_out() {
        let mut branches = Vec::new();
        for position in group
            .branches
            .iter()
            .flatten()
            .filter_map(|id| saga.position(id))
        {
            if let Some(taken) = taken.get_mut(position)
                && !std::mem::replace(taken, true)
            {
                branches.push(position);
            }
        }
        branches.sort_unstable();
        if !branches.is_empty() {
            groups.push((Policy::of(group.policy.as_deref()), branches));
        }
    }
    groups
}

/// The units in the order of their first steps, and for each step its unit. What they wait for is
/// not known yet.
fn units(saga: &Saga, groups: &[(Policy, Vec<usize>)]) -> (Vec<usize>, Vec<Unit>) {
    let mut group_of: Vec<Option<usize>> = vec![None; saga.steps().len()];
    for (group, (_, branches)) in groups.iter().enumerate() {
        for position in branches {
            if let Some(slot) = group_of.get_mut(*position) {
                *slot = Some(group);
            }
        }
    }
    let mut unit_of_group: Vec<Option<usize>> = vec![None; groups.len()];
    let mut owners = Vec::with_capacity(group_of.len());
    let mut units: Vec<Unit> = Vec::new();
    for (position, group) in group_of.into_iter().enumerate() {
        let of_group = group.and_then(|group| groups.get(group).zip(unit_of_group.get_mut(group)));
        let Some(((policy, branches), unit)) = of_group else {
            owners.push(units.len());
            units.push(Unit {
                steps: vec![position],
                policy: Policy::AllMustSucceed,
                waits_for: Vec::new(),
            });
            continue;
        };
        owners.push(*unit.get_or_insert(units.len()));
        if branches.first() == Some(&position) {
            units.push(Unit {
                steps: branches.clone(),
                policy: *policy,
                waits_for: Vec::new(),
            });
        }
    }
    (owners, units)
}

/// For each unit the units that its steps name, without itself.
fn graph(saga: &Saga, units: &[Unit], owners: &[usize]) -> Graph {
    let named = |unit: &Unit| {
        let steps = unit
            .steps
            .iter()
            .filter_map(|position| saga.steps().get(*position));
        let dependencies = steps.flat_map(|step| step.depends_on.iter().flatten());
        let positions = dependencies.filter_map(|id| saga.position(id));
        let owners = positions.filter_map(|position| owners.get(position).copied());
        let mut targets: Vec<usize> = owners.collect();
        targets.sort_unstable();
        targets.dedup();
        targets
    };
    let targets = units.iter().enumerate();
    let targets = targets.map(|(index, unit)| {
        named(unit)
            .into_iter()
            .filter(|target| *target != index)
            .collect()
    });
    targets.collect()
}

/// The units, each behind those it names, otherwise as they stood.
fn sorted(saga: &Saga, units: Vec<Unit>, owners: &[usize]) -> Vec<Unit> {
    let graph = graph(saga, &units, owners);
    let mut places = vec![0; units.len()];
    let mut order: Vec<Unit> = Vec::with_capacity(units.len());
    for index in sequence(&graph) {
        let place = order.len();
        if let Some(slot) = places.get_mut(index) {
            *slot = place;
        }
        if let Some(unit) = units.get(index) {
            let place_of = |target: &usize| places.get(*target).copied();
            let named = graph.get(index).into_iter().flatten().filter_map(place_of);
            let mut unit = unit.clone();
            unit.waits_for = named.collect();
            if follows_the_list(saga, &unit) {
                unit.waits_for.extend(place.checked_sub(1));
                unit.waits_for.sort_unstable();
                unit.waits_for.dedup();
            }
            order.push(unit);
        }
    }
    order
}

/// The nodes of a graph, each behind those it names, otherwise as they stood.
pub(super) fn sequence(graph: &[Vec<usize>]) -> Vec<usize> {
    let mut waiters: Graph = vec![Vec::new(); graph.len()];
    let mut open: Vec<usize> = graph.iter().map(Vec::len).collect();
    for (node, targets) in graph.iter().enumerate() {
        for target in targets {
            if let Some(waiters) = waiters.get_mut(*target) {
                waiters.push(node);
            }
        }
    }
    let free = open.iter().enumerate().filter(|(_, open)| **open == 0);
    let mut next: BinaryHeap<Reverse<usize>> = free.map(|(node, _)| Reverse(node)).collect();
    let mut sequence = Vec::with_capacity(graph.len());
    while let Some(Reverse(node)) = next.pop() {
        sequence.push(node);
        for waiter in waiters.get(node).into_iter().flatten() {
            if let Some(open) = open.get_mut(*waiter) {
                *open -= 1;
                if *open == 0 {
                    next.push(Reverse(*waiter));
                }
            }
        }
    }
    sequence
}

/// Whether a step of the unit does not name what it waits for, and so waits for what stands before.
fn follows_the_list(saga: &Saga, unit: &Unit) -> bool {
    let mut steps = unit
        .steps
        .iter()
        .filter_map(|position| saga.steps().get(*position));
    steps.any(|step| step.depends_on.is_none())
}
