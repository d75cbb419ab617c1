//! Relative links between documents.

use crate::files::Files;
use crate::problem::Problem;

/// Every relative link in a document that leads to no file.
///
/// Sees `[text](target)` and `[name]: target` outside code. Does not look for headings.
pub(crate) fn broken(files: &Files) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files.with_extension("md") {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut in_code = false;
        for (line, text) in file.lines() {
            if text.trim_start().starts_with("```") {
                in_code = !in_code;
            }
            if in_code {
                continue;
            }
            for target in targets(text) {
                if !leads_somewhere(&target, folder, files) {
                    let text = format!("the link `{target}` leads to no file");
                    problems.push(Problem::at(&file.path, line, text));
                }
            }
        }
    }
    problems
}

/// The targets of the links on one line, without their titles.
fn targets(line: &str) -> Vec<String> {
    // Every second part between backticks is code.
    let prose: String = line.split('`').step_by(2).collect();
    let inline = prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next());
    let definition = prose
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]:"))
        .and_then(|(_, target)| target.split_whitespace().next());
    inline
        .chain(definition)
        .map(|target| target.trim_matches(['<', '>']).to_owned())
        .collect()
}

/// Whether a link is one that this check does not follow, or leads to a file.
fn leads_somewhere(target: &str, folder: &str, files: &Files) -> bool {
    let path = target.split('#').next().unwrap_or_default();
    if path.is_empty() {
        return target.starts_with('#');
    }
    let is_foreign = ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| path.starts_with(scheme));
    is_foreign || join(folder, path).is_some_and(|path| path.is_empty() || files.exists(&path))
}

/// A path as seen from the root; none if it leads out of the repository or begins at its host.
fn join(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        let files = [
            ("docs/a.md", text),
            ("docs/b.md", ""),
            ("README.md", ""),
            ("crates/x/src/lib.rs", ""),
        ];
        broken(&Files::made_up(&files)).len()
    }

    #[test]
    fn links_to_files_folders_headings_and_other_hosts_are_fine() {
        let text = "[b](b.md#top) [r](../README.md \"title\") [x](../crates/x) [h](#here)
                    [w](https://example.com/no) [m](mailto:a@example.com) [s](../)\n[ref]: ./b.md";
        assert_eq!(found(text), 0);
    }

    #[test]
    fn links_to_nothing_out_of_the_repository_or_from_the_host_are_found() {
        for text in [
            "[c](c.md)",
            "[o](../../other)",
            "[h](/README.md)",
            "[ref]: c.md",
            "x [](d.md)",
            "[e]()",
        ] {
            assert_eq!(found(text), 1, "{text}");
        }
    }

    #[test]
    fn code_holds_no_links() {
        assert_eq!(found("`[c](c.md)`\n```text\n[d](d.md)\n```\n[b](b.md)"), 0);
        assert_eq!(found("```text\n```\n[d](d.md)"), 1);
    }
}
