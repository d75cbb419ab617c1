//! What the exclusive directory promises over restarts, and about what it did not write.

use std::collections::HashSet;
use std::fs;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use cloakroom_ktor::{DirectoryErrorKind, ExclusiveDirectory, KeptRecord, SharedDirectory};
use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, RemoveOutcome, Scope, Storage, StorageErrorKind, StorageKey,
    Subject, SubjectLimit, SubjectNumber, Timestamp, TouchOutcome, UpdateOutcome, Version,
    WhenFull,
};

const NOW: Timestamp = Timestamp::from_secs(4_102_444_800);
const HOUR: u64 = 60 * 60 * 1_000;

fn open(root: &Path) -> ExclusiveDirectory {
    ExclusiveDirectory::open(root).unwrap()
}

fn scope() -> Scope {
    Scope::new("a/b")
}

fn ada() -> Subject {
    Subject::new(scope(), "ada")
}

fn later(millis: u64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + millis)
}

fn key(number: u8) -> StorageKey {
    StorageKey::hash([number; 32])
}

fn id(id: &str) -> StorageKey {
    StorageKey::text(id).unwrap()
}

fn record() -> Record {
    Record::new(scope(), ProofHash::new([1; 32]), NOW, b"content".as_slice())
}

fn signed_in() -> Record {
    let mut record = record();
    record.subject = Some("ada".into());
    record
}

async fn keep(storage: &ExclusiveDirectory, key: &StorageKey, record: &Record) -> Version {
    match storage.create(key, record, None, NOW).await.unwrap() {
        CreateOutcome::Created(version) => version,
        other => panic!("nothing was in the way: {other:?}"),
    }
}

async fn is_there(storage: &ExclusiveDirectory, key: &StorageKey) -> bool {
    storage.read(key, NOW).await.unwrap().is_some()
}

/// The only file below the root that ends so.
fn find(root: &Path, end: &str) -> std::path::PathBuf {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().unwrap().ends_with(end) {
                return path;
            }
        }
    }
    panic!("no {end}");
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let mut full = signed_in();
    let mut previous = cloakroom_storage::PreviousProof::new(ProofHash::new([2; 32]), NOW);
    previous.until = Some(later(30));
    full.previous = Some(previous);
    full.subject_number = Some(SubjectNumber::new(4));
    full.absolute_deadline = Some(later(9_000));
    full.idle_deadline = Some(later(1_000));
    let keys = [key(1), id("0123456789abcdef"), id("../ID"), id("é"), id("")];
    for key in &keys {
        keep(&storage, key, &full).await;
    }
    let touched = storage.touch(&keys[0], later(2_000), NOW).await.unwrap();
    assert_eq!(touched, TouchOutcome::Touched);
    let mut expected = Vec::new();
    for key in &keys {
        expected.push(storage.read(key, NOW).await.unwrap().unwrap());
    }
    let listed = storage.list(&ada(), NOW).await.unwrap();
    drop(storage);
    let storage = open(folder.path());
    assert_eq!((storage.len(), storage.damaged()), (keys.len(), 0));
    for (key, expected) in keys.iter().zip(expected) {
        let stored = storage.read(key, NOW).await.unwrap().unwrap();
        assert_eq!(stored, expected);
        let updated = storage
            .update(key, stored.version, &stored.record, NOW)
            .await;
        assert!(matches!(updated.unwrap(), UpdateOutcome::Updated(_)));
    }
    assert_eq!(storage.list(&ada(), NOW).await.unwrap(), listed);
    assert_eq!(storage.sweep(later(2_000 + HOUR), 10).await.unwrap(), 4);
    assert_eq!(storage.sweep(later(2_001 + HOUR), 10).await.unwrap(), 1);
}

#[tokio::test]
async fn no_version_is_given_twice_over_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let mut given = HashSet::new();
    for _ in 0..4 {
        let storage = open(folder.path());
        for _ in 0..3 {
            let version = keep(&storage, &key(1), &record()).await;
            assert!(given.insert(version), "{version:?} again");
            assert_eq!(
                storage.remove(&key(1)).await.unwrap(),
                RemoveOutcome::Removed
            );
        }
    }
}

