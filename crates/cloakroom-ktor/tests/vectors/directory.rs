//! The array `directory`: Ktor's `DirectoryStorage`, an id and a step at a time.
//!
//! | recorded | here |
//! |---|---|
//! | `read`: a text | the same text |
//! | `read`: `NoSuchElementException` | none |
//! | any step: `IllegalArgumentException` | reading none, removing nothing, writing an error |
//! | `write`, `invalidate` | the same files and folders |
//! | `read` of what is not there | **no folder**, where Ktor makes all that lead to the file |

use std::fs;
use std::path::Path;

use cloakroom_ktor::SharedDirectory;
use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, RemoveOutcome, Scope, Storage, StorageKey, Timestamp,
    UpdateOutcome,
};
use serde_json::Value;

use crate::recording::entries;

const NOW: Timestamp = Timestamp::from_secs(4_102_444_800);

fn open(root: &Path) -> SharedDirectory {
    SharedDirectory::open(root).unwrap()
}

async fn read(storage: &SharedDirectory, key: &StorageKey) -> Option<String> {
    let stored = storage.read(key, NOW).await.unwrap()?;
    Some(String::from_utf8(stored.record.content.to_vec()).unwrap())
}

/// Ktor's `write`: makes or replaces. False where it is refused.
async fn write(storage: &SharedDirectory, key: &StorageKey, text: &str) -> bool {
    let (scope, proof) = (Scope::new("ktor/login"), ProofHash::new([0; 32]));
    let record = Record::new(scope, proof, NOW, text.as_bytes());
    match storage.read(key, NOW).await.unwrap() {
        Some(stored) => {
            let updated = storage.update(key, stored.version, &record, NOW).await;
            assert!(matches!(updated.unwrap(), UpdateOutcome::Updated(_)));
            true
        }
        None => match storage.create(key, &record, None, NOW).await {
            Ok(created) => matches!(created, CreateOutcome::Created(_)),
            Err(_) => false,
        },
    }
}

/// Everything below the root, as the recordings spell it.
fn files(root: &Path) -> Vec<String> {
    fn collect(folder: &Path, above: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{above}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                let name = name + "/";
                collect(&entry.path(), &name, found);
                found.push(name);
            } else {
                let text = fs::read_to_string(entry.path()).unwrap();
                found.push(format!("{name}={text}"));
            }
        }
    }
    let mut found = Vec::new();
    collect(root, "", &mut found);
    found.sort();
    found
}

fn recorded_files(step: &Value) -> Vec<String> {
    let files = step["files"].as_array().unwrap();
    let mut files: Vec<_> = files
        .iter()
        .map(|file| file.as_str().unwrap().to_owned())
        .collect();
    files.sort();
    files
}

/// Makes what was recorded, as Ktor left it.
fn lay_out(root: &Path, files: &[String]) {
    for file in files {
        if let Some((path, text)) = file.split_once('=') {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        } else {
            fs::create_dir_all(root.join(file)).unwrap();
        }
    }
}

/// What a step comes to, compared with the recording.
async fn step(storage: &SharedDirectory, key: &StorageKey, step: &Value) {
    let (name, error) = (step["step"].as_str().unwrap(), step["error"].as_str());
    let expected = match error {
        None => step["result"].as_str(),
        Some("NoSuchElementException" | "IllegalArgumentException") => None,
        Some(other) => panic!("{other} is new"),
    };
    match name.split_once(' ') {
        None if name == "read" => assert_eq!(read(storage, key).await.as_deref(), expected),
        None if name == "invalidate" => {
            let there = read(storage, key).await.is_some();
            let removed = storage.remove(key).await.unwrap() == RemoveOutcome::Removed;
            assert_eq!(removed, there);
        }
        Some(("write", text)) => {
            assert_eq!(write(storage, key, text).await, error.is_none(), "{key:?}");
        }
        _ => panic!("{name} is new"),
    }
}

async fn compare(entry: &Value, made_by_reading: &mut usize) {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let id = entry["id"].as_str().unwrap();
    let key = StorageKey::text(id).unwrap();
    let mut before: Vec<String> = Vec::new();
    for recorded in entry["steps"].as_array().unwrap() {
        step(&storage, &key, recorded).await;
        let (ours, ktors) = (files(folder.path()), recorded_files(recorded));
        if recorded["step"] == "read" {
            assert_eq!(ours, before, "{id:?}: reading changed something");
            if ktors != ours {
                assert!(ours.is_empty() && ktors.iter().all(|file| file.ends_with('/')));
                *made_by_reading += 1;
            }
        } else {
            assert_eq!(ours, ktors, "{id:?}: {recorded}");
        }
        before = ours;
        read_what_ktor_left(&key, &ktors).await;
    }
}

async fn read_what_ktor_left(key: &StorageKey, ktors: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    lay_out(folder.path(), ktors);
    let text = ktors.iter().find_map(|file| file.split_once('='));
    let storage = open(folder.path());
    assert_eq!(
        read(&storage, key).await.as_deref(),
        text.map(|(_, text)| text)
    );
    assert_eq!(files(folder.path()), ktors);
    // Whatever reading left behind goes with the session.
    let removed = storage.remove(key).await.unwrap();
    assert_eq!(removed == RemoveOutcome::Removed, text.is_some());
    assert_eq!(files(folder.path()), [] as [&str; 0]);
}

#[tokio::test]
async fn every_step_leaves_what_ktor_leaves_but_for_folders_made_by_reading() {
    for version in ["2.3.13", "3.5.2"] {
        let mut made_by_reading = 0;
        for entry in entries(version, "directory") {
            compare(&entry, &mut made_by_reading).await;
        }
        println!("{version} directory: {made_by_reading} readings made folders in Ktor alone");
        assert!(made_by_reading > 0);
    }
}

/// What Ktor's generator makes is an id here.
#[tokio::test]
async fn every_id_that_ktor_makes_can_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    for version in crate::recording::VERSIONS {
        for id in entries(version, "session_id") {
            let key = StorageKey::text(id.as_str().unwrap()).unwrap();
            assert!(write(&storage, &key, "text").await);
            assert_eq!(read(&storage, &key).await.as_deref(), Some("text"));
        }
    }
}
