use super::Context;
use crate::definition::diagnostic::{Anchor, Diagnostic, Fix, Path, Related, Rule};
use crate::definition::findings::Findings;
use crate::definition::ids::Ids;
use crate::definition::quote;

/// A step named in two fan-out groups: it belongs to the first.
pub(super) fn check(context: &Context, findings: &mut Findings) {
    let place = |(group, branch): (usize, usize)| {
        let group = Path::root().key("fan_out").index(group);
        group.key("branches").index(branch)
    };
    let mut owners: Vec<(usize, usize)> = Vec::new();
    let groups = &context.outline.fan_out;
    if groups.len() < 2 {
        return;
    }
    let mut first = Ids::with_room_for(groups.iter().map(|group| group.branches.len()).sum());
    for group in groups {
        for branch in &group.branches {
            let here = (group.index, branch.index);
            let known = first.add(&branch.id, owners.len());
            if known == owners.len() {
                owners.push(here);
            }
            let owner = owners.get(known).copied().unwrap_or(here);
            if owner.0 == group.index || context.ids.first(&branch.id).is_none() {
                continue;
            }
            findings.add(Rule::BranchInTwoGroups, |_| {
                let id = quote(&branch.id);
                let message = format!(
                    "Fan-out group {}: step '{id}' is already a branch of group {}, where it stays",
                    group.index, owner.0
                );
                let path = place(here);
                let mut finding = Diagnostic::new(Rule::BranchInTwoGroups, path.clone(), message);
                finding.step_id = Some(branch.id.to_string());
                let related = Related::new("the group it belongs to", place(owner), Anchor::Value);
                finding.related = vec![related];
                finding.fixes = vec![Fix::remove(format!("Remove \"{id}\""), path)];
                finding
            });
        }
    }
}
