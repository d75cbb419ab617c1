//! The pages about Ktor against Ktor's tests and ours.

use super::known::{CLASSES, Class};
use super::page::{Row, named, rows};
use super::place::find;
use crate::files::{Files, TextFile};
use crate::problem::Problem;
use crate::rules::naming;

const LIST: &str = "docs/ktor/tests.md";

/// The part of the list that has a row for each of [`CLASSES`]' tests.
const PART: &str = "The 76";

/// The pages whose named tests have to be there.
const PAGES: [&str; 2] = [LIST, "docs/ktor/differences.md"];

/// Every test of Ktor's without a row, every row without a test or a reason, and every test that is
/// named and not there.
pub(crate) fn check(files: &Files) -> Vec<Problem> {
    check_against(files, CLASSES)
}

fn check_against(files: &Files, classes: &[Class]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for path in PAGES {
        match files.get(path) {
            Some(page) => problems.extend(missing_tests(files, page)),
            None => problems.push(Problem::new(path, "is not there")),
        }
    }
    if let Some(list) = files.get(LIST) {
        let rows = rows(list, PART);
        problems.extend(missing_rows(&rows, classes));
        problems.extend(rows.iter().filter_map(|row| wrong_with(row, classes)));
    }
    problems
}

fn missing_rows(rows: &[Row], classes: &[Class]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (class, names) in classes {
        for name in *names {
            let of = rows
                .iter()
                .filter(|row| row.class == *class && row.name == *name);
            let text = match of.count() {
                1 => continue,
                0 => format!("`{class}` has no row `{name}`"),
                count => format!("`{class}` has {count} rows `{name}`"),
            };
            problems.push(Problem::new(LIST, text));
        }
    }
    problems
}

fn wrong_with(row: &Row, classes: &[Class]) -> Option<Problem> {
    let is_known = classes
        .iter()
        .any(|(class, names)| row.class == *class && names.contains(&&*row.name));
    let text = match row.test.as_str() {
        _ if !is_known => format!("Ktor's `{}` has no test `{}`", row.class, row.name),
        "none" if row.remark.is_empty() => "does not say why there is no test".to_owned(),
        test if test != "none" && !test.contains("::") => "names no Rust test".to_owned(),
        _ => return None,
    };
    Some(Problem::at(LIST, row.line, text))
}

fn missing_tests(files: &Files, page: &TextFile) -> Vec<Problem> {
    let mut problems = Vec::new();
    let named = named(page);
    if named.is_empty() {
        problems.push(Problem::new(&page.path, "names no Rust test"));
    }
    for test in named {
        let text = match find(files, &test.path) {
            None => format!("no file has the module of `{}`", test.path),
            Some((file, function)) if !is_test(file, function) => {
                format!("{} has no test `{function}`", file.path)
            }
            Some(_) => continue,
        };
        problems.push(Problem::at(&page.path, test.line, text));
    }
    problems
}

fn is_test(file: &TextFile, function: &str) -> bool {
    naming(&file.text).is_some_and(|naming| naming.tests.contains(function))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASS: Class = ("SomeTest", &["testOne", "two words"]);

    const TESTS: &str = "#[test]\nfn one() {}\n#[tokio::test]\nasync fn two() {}\nfn no_test() {}\n\
                         #[test]\n#[ignore]\nfn ignored() {}\n\
                         proptest! { #[test] fn any(a in 0..3) {} }";

    fn found(first: &str, second: &str) -> Vec<String> {
        let list = format!(
            "## The 76\n\n### `SomeTest`\n| Ktor's test | Rust test | remark |\n|---|---|---|\n\
             {first}\n{second}\n"
        );
        let files = Files::made_up(&[
            ("docs/ktor/tests.md", &list),
            ("docs/ktor/differences.md", "`ours::program::one`"),
            ("crates/ours/tests/program/main.rs", TESTS),
        ]);
        let problems = check_against(&files, &[CLASS]);
        problems.iter().map(ToString::to_string).collect()
    }

    const ONE: &str = "| testOne | `ours::program::one`, `ours::program::any` | |";
    const TWO: &str = "| two words | none | there is a reason |";

    #[test]
    fn a_list_with_every_test_or_the_reason_is_fine() {
        assert_eq!(found(ONE, TWO), [] as [&str; 0]);
    }

    #[test]
    fn a_test_of_ktors_without_a_row_is_found_and_so_are_two_rows() {
        let missing = ["docs/ktor/tests.md: `SomeTest` has no row `two words`"];
        assert_eq!(found(ONE, ""), missing);
        let twice = [
            "docs/ktor/tests.md: `SomeTest` has 2 rows `testOne`",
            "docs/ktor/tests.md: `SomeTest` has no row `two words`",
        ];
        assert_eq!(found(ONE, ONE), twice);
    }

    #[test]
    fn a_named_test_that_is_not_there_or_does_not_run_is_found() {
        for (name, problem) in [
            (
                "program::gone",
                "crates/ours/tests/program/main.rs has no test `gone`",
            ),
            (
                "program::no_test",
                "crates/ours/tests/program/main.rs has no test `no_test`",
            ),
            (
                "program::ignored",
                "crates/ours/tests/program/main.rs has no test `ignored`",
            ),
            ("other::one", "no file has the module of `ours::other::one`"),
        ] {
            let row = format!("| two words | `ours::{name}` | |");
            assert_eq!(
                found(ONE, &row),
                [format!("docs/ktor/tests.md:7: {problem}")]
            );
        }
    }

    #[test]
    fn a_row_without_a_test_or_a_reason_or_of_an_unknown_test_is_found() {
        let rows = [
            (
                "| two words | none | |",
                "does not say why there is no test",
            ),
            ("| two words | later | |", "names no Rust test"),
        ];
        for (row, problem) in rows {
            assert_eq!(
                found(ONE, row),
                [format!("docs/ktor/tests.md:7: {problem}")]
            );
        }
        let unknown = found(ONE, "| three | none | so |");
        assert_eq!(
            unknown,
            [
                "docs/ktor/tests.md: `SomeTest` has no row `two words`",
                "docs/ktor/tests.md:7: Ktor's `SomeTest` has no test `three`",
            ]
        );
    }

    #[test]
    fn pages_that_are_gone_or_name_nothing_are_found() {
        let problems = check_against(&Files::made_up(&[("docs/ktor/differences.md", "")]), &[]);
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "docs/ktor/tests.md: is not there",
                "docs/ktor/differences.md: names no Rust test",
            ]
        );
    }
}
