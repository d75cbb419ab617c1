//! The whole check.

use super::{dependencies, lines, links, versions};
use crate::files::Files;
use crate::problem::Problem;
use crate::workspace::Workspace;

/// Everything that the documents say and that is not so.
pub(crate) fn check(workspace: &Workspace, files: &Files) -> Vec<Problem> {
    let mut problems = versions::install_snippets(workspace, files);
    problems.extend(versions::oldest_rust(workspace, files));
    problems.extend(lines::too_long(files));
    problems.extend(lines::paths_of_machines(files));
    problems.extend(links::broken(files));
    problems.extend(dependencies::without_reason(workspace, files));
    problems
}
