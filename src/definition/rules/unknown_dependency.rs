use super::Context;
use crate::definition::diagnostic::{Diagnostic, Fix, Path, Rule};
use crate::definition::findings::Findings;
use crate::definition::quote;
use crate::definition::suggest::{did_you_mean, nearest};

/// A step waits for a step that does not exist: it would never start.
pub(super) fn check(context: &Context, findings: &mut Findings) {
    for step in &context.outline.steps {
        for (dependency, target) in context.depends_on(step) {
            if target.is_some() {
                continue;
            }
            findings.add(Rule::UnknownDependency, |suggest| {
                let id = quote(&dependency.id);
                let message = format!(
                    "Step '{}': depends_on references unknown step '{id}'",
                    step.label()
                );
                let path = Path::step(step.index)
                    .key("depends_on")
                    .index(dependency.index);
                let mut finding = Diagnostic::new(Rule::UnknownDependency, path.clone(), message);
                finding.step_id = step.id.as_deref().map(str::to_owned);
                let others = context
                    .outline
                    .steps
                    .iter()
                    .filter_map(|other| other.id.as_deref());
                let others = others.filter(|other| step.id.as_deref() != Some(other));
                let meant = if suggest {
                    nearest(&dependency.id, others)
                } else {
                    None
                };
                if let Some(other) = meant {
                    finding.help = Some(did_you_mean(other));
                    let title = format!("Change to \"{}\"", quote(other));
                    finding.fixes.push(Fix::replace(title, path.clone(), other));
                }
                finding
                    .fixes
                    .push(Fix::remove(format!("Remove \"{id}\""), path));
                finding
            });
        }
    }
}
