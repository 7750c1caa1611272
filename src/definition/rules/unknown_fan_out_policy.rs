use super::Context;
use crate::definition::diagnostic::{Diagnostic, Fix, Path, Rule};
use crate::definition::findings::Findings;
use crate::definition::model::Policy;
use crate::definition::quote;
use crate::definition::suggest::{did_you_mean, nearest};

/// A fan-out policy nobody knows: the group would be run as `all_must_succeed`.
pub(super) fn check(context: &Context, findings: &mut Findings) {
    for group in &context.outline.fan_out {
        let Some(policy) = group.policy.as_deref() else {
            continue;
        };
        if Policy::WORDS.contains(&policy) {
            continue;
        }
        findings.add(Rule::UnknownFanOutPolicy, |suggest| {
            let message = format!(
                "Fan-out group {}: policy '{}' is not known, all_must_succeed applies",
                group.index,
                quote(policy)
            );
            let path = Path::root().key("fan_out").index(group.index).key("policy");
            let mut finding = Diagnostic::new(Rule::UnknownFanOutPolicy, path.clone(), message);
            let meant = if suggest {
                nearest(policy, Policy::WORDS.iter().copied())
            } else {
                None
            };
            finding.help = Some(match meant {
                Some(name) => did_you_mean(name),
                None => format!("the policies are {}", Policy::WORDS.join(", ")),
            });
            let name = meant.unwrap_or(Policy::AllMustSucceed.name());
            finding.fixes = vec![Fix::replace(format!("Change to \"{name}\""), path, name)];
            finding
        });
    }
}
