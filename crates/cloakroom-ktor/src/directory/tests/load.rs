//! A process that is killed in the midst of many calls at once: each that it was told the end of has
//! happened, each that was under way has happened or not, and nothing that ended is back.
//!
//! * **What a writer does is fixed** by its number, so how many of its calls were acknowledged says what
//!   lies there, and what may.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::thread;

use cloakroom_testkit::Ledger;

use super::process::{child, this};
use super::work::{exclusive, run};

const WRITERS: u32 = 6;

/// How many calls a writer makes if nobody kills it.
const CALLS: usize = 4_000;

/// After how many acknowledged calls of all writers a child is killed.
const KILLED_AFTER: [usize; 7] = [1, 17, 60, 131, 250, 401, 900];

/// With what the lines of a child begin.
const WORD: &str = "done: ";

#[test]
#[expect(clippy::print_stdout, reason = "it says what it saw")]
fn who_is_killed_under_load_has_lost_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledgers = Vec::new();
    let mut first = 0;
    for killed_after in KILLED_AFTER {
        let done = killed_under_load(folder.path(), first, killed_after);
        let killed = (first..).zip(done);
        ledgers.extend(killed.map(|(writer, done)| run(Ledger::of_killed(writer, done))));
        let storage = exclusive(folder.path());
        for ledger in &mut ledgers {
            run(ledger.check(&storage));
        }
        first += WRITERS;
    }
    let done: usize = ledgers.iter().map(Ledger::acknowledged).sum();
    println!(
        "killed {} times: {done} calls succeeded",
        KILLED_AFTER.len()
    );
}

/// Begins new writers in a child that is killed; gives how many calls of each it told the end of.
fn killed_under_load(root: &Path, first: u32, after: usize) -> [usize; WRITERS as usize] {
    let mut child = child(&this(), &format!("load {first}"), root)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut done = [0; WRITERS as usize];
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        // The last line may be cut off.
        let Ok(line) = line else { break };
        if let Some(writer) = line.strip_prefix(WORD) {
            done[writer.parse::<usize>().unwrap()] += 1;
        }
        if done.iter().sum::<usize>() == after {
            child.kill().unwrap();
        }
    }
    assert!(!child.wait().unwrap().success(), "it was to be killed");
    done
}

/// What the child does.
pub(super) fn write(first: &str, root: &Path) {
    let (storage, first) = (exclusive(root), first.parse::<u32>().unwrap());
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let storage = &storage;
            scope.spawn(move || {
                let mut ledger = Ledger::of(first + writer);
                for _ in 0..CALLS {
                    run(ledger.write(storage)).unwrap();
                    let mut out = io::stdout().lock();
                    writeln!(out, "{WORD}{writer}").unwrap();
                    out.flush().unwrap();
                }
            });
        }
    });
}
