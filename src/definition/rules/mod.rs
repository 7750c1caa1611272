//! The semantic rules, one a file. A new rule is a file here, a line in a table below, and a fixture.

mod branch_in_two_groups;
mod dependency_cycle;
mod duplicate_step_id;
mod empty_undo_api;
mod missing_undo_api;
mod unknown_action_prefix;
mod unknown_dependency;
mod unknown_fan_out_branch;
mod unknown_fan_out_policy;

use super::findings::Findings;
use super::ids::Ids;
use super::options::ValidateOptions;
use super::outline::{Item, Outline, Step};

/// What a rule may look at.
pub(crate) struct Context<'c> {
    pub outline: &'c Outline<'c>,
    pub ids: Ids<'c>,
    pub options: &'c ValidateOptions,
    /// For each step the first one with its id.
    firsts: Vec<usize>,
    /// For each of the outline's dependencies the step that it means.
    targets: Vec<Option<usize>>,
}

impl<'c> Context<'c> {
    fn of(outline: &'c Outline<'c>, options: &'c ValidateOptions) -> Self {
        let mut ids = Ids::with_room_for(outline.steps.len());
        let first = |step: &'c Step| match &step.id {
            Some(id) => ids.add(id, step.position),
            None => step.position,
        };
        let firsts = outline.steps.iter().map(first).collect();
        let target = |item: &Item| ids.first(&item.id);
        let targets = outline.dependencies.iter().map(target).collect();
        Self {
            outline,
            ids,
            options,
            firsts,
            targets,
        }
    }

    /// The position of the first step that has the id of this one: itself, where it has none.
    pub fn first(&self, step: &Step) -> usize {
        let first = self.firsts.get(step.position);
        first.copied().unwrap_or(step.position)
    }

    /// What a step depends on, each with the position of the step that is meant.
    pub fn depends_on(&self, step: &Step) -> impl Iterator<Item = (&Item<'c>, Option<usize>)> {
        let targets = self.targets.get(step.depends_on.clone());
        let targets = targets.unwrap_or_default().iter().copied();
        self.outline.depends_on(step).iter().zip(targets)
    }
}

/// Rules asked step by step, in the reference's order.
const STEP_RULES: [fn(&Context, &Step, &mut Findings); 4] = [
    duplicate_step_id::check,
    unknown_action_prefix::check,
    missing_undo_api::check,
    empty_undo_api::check,
];

/// Rules asked once, after those: the reference's, then ours.
const SAGA_RULES: [fn(&Context, &mut Findings); 5] = [
    unknown_dependency::check,
    dependency_cycle::check,
    unknown_fan_out_policy::check,
    unknown_fan_out_branch::check,
    branch_in_two_groups::check,
];

pub(crate) fn apply(outline: &Outline, options: &ValidateOptions, findings: &mut Findings) {
    let context = Context::of(outline, options);
    for step in &outline.steps {
        for check in STEP_RULES {
            check(&context, step, findings);
        }
    }
    for check in SAGA_RULES {
        check(&context, findings);
    }
}
