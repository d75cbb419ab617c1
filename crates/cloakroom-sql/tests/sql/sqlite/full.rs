//! A file that may not grow any more.

use std::ffi::OsString;
use std::process::Child;
use std::time::Duration;

use cloakroom_sql::SqliteStorage;
use cloakroom_storage::{
    CreateOutcome, RemoveOutcome, Storage, StorageErrorKind, TouchOutcome, UpdateOutcome, Version,
};

use rusqlite::Connection;
use servers::SmallDisk;

use super::child::{said, start, this_program};
use super::processes::{key, new};
use crate::NOW;
use crate::faults::full;

/// Fills the file, and gives the versions of what is in it.
async fn fill(storage: &SqliteStorage) -> Vec<Version> {
    let mut versions = Vec::new();
    for number in 0..1_000 {
        let mut record = new(number);
        record.idle_deadline = Some(NOW.saturating_add(Duration::from_secs(9)));
        match storage
            .create(&key(number), &record, None, NOW)
            .await
            .unwrap()
        {
            CreateOutcome::Created(version) => versions.push(version),
            CreateOutcome::Full => return versions,
            other => panic!("{other:?}"),
        }
    }
    panic!("the file grows beyond its bound");
}

/// New sessions are answered `Full`; what is there can be read, touched and ended, and is whole.
#[tokio::test]
async fn a_full_file_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    let builder = SqliteStorage::builder(&file).max_bytes(256 * 1024);
    let storage = builder.open().await.unwrap();
    let versions = fill(&storage).await;
    assert!(versions.len() > 20, "{}", versions.len());
    assert!(file.metadata().unwrap().len() <= 256 * 1024);

    let later = NOW.saturating_add(Duration::from_secs(20));
    let touched = storage.touch(&key(0), later, NOW).await.unwrap();
    assert_eq!(touched, TouchOutcome::Touched);
    let mut larger = new(1);
    larger.content = vec![1; 60_000].into();
    let error = storage
        .update(&key(1), versions[1], &larger, NOW)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), StorageErrorKind::Full);
    for (number, version) in (0..).zip(&versions) {
        let stored = storage.read(&key(number), NOW).await.unwrap().unwrap();
        assert_eq!(
            (stored.version, &stored.record.content),
            (*version, &new(number).content)
        );
    }
    for number in 0..30 {
        let removed = storage.remove(&key(number)).await.unwrap();
        assert_eq!(removed, RemoveOutcome::Removed);
    }
    let updated = storage
        .update(&key(31), versions[31], &larger, NOW)
        .await
        .unwrap();
    assert!(
        matches!(updated, UpdateOutcome::Updated(_)),
        "there is room again"
    );
}

/// Calls that come at once share a transaction; where one finds no room, the others are kept all the
/// same.
#[tokio::test(flavor = "multi_thread")]
async fn who_finds_no_room_takes_nobody_along() {
    let folder = tempfile::tempdir().unwrap();
    let builder = SqliteStorage::builder(folder.path().join("sessions.db"));
    let storage = builder.max_bytes(256 * 1024).open().await.unwrap();
    let known = fill(&storage).await.len();
    let calls: Vec<_> = (0..64_u32)
        .map(|number| {
            let storage = storage.clone();
            tokio::spawn(async move {
                if number % 2 == 0 {
                    let mut larger = new(number);
                    larger.content = vec![1; 60_000].into();
                    let key = key(1_000 + number);
                    return storage.create(&key, &larger, None, NOW).await.unwrap()
                        == CreateOutcome::Full;
                }
                let deadline = NOW.saturating_add(Duration::from_secs(u64::from(number) + 10));
                storage
                    .touch(&key(number % 16), deadline, NOW)
                    .await
                    .unwrap()
                    == TouchOutcome::Touched
            })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap());
    }
    assert!(known > 16);
    let stored = storage.read(&key(15), NOW).await.unwrap().unwrap();
    let deadline = NOW.saturating_add(Duration::from_secs(63 + 10));
    assert_eq!(stored.record.idle_deadline, Some(deadline));
}

/// The same as a full disk: the system lets no file of the process grow beyond a size.
#[tokio::test]
async fn a_full_disk_fails_what_needs_room_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    // In units of 512 bytes. Without the signal the write itself fails.
    let limited = [
        "sh",
        "-c",
        "trap '' XFSZ; ulimit -f 4096; exec \"$@\"",
        "sh",
    ];
    let mut child: Child = start(&this_program(), &limited.map(OsString::from), "grow", &file);
    let said: Vec<_> = said(&mut child, "acknowledged").collect();
    child.wait().unwrap();
    let made = said.iter().filter(|said| said.contains("Created"));
    let made: Vec<u32> = made
        .map(|said| said.split(' ').next().unwrap().parse().unwrap())
        .collect();
    assert!(made.len() > 20 && made.len() < 2_000, "{}", made.len());
    let storage = SqliteStorage::open(&file).await.unwrap();
    for number in &made {
        let stored = storage.read(&key(*number), NOW).await.unwrap().unwrap();
        assert_eq!(stored.record, new(*number));
    }
    let more = storage.create(&key(7), &new(7), None, NOW).await.unwrap();
    assert!(matches!(more, CreateOutcome::Created(_)), "service resumes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_and_service_resumes_with_room() {
    let Some(disk) = SmallDisk::mount(16 * 1024) else {
        return;
    };
    let file = disk.path().join("sessions.db");
    let storage = SqliteStorage::open(&file).await.unwrap();
    full::loses_nothing(&storage, || disk.fill(), || disk.clear()).await;
}

/// What the log needs for it, it has: it begins anew where it may not grow.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_sessions_can_be_ended() {
    let Some(disk) = SmallDisk::mount(4 * 1024) else {
        return;
    };
    let file = disk.path().join("sessions.db");
    let storage = SqliteStorage::open(&file).await.unwrap();
    for number in 0..60 {
        let created = storage.create(&key(number), &new(number), None, NOW).await;
        assert!(matches!(created, Ok(CreateOutcome::Created(_))));
    }
    // As after a start: all is in the file, and the log is empty.
    let truncated = Connection::open(&file).and_then(|connection| {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0))
    });
    assert_eq!(truncated, Ok(0));
    for number in 0..60 {
        if number == 10 {
            disk.fill();
        }
        let removed = storage.remove(&key(number)).await.unwrap();
        assert_eq!(removed, RemoveOutcome::Removed);
        assert_eq!(storage.read(&key(number), NOW).await.unwrap(), None);
    }
}
