use super::Context;
use crate::definition::diagnostic::{Diagnostic, Fix, Path, Rule};
use crate::definition::findings::Findings;
use crate::definition::outline::Step;
use crate::definition::quote;
use crate::definition::suggest::{did_you_mean, nearest};

/// An action outside the known families: nobody has said what it may do.
pub(super) fn check(context: &Context, step: &Step, findings: &mut Findings) {
    let Some(action) = step.action_id.as_deref() else {
        return;
    };
    let prefixes = &context.options.action_prefixes;
    if action.is_empty() || prefixes.iter().any(|prefix| begins_with(action, prefix)) {
        return;
    }
    findings.add(Rule::UnknownActionPrefix, |suggest| {
        let message = format!(
            "Step '{}': action_id '{}' does not start with a valid prefix ({})",
            step.label(),
            quote(action),
            prefixes.join(", ")
        );
        let path = Path::step(step.index).key("action_id");
        let mut finding = Diagnostic::new(Rule::UnknownActionPrefix, path.clone(), message);
        finding.step_id = step.id.as_deref().map(str::to_owned);
        let word = action
            .split(['.', '_', '-', ':', '/'])
            .next()
            .unwrap_or_default();
        let meant =
            suggest.then(|| nearest(&format!("{word}."), prefixes.iter().map(String::as_str)));
        // A right word with a wrong separator, `deploy_app`, is its own nearest prefix.
        let right = prefixes
            .iter()
            .find(|prefix| prefix.strip_suffix('.') == Some(word));
        if let Some(prefix) = right.map(String::as_str).or(meant.flatten()) {
            finding.help = Some(did_you_mean(prefix));
            let rest = action.get(word.len() + 1..).unwrap_or_default();
            if !rest.is_empty() {
                let value = format!("{prefix}{rest}");
                let title = format!("Change to \"{}\"", quote(&value));
                finding.fixes = vec![Fix::replace(title, path, value)];
            }
        }
        finding
    });
}

/// As `str::starts_with`, but byte by byte: most prefixes differ in the first.
fn begins_with(text: &str, prefix: &str) -> bool {
    let mut pairs = text.bytes().zip(prefix.bytes());
    text.len() >= prefix.len() && pairs.all(|(byte, wanted)| byte == wanted)
}
