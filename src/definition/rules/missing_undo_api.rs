use super::Context;
use crate::definition::diagnostic::{Diagnostic, Path, Rule};
use crate::definition::findings::Findings;
use crate::definition::outline::Step;

/// A step that cannot be undone: a rollback would stop there and ask a person.
pub(super) fn check(_: &Context, step: &Step, findings: &mut Findings) {
    if step.undo_api.is_some() {
        return;
    }
    findings.add(Rule::MissingUndoApi, |_| {
        let message = format!(
            "Step '{}': missing 'undo_api' — every action should have a compensation endpoint",
            step.label()
        );
        let path = Path::step(step.index);
        let mut finding = Diagnostic::new(Rule::MissingUndoApi, path, message);
        finding.step_id = step.id.as_deref().map(str::to_owned);
        finding.help = Some("add \"undo_api\": the endpoint that undoes this step".to_owned());
        finding
    });
}
