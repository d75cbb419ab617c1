//! What the shared directory promises beside a service of Ktor's.

use std::fs::{self, File, FileTimes};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use cloakroom_ktor::{DirectoryErrorKind, ExclusiveDirectory, SharedDirectory};
use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, RemoveOutcome, Scope, Storage, StorageErrorKind, StorageKey,
    Timestamp, TouchOutcome, UpdateOutcome,
};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp::from_secs(4_102_444_800);

fn open(root: &Path) -> SharedDirectory {
    SharedDirectory::open(root).unwrap()
}

fn key(id: &str) -> StorageKey {
    StorageKey::text(id).unwrap()
}

fn record(content: &str) -> Record {
    let proof = ProofHash::new([0; 32]);
    Record::new(Scope::new("a/b"), proof, NOW, content.as_bytes())
}

async fn text(storage: &SharedDirectory, id: &str) -> Option<String> {
    let stored = storage.read(&key(id), NOW).await.unwrap()?;
    Some(String::from_utf8(stored.record.content.to_vec()).unwrap())
}

/// What Ktor does to write: folders, then the file emptied, then filled.
fn ktor_writes(root: &Path, id: &str, text: &str) -> PathBuf {
    let pieces: Vec<_> = id.as_bytes().chunks(2).collect();
    let names = pieces
        .iter()
        .map(|piece| std::str::from_utf8(piece).unwrap());
    let path = root.join(names.collect::<Vec<_>>().join("/") + ".dat");
    loop {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Gone again where another one removed its folder.
        if let Ok(mut file) = File::create(&path) {
            file.write_all(text.as_bytes()).unwrap();
            return path;
        }
    }
}

fn names(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test]
async fn a_record_says_no_more_than_a_file_holds() {
    let folder = tempfile::tempdir().unwrap();
    let proof = ProofHash::new([7; 32]);
    let storage = open(folder.path()).with_proof(proof);
    ktor_writes(folder.path(), "abcde", "name=%23sAda");
    let stored = storage.read(&key("abcde"), NOW).await.unwrap().unwrap();
    let expected = Record::new(
        Scope::new("ktor"),
        proof,
        Timestamp::EPOCH,
        b"name=%23sAda".as_slice(),
    );
    assert_eq!(stored.record, expected);
    let touched = storage
        .touch(&key("abcde"), Timestamp::MAX, NOW)
        .await
        .unwrap();
    assert_eq!(touched, TouchOutcome::Touched);
    assert_eq!(
        storage.read(&key("abcde"), Timestamp::MAX).await.unwrap(),
        Some(stored)
    );
}

/// As Ktor's: a session's scope is its provider's, and several providers share a directory.
#[tokio::test]
async fn records_of_every_scope_are_kept_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    for (id, scope) in [("abcde", "shop/login"), ("abcdf", "shop/device")] {
        let proof = ProofHash::new([0; 32]);
        let record = Record::new(Scope::new(scope), proof, NOW, scope.as_bytes());
        let created = storage.create(&key(id), &record, None, NOW).await;
        assert!(matches!(created.unwrap(), CreateOutcome::Created(_)));
    }
    assert_eq!(text(&storage, "abcde").await.as_deref(), Some("shop/login"));
    assert_eq!(
        text(&storage, "abcdf").await.as_deref(),
        Some("shop/device")
    );
}

/// The text and nothing else, whole: what was longer before leaves nothing behind.
#[tokio::test]
async fn ktor_finds_the_text_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let path = ktor_writes(folder.path(), "abcde", "test1 with tail");
    let stored = storage.read(&key("abcde"), NOW).await.unwrap().unwrap();
    let updated = storage
        .update(&key("abcde"), stored.version, &record("test2"), NOW)
        .await;
    assert!(matches!(updated.unwrap(), UpdateOutcome::Updated(_)));
    assert_eq!(fs::read(&path).unwrap(), b"test2");
    assert_eq!(names(folder.path()), ["ab"]);
    let created = storage
        .create(&key("abcd"), &record("other"), None, NOW)
        .await;
    assert!(matches!(created.unwrap(), CreateOutcome::Created(_)));
    assert_eq!(fs::read(folder.path().join("ab/cd.dat")).unwrap(), b"other");
}

