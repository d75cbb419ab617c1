//! A process that is killed in the midst of many calls at once.

#![expect(clippy::indexing_slicing, reason = "how a test fails")]

use std::path::Path;

use cloakroom_sql::SqliteStorage;
use cloakroom_testkit::Ledger;

use super::child::{WRITERS, said, start, this_program};

/// After how many acknowledged calls of all writers a child is killed.
const KILLED_AFTER: [usize; 6] = [1, 17, 90, 250, 500, 900];

/// Each call that it told the end of has happened, each that was under way has happened or not, and
/// nothing that ended is back.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "it says what it saw")]
async fn a_killed_process_keeps_what_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    let mut ledgers = Vec::new();
    let mut first = 0;
    for killed_after in KILLED_AFTER {
        for (writer, done) in (first..).zip(killed_under_load(&file, first, killed_after)) {
            ledgers.push(Ledger::of_killed(writer, done).await);
        }
        let storage = SqliteStorage::open(&file).await.unwrap();
        for ledger in &mut ledgers {
            ledger.check(&storage).await;
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
fn killed_under_load(file: &Path, first: u32, after: usize) -> [usize; WRITERS as usize] {
    let mut child = start(&this_program(), &[], &format!("load {first}"), file);
    let mut done = [0; WRITERS as usize];
    for writer in said(&mut child, "done") {
        // The last line may be cut off.
        let Ok(writer) = writer.parse::<usize>() else {
            break;
        };
        done[writer] += 1;
        if done.iter().sum::<usize>() == after {
            child.kill().unwrap();
        }
    }
    assert!(!child.wait().unwrap().success(), "it was to be killed");
    done
}
