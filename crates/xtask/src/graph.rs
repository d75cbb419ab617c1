//! Cycles in a small directed graph.

use std::collections::{BTreeMap, BTreeSet};

/// A directed graph over ordered nodes.
#[derive(Clone, Debug)]
pub(crate) struct Graph<N> {
    edges: BTreeMap<N, BTreeSet<N>>,
}

impl<N> Default for Graph<N> {
    fn default() -> Self {
        let edges = BTreeMap::new();
        Self { edges }
    }
}

impl<N: Clone + Ord> Graph<N> {
    /// Adds an arrow; one that is there already changes nothing.
    pub(crate) fn add(&mut self, from: N, to: N) {
        self.edges.entry(from).or_default().insert(to);
    }

    /// The strongly connected components that hold a cycle: sets of nodes each of which reaches
    /// all others of its set, and itself.
    ///
    /// By reachability, which is quadratic; the graphs here have a hundred nodes.
    pub(crate) fn cycles(&self) -> Vec<BTreeSet<N>> {
        let reach: BTreeMap<&N, BTreeSet<&N>> = self
            .edges
            .keys()
            .map(|node| (node, self.reachable(node)))
            .collect();
        let reaches = |from: &N, to: &N| reach.get(from).is_some_and(|nodes| nodes.contains(to));
        let mut found: Vec<BTreeSet<N>> = Vec::new();
        for node in self.edges.keys().filter(|node| reaches(node, node)) {
            if found.iter().any(|cycle| cycle.contains(node)) {
                continue;
            }
            let others = self
                .edges
                .keys()
                .filter(|other| reaches(node, other) && reaches(other, node));
            found.push(others.cloned().collect());
        }
        found
    }

    /// Every node that a path of at least one arrow leads to.
    fn reachable(&self, start: &N) -> BTreeSet<&N> {
        let mut seen = BTreeSet::new();
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            for next in self.edges.get(node).into_iter().flatten() {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(char, char)]) -> Graph<char> {
        let mut graph = Graph::default();
        for (from, to) in edges {
            graph.add(*from, *to);
        }
        graph
    }

    #[test]
    fn arrows_that_run_one_way_hold_no_cycle() {
        assert!(
            graph(&[('a', 'b'), ('a', 'c'), ('b', 'd'), ('c', 'd')])
                .cycles()
                .is_empty()
        );
    }

    #[test]
    fn a_node_that_points_at_itself_is_a_cycle() {
        assert_eq!(graph(&[('a', 'a')]).cycles(), [BTreeSet::from(['a'])]);
    }

    #[test]
    fn two_cycles_are_told_apart_and_what_hangs_on_them_is_in_neither() {
        let graph = graph(&[
            ('a', 'b'),
            ('b', 'a'),
            ('b', 'c'),
            ('c', 'd'),
            ('d', 'e'),
            ('e', 'c'),
            ('x', 'a'),
        ]);
        assert_eq!(
            graph.cycles(),
            [BTreeSet::from(['a', 'b']), BTreeSet::from(['c', 'd', 'e'])]
        );
    }
}
