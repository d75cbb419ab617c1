//! The reason for every dependency.

use crate::files::Files;
use crate::problem::Problem;
use crate::workspace::Workspace;

const FILE: &str = "ARCHITECTURE.md";

/// Every dependency, dev-dependencies included, that ARCHITECTURE.md does not name in backticks.
pub(crate) fn without_reason(workspace: &Workspace, files: &Files) -> Vec<Problem> {
    let Some(file) = files.get(FILE) else {
        return vec![Problem::new(FILE, "is not there")];
    };
    let mut names = workspace.foreign_dependencies();
    names.retain(|name| !file.text.contains(&format!("`{name}`")));
    names
        .into_iter()
        .map(|name| Problem::new(FILE, format!("does not say why `{name}` is a dependency")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let workspace = Workspace::made_up(
            r#"{"workspace_root": "/r", "packages": [{"name": "a", "version": "0.1.0",
                "features": {}, "dependencies": [{"name": "syn"}, {"name": "aes"}, {"name": "a"}]}]}"#,
        );
        let files = Files::made_up(&[("ARCHITECTURE.md", text)]);
        without_reason(&workspace, &files)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_dependency_that_is_not_named_is_found() {
        assert_eq!(
            found("| `syn` | reads |"),
            ["ARCHITECTURE.md: does not say why `aes` is a dependency"]
        );
    }

    #[test]
    fn a_longer_name_does_not_name_the_shorter() {
        assert_eq!(found("`syn`, `aes-gcm`").len(), 1);
        assert_eq!(found("`syn`, `aes`"), [] as [&str; 0]);
    }
}
