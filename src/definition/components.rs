//! Strongly connected components of a dependency graph, iterative and linear (Tarjan).

/// For each node the nodes it points to.
pub(crate) type Graph = Vec<Vec<usize>>;

/// The components that hold a cycle: two or more nodes, or one that points to itself. Members in
/// ascending order, components by their first member.
pub(crate) fn cyclic_components(graph: &Graph) -> Vec<Vec<usize>> {
    let mut search = Search {
        graph,
        nodes: vec![Node::default(); graph.len()],
        visited: 0,
        open: Vec::new(),
        closed: 0,
    };
    for root in 0..graph.len() {
        search.from(root);
    }
    // Nodes in their order bring members and components into theirs.
    let mut found: Vec<Vec<usize>> = Vec::new();
    let mut places = vec![None; search.closed];
    for (node, state) in search.nodes.iter().enumerate() {
        let Some(place) = state.cycle.and_then(|cycle| places.get_mut(cycle)) else {
            continue;
        };
        let place = *place.get_or_insert(found.len());
        match found.get_mut(place) {
            Some(members) => members.push(node),
            None => found.push(vec![node]),
        }
    }
    found
}

#[derive(Clone, Default)]
struct Node {
    /// When it was first seen, from 1; 0 is never.
    seen: usize,
    /// The earliest node on the open path that it reaches.
    low: usize,
    open: bool,
    next_edge: usize,
    /// The component with a cycle that it belongs to, by the order of their closing.
    cycle: Option<usize>,
}

struct Search<'g> {
    graph: &'g Graph,
    nodes: Vec<Node>,
    visited: usize,
    open: Vec<usize>,
    /// How many components with a cycle are closed.
    closed: usize,
}

impl Search<'_> {
    fn from(&mut self, root: usize) {
        let mut path = Vec::new();
        if self.enter(root) {
            path.push(root);
        }
        while let Some(&node) = path.last() {
            match self.next_target(node) {
                Some(target) => {
                    if self.enter(target) {
                        path.push(target);
                    } else if self.nodes.get(target).is_some_and(|target| target.open) {
                        let seen = self.seen(target);
                        self.lower(node, seen);
                    }
                }
                None => {
                    path.pop();
                    let low = self.nodes.get(node).map_or(0, |node| node.low);
                    if let Some(&parent) = path.last() {
                        self.lower(parent, low);
                    }
                    if low == self.seen(node) {
                        self.close(node);
                    }
                }
            }
        }
    }

    /// Opens a node that was never seen.
    fn enter(&mut self, node: usize) -> bool {
        let Some(state) = self.nodes.get_mut(node).filter(|state| state.seen == 0) else {
            return false;
        };
        self.visited += 1;
        state.seen = self.visited;
        state.low = self.visited;
        state.open = true;
        self.open.push(node);
        true
    }

    fn next_target(&mut self, node: usize) -> Option<usize> {
        let state = self.nodes.get_mut(node)?;
        let target = self.graph.get(node)?.get(state.next_edge)?;
        state.next_edge += 1;
        Some(*target)
    }

    fn seen(&self, node: usize) -> usize {
        self.nodes.get(node).map_or(0, |node| node.seen)
    }

    fn lower(&mut self, node: usize, low: usize) {
        if let Some(state) = self.nodes.get_mut(node) {
            state.low = state.low.min(low);
        }
    }

    /// Takes the component that `root` was the first node of.
    fn close(&mut self, root: usize) {
        let targets = self.graph.get(root);
        let to_itself = targets.is_some_and(|targets| targets.contains(&root));
        let cycle = to_itself || self.open.last() != Some(&root);
        while let Some(node) = self.open.pop() {
            if let Some(state) = self.nodes.get_mut(node) {
                state.open = false;
                state.cycle = cycle.then_some(self.closed);
            }
            if node == root {
                break;
            }
        }
        self.closed += usize::from(cycle);
    }
}

#[cfg(test)]
mod tests {
    use super::cyclic_components;
    use proptest::prelude::*;

    /// Node `a` reaches `b` by at least one edge: what a cycle means, spelled out.
    fn reaches(graph: &[Vec<usize>], a: usize, b: usize) -> bool {
        let mut seen = vec![false; graph.len()];
        let mut open = graph[a].clone();
        while let Some(node) = open.pop() {
            if node == b {
                return true;
            }
            if !std::mem::replace(&mut seen[node], true) {
                open.extend(&graph[node]);
            }
        }
        false
    }

    fn graphs() -> impl Strategy<Value = Vec<Vec<usize>>> {
        (1usize..9).prop_flat_map(|nodes| {
            prop::collection::vec(prop::collection::vec(0..nodes, 0..4), nodes)
        })
    }

    proptest! {
        #[test]
        fn two_nodes_share_a_component_when_they_reach_each_other(graph in graphs()) {
            let found = cyclic_components(&graph);
            let component = |node| found.iter().position(|members| members.contains(&node));
            for a in 0..graph.len() {
                prop_assert_eq!(component(a).is_some(), reaches(&graph, a, a));
                for b in 0..graph.len() {
                    let mutual = reaches(&graph, a, b) && reaches(&graph, b, a);
                    if a != b {
                        let together = component(a).is_some() && component(a) == component(b);
                        prop_assert_eq!(together, mutual);
                    }
                }
            }
        }
    }

    #[test]
    fn a_long_chain_is_no_cycle_and_needs_no_stack() {
        let mut chain: Vec<Vec<usize>> = (0..100_000).map(|node| vec![node + 1]).collect();
        chain.push(Vec::new());
        assert!(cyclic_components(&chain).is_empty());
        chain[100_000].push(0);
        assert_eq!(cyclic_components(&chain).len(), 1);
    }
}
