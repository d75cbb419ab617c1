//! The same program as another process: a test that does more where it is told a file.
//!
//! * **What it acknowledges it says**, a line each, so that a parent that kills it knows.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use cloakroom_sql::SqliteStorage;
use cloakroom_storage::Storage;
use cloakroom_testkit::Ledger;
use tokio::task::JoinSet;

use super::processes::{key, new, raise};
use crate::NOW;

const FILE: &str = "CLOAKROOM_SQL_TEST_FILE";
const TASK: &str = "CLOAKROOM_SQL_TEST_TASK";

/// How many writers of a child there are.
pub(super) const WRITERS: u32 = 6;

/// How many calls a child makes at most, or each of its writers.
const AT_MOST: u32 = 20_000;

/// A child that does `task` on `file`, started by `program` with these arguments before it.
pub(super) fn start(program: &Path, before: &[OsString], task: &str, file: &Path) -> Child {
    let mut command = match before.split_first() {
        None => Command::new(program),
        Some((first, rest)) => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
    };
    command
        .args([
            "--exact",
            "sqlite::child::a_child_does_what_it_is_told",
            "--nocapture",
        ])
        .env(FILE, file)
        .env(TASK, task)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// This program.
pub(super) fn this_program() -> PathBuf {
    env::current_exe().unwrap()
}

/// What a child says that begins with `word`, as it says it.
pub(super) fn said(child: &mut Child, word: &str) -> impl Iterator<Item = String> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let word = format!("{word} ");
    lines.map_while(Result::ok).filter_map(move |line| {
        // The test's own line may stand before it.
        let (_, said) = line.split_once(&word)?;
        Some(said.to_owned())
    })
}

/// Not told anything it does each task once on a file of its own, and must succeed.
#[tokio::test]
async fn a_child_does_what_it_is_told() {
    if let (Some(file), Ok(task)) = (env::var_os(FILE), env::var(TASK)) {
        obey(&task, Path::new(&file), AT_MOST).await;
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    for task in ["create", "count", "grow"] {
        obey(task, &file, 5).await;
    }
    let storage = SqliteStorage::open(&file).await.unwrap();
    for number in 0..5 {
        assert!(storage.read(&key(number), NOW).await.unwrap().is_some());
    }
    obey("load 1", &file, 5).await;
    obey("open", &file, 1).await;
}

/// Writers at once, which tell the end of each call.
#[expect(clippy::print_stdout, reason = "how a child tells")]
async fn write(storage: &SqliteStorage, first: u32, calls: u32) {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let storage = storage.clone();
        writers.spawn(async move {
            let mut ledger = Ledger::of(first + writer);
            for _ in 0..calls {
                ledger.write(&storage).await.unwrap();
                println!("done {writer}");
            }
        });
    }
    writers.join_all().await;
}

#[expect(clippy::print_stdout, reason = "how a child tells")]
async fn obey(task: &str, file: &Path, calls: u32) {
    let storage = match SqliteStorage::open(file).await {
        Ok(storage) => storage,
        Err(error) => return println!("refused {error}"),
    };
    println!("opened now");
    if let Some(first) = task.strip_prefix("load ") {
        return write(&storage, first.parse().unwrap(), calls).await;
    }
    let first = match task {
        "grow" => 1 << 20,
        _ => 0,
    };
    for number in first..first + calls {
        match task {
            "create" | "grow" => {
                let created = storage.create(&key(number), &new(number), None, NOW).await;
                match created {
                    Ok(outcome) => println!("acknowledged {number} {outcome:?}"),
                    Err(error) => return println!("failed {number} {error}"),
                }
            }
            "count" => {
                raise(&storage).await;
                if number >= 199 {
                    return;
                }
            }
            _ => return,
        }
    }
}