/// A state from an older copy knows nothing of the versions since then; the records do.
#[tokio::test]
async fn no_version_of_a_record_is_given_again_with_an_older_state() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join(".cloakroom/state");
    drop(open(folder.path()));
    let older = fs::read(&state).unwrap();
    let mut given = vec![keep(&open(folder.path()), &key(1), &record()).await];
    for life in 0..3 {
        let storage = open(folder.path());
        for _ in 0..3 {
            let last = *given.last().unwrap();
            let updated = storage.update(&key(1), last, &record(), NOW).await;
            let UpdateOutcome::Updated(version) = updated.unwrap() else {
                panic!("nobody else wrote");
            };
            assert!(
                !given.contains(&version),
                "{version:?} again in life {life}"
            );
            given.push(version);
        }
        drop(storage);
        fs::write(&state, &older).unwrap();
    }
}

/// A sign-in may begin on one page and end on another, with a restart in between.
#[tokio::test]
async fn a_sign_in_from_before_the_ending_is_refused_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    for spared in [false, true] {
        let storage = open(folder.path());
        keep(&storage, &key(1), &signed_in()).await;
        let mut begun = signed_in();
        begun.subject_number = Some(storage.begin_sign_in(&ada(), NOW).await.unwrap());
        let first = key(1);
        let except = spared.then_some(&first);
        let ended = storage.remove_all(&ada(), except, NOW).await.unwrap();
        assert_eq!(ended, u64::from(!spared));
        drop(storage);
        let storage = open(folder.path());
        let outcome = storage.create(&key(2), &begun, None, NOW).await.unwrap();
        assert_eq!(outcome, CreateOutcome::SignedOutMeanwhile, "{spared}");
        begun.subject_number = Some(storage.begin_sign_in(&ada(), NOW).await.unwrap());
        keep(&storage, &key(2), &begun).await;
        assert_eq!(
            storage.remove(&key(2)).await.unwrap(),
            RemoveOutcome::Removed
        );
        assert_eq!(is_there(&storage, &key(1)).await, spared);
    }
}

/// Whoever is signed in stays able to take more rights, which carries over the session's number.
#[tokio::test]
async fn the_number_of_a_session_is_good_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let bob = Subject::new(scope(), "bob");
    storage.remove_all(&bob, None, NOW).await.unwrap();
    keep(&storage, &key(1), &signed_in()).await;
    drop(storage);
    let storage = open(folder.path());
    storage.remove_all(&bob, None, NOW).await.unwrap();
    let stored = storage.read(&key(1), NOW).await.unwrap().unwrap();
    keep(&storage, &key(2), &stored.record).await;
    assert_eq!(storage.list(&ada(), NOW).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_floor_holds_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    keep(&storage, &key(1), &record()).await;
    storage.end_before(&scope(), later(10)).await.unwrap();
    drop(storage);
    let storage = open(folder.path());
    assert!(!is_there(&storage, &key(1)).await);
    storage.end_before(&scope(), later(5)).await.unwrap();
    keep(&storage, &key(2), &record()).await;
    assert!(!is_there(&storage, &key(2)).await);
    assert_eq!(storage.sweep(later(10 + HOUR), 9).await.unwrap(), 0);
    assert_eq!(storage.sweep(later(11 + HOUR), 9).await.unwrap(), 2);
    assert!(storage.is_empty());
}

/// A later floor ends nothing again that an earlier one has ended.
#[tokio::test]
async fn what_a_floor_ended_is_swept_by_the_first_that_did() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    keep(&storage, &key(1), &record()).await;
    storage.end_before(&scope(), later(10)).await.unwrap();
    storage.end_before(&scope(), later(HOUR)).await.unwrap();
    assert_eq!(storage.sweep(later(10 + HOUR), 9).await.unwrap(), 0);
    assert_eq!(storage.sweep(later(11 + HOUR), 9).await.unwrap(), 1);
}

/// A read that meets a write is no error: it sees the record before or after, and none twice.
#[test]
fn reads_at_once_with_updates_see_whole_records() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let runtime = || {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap()
    };
    let text = |number: usize| {
        let mut record = record();
        record.content = number.to_string().into_bytes().into();
        record
    };
    let mut version = runtime().block_on(keep(&storage, &key(1), &text(0)));
    let is_over = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = vec![0];
            while !is_over.load(Ordering::Relaxed) {
                let stored = runtime()
                    .block_on(storage.read(&key(1), NOW))
                    .unwrap()
                    .unwrap();
                let number = std::str::from_utf8(&stored.record.content).unwrap();
                seen.push(number.parse::<usize>().unwrap());
            }
            seen
        });
        for number in 1..=100 {
            let updated = runtime().block_on(storage.update(&key(1), version, &text(number), NOW));
            let Ok(UpdateOutcome::Updated(next)) = updated else {
                panic!("nobody else wrote");
            };
            version = next;
        }
        is_over.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(seen.is_sorted(), "{seen:?}");
    assert!(
        seen.iter().any(|number| (1..100).contains(number)),
        "no read met a write"
    );
}

