//! What is looked for line by line.

use crate::files::Files;
use crate::problem::Problem;

/// The most lines that a file of Rust has, tests included.
const MAX_LINES: usize = 600;

/// The folders of a machine that hold somebody's files.
const MACHINE: [&str; 3] = ["work", "home", "root"];

/// Every file of Rust that is too long.
pub(crate) fn too_long(files: &Files) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files.with_extension("rs") {
        let count = file.lines().count();
        if count > MAX_LINES {
            let text = format!("{count} lines; split it: a file has at most {MAX_LINES}");
            problems.push(Problem::new(&file.path, text));
        }
    }
    problems
}

/// Every line of any file that holds a path of somebody's machine.
pub(crate) fn paths_of_machines(files: &Files) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files.all() {
        for (line, text) in file.lines() {
            if let Some(folder) = MACHINE.iter().find(|folder| holds_path(text, folder)) {
                let text = format!("holds a path of a machine, below its folder `{folder}`");
                problems.push(Problem::at(&file.path, line, text));
            }
        }
    }
    problems
}

/// Whether `/folder/` begins a path in the line; not where it goes on from a host or a folder.
fn holds_path(line: &str, folder: &str) -> bool {
    let path = format!("/{folder}/");
    line.match_indices(&path).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|before| before.is_alphanumeric() || "._-}/".contains(before))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_600_lines_is_fine_and_one_more_is_found() {
        let (fits, long) = ("x\n".repeat(600), "x\n".repeat(601));
        let files = Files::made_up(&[("fits.rs", &fits), ("long.rs", &long), ("long.md", &long)]);
        let problems = too_long(&files);
        assert_eq!(
            problems,
            [Problem::new(
                "long.rs",
                "601 lines; split it: a file has at most 600"
            )]
        );
    }

    #[test]
    fn a_path_of_a_machine_is_found_in_any_file() {
        for folder in MACHINE {
            let line = format!("see \"/{folder}/me/x\"");
            let files = Files::made_up(&[("a.toml", &line)]);
            assert_eq!(paths_of_machines(&files).len(), 1, "{folder}");
        }
    }

    #[test]
    fn a_route_of_a_site_and_a_folder_of_ours_are_none() {
        let lines = [
            "https://shop.example/home/x",
            "../work/a.md",
            "crates/root/b.rs",
            "/homely/",
        ];
        for line in lines {
            assert_eq!(
                paths_of_machines(&Files::made_up(&[("a.md", line)])),
                [],
                "{line}"
            );
        }
    }
}
