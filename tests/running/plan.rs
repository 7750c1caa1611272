//! The order of work and the policies of groups once more, as plainly as they can be said: what the
//! core keeps incrementally is checked against this.

use std::collections::BTreeSet;

use sagaward::definition::model::Policy;
use sagaward::saga::{Activity, Saga, SagaState, Step, StepState};
use serde_json::Value;

/// Which steps count as one, and which units wait for which.
#[derive(Debug, Clone)]
pub struct Plan {
    units: Vec<Unit>,
}

#[derive(Debug, Clone)]
struct Unit {
    steps: Vec<String>,
    policy: Policy,
    waits_for: Vec<usize>,
}

/// How a step, or a unit, ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    Open,
    Done,
    Lost,
}

impl Plan {
    pub fn of(definition: &Value) -> Self {
        let ids: Vec<&str> = list(&definition["steps"]).filter_map(id).collect();
        let mut groups: Vec<(Policy, BTreeSet<usize>)> = Vec::new();
        let mut taken = BTreeSet::new();
        for group in list(&definition["fan_out"]) {
            let named = list(&group["branches"]).filter_map(Value::as_str);
            let places = named.filter_map(|name| ids.iter().position(|id| *id == name));
            let branches: BTreeSet<usize> = places.filter(|place| taken.insert(*place)).collect();
            groups.push((Policy::of(group["policy"].as_str()), branches));
        }
        let depends_on = |place: usize| {
            let named = definition["steps"][place]["depends_on"].as_array();
            named.map(|named| {
                let named = named.iter().filter_map(Value::as_str);
                let places = named.filter_map(|name| ids.iter().position(|id| *id == name));
                places.collect::<Vec<usize>>()
            })
        };
        let (mut units, mut naming) = count_as_one(&ids, &groups, &depends_on);
        let circles = circles(&naming);
        groups.retain(|(_, branches)| {
            let in_circle =
                |unit: &usize| units[*unit].0.iter().any(|step| branches.contains(step));
            !circles.iter().any(in_circle)
        });
        if !circles.is_empty() {
            (units, naming) = count_as_one(&ids, &groups, &depends_on);
        }

        // Always the first that follows all it names.
        let mut order: Vec<usize> = Vec::new();
        while let Some(next) = (0..units.len()).find(|unit| {
            let behind = naming[*unit].iter().all(|named| order.contains(named));
            behind && !order.contains(unit)
        }) {
            order.push(next);
        }
        let place_of = |unit: &usize| order.iter().position(|other| other == unit).unwrap();
        let unit = |(place, unit): (usize, &usize)| {
            let (steps, policy) = &units[*unit];
            let mut waits_for: Vec<usize> = naming[*unit].iter().map(place_of).collect();
            if steps.iter().any(|step| depends_on(*step).is_none()) && place > 0 {
                waits_for.push(place - 1);
            }
            Unit {
                steps: steps.iter().map(|step| ids[*step].to_owned()).collect(),
                policy: *policy,
                waits_for,
            }
        };
        Self {
            units: order.iter().enumerate().map(unit).collect(),
        }
    }

    /// Whether nothing but room keeps this step from starting.
    pub fn may_start(&self, saga: &Saga, step: &Step) -> bool {
        let unit = self.unit_of(step);
        let served = unit
            .waits_for
            .iter()
            .all(|unit| self.verdict(saga, *unit) == Verdict::Done);
        let inside =
            inside(saga, unit, step).all(|named| branch(saga, unit, named) == Verdict::Done);
        let free = match step.state {
            StepState::Pending => served && inside,
            StepState::Executing => true,
            _ => false,
        };
        free && step.activity == Activity::Idle
            && step.fence.is_none()
            && saga.state() == SagaState::Running
    }

    pub fn verdicts<'a>(&'a self, saga: &'a Saga) -> impl Iterator<Item = Verdict> + 'a {
        (0..self.units.len()).map(|unit| self.verdict(saga, unit))
    }

    /// A unit is judged once all of its branches have ended.
    fn verdict(&self, saga: &Saga, unit: usize) -> Verdict {
        let unit = &self.units[unit];
        let branches = unit
            .steps
            .iter()
            .map(|id| branch(saga, unit, saga.step(id).unwrap()));
        let branches: Vec<Verdict> = branches.collect();
        let done = branches
            .iter()
            .filter(|branch| **branch == Verdict::Done)
            .count();
        let enough = match unit.policy {
            Policy::AllMustSucceed => done == branches.len(),
            Policy::MajorityMustSucceed => 2 * done > branches.len(),
            Policy::AnyMustSucceed => done > 0,
        };
        match branches.contains(&Verdict::Open) {
            true => Verdict::Open,
            false if enough => Verdict::Done,
            false => Verdict::Lost,
        }
    }

    fn unit_of(&self, step: &Step) -> &Unit {
        let mut units = self.units.iter();
        units
            .find(|unit| unit.steps.contains(&step.step_id))
            .unwrap()
    }
}

fn branch(saga: &Saga, unit: &Unit, step: &Step) -> Verdict {
    match step.state {
        // What was only assumed does not count as done.
        StepState::Committed if step.in_doubt => Verdict::Lost,
        StepState::Committed => Verdict::Done,
        StepState::Executing if step.activity == Activity::Exhausted => Verdict::Lost,
        StepState::Executing => Verdict::Open,
        StepState::Pending => {
            match inside(saga, unit, step).any(|named| branch(saga, unit, named) == Verdict::Lost) {
                true => Verdict::Lost,
                false => Verdict::Open,
            }
        }
        _ => Verdict::Lost,
    }
}

/// The branches of its own group that a step waits for.
fn inside<'a>(saga: &'a Saga, unit: &'a Unit, step: &'a Step) -> impl Iterator<Item = &'a Step> {
    let named = step.depends_on.iter().flatten();
    let named = named.filter(|named| unit.steps.contains(named));
    named.map(|named| saga.step(named).unwrap())
}

type Parts = Vec<(Vec<usize>, Policy)>;

/// The units in the order of their first steps, and for each those that it names.
fn count_as_one(
    ids: &[&str],
    groups: &[(Policy, BTreeSet<usize>)],
    depends_on: &dyn Fn(usize) -> Option<Vec<usize>>,
) -> (Parts, Vec<BTreeSet<usize>>) {
    let mut units: Parts = Vec::new();
    for place in 0..ids.len() {
        match groups
            .iter()
            .find(|(_, branches)| branches.contains(&place))
        {
            Some((policy, branches)) if branches.first() == Some(&place) => {
                units.push((branches.iter().copied().collect(), *policy));
            }
            Some(_) => {}
            None => units.push((vec![place], Policy::AllMustSucceed)),
        }
    }
    let unit_of = |step: &usize| {
        units
            .iter()
            .position(|(steps, _)| steps.contains(step))
            .unwrap()
    };
    let naming = units.iter().enumerate().map(|(index, (steps, _))| {
        let named = steps.iter().filter_map(|step| depends_on(*step)).flatten();
        named
            .map(|step| unit_of(&step))
            .filter(|unit| *unit != index)
            .collect()
    });
    let naming = naming.collect();
    (units, naming)
}

/// The units that reach themselves.
fn circles(naming: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut reach = naming.to_vec();
    for _ in 0..naming.len() {
        for reached in &mut reach {
            let further = reached.iter().flat_map(|next| naming[*next].clone());
            let further: Vec<usize> = further.collect();
            reached.extend(further);
        }
    }
    (0..reach.len())
        .filter(|unit| reach[*unit].contains(unit))
        .collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn id(step: &Value) -> Option<&str> {
    step["id"].as_str()
}