#[tokio::test]
async fn a_second_one_is_refused_while_the_first_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let clone = storage.clone();
    drop(storage);
    let error = ExclusiveDirectory::open(folder.path()).unwrap_err();
    assert_eq!(error.kind(), DirectoryErrorKind::InUse);
    drop(clone);
    open(folder.path());
}

/// Nothing is made of one byte that is not what was written, for this key alone.
#[tokio::test]
async fn a_damaged_file_is_an_error_for_its_key_alone() {
    let folder = tempfile::tempdir().unwrap();
    for damaged in [key(1), id("abcd"), id("../")] {
        let storage = open(folder.path());
        keep(&storage, &damaged, &signed_in()).await;
        keep(&storage, &key(9), &signed_in()).await;
        drop(storage);
        let nines = format!("{}.dat", "09".repeat(32));
        let aside = folder.path().join("aside");
        fs::rename(find(folder.path(), &nines), &aside).unwrap();
        let file = find(folder.path(), ".dat");
        let mut bytes = fs::read(&file).unwrap();
        bytes[40] ^= 4;
        fs::write(&file, bytes).unwrap();
        fs::rename(aside, folder.path().join("~/09").join(nines)).unwrap();

        let storage = open(folder.path());
        assert_eq!((storage.len(), storage.damaged()), (1, 1));
        let errors = [
            storage.read(&damaged, NOW).await.unwrap_err(),
            storage
                .create(&damaged, &record(), None, NOW)
                .await
                .unwrap_err(),
            storage
                .update(&damaged, Version::new(1), &record(), NOW)
                .await
                .unwrap_err(),
            storage.touch(&damaged, NOW, NOW).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), StorageErrorKind::Corrupt);
        }
        assert!(is_there(&storage, &key(9)).await);
        assert_eq!(storage.remove_all(&ada(), None, NOW).await.unwrap(), 1);
        assert_eq!(
            storage.remove(&damaged).await.unwrap(),
            RemoveOutcome::Removed
        );
        assert_eq!(
            storage.remove(&damaged).await.unwrap(),
            RemoveOutcome::Absent
        );
        assert_eq!(storage.damaged(), 0);
        assert!(!is_there(&storage, &damaged).await);
    }
}

/// A record that was copied to another session's name opens that session for nobody.
#[tokio::test]
async fn a_record_at_another_records_place_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    keep(&storage, &id("abcd"), &record()).await;
    drop(storage);
    fs::copy(
        folder.path().join("ab/cd.dat"),
        folder.path().join("ab/ce.dat"),
    )
    .unwrap();
    let storage = open(folder.path());
    assert!(is_there(&storage, &id("abcd")).await);
    let error = storage.read(&id("abce"), NOW).await.unwrap_err();
    assert_eq!(error.kind(), StorageErrorKind::Corrupt);
}

/// Not supposed to happen, and no reason to serve one session for another or to bring one back.
#[tokio::test]
async fn what_was_changed_by_hand_meanwhile_is_none_or_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let version = keep(&storage, &id("abcd"), &record()).await;
    keep(&storage, &id("abce"), &record()).await;
    let (first, second) = (
        folder.path().join("ab/cd.dat"),
        folder.path().join("ab/ce.dat"),
    );
    fs::copy(&second, &first).unwrap();
    let error = storage.read(&id("abcd"), NOW).await.unwrap_err();
    assert_eq!(error.kind(), StorageErrorKind::Corrupt);
    fs::write(&first, b"half a rec").unwrap();
    let error = storage.read(&id("abcd"), NOW).await.unwrap_err();
    assert_eq!(error.kind(), StorageErrorKind::Corrupt);
    fs::remove_file(&first).unwrap();
    assert!(!is_there(&storage, &id("abcd")).await);
    let updated = storage.update(&id("abcd"), version, &record(), NOW).await;
    assert_eq!(updated.unwrap(), UpdateOutcome::Gone);
    assert!(!first.exists());
    assert_eq!(
        storage.remove(&id("abcd")).await.unwrap(),
        RemoveOutcome::Absent
    );
    assert!(is_there(&storage, &id("abce")).await);
}

