//! What children do, and the values that they work on.

use std::fs::{self, Permissions};
use std::num::NonZeroU32;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, RemoveOutcome, Scope, Storage, StorageErrorKind, StorageKey,
    Subject, SubjectLimit, Timestamp, UpdateOutcome, WhenFull,
};

use super::load::write;
use super::process::{arm, child, this, told};
use crate::{DirectoryError, DirectoryErrorKind, ExclusiveDirectory, SharedDirectory};

pub(super) const NOW: Timestamp = Timestamp::from_secs(4_102_444_800);

/// How often a process raises the counter.
pub(super) const RAISES: usize = 100;

pub(super) fn scope() -> Scope {
    Scope::new("a/b")
}

pub(super) fn ada() -> Subject {
    Subject::new(scope(), "ada")
}

pub(super) fn later(millis: u64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + millis)
}

/// The session that lies there before the work, and those made by it.
pub(super) fn id(number: usize) -> StorageKey {
    StorageKey::text(&format!("aabbc{number}")).unwrap()
}

pub(super) fn text(content: &str) -> Record {
    Record::new(scope(), ProofHash::new([0; 32]), NOW, content.as_bytes())
}

pub(super) fn signed_in(content: &str) -> Record {
    let mut record = text(content);
    record.subject = Some("ada".into());
    record.idle_deadline = Some(later(10));
    record
}

/// What converting makes of a session.
pub(super) fn convert(root: &Path) -> Result<ExclusiveDirectory, DirectoryError> {
    ExclusiveDirectory::convert(root, |_, text| signed_in(str::from_utf8(&text).unwrap()))
}

pub(super) fn shared(root: &Path) -> SharedDirectory {
    SharedDirectory::open(root).unwrap()
}

pub(super) fn exclusive(root: &Path) -> ExclusiveDirectory {
    ExclusiveDirectory::open(root).unwrap()
}

pub(super) fn run<T>(call: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(call)
}

pub(super) fn content<S: Storage>(storage: &S, key: &StorageKey) -> Option<String> {
    let stored = run(storage.read(key, NOW)).unwrap()?;
    Some(String::from_utf8(stored.record.content.to_vec()).unwrap())
}

pub(super) fn create<S: Storage>(storage: &S, key: &StorageKey, record: &Record) {
    let outcome = run(storage.create(key, record, None, NOW)).unwrap();
    assert!(matches!(outcome, CreateOutcome::Created(_)), "{outcome:?}");
}

pub(super) fn update<S: Storage>(storage: &S, key: &StorageKey, record: &Record) {
    let version = run(storage.read(key, NOW)).unwrap().unwrap().version;
    let outcome = run(storage.update(key, version, record, NOW)).unwrap();
    assert!(matches!(outcome, UpdateOutcome::Updated(_)), "{outcome:?}");
}

/// Started by another test, this one is a child and does the work it is told. Started as a test, it
/// sees that work nobody knows fails: a child that does nothing is never taken for one that did.
#[test]
fn a_child_does_the_work_that_it_is_told() {
    let Some((work, root)) = told() else {
        let folder = tempfile::tempdir().unwrap();
        let output = child(&this(), "nothing known", folder.path()).output();
        assert!(!output.unwrap().status.success());
        return;
    };
    let root = Path::new(&root);
    match work.split_once(' ').unwrap() {
        ("shared", work) => in_shared(work, root),
        ("exclusive", work) => in_exclusive(work, root),
        ("limit", work) => at_a_limit(work, root),
        ("load", first) => write(first, root),
        _ => panic!("{work}?"),
    }
}

fn in_shared(work: &str, root: &Path) {
    let storage = shared(root);
    arm();
    match work {
        "create" => create(&storage, &id(1), &text("new")),
        "replace" => create(&storage, &id(0), &text("new")),
        "update" => update(&storage, &id(0), &text("new")),
        "remove" => assert_eq!(run(storage.remove(&id(0))).unwrap(), RemoveOutcome::Removed),
        "raise" => (0..RAISES).for_each(|_| raise(&storage)),
        "churn" => churn(&storage),
        _ => panic!("{work}?"),
    }
}

fn in_exclusive(work: &str, root: &Path) {
    if work == "open" || work == "convert" {
        arm();
        let opened = match work {
            "open" => ExclusiveDirectory::open(root),
            _ => convert(root),
        };
        drop(opened.unwrap());
        return;
    }
    if work == "refused" {
        let error = ExclusiveDirectory::open(root).unwrap_err();
        assert_eq!(error.kind(), DirectoryErrorKind::InUse);
        return;
    }
    let storage = exclusive(root);
    arm();
    match work {
        "create" => create(&storage, &id(1), &signed_in("new")),
        "end oldest" => {
            let limit = SubjectLimit::new(NonZeroU32::MIN, WhenFull::EndOldest);
            let outcome = run(storage.create(&id(1), &signed_in("new"), Some(limit), NOW));
            assert!(matches!(outcome.unwrap(), CreateOutcome::Created(_)));
        }
        "update" => update(&storage, &id(0), &signed_in("new")),
        "touch" => drop(run(storage.touch(&id(0), later(20), NOW)).unwrap()),
        "remove" => assert_eq!(run(storage.remove(&id(0))).unwrap(), RemoveOutcome::Removed),
        "remove all" => drop(run(storage.remove_all(&ada(), Some(&id(1)), NOW)).unwrap()),
        "end before" => run(storage.end_before(&scope(), later(5))).unwrap(),
        _ => panic!("{work}?"),
    }
}

