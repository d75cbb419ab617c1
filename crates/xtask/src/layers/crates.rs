//! Arrows between the crates of the workspace.

use crate::graph::Graph;
use crate::problem::Problem;
use crate::workspace::Workspace;

/// Every cycle of dependencies, dev-dependencies included.
///
/// Cargo refuses a cycle of normal dependencies itself; it allows one through a dev-dependency,
/// and then a crate is tested against another build of itself.
pub(crate) fn check(workspace: &Workspace) -> Vec<Problem> {
    let mut graph = Graph::default();
    let mut arrows = Vec::new();
    for package in workspace.packages() {
        for dependency in &package.dependencies {
            if workspace.has(&dependency.name) {
                graph.add(package.name.as_str(), dependency.name.as_str());
                arrows.push((package.name.as_str(), dependency));
            }
        }
    }
    let mut problems = Vec::new();
    for cycle in graph.cycles() {
        for (from, to) in &arrows {
            if cycle.contains(from) && cycle.contains(to.name.as_str()) {
                let text = format!("{} dependency on `{}` is part of a cycle", to.kind, to.name);
                problems.push(Problem::new(*from, text));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(arrows: &[(&str, &str, &str)]) -> Workspace {
        let package = |name: &str| {
            let dependencies: Vec<_> = arrows
                .iter()
                .filter(|(from, ..)| *from == name)
                .map(|(_, to, kind)| serde_json::json!({"name": to, "kind": kind}))
                .collect();
            serde_json::json!({
                "name": name, "version": "0.1.0", "features": {}, "dependencies": dependencies
            })
        };
        let packages: Vec<_> = ["a", "b", "c"].map(package).into();
        let metadata = serde_json::json!({"workspace_root": "/r", "packages": packages});
        Workspace::made_up(&metadata.to_string())
    }

    #[test]
    fn a_dev_dependency_that_points_up_is_found() {
        let problems = check(&workspace(&[
            ("a", "b", "normal"),
            ("b", "a", "dev"),
            ("c", "a", "dev"),
        ]));
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "a: normal dependency on `b` is part of a cycle",
                "b: dev dependency on `a` is part of a cycle",
            ]
        );
    }

    #[test]
    fn a_crate_that_tests_itself_through_a_dependency_is_found() {
        assert_eq!(check(&workspace(&[("a", "a", "dev")])).len(), 1);
    }

    #[test]
    fn dependencies_that_run_one_way_are_fine() {
        let arrows = [
            ("a", "b", "normal"),
            ("a", "c", "dev"),
            ("b", "c", "normal"),
            ("a", "syn", "dev"),
        ];
        assert_eq!(check(&workspace(&arrows)), []);
    }
}
