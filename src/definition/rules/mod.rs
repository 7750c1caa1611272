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
use super::options::ValidateOptions;
use super::outline::{Ids, Outline, Step};

/// What a rule may look at.
pub(crate) struct Context<'c> {
    pub outline: &'c Outline<'c>,
    pub ids: Ids<'c>,
    pub options: &'c ValidateOptions,
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
    let context = Context {
        outline,
        ids: Ids::of(outline),
        options,
    };
    for step in &outline.steps {
        for check in STEP_RULES {
            check(&context, step, findings);
        }
    }
    for check in SAGA_RULES {
        check(&context, findings);
    }
}
