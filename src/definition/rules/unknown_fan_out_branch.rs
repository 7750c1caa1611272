use super::Context;
use crate::definition::diagnostic::{Diagnostic, Fix, Path, Rule};
use crate::definition::findings::Findings;
use crate::definition::quote;
use crate::definition::suggest::{did_you_mean, nearest};

/// A fan-out branch that is no step: it is ignored.
pub(super) fn check(context: &Context, findings: &mut Findings) {
    for group in &context.outline.fan_out {
        for branch in &group.branches {
            if context.ids.first(&branch.id).is_some() {
                continue;
            }
            findings.add(Rule::UnknownFanOutBranch, |suggest| {
                let id = quote(&branch.id);
                let message = format!(
                    "Fan-out group {}: branch '{id}' is not a step, it is ignored",
                    group.index
                );
                let group = Path::root().key("fan_out").index(group.index);
                let path = group.key("branches").index(branch.index);
                let mut finding = Diagnostic::new(Rule::UnknownFanOutBranch, path.clone(), message);
                let steps = context
                    .outline
                    .steps
                    .iter()
                    .filter_map(|step| step.id.as_deref());
                if let Some(step) = suggest.then(|| nearest(&branch.id, steps)).flatten() {
                    finding.help = Some(did_you_mean(step));
                    let title = format!("Change to \"{}\"", quote(step));
                    finding.fixes.push(Fix::replace(title, path.clone(), step));
                }
                finding
                    .fixes
                    .push(Fix::remove(format!("Remove \"{id}\""), path));
                finding
            });
        }
    }
}
