//! The whole check: crates, then the modules of each.

use std::fs;
use std::io;

use super::crates;
use super::modules;
use super::tree::Tree;
use crate::files::relative;
use crate::problem::Problem;
use crate::workspace::Workspace;

/// Every arrow that runs the wrong way.
pub(crate) fn check(workspace: &Workspace) -> io::Result<Vec<Problem>> {
    let mut problems = crates::check(workspace);
    for package in workspace.packages() {
        for target in &package.targets {
            let name = relative(workspace.root(), &target.source);
            match Tree::load(&name, &|path| {
                fs::read_to_string(workspace.root().join(path))
            }) {
                Ok(tree) => problems.extend(modules::check(&tree, target.is_binary)),
                Err(problem) => problems.push(problem),
            }
        }
        if package.targets.is_empty() {
            problems.push(Problem::new(
                &package.name,
                "has neither library nor binary",
            ));
        }
    }
    Ok(problems)
}
