use super::Context;
use crate::definition::diagnostic::{Anchor, Diagnostic, Path, Related, Rule};
use crate::definition::findings::Findings;
use crate::definition::outline::Step;

/// Two steps share an id: dependencies, kills and logs could not tell them apart.
pub(super) fn check(context: &Context, step: &Step, findings: &mut Findings) {
    let Some(id) = &step.id else { return };
    let first = context.first(step);
    if first == step.position {
        return;
    }
    let Some(twin) = context.outline.steps.get(first) else {
        return;
    };
    findings.add(Rule::DuplicateStepId, |_| {
        let message = format!("Duplicate step ID: '{}'", step.label());
        let path = Path::step(step.index).key("id");
        let mut finding = Diagnostic::new(Rule::DuplicateStepId, path, message);
        finding.step_id = Some(id.to_string());
        finding.help = Some("give each step an id of its own".to_owned());
        let first = Path::step(twin.index).key("id");
        finding.related = vec![Related::new(
            "the first step with this id",
            first,
            Anchor::Value,
        )];
        finding
    });
}
