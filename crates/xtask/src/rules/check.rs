//! Rules against tests.

use std::collections::{BTreeMap, BTreeSet};

use super::claimed::{self, claimed};
use super::declared::{declared, is_id};
use super::named::{Bearer, Named, naming};
use crate::files::Files;
use crate::problem::Problem;

/// Every rule without a test, and every line of rules that is not what it should be.
pub(crate) fn check(files: &Files) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut rules = BTreeMap::new();
    for rule in declared(files) {
        if let Some(first) = rules.insert(rule.id.clone(), rule.clone()) {
            let text = format!(
                "`{}` is declared in {}:{} too",
                rule.id, first.file, first.line
            );
            problems.push(Problem::at(&rule.file, rule.line, text));
        }
    }
    if rules.is_empty() {
        problems.push(Problem::new("rules", "no rule is declared in rules/*.md"));
    }
    let mut tested = BTreeSet::new();
    for (file, named) in all_named(files, &mut problems) {
        for id in named.list.split(',').map(str::trim) {
            match wrong_with(id, &named, rules.contains_key(id)) {
                Some(text) => problems.push(Problem::at(&file, named.line, text)),
                None => drop(tested.insert(id.to_owned())),
            }
        }
    }
    for rule in rules.values().filter(|rule| !tested.contains(&rule.id)) {
        let text = format!("no test names the rule `{}`", rule.id);
        problems.push(Problem::at(&rule.file, rule.line, text));
    }
    for (line, id) in claimed(files) {
        if !rules.contains_key(&id) {
            let text = format!("no rule `{id}` is declared in rules/*.md");
            problems.push(Problem::at(claimed::FILE, line, text));
        }
    }
    problems
}

/// Every line of rules with its file; a function that a suite lists is a test.
fn all_named(files: &Files, problems: &mut Vec<Problem>) -> Vec<(String, Named)> {
    let mut all = Vec::new();
    let mut in_suites = BTreeSet::new();
    for file in files.with_extension("rs") {
        match naming(&file.text) {
            Some(naming) => {
                in_suites.extend(naming.in_suites);
                all.extend(
                    naming
                        .named
                        .into_iter()
                        .map(|named| (file.path.clone(), named)),
                );
            }
            None => problems.push(Problem::new(&file.path, "does not read as Rust")),
        }
    }
    for (_, named) in &mut all {
        if let Bearer::Function(name) = &named.on
            && in_suites.contains(name)
        {
            named.on = Bearer::Test;
        }
    }
    all
}

/// What is wrong with one id of a line of rules.
fn wrong_with(id: &str, named: &Named, is_declared: bool) -> Option<String> {
    match &named.on {
        _ if !named.ended => Some("a line of rules ends with a full stop".to_owned()),
        _ if !is_id(id) => Some(format!("`{id}` is no id of a rule")),
        _ if !is_declared => Some(format!("no rule `{id}` is declared in rules/*.md")),
        Bearer::Test => None,
        Bearer::IgnoredTest => Some(format!("the test that names `{id}` is ignored")),
        Bearer::Function(name) => Some(format!(
            "`{name}` names `{id}` and is neither test nor in a suite"
        )),
        Bearer::Other => Some(format!("`{id}` is named on what is no test")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        check(&Files::made_up(files))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    const RULES: (&str, &str) = ("rules/r.md", "| `row-1` | x |\n| `row-2` | y |");

    #[test]
    fn rules_that_all_have_a_test_are_fine() {
        let tests = "/// Rules: row-1, row-2.\n#[test]\nfn f() {}";
        assert_eq!(found(&[RULES, ("a.rs", tests)]), [] as [&str; 0]);
    }

    #[test]
    fn a_rule_without_a_test_is_found() {
        let tests = "/// Rules: row-1.\n#[test]\nfn f() {}";
        assert_eq!(
            found(&[RULES, ("a.rs", tests)]),
            ["rules/r.md:2: no test names the rule `row-2`"]
        );
    }

    #[test]
    fn a_test_that_names_an_unknown_rule_is_found() {
        let tests = "/// Rules: row-1, row-2, row-3.\n#[test]\nfn f() {}";
        assert_eq!(
            found(&[RULES, ("a.rs", tests)]),
            ["a.rs:1: no rule `row-3` is declared in rules/*.md"]
        );
    }

    #[test]
    fn an_ignored_test_and_a_function_that_nothing_runs_prove_nothing() {
        let tests =
            "/// Rules: row-1.\n#[test]\n#[ignore]\nfn f() {}\n/// Rules: row-2.\nfn g() {}";
        assert_eq!(
            found(&[RULES, ("a.rs", tests)]),
            [
                "a.rs:1: the test that names `row-1` is ignored",
                "a.rs:5: `g` names `row-2` and is neither test nor in a suite",
                "rules/r.md:1: no test names the rule `row-1`",
                "rules/r.md:2: no test names the rule `row-2`",
            ]
        );
    }

    #[test]
    fn a_function_that_a_suite_in_another_file_lists_is_a_test() {
        let function = "/// Rules: row-1, row-2.\npub async fn it_keeps() {}";
        let suite = "macro_rules! storage_suite { () => { it_keeps } }";
        assert_eq!(
            found(&[RULES, ("a.rs", function), ("b.rs", suite)]),
            [] as [&str; 0]
        );
    }

    #[test]
    fn a_list_that_is_not_in_form_is_found() {
        let tests = "/// Rules: row-1\n#[test]\nfn f() {}\n/// Rules: row-2;.\n#[test]\nfn g() {}";
        let problems = found(&[RULES, ("a.rs", tests)]);
        assert_eq!(
            problems.first().unwrap(),
            "a.rs:1: a line of rules ends with a full stop"
        );
        assert_eq!(
            problems.get(1).unwrap(),
            "a.rs:4: `row-2;` is no id of a rule"
        );
    }

    #[test]
    fn a_claim_without_a_rule_is_found() {
        let tests = ("a.rs", "/// Rules: row-1, row-2.\n#[test]\nfn f() {}");
        let claims = ("SECURITY.md", "Safe [`row-1`].\nSafer [`row-9`].");
        assert_eq!(
            found(&[RULES, tests, claims]),
            ["SECURITY.md:2: no rule `row-9` is declared in rules/*.md"]
        );
    }

    #[test]
    fn a_rule_declared_twice_and_no_rules_at_all_are_found() {
        let twice = ("rules/s.md", "| `row-1` | z |");
        let tests = ("a.rs", "/// Rules: row-1, row-2.\n#[test]\nfn f() {}");
        assert_eq!(
            found(&[RULES, twice, tests]),
            ["rules/s.md:1: `row-1` is declared in rules/r.md:1 too"]
        );
        assert_eq!(found(&[]), ["rules: no rule is declared in rules/*.md"]);
    }
}