#[tokio::test]
async fn a_write_of_ktors_in_between_is_a_conflict_unless_it_changed_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    ktor_writes(folder.path(), "id", "first");
    let first = storage.read(&key("id"), NOW).await.unwrap().unwrap();
    ktor_writes(folder.path(), "id", "second");
    let outcome = storage
        .update(&key("id"), first.version, &record("ours"), NOW)
        .await;
    let UpdateOutcome::Conflict(there) = outcome.unwrap() else {
        panic!("Ktor's write was overwritten");
    };
    assert_eq!(&*there.record.content, b"second");
    assert_eq!(text(&storage, "id").await.as_deref(), Some("second"));
    ktor_writes(folder.path(), "id", "second");
    let outcome = storage
        .update(&key("id"), there.version, &record("ours"), NOW)
        .await;
    assert!(matches!(outcome.unwrap(), UpdateOutcome::Updated(_)));
}

#[tokio::test]
async fn what_ktor_ended_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let path = ktor_writes(folder.path(), "id", "text");
    let stored = storage.read(&key("id"), NOW).await.unwrap().unwrap();
    fs::remove_file(path).unwrap();
    let outcome = storage
        .update(&key("id"), stored.version, &record("text"), NOW)
        .await;
    assert_eq!(outcome.unwrap(), UpdateOutcome::Gone);
    assert_eq!(names(folder.path()), [] as [&str; 0]);
}

/// Left by a writer of Ktor's that died: none, and no obstacle.
#[tokio::test]
async fn an_empty_file_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let path = ktor_writes(folder.path(), "id", "");
    assert_eq!(text(&storage, "id").await, None);
    let gone = storage.touch(&key("id"), NOW, NOW).await.unwrap();
    assert_eq!(gone, TouchOutcome::Gone);
    let created = storage.create(&key("id"), &record("text"), None, NOW).await;
    assert!(matches!(created.unwrap(), CreateOutcome::Created(_)));
    assert_eq!(text(&storage, "id").await.as_deref(), Some("text"));
    fs::write(&path, "").unwrap();
    assert_eq!(
        storage.remove(&key("id")).await.unwrap(),
        RemoveOutcome::Absent
    );
    assert!(!path.exists());
}

/// Ktor empties a file before it fills it. To take that for "none" would log somebody out.
#[tokio::test]
async fn a_file_that_was_emptied_just_now_is_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let path = ktor_writes(folder.path(), "id", "");
    let written = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW.as_secs());
    let second = Duration::from_secs(1);
    for at in [written, written + second, written - second] {
        let file = File::options().write(true).open(&path).unwrap();
        file.set_times(FileTimes::new().set_modified(at)).unwrap();
        let error = storage.read(&key("id"), NOW).await.unwrap_err();
        assert_eq!(error.kind(), StorageErrorKind::Unavailable);
        let created = storage.create(&key("id"), &record("text"), None, NOW).await;
        assert_eq!(created.unwrap_err().kind(), StorageErrorKind::Unavailable);
    }
    let file = File::options().write(true).open(&path).unwrap();
    file.set_times(FileTimes::new().set_modified(written - 2 * second))
        .unwrap();
    assert_eq!(text(&storage, "id").await, None);
}