fn at_a_limit(work: &str, root: &Path) {
    match work {
        "shared size" => at_the_size_limit(&shared(root), text),
        "exclusive size" => at_the_size_limit(&exclusive(root), signed_in),
        "shared read-only" => when_read_only(&shared(root), root, text),
        "exclusive read-only" => when_read_only(&exclusive(root), root, signed_in),
        "no rights" => {
            let error = SharedDirectory::open(root).unwrap_err();
            assert_eq!(error.kind(), DirectoryErrorKind::Inaccessible);
            let error = ExclusiveDirectory::open(root).unwrap_err();
            assert_eq!(error.kind(), DirectoryErrorKind::Inaccessible);
        }
        _ => panic!("{work}?"),
    }
}

/// No file may be larger than a few kilobytes, as if the disk were full.
fn at_the_size_limit<S: Storage>(storage: &S, record: fn(&str) -> Record) {
    let large = record(&"x".repeat(64 * 1024));
    create(storage, &id(0), &record("old"));
    let version = run(storage.read(&id(0), NOW)).unwrap().unwrap().version;
    let updated = run(storage.update(&id(0), version, &large, NOW));
    assert_eq!(updated.unwrap_err().kind(), StorageErrorKind::Unavailable);
    let created = run(storage.create(&id(1), &large, None, NOW));
    assert_eq!(created.unwrap_err().kind(), StorageErrorKind::Unavailable);
    assert_eq!(content(storage, &id(0)).as_deref(), Some("old"));
    assert_eq!(content(storage, &id(1)), None);
    update(storage, &id(0), &record("new"));
    create(storage, &id(1), &record("new"));
}

/// The file system does not let anyone write any more, but to a process that is everyone's master.
fn when_read_only<S: Storage>(storage: &S, root: &Path, record: fn(&str) -> Record) {
    let folders = [root.to_owned(), root.join("aa"), root.join("aa/bb")];
    create(storage, &id(0), &record("old"));
    let version = run(storage.read(&id(0), NOW)).unwrap().unwrap().version;
    let set = |mode| {
        for folder in folders.iter().filter(|folder| folder.exists()) {
            fs::set_permissions(folder, Permissions::from_mode(mode)).unwrap();
        }
    };
    set(0o555);
    let refused = [
        run(storage.update(&id(0), version, &record("new"), NOW)).unwrap_err(),
        run(storage.create(&id(1), &record("new"), None, NOW)).unwrap_err(),
        run(storage.remove(&id(0))).unwrap_err(),
    ];
    let subject = record("old").subject.is_some();
    let ended = subject.then(|| run(storage.remove_all(&ada(), None, NOW)));
    assert!(ended.is_none_or(|ended| ended.is_err()));
    assert_eq!(content(storage, &id(0)).as_deref(), Some("old"));
    assert_eq!(content(storage, &id(1)), None);
    set(0o755);
    for error in refused {
        assert_eq!(error.kind(), StorageErrorKind::Unavailable);
    }
    update(storage, &id(0), &record("new"));
    assert_eq!(run(storage.remove(&id(0))).unwrap(), RemoveOutcome::Removed);
}

/// Raises the number in the session by one, and tries again on a conflict.
pub(super) fn raise(storage: &SharedDirectory) {
    for _ in 0..100_000 {
        let stored = run(storage.read(&id(0), NOW)).unwrap().unwrap();
        let number = str::from_utf8(&stored.record.content).unwrap();
        let next = text(&(number.parse::<usize>().unwrap() + 1).to_string());
        let outcome = run(storage.update(&id(0), stored.version, &next, NOW));
        if matches!(outcome.unwrap(), UpdateOutcome::Updated(_)) {
            return;
        }
    }
    panic!("a conflict without end");
}

/// Makes and ends sessions whose folders are others' too.
fn churn(storage: &SharedDirectory) {
    for round in 0..RAISES {
        let key = id(1 + round % 3);
        drop(run(storage.create(&key, &text("text"), None, NOW)).unwrap());
        let there = content(storage, &key);
        assert!(there.is_none_or(|there| there == "text"));
        let _removed = run(storage.remove(&key)).unwrap();
    }
}
