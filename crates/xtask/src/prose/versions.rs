//! Versions in documents.

use crate::files::{Files, TextFile};
use crate::problem::Problem;
use crate::workspace::Workspace;

/// Where versions of the past stand by right.
const HISTORY: &str = "CHANGELOG.md";

/// Every install snippet of one of our crates with another version than that crate has.
///
/// A snippet is a line of TOML, `name = "0.1"` or `name = { version = "0.1", … }`, or a
/// `cargo add name@0.1`, in documents, doc comments and manifests. Fewer parts are fine, as in
/// `0.1` for 0.1.0.
pub(crate) fn install_snippets(workspace: &Workspace, files: &Files) -> Vec<Problem> {
    let mut problems = Vec::new();
    for extension in ["md", "rs", "toml"] {
        for file in files
            .with_extension(extension)
            .filter(|file| file.path != HISTORY)
        {
            for (line, text) in file.lines() {
                for package in workspace.packages() {
                    if let Some(version) = snippet(text, &package.name)
                        && !is_prefix(version, &package.version)
                    {
                        let text =
                            format!("`{} {version}`: it is {}", package.name, package.version);
                        problems.push(Problem::at(&file.path, line, text));
                    }
                }
            }
        }
    }
    problems
}

/// The version that a line asks of a crate.
fn snippet<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    if let Some((_, version)) = line.split_once(&format!("cargo add {name}@")) {
        return version
            .split(|c: char| c != '.' && !c.is_alphanumeric() && c != '-')
            .next();
    }
    let code = line.trim_start_matches(['/', '!']).trim_start();
    let value = code
        .strip_prefix(name)?
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    if let Some(version) = value.strip_prefix('"') {
        return version.split('"').next();
    }
    let (_, version) = value.strip_prefix('{')?.split_once("version")?;
    version
        .trim_start_matches([' ', '=', '"'])
        .split('"')
        .next()
}

/// Whether a version is another one, or that with its last parts left out.
fn is_prefix(version: &str, whole: &str) -> bool {
    whole
        .strip_prefix(version)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Crates and README.md that disagree on the oldest Rust.
///
/// README.md has to name it once at least, as `Rust 1.91` or `MSRV 1.91`.
pub(crate) fn oldest_rust(workspace: &Workspace, files: &Files) -> Vec<Problem> {
    let mut versions = workspace
        .packages()
        .iter()
        .map(|package| package.rust_version.as_deref());
    let Some(Some(version)) = versions.next() else {
        return vec![Problem::new("Cargo.toml", "no `rust-version`")];
    };
    if versions.any(|other| other != Some(version)) {
        return vec![Problem::new(
            "Cargo.toml",
            "the crates differ in `rust-version`",
        )];
    }
    let Some(readme) = files.get("README.md") else {
        return vec![Problem::new("README.md", "is not there")];
    };
    let named = rust_versions(readme);
    if named.is_empty() {
        let text = format!("does not say that the oldest Rust is {version}, as `Rust {version}`");
        return vec![Problem::new("README.md", text)];
    }
    let wrong = named.into_iter().filter(|(_, named)| *named != version);
    wrong
        .map(|(line, named)| {
            Problem::at(
                "README.md",
                line,
                format!("Rust {named}: `rust-version` is {version}"),
            )
        })
        .collect()
}

/// Every `1.x` after the word `Rust` or `MSRV`, with its line.
fn rust_versions(file: &TextFile) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (line, text) in file.lines() {
        for word in ["Rust ", "MSRV ", "MSRV: "] {
            for after in text.split(word).skip(1) {
                let end = after.find(|c: char| c != '.' && !c.is_ascii_digit());
                let version = after.get(..end.unwrap_or(after.len())).unwrap_or_default();
                if version.starts_with("1.") {
                    found.push((line, version.trim_end_matches('.')));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Workspace {
        let package = |name: &str| {
            serde_json::json!({
                "name": name, "version": "0.1.0", "rust_version": "1.91", "features": {}
            })
        };
        let packages = [package("cloakroom"), package("cloakroom-axum")];
        let metadata = serde_json::json!({"workspace_root": "/r", "packages": packages});
        Workspace::made_up(&metadata.to_string())
    }

    fn snippets(line: &str) -> usize {
        install_snippets(&workspace(), &Files::made_up(&[("README.md", line)])).len()
    }

    fn rust(readme: &str) -> Vec<String> {
        let problems = oldest_rust(&workspace(), &Files::made_up(&[("README.md", readme)]));
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_snippet_of_the_workspaces_version_is_fine() {
        for line in [
            "cloakroom = \"0.1.0\"",
            "cloakroom = \"0.1\"",
            "//! cloakroom-axum = { version = \"0.1\", features = [\"x\"] }",
            "run `cargo add cloakroom@0.1.0`.",
            "cloakroom = { path = \"../cloakroom\" }",
            "axum = \"0.8\"",
        ] {
            assert_eq!(snippets(line), 0, "{line}");
        }
    }

    #[test]
    fn a_snippet_of_another_version_is_found() {
        for line in [
            "cloakroom = \"0.2\"",
            "/// cloakroom = \"0.1.1\"",
            "cloakroom-axum = { features = [], version = \"0.0.9\" }",
            concat!("cargo add cloakroom", "@0.10"),
            "cloakroom = \"0.\"",
        ] {
            assert_eq!(snippets(line), 1, "{line}");
        }
    }

    #[test]
    fn the_changelog_may_name_old_versions() {
        let files = Files::made_up(&[("CHANGELOG.md", "cloakroom = \"0.0.1\"")]);
        assert_eq!(install_snippets(&workspace(), &files), []);
    }

    #[test]
    fn a_readme_with_the_oldest_rust_is_fine() {
        assert_eq!(rust("Needs Rust 1.91. The MSRV 1.91 is …"), [] as [&str; 0]);
    }

    #[test]
    fn a_readme_with_another_rust_or_none_is_found() {
        assert_eq!(
            rust("x\nNeeds Rust 1.85 (or 1.91)."),
            ["README.md:2: Rust 1.85: `rust-version` is 1.91"]
        );
        assert_eq!(
            rust("Rust makes it fast."),
            ["README.md: does not say that the oldest Rust is 1.91, as `Rust 1.91`"]
        );
    }
}
