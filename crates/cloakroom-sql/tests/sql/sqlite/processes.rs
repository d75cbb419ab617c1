//! Several processes, killed ones, and ones that may not write.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use cloakroom_sql::SqliteStorage;
use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, Scope, Storage, StorageKey, UpdateOutcome,
};

use super::child::{said, start, this_program};
use crate::NOW;

pub(super) fn key(number: u32) -> StorageKey {
    let mut hash = [1; 32];
    hash[..4].copy_from_slice(&number.to_be_bytes());
    StorageKey::hash(hash)
}

/// A record whose content tells its number in each of its parts.
pub(super) fn new(number: u32) -> Record {
    let content = number.to_be_bytes().repeat(500);
    Record::new(
        Scope::new("shop/cart"),
        ProofHash::new([1; 32]),
        NOW,
        content,
    )
}

fn counter() -> StorageKey {
    StorageKey::hash([9; 32])
}

/// Adds one to the counter of the file, however often another process comes in between.
pub(super) async fn raise(storage: &SqliteStorage) {
    let mut first = new(0);
    first.content = 0_u32.to_be_bytes().to_vec().into();
    let made = storage.create(&counter(), &first, None, NOW).await.unwrap();
    assert!(matches!(
        made,
        CreateOutcome::Created(_) | CreateOutcome::Exists
    ));
    for _ in 0..10_000 {
        let stored = storage.read(&counter(), NOW).await.unwrap().unwrap();
        let mut next = stored.record.clone();
        let count = u32::from_be_bytes((*next.content).try_into().unwrap()) + 1;
        next.content = count.to_be_bytes().to_vec().into();
        let updated = storage.update(&counter(), stored.version, &next, NOW).await;
        if let UpdateOutcome::Updated(_) = updated.unwrap() {
            return;
        }
    }
    panic!("another process always came first");
}

/// Programs that start at once where there is no file yet.
#[tokio::test]
async fn of_programs_that_open_a_new_file_at_once_none_is_refused() {
    for _ in 0..4 {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sessions.db");
        let program = this_program();
        let children: Vec<_> = (0..8)
            .map(|_| start(&program, &[], "open", &file))
            .collect();
        for mut child in children {
            assert_eq!(said(&mut child, "opened").count(), 1, "it was refused");
            assert!(child.wait().unwrap().success());
        }
    }
}

/// Two processes on one file: no update of either is lost.
#[tokio::test]
async fn two_processes_write_to_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    let storage = SqliteStorage::open(&file).await.unwrap();
    let mut child = start(&this_program(), &[], "count", &file);
    assert_eq!(said(&mut child, "opened").count(), 1);
    for _ in 0..200 {
        raise(&storage).await;
    }
    assert!(child.wait().unwrap().success());
    let stored = storage.read(&counter(), NOW).await.unwrap().unwrap();
    assert_eq!(*stored.record.content, 400_u32.to_be_bytes());
}

/// A file and a folder that a user may only read are no storage for that user, and stay as they are.
#[tokio::test]
async fn a_file_that_may_only_be_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    {
        let storage = SqliteStorage::open(&file).await.unwrap();
        let made = storage.create(&key(1), &new(1), None, NOW).await.unwrap();
        assert!(matches!(made, CreateOutcome::Created(_)));
    }
    let program = folder.path().join("program");
    fs::copy(this_program(), &program).unwrap();
    let before = unprivileged(folder.path());
    // Also where the log could be made beside it.
    for of_folder in [0o555, 0o777] {
        chmod(&file, 0o444);
        chmod(folder.path(), of_folder);
        let mut child = start(&program, &before, "create", &file);
        let said: Vec<_> = said(&mut child, "refused").collect();
        chmod(folder.path(), 0o755);
        chmod(&file, 0o644);
        assert_eq!(said.len(), 1, "{of_folder:o}");
        assert!(said[0].contains("it may only be read"), "{said:?}");
        child.wait().unwrap();
    }
    let storage = SqliteStorage::open(&file).await.unwrap();
    let stored = storage.read(&key(1), NOW).await.unwrap().unwrap();
    assert_eq!(stored.record, new(1));
}

/// The file is made so that only its owner reads it, and the files beside it.
#[tokio::test]
async fn only_the_owner_may_read_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    let storage = SqliteStorage::open(&file).await.unwrap();
    let made = storage.create(&key(1), &new(1), None, NOW).await.unwrap();
    assert!(matches!(made, CreateOutcome::Created(_)));
    let files: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(files.len(), 3, "the file, its log and the log's index");
    for file in files {
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600, "{file:?}");
    }
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// What runs a program as a user who may write nowhere here: root may write what nobody may.
fn unprivileged(owned: &Path) -> Vec<OsString> {
    if fs::metadata(owned).unwrap().uid() != 0 {
        return Vec::new();
    }
    let nobody = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--",
    ];
    nobody.map(OsString::from).into()
}
