//! What errors say, and when a busy file is one.

use std::time::Duration;

use cloakroom_sql::{Problem, SqliteStorage};
use cloakroom_storage::{RemoveOutcome, Storage, StorageErrorKind};
use rusqlite::Connection;

use super::processes::{key, new};
use crate::NOW;
use crate::refused::{assert_problem, shown};

/// No path is shown to who does not ask for the cause.
#[tokio::test]
async fn no_path_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nowhere").join("very-secret.db");
    let error = SqliteStorage::open(&file).await.unwrap_err();
    let shown = shown(&error);
    assert!(!shown.contains("very-secret"), "{shown}");
    let storage = SqliteStorage::open(folder.path().join("very-secret.db"))
        .await
        .unwrap();
    assert!(!format!("{storage:?}").contains("very-secret"));
}

/// What is likely wrong is said to who starts a program.
#[tokio::test]
async fn the_likely_mistakes_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let nowhere = SqliteStorage::open(here.join("nowhere").join("sessions.db"));
    assert_problem(nowhere.await, Problem::NoFile);
    assert_problem(SqliteStorage::open(here).await, Problem::NoFile);

    let taken = here.join("taken.db");
    let other = Connection::open(&taken).unwrap();
    let made = other.execute_batch("CREATE TABLE cloakroom_sessions (theirs)");
    made.unwrap();
    assert_problem(SqliteStorage::open(&taken).await, Problem::NameTaken);

    let held = here.join("held.db");
    let other = Connection::open(&held).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let builder = SqliteStorage::builder(&held).busy_timeout(Duration::from_millis(50));
    assert_problem(builder.open().await, Problem::Busy);

    let small = SqliteStorage::builder(here.join("small.db")).max_bytes(8 * 1024);
    assert_problem(small.open().await, Problem::NoRoom);
}

/// A file that is no database is said to be none, and left as it is.
#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    let text = "a letter to the cloakroom attendant ".repeat(100);
    std::fs::write(&file, &text).unwrap();
    assert_problem(SqliteStorage::open(&file).await, Problem::NotADatabase);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

/// While another program writes for too long a write fails, and reading goes on.
#[tokio::test]
async fn a_file_that_is_busy_for_too_long_fails_writes_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    let builder = SqliteStorage::builder(&file).busy_timeout(Duration::from_millis(200));
    let storage = builder.open().await.unwrap();
    let made = storage.create(&key(1), &new(1), None, NOW).await.unwrap();
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for _ in 0..2 {
        let error = storage.remove(&key(1)).await.unwrap_err();
        assert_eq!(error.kind(), StorageErrorKind::Unavailable);
        assert!(
            storage.read(&key(1), NOW).await.unwrap().is_some(),
            "{made:?}"
        );
    }
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(
        storage.remove(&key(1)).await.unwrap(),
        RemoveOutcome::Removed
    );
}