#[tokio::test]
async fn reading_makes_no_folder_and_removing_leaves_none() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let id = "0123456789abcdef".repeat(4);
    assert_eq!(text(&storage, &id).await, None);
    assert_eq!(names(folder.path()), [] as [&str; 0]);
    let created = storage.create(&key(&id), &record("text"), None, NOW).await;
    assert!(matches!(created.unwrap(), CreateOutcome::Created(_)));
    let neighbour = format!("{}00", &id[..62]);
    let created = storage
        .create(&key(&neighbour), &record("text"), None, NOW)
        .await;
    assert!(matches!(created.unwrap(), CreateOutcome::Created(_)));
    assert_eq!(
        storage.remove(&key(&id)).await.unwrap(),
        RemoveOutcome::Removed
    );
    assert_eq!(text(&storage, &neighbour).await.as_deref(), Some("text"));
    assert_eq!(
        storage.remove(&key(&neighbour)).await.unwrap(),
        RemoveOutcome::Removed
    );
    assert_eq!(names(folder.path()), [] as [&str; 0]);
}

#[tokio::test]
async fn the_longest_key_is_an_id_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    for id in ["x".repeat(256), "é".repeat(128), "漢".repeat(85)] {
        let created = storage.create(&key(&id), &record("text"), None, NOW).await;
        assert!(matches!(created.unwrap(), CreateOutcome::Created(_)));
        assert_eq!(text(&storage, &id).await.as_deref(), Some("text"));
        assert_eq!(
            storage.remove(&key(&id)).await.unwrap(),
            RemoveOutcome::Removed
        );
    }
    assert_eq!(names(folder.path()), [] as [&str; 0]);
}

/// A root that is missing is made, as Ktor does, for its owner alone; below, the root's rights hold
/// whatever the umask.
#[tokio::test]
async fn rights_are_those_of_the_root() {
    let folder = tempfile::tempdir().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let made = folder.path().join("made/by/opening");
    drop(open(&made));
    assert_eq!(mode(&made), 0o700);
    for (rights, of_folders, of_files) in [
        (0o700, 0o700, 0o600),
        (0o775, 0o775, 0o664),
        (0o2770, 0o2770, 0o660),
    ] {
        let root = folder.path().join(format!("{rights:o}"));
        fs::create_dir(&root).unwrap();
        fs::set_permissions(&root, fs::Permissions::from_mode(rights)).unwrap();
        let created = open(&root)
            .create(&key("abcd"), &record("text"), None, NOW)
            .await;
        assert!(matches!(created.unwrap(), CreateOutcome::Created(_)));
        assert_eq!(mode(&root.join("ab")), of_folders, "{rights:o}");
        assert_eq!(mode(&root.join("ab/cd.dat")), of_files, "{rights:o}");
    }
}

#[tokio::test]
async fn a_root_that_was_made_anew_is_used_on() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let storage = open(&root);
    fs::remove_dir_all(&root).unwrap();
    let error = storage.read(&key("id"), NOW).await.unwrap_err();
    assert_eq!(error.kind(), StorageErrorKind::Unavailable);
    ktor_writes(&root, "id", "text");
    assert_eq!(text(&storage, "id").await.as_deref(), Some("text"));
}

#[test]
fn a_root_that_is_no_folder_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for root in [file.clone(), file.join("below")] {
        let error = SharedDirectory::open(&root).unwrap_err();
        assert_eq!(error.kind(), DirectoryErrorKind::Inaccessible);
        assert!(
            error
                .to_string()
                .contains("see that its path is a directory")
        );
    }
}

#[tokio::test]
async fn a_directory_that_became_exclusive_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let created = storage.create(&key("id"), &record("text"), None, NOW).await;
    assert!(matches!(created.unwrap(), CreateOutcome::Created(_)));
    let stored = storage.read(&key("id"), NOW).await.unwrap().unwrap();
    let exclusive = ExclusiveDirectory::convert(folder.path(), |_, text| {
        Record::new(Scope::new("a/b"), ProofHash::new([0; 32]), NOW, text)
    });
    drop(exclusive.unwrap());
    let (key, next) = (key("id"), record("next"));
    let errors = [
        storage.read(&key, NOW).await.unwrap_err(),
        storage.create(&key, &next, None, NOW).await.unwrap_err(),
        storage
            .update(&key, stored.version, &next, NOW)
            .await
            .unwrap_err(),
        storage.remove(&key).await.unwrap_err(),
        storage.touch(&key, NOW, NOW).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), StorageErrorKind::Unavailable);
    }
    let refused = SharedDirectory::open(folder.path()).unwrap_err();
    assert_eq!(refused.kind(), DirectoryErrorKind::Exclusive);
}

