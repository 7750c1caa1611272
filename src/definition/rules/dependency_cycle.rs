use std::collections::VecDeque;

use super::Context;
use crate::definition::components::{Graph, cyclic_components};
use crate::definition::diagnostic::{Anchor, Diagnostic, Fix, Path, Related, Rule};
use crate::definition::findings::Findings;
use crate::definition::quote;

/// The most members that are named beside one finding, and in one path.
const MOST_MEMBERS: usize = 100;

/// Steps that wait for each other in a circle: none of them would ever start.
///
/// One finding for each strongly connected component. A node is an id: steps that share one are
/// one node with the dependencies of all, so that a duplicate id hides no cycle.
pub(super) fn check(context: &Context, findings: &mut Findings) {
    if in_order(context) {
        return;
    }
    let edges = Edges::of(context);
    for members in cyclic_components(&edges.targets) {
        findings.add(Rule::DependencyCycle, |_| {
            describe(context, &edges, &members)
        });
    }
}

/// Whether all steps depend on earlier ones only, as most people write them: no way leads back.
fn in_order(context: &Context) -> bool {
    context.outline.steps.iter().all(|step| {
        let node = context.first(step);
        let mut targets = context.depends_on(step).filter_map(|(_, target)| target);
        targets.all(|target| target < node)
    })
}

/// The dependency graph; beside each target, where it is written.
struct Edges {
    targets: Graph,
    /// Position of the step and index in its `depends_on`, parallel to `targets`.
    places: Vec<Vec<(usize, usize)>>,
}

impl Edges {
    fn of(context: &Context) -> Self {
        let steps = &context.outline.steps;
        let mut targets = vec![Vec::new(); steps.len()];
        let mut places = vec![Vec::new(); steps.len()];
        for step in steps {
            let node = context.first(step);
            let Some((targets, places)) = targets.get_mut(node).zip(places.get_mut(node)) else {
                continue;
            };
            for (dependency, target) in context.depends_on(step) {
                if let Some(target) = target {
                    targets.push(target);
                    places.push((step.index, dependency.index));
                }
            }
        }
        Self { targets, places }
    }

    fn from(&self, node: usize) -> impl Iterator<Item = (usize, (usize, usize))> {
        let targets = self.targets.get(node).into_iter().flatten().copied();
        targets.zip(self.places.get(node).into_iter().flatten().copied())
    }

    /// A shortest way from `start` back to itself, `start` first.
    fn shortest_cycle(&self, start: usize, members: &[usize]) -> Vec<usize> {
        // For each member the one that the way came from.
        let mut came_from = vec![None; members.len()];
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for (target, _) in self.from(node) {
                let member = members.binary_search(&target).ok();
                let before = member.and_then(|member| came_from.get_mut(member));
                let Some(before) = before.filter(|before| before.is_none()) else {
                    continue;
                };
                *before = Some(node);
                if target == start {
                    return way_back(members, &came_from, start);
                }
                queue.push_back(target);
            }
        }
        Vec::new()
    }
}

fn way_back(members: &[usize], came_from: &[Option<usize>], start: usize) -> Vec<usize> {
    let mut way = Vec::new();
    let mut node = start;
    let came_from = |node: usize| *came_from.get(members.binary_search(&node).ok()?)?;
    while let Some(before) = came_from(node) {
        way.push(before);
        node = before;
        if node == start {
            break;
        }
    }
    way.reverse();
    way
}

fn describe(context: &Context, edges: &Edges, members: &[usize]) -> Diagnostic {
    let steps = &context.outline.steps;
    let name = |node: usize| steps.get(node).map(|step| step.label()).unwrap_or_default();
    let first = members.first().copied().unwrap_or_default();
    let cycle = edges.shortest_cycle(first, members);
    let second = cycle.get(1).copied().unwrap_or(first);
    let edge = edges.from(first).find(|(target, _)| *target == second);
    let (step, item) = edge.map(|(_, place)| place).unwrap_or_default();

    let message = format!(
        "Circular dependency detected involving step '{}'",
        name(first)
    );
    let path = Path::step(step).key("depends_on").index(item);
    let mut finding = Diagnostic::new(Rule::DependencyCycle, path.clone(), message);
    finding.step_id = steps
        .get(first)
        .and_then(|step| step.id.as_deref())
        .map(str::to_owned);

    let mut names: Vec<_> = cycle
        .iter()
        .take(MOST_MEMBERS)
        .map(|&node| name(node))
        .collect();
    if cycle.len() > MOST_MEMBERS {
        names.push("…".into());
    }
    names.push(name(first));
    finding.help = Some(names.join(" → "));
    finding.related = members
        .iter()
        .take(MOST_MEMBERS)
        .filter_map(|&node| steps.get(node))
        .map(|step| {
            let place = Path::step(step.index).key("id");
            Related::new(format!("step '{}'", step.label()), place, Anchor::Value)
        })
        .collect();
    if second == first {
        let title = format!("Remove \"{}\"", quote(&name(first)));
        finding.fixes = vec![Fix::remove(title, path)];
    }
    finding
}
