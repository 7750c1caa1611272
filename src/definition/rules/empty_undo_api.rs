use super::Context;
use crate::definition::diagnostic::{Diagnostic, Path, Rule};
use crate::definition::findings::Findings;
use crate::definition::outline::Step;

/// An `undo_api` that is there but names nothing: the reference takes it for an endpoint.
pub(super) fn check(_: &Context, step: &Step, findings: &mut Findings) {
    if step
        .undo_api
        .as_deref()
        .is_none_or(|endpoint| !endpoint.trim().is_empty())
    {
        return;
    }
    findings.add(Rule::EmptyUndoApi, |_| {
        let message = format!("Step '{}': 'undo_api' is empty", step.label());
        let path = Path::step(step.index).key("undo_api");
        let mut finding = Diagnostic::new(Rule::EmptyUndoApi, path, message);
        finding.step_id = step.id.as_deref().map(str::to_owned);
        finding.help = Some("name the endpoint that undoes this step".to_owned());
        finding
    });
}