/// A call that was begun and dropped has its whole effect, or, before its first poll, none.
#[tokio::test]
async fn a_dropped_call_has_its_whole_effect_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let created = storage.create(&key("id"), &record("old"), None, NOW).await;
    let CreateOutcome::Created(version) = created.unwrap() else {
        panic!("nothing was in the way");
    };
    let next = record("new");
    let id = key("id");
    drop(storage.update(&id, version, &next, NOW));
    assert_eq!(text(&storage, "id").await.as_deref(), Some("old"));
    tokio::select! {
        biased;
        _ = storage.update(&id, version, &next, NOW) => panic!("a call is never done at once"),
        () = std::future::ready(()) => {}
    }
    for _ in 0..1_000_000 {
        match text(&storage, "id").await.as_deref() {
            Some("new") => return,
            Some("old") => {}
            other => panic!("neither old nor new: {other:?}"),
        }
    }
    panic!("a call that was begun had no effect");
}

/// Outside of a runtime the calling thread does the work.
#[test]
fn no_runtime_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    ktor_writes(folder.path(), "id", "text");
    let id = key("id");
    let mut read = std::pin::pin!(storage.read(&id, NOW));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(stored) = read.as_mut().poll(&mut context) else {
        panic!("there is nothing to wait for");
    };
    assert!(stored.unwrap().is_some());
}

/// Folders that one call removes while another one makes them are no error to either.
#[test]
fn writers_and_removers_of_neighbouring_ids_do_not_get_in_each_others_way() {
    let folder = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let ids = ["aabbcc01", "aabbcc02", "aabbdd01", "aaccdd01"];
    thread::scope(|scope| {
        for id in ids {
            for _ in 0..2 {
                let storage = storage.clone();
                scope.spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .build()
                        .unwrap();
                    runtime.block_on(async {
                        for _ in 0..60 {
                            drop(
                                storage
                                    .create(&key(id), &record(id), None, NOW)
                                    .await
                                    .unwrap(),
                            );
                            let there = text(&storage, id).await;
                            assert!(there.is_none_or(|there| there == id));
                            let _removed = storage.remove(&key(id)).await.unwrap();
                        }
                    });
                });
            }
        }
    });
    assert_eq!(names(folder.path()), [] as [&str; 0]);
}

/// A Kotlin service that writes a session all the time logs nobody out here.
#[test]
fn a_session_that_ktor_is_writing_is_never_taken_for_none() {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let storage = open(folder.path());
    let path = ktor_writes(folder.path(), "id", "text");
    let is_over = Arc::new(AtomicBool::new(false));
    let ktor = {
        let (root, is_over) = (folder.path().to_owned(), Arc::clone(&is_over));
        thread::spawn(move || {
            while !is_over.load(Ordering::Relaxed) {
                ktor_writes(&root, "id", "text");
            }
        })
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut seen = 0;
    for _ in 0..2_000 {
        let now = Timestamp::from(fs::metadata(&path).unwrap().modified().unwrap());
        match runtime.block_on(storage.read(&key("id"), now)) {
            Ok(stored) => {
                let stored = stored.expect("a session was taken for none");
                assert_eq!(&*stored.record.content, b"text");
                seen += 1;
            }
            Err(error) => assert_eq!(error.kind(), StorageErrorKind::Unavailable),
        }
    }
    is_over.store(true, Ordering::Relaxed);
    ktor.join().unwrap();
    assert!(seen > 0);
}
