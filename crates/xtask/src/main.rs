//! Checks of this project that no compiler does: `cargo run -q -p xtask -- <check>…`.
//!
//! * `layers`: the arrows between modules, and those between crates, run one way.
//! * `rules`: every rule has a test that names it, and every test names a rule that there is.
//! * `ktor-tests`: every session test of Ktor's has its Rust test, or the reason why not.
//! * `prose`: what the documents say of versions, files and dependencies is so.
//! * `features`: no check; prints each crate with each of its features, one pair a line.
//!
//! Every check prints one line per problem and fails if there is one. A check that finds nothing
//! to look at is a problem too: it must not pass because a folder was renamed.

mod files;
mod graph;
mod ktor_tests;
mod layers;
mod problem;
mod prose;
mod rules;
mod workspace;

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::files::Files;
use crate::problem::Problem;
use crate::workspace::Workspace;

const USAGE: &str =
    "usage: cargo run -q -p xtask -- (layers | rules | ktor-tests | prose | features)…\n";

fn main() -> ExitCode {
    let names: Vec<String> = env::args().skip(1).collect();
    match run(&names, &mut io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing is left to be done if even this cannot be written.
            writeln!(io::stderr(), "xtask: {error}").ok();
            ExitCode::from(2)
        }
    }
}

/// Does what `names` asks for, in order; whether no problem was found.
fn run(names: &[String], out: &mut impl Write) -> Result<bool, Box<dyn Error>> {
    if names.is_empty() {
        return Err(USAGE.into());
    }
    let workspace = Workspace::load()?;
    let files = Files::collect(workspace.root())?;
    let mut clean = true;
    for name in names {
        let problems = match name.as_str() {
            "layers" => layers::check(&workspace)?,
            "rules" => rules::check(&files),
            "ktor-tests" => ktor_tests::check(&files),
            "prose" => prose::check(&workspace, &files),
            "features" => {
                print_features(&workspace, out)?;
                continue;
            }
            _ => return Err(format!("no check `{name}`\n{USAGE}").into()),
        };
        report(name, &problems, out)?;
        clean &= problems.is_empty();
    }
    Ok(clean)
}

fn report(check: &str, problems: &[Problem], out: &mut impl Write) -> io::Result<()> {
    for problem in problems {
        writeln!(out, "{problem}")?;
    }
    match problems.len() {
        0 => writeln!(out, "{check}: ok"),
        count => writeln!(out, "{check}: {count} problem(s)"),
    }
}

fn print_features(workspace: &Workspace, out: &mut impl Write) -> io::Result<()> {
    for package in workspace.packages() {
        for feature in &package.features {
            writeln!(out, "{} {feature}", package.name)?;
        }
    }
    Ok(())
}
