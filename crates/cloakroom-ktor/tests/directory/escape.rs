//! Whatever the id and whatever lies below the root: nothing outside of it is read or changed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use cloakroom_ktor::{ExclusiveDirectory, SharedDirectory};
use cloakroom_storage::{
    ProofHash, Record, RemoveOutcome, Scope, Storage, StorageErrorKind, StorageKey, Timestamp,
    Version,
};
use proptest::prelude::*;
use tempfile::TempDir;

const NOW: Timestamp = Timestamp::from_secs(4_102_444_800);

/// A folder with the root in it, and things beside the root that are nobody's business.
struct Neighbourhood(TempDir);

impl Neighbourhood {
    fn new() -> Self {
        let outer = tempfile::tempdir().unwrap();
        fs::create_dir_all(outer.path().join("secret/cd")).unwrap();
        fs::write(outer.path().join("secret/cd.dat"), "secret").unwrap();
        fs::write(outer.path().join("secret.dat"), "secret").unwrap();
        fs::write(outer.path().join(".dat"), "secret").unwrap();
        fs::create_dir(outer.path().join("root")).unwrap();
        Self(outer)
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("root")
    }

    /// Everything beside the root, with its content.
    fn beside(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path == self.root() {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path.clone());
                    found.insert(path, None);
                } else {
                    let content = fs::read(&path).unwrap();
                    found.insert(path, Some(content));
                }
            }
        }
        found
    }
}

fn record(content: &[u8]) -> Record {
    Record::new(Scope::new("a/b"), ProofHash::new([0; 32]), NOW, content)
}

fn shared(root: &Path) -> SharedDirectory {
    SharedDirectory::open(root).unwrap()
}

/// Every call that takes a key. Whether it was answered or refused does not matter here.
async fn call_all<S: Storage>(storage: &S, key: &StorageKey) {
    drop(storage.read(key, NOW).await);
    let created = storage.create(key, &record(b"one"), None, NOW).await;
    drop(
        storage
            .update(key, Version::new(1), &record(b"two"), NOW)
            .await,
    );
    drop(storage.touch(key, NOW, NOW).await);
    let stored = storage.read(key, NOW).await;
    if let (Ok(created), Ok(stored)) = (created, stored) {
        assert!(stored.is_some(), "{created:?} and not there");
    }
    drop(storage.remove(key).await);
}

fn run<T>(call: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(call)
}

/// Names by which one could get out, whole and in pieces.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(".."),
        Just("."),
        Just("/"),
        Just("\\"),
        Just("\0"),
        Just("secret"),
        Just("root"),
        Just("%2e%2e"),
        Just("~"),
        Just("+"),
        Just(" "),
        Just("\u{ff0e}\u{ff0e}"),
        Just("\u{1f9e5}"),
        Just("ab"),
        Just(".cloakroom"),
        Just("state"),
    ];
    let pieces = proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat());
    prop_oneof![pieces, any::<String>(), "\\PC{0,80}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_id_leads_out_of_the_root(id in hostile()) {
        let Ok(key) = StorageKey::text(&id) else {
            return Ok(());
        };
        let around = Neighbourhood::new();
        let before = around.beside();
        run(call_all(&shared(&around.root()), &key));
        prop_assert_eq!(around.beside(), before.clone());
        // The same place, and nothing of the id is left.
        prop_assert_eq!(fs::read_dir(around.root()).unwrap().count(), 0);

        let exclusive = ExclusiveDirectory::open(around.root()).unwrap();
        run(call_all(&exclusive, &key));
        prop_assert_eq!(around.beside(), before);
        prop_assert!(exclusive.is_empty());
    }
}

/// A link below the root, planted by whoever may write there, is neither followed nor written
/// through.
#[test]
fn no_link_is_followed() {
    let around = Neighbourhood::new();
    let secret = around.0.path().join("secret");
    symlink(&secret, around.root().join("ab")).unwrap();
    symlink(secret.join("cd.dat"), around.root().join("ef.dat")).unwrap();
    symlink(secret.join("new.dat"), around.root().join("gh.dat")).unwrap();
    symlink("../secret", around.root().join("ij")).unwrap();
    let before = around.beside();
    let storage = shared(&around.root());
    for id in ["abcd", "abxy", "ef", "gh", "ijcd", "ijk"] {
        let key = StorageKey::text(id).unwrap();
        let read = run(storage.read(&key, NOW));
        assert!(!matches!(read, Ok(Some(_))), "{id}: read through a link");
        run(call_all(&storage, &key));
        assert_eq!(around.beside(), before, "{id}");
    }
}

#[test]
fn an_exclusive_directory_takes_no_link_for_a_record() {
    let around = Neighbourhood::new();
    let elsewhere = around.0.path().join("elsewhere");
    let (plain, hash) = (StorageKey::text("abcd").unwrap(), StorageKey::hash([1; 32]));
    let other = ExclusiveDirectory::open(&elsewhere).unwrap();
    for key in [&plain, &hash] {
        let _version = run(other.create(key, &record(b"theirs"), None, NOW)).unwrap();
    }
    drop(other);
    drop(ExclusiveDirectory::open(around.root()).unwrap());
    symlink(elsewhere.join("ab"), around.root().join("ab")).unwrap();
    symlink(elsewhere.join("~"), around.root().join("~")).unwrap();
    let before = around.beside();
    let storage = ExclusiveDirectory::open(around.root()).unwrap();
    for key in [&plain, &hash] {
        assert_eq!(run(storage.read(key, NOW)).unwrap(), None);
        let created = run(storage.create(key, &record(b"ours"), None, NOW));
        created.unwrap_err();
        assert_eq!(run(storage.remove(key)).unwrap(), RemoveOutcome::Absent);
    }
    assert_eq!(around.beside(), before);
}

/// What is no plain file is an error at once: a pipe would be waited for without end.
#[test]
fn a_pipe_and_a_folder_are_no_sessions() {
    let around = Neighbourhood::new();
    let storage = shared(&around.root());
    let made = Command::new("mkfifo")
        .arg(around.root().join("ab.dat"))
        .status();
    assert!(made.unwrap().success());
    fs::create_dir(around.root().join("cd.dat")).unwrap();
    for id in ["ab", "cd"] {
        let read = run(storage.read(&StorageKey::text(id).unwrap(), NOW));
        assert_eq!(read.unwrap_err().kind(), StorageErrorKind::Corrupt, "{id}");
    }
}

/// An id may be a secret, and so may where it lies.
///
/// Rules: secrets.
#[test]
fn no_error_and_no_debug_text_names_an_id_or_a_path() {
    let around = Neighbourhood::new();
    let storage = shared(&around.root());
    fs::create_dir_all(around.root().join("se/cr/et.dat")).unwrap();
    let key = StorageKey::text("secret").unwrap();
    let error = run(storage.read(&key, NOW)).unwrap_err();
    let source = error.expose_source().unwrap();
    let refused = SharedDirectory::open("/dev/null/secret").unwrap_err();
    let texts = [
        format!("{error} {error:?} {source} {source:?}"),
        format!("{refused} {refused:?} {:?}", refused.expose_source()),
        format!("{storage:?}"),
    ];
    for text in texts {
        assert!(!text.contains("secret") && !text.contains("root"), "{text}");
        assert!(!text.contains("et.dat"), "{text}");
    }
}