#[tokio::test]
async fn records_without_their_state_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    keep(&storage, &key(1), &record()).await;
    drop(storage);
    let mark = folder.path().join(".cloakroom");
    let state = fs::read(mark.join("state")).unwrap();
    let mut damaged = state.clone();
    damaged[9] ^= 1;
    fs::write(mark.join("state"), damaged).unwrap();
    let refused = |kind| {
        let error = ExclusiveDirectory::open(folder.path()).unwrap_err();
        assert_eq!(error.kind(), kind);
        let error = ExclusiveDirectory::convert(folder.path(), |_, _| record()).unwrap_err();
        assert_eq!(error.kind(), kind);
    };
    refused(DirectoryErrorKind::StateLost);
    fs::write(mark.join("state"), b"\x89CLK\xffS2\nwhatever").unwrap();
    refused(DirectoryErrorKind::NewerFormat);
    fs::remove_file(mark.join("state")).unwrap();
    refused(DirectoryErrorKind::StateLost);
    fs::remove_dir_all(&mark).unwrap();
    let error = ExclusiveDirectory::open(folder.path()).unwrap_err();
    assert_eq!(error.kind(), DirectoryErrorKind::StateLost);
    assert!(!mark.exists(), "a refused directory was marked");
    fs::create_dir(&mark).unwrap();
    fs::write(mark.join("state"), state).unwrap();
    assert!(is_there(&open(folder.path()), &key(1)).await);
}

/// A sign-in ends the oldest where there are too many, also by files from before.
#[tokio::test]
async fn a_limit_counts_the_sessions_from_before_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    for number in 1..4 {
        let mut record = signed_in();
        record.created = later(u64::from(number));
        keep(&storage, &key(number), &record).await;
    }
    drop(storage);
    let storage = open(folder.path());
    let limit = SubjectLimit::new(NonZeroU32::new(2).unwrap(), WhenFull::EndOldest);
    let outcome = storage
        .create(&key(4), &signed_in(), Some(limit), NOW)
        .await;
    assert!(matches!(outcome.unwrap(), CreateOutcome::Created(_)));
    drop(storage);
    let storage = open(folder.path());
    for number in 1..5 {
        assert_eq!(
            is_there(&storage, &key(number)).await,
            number > 2,
            "{number}"
        );
    }
}

#[tokio::test]
async fn converting_loses_no_session() {
    let folder = tempfile::tempdir().unwrap();
    let ids = [
        "0123456789abcdef0123456789abcdef",
        "777",
        "h778",
        "ABC.x",
        "a b",
        "é",
        "~x",
        "ab",
    ];
    let shared = SharedDirectory::open(folder.path()).unwrap();
    for of in ids {
        let record = Record::new(scope(), ProofHash::new([0; 32]), NOW, of.as_bytes());
        let created = shared.create(&id(of), &record, None, NOW).await.unwrap();
        assert!(matches!(created, CreateOutcome::Created(_)));
    }
    fs::write(folder.path().join("xy.dat"), "").unwrap();
    let error = ExclusiveDirectory::open(folder.path()).unwrap_err();
    assert!(matches!(error.kind(), DirectoryErrorKind::KtorFiles(1..)));
    assert!(error.to_string().contains("ExclusiveDirectory::convert"));
    let read = shared.read(&id("777"), NOW).await.unwrap();
    assert!(read.is_some(), "a refused opening took the directory");

    let as_record = |key: &StorageKey, text: Arc<[u8]>| {
        assert_eq!(key.as_bytes(), &*text);
        let mut record = Record::new(scope(), ProofHash::new([7; 32]), NOW, text);
        record.subject = Some("ada".into());
        record.absolute_deadline = Some(later(10));
        record
    };
    for _ in 0..2 {
        let storage = ExclusiveDirectory::convert(folder.path(), as_record).unwrap();
        assert_eq!((storage.len(), storage.damaged()), (ids.len(), 0));
        for of in ids {
            let stored = storage.read(&id(of), NOW).await.unwrap().unwrap();
            assert_eq!(&*stored.record.content, of.as_bytes());
            assert_eq!(stored.record.absolute_deadline, Some(later(10)));
        }
        assert_eq!(storage.list(&ada(), NOW).await.unwrap().len(), ids.len());
        drop(storage);
        assert_eq!(open(folder.path()).len(), ids.len());
    }
    let storage = open(folder.path());
    assert_eq!(
        storage.remove_all(&ada(), None, NOW).await.unwrap(),
        ids.len() as u64
    );
    drop(storage);
    assert!(open(folder.path()).is_empty());
}

/// What the file of a session holds is what [`KeptRecord`] reads.
#[tokio::test]
async fn a_file_holds_the_whole_record() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let version = keep(&storage, &id("abcde"), &record()).await;
    let bytes = fs::read(folder.path().join("ab/cd/e.dat")).unwrap();
    let expected = KeptRecord::new(id("abcde"), version, record());
    assert_eq!(KeptRecord::decode(&bytes), Ok(expected));
}
