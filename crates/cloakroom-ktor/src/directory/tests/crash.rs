//! A process that is killed, at each step of each call: what is left is the old content or the new,
//! whole, and nothing that was ended comes back.

use std::fs;
use std::path::Path;

use cloakroom_storage::{CreateOutcome, RemoveOutcome, Storage, TouchOutcome};

use super::super::step::Step;
use super::process::is_killed_at;
use super::work::{
    NOW, ada, content, convert, create, exclusive, id, later, run, scope, shared, signed_in, text,
};
use crate::{DirectoryErrorKind, ExclusiveDirectory};

const STEPS: [Step; 12] = [
    Step::DraftMade,
    Step::DraftWritten,
    Step::DraftSynced,
    Step::FoldersMade,
    Step::FileSeen,
    Step::Placed,
    Step::Exchanged,
    Step::FolderSynced,
    Step::Unlinked,
    Step::FolderRemoved,
    Step::MarkMade,
    Step::Converted,
];

/// Kills a child at every step of its work, each time below a root of its own, and looks at what is
/// left. Gives the steps that it came to.
fn kill_everywhere(work: &str, prepare: impl Fn(&Path), check: impl Fn(&Path, Step)) -> Vec<Step> {
    let mut reached = Vec::new();
    for step in STEPS {
        for times in 0..32 {
            let folder = tempfile::tempdir().unwrap();
            prepare(folder.path());
            if !is_killed_at(work, folder.path(), step, times) {
                break;
            }
            reached.push(step);
            check(folder.path(), step);
        }
    }
    reached
}

fn with_a_shared_session(root: &Path) {
    create(&shared(root), &id(0), &text("old"));
}

fn with_an_exclusive_session(root: &Path) {
    create(&exclusive(root), &id(0), &signed_in("old"));
}

/// Drafts of the dead are gone after a sweep, and everything can be written as before.
fn assert_tidy(root: &Path) {
    let storage = shared(root);
    let drafts = || {
        let entries = fs::read_dir(root).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with('.')).count()
    };
    let left = drafts();
    assert_eq!(run(storage.sweep(NOW, 0)).unwrap(), 0);
    assert_eq!(run(storage.sweep(NOW, 9)).unwrap(), left);
    assert_eq!(drafts(), 0);
    create(&storage, &id(7), &text("after"));
    assert_eq!(content(&storage, &id(7)).as_deref(), Some("after"));
}

#[test]
fn a_create_that_is_killed_made_a_whole_session_or_none() {
    let reached = kill_everywhere("shared create", with_a_shared_session, |root, step| {
        let storage = shared(root);
        let made = content(&storage, &id(1));
        let is_placed = matches!(step, Step::Placed | Step::FolderSynced);
        assert_eq!(made.as_deref(), is_placed.then_some("new"), "{step:?}");
        assert_eq!(content(&storage, &id(0)).as_deref(), Some("old"));
        assert_tidy(root);
    });
    let expected = [
        Step::DraftMade,
        Step::DraftWritten,
        Step::DraftSynced,
        Step::FoldersMade,
        Step::Placed,
        Step::FolderSynced,
    ];
    assert_eq!(reached, expected);
}

/// Also where the empty file of a dead writer of Ktor's gives way.
#[test]
fn a_create_that_is_killed_leaves_the_empty_file_or_a_whole_session() {
    let leave_empty = |root: &Path| {
        fs::create_dir_all(root.join("aa/bb")).unwrap();
        fs::write(root.join("aa/bb/c0.dat"), "").unwrap();
    };
    let reached = kill_everywhere("shared replace", leave_empty, |root, step| {
        let made = content(&shared(root), &id(0));
        let is_placed = matches!(step, Step::Exchanged | Step::Placed | Step::FolderSynced);
        assert_eq!(made.as_deref(), is_placed.then_some("new"), "{step:?}");
        assert_tidy(root);
    });
    assert!(reached.contains(&Step::Placed));
}

#[test]
fn an_update_that_is_killed_leaves_the_old_text_or_the_new() {
    let reached = kill_everywhere("shared update", with_a_shared_session, |root, step| {
        let is_placed = matches!(step, Step::Exchanged | Step::Placed | Step::FolderSynced);
        let expected = if is_placed { "new" } else { "old" };
        assert_eq!(
            content(&shared(root), &id(0)).as_deref(),
            Some(expected),
            "{step:?}"
        );
        assert_tidy(root);
    });
    assert!(reached.contains(&Step::DraftWritten) && reached.contains(&Step::Placed));
}

#[test]
fn a_removal_that_is_killed_ended_the_session_or_did_nothing() {
    let reached = kill_everywhere("shared remove", with_a_shared_session, |root, step| {
        // The first of its steps comes after the one that ends the session.
        assert_eq!(content(&shared(root), &id(0)), None, "{step:?}");
        assert_tidy(root);
    });
    assert_eq!(
        reached,
        [Step::FolderSynced, Step::Unlinked, Step::FolderRemoved]
    );
}

#[test]
fn an_exclusive_create_that_is_killed_made_a_whole_record_or_none() {
    kill_everywhere(
        "exclusive create",
        with_an_exclusive_session,
        |root, step| {
            let storage = exclusive(root);
            let made = content(&storage, &id(1));
            assert!(made.is_none() || made.as_deref() == Some("new"), "{step:?}");
            let listed = run(storage.list(&ada(), NOW)).unwrap();
            assert_eq!(listed.len(), 1 + usize::from(made.is_some()));
            assert_eq!((storage.len(), storage.damaged()), (listed.len(), 0));
            if made.is_none() {
                create(&storage, &id(1), &signed_in("again"));
            }
        },
    );
}

#[test]
fn a_sign_in_that_is_killed_never_leaves_none_where_one_was() {
    let mut seen = Vec::new();
    let seen_so_far = std::cell::RefCell::new(&mut seen);
    kill_everywhere(
        "exclusive end oldest",
        with_an_exclusive_session,
        |root, step| {
            let storage = exclusive(root);
            let left = [id(0), id(1)].map(|key| content(&storage, &key).is_some());
            assert!(left[0] || left[1], "{step:?}");
            seen_so_far.borrow_mut().push(left);
        },
    );
    for possible in [[true, false], [true, true], [false, true]] {
        assert!(seen.contains(&possible), "{possible:?} in {seen:?}");
    }
}

#[test]
fn an_exclusive_update_or_touch_that_is_killed_leaves_the_old_record_or_the_new() {
    for (work, new, until) in [("update", "new", 10), ("touch", "old", 20)] {
        let work = format!("exclusive {work}");
        let reached = kill_everywhere(&work, with_an_exclusive_session, |root, step| {
            let storage = exclusive(root);
            let stored = run(storage.read(&id(0), NOW)).unwrap().unwrap().record;
            let found = (
                str::from_utf8(&stored.content).unwrap(),
                stored.idle_deadline,
            );
            let (before, after) = (("old", Some(later(10))), (new, Some(later(until))));
            assert!(found == before || found == after, "{step:?}: {found:?}");
            let touched = run(storage.touch(&id(0), later(30), NOW)).unwrap();
            assert_eq!(touched, TouchOutcome::Touched);
        });
        assert!(reached.contains(&Step::Exchanged) || reached.contains(&Step::Placed));
    }
}

#[test]
fn an_exclusive_removal_that_is_killed_ended_the_session_or_did_nothing() {
    kill_everywhere(
        "exclusive remove",
        with_an_exclusive_session,
        |root, step| {
            let storage = exclusive(root);
            assert_eq!(content(&storage, &id(0)), None, "{step:?}");
            assert!(storage.is_empty());
        },
    );
}

/// Whatever was done of it by then, doing it again does all of it.
#[test]
fn an_ending_of_all_sessions_that_is_killed_is_done_by_the_next() {
    let prepare = |root: &Path| {
        let storage = exclusive(root);
        for number in 0..3 {
            create(&storage, &id(number), &signed_in("old"));
        }
    };
    let reached = kill_everywhere("exclusive remove all", prepare, |root, step| {
        let storage = exclusive(root);
        let mut begun = signed_in("late");
        begun.subject_number = Some(run(storage.begin_sign_in(&ada(), NOW)).unwrap());
        assert!(
            content(&storage, &id(1)).is_some(),
            "{step:?}: the excepted one"
        );
        run(storage.remove_all(&ada(), None, NOW)).unwrap();
        drop(storage);
        let storage = exclusive(root);
        assert!(storage.is_empty(), "{step:?}");
        let outcome = run(storage.create(&id(5), &begun, None, NOW)).unwrap();
        assert_eq!(outcome, CreateOutcome::SignedOutMeanwhile, "{step:?}");
    });
    assert!(
        reached
            .iter()
            .filter(|step| **step == Step::Unlinked)
            .count()
            == 2
    );
}

#[test]
fn a_floor_that_is_killed_holds_or_was_never_set() {
    let mut seen = Vec::new();
    let seen_so_far = std::cell::RefCell::new(&mut seen);
    kill_everywhere(
        "exclusive end before",
        with_an_exclusive_session,
        |root, _| {
            let storage = exclusive(root);
            seen_so_far
                .borrow_mut()
                .push(content(&storage, &id(0)).is_some());
            run(storage.end_before(&scope(), later(5))).unwrap();
            assert_eq!(content(&exclusive_again(storage, root), &id(0)), None);
        },
    );
    assert!(seen.contains(&true) && seen.contains(&false), "{seen:?}");
}

fn exclusive_again(storage: ExclusiveDirectory, root: &Path) -> ExclusiveDirectory {
    drop(storage);
    exclusive(root)
}

#[test]
fn an_opening_that_is_killed_is_done_by_the_next() {
    kill_everywhere(
        "exclusive open",
        |_| {},
        |root, _| {
            let storage = exclusive(root);
            create(&storage, &id(0), &signed_in("text"));
            assert!(content(&exclusive_again(storage, root), &id(0)).is_some());
        },
    );
}

/// Until all of it is done, nobody takes the directory for shared, or for whole.
#[test]
fn a_conversion_that_is_killed_loses_no_session() {
    let ids = ["aa", "AABB", "cc", "é"].map(|id| cloakroom_storage::StorageKey::text(id).unwrap());
    let prepare = |root: &Path| {
        for id in &ids {
            create(&shared(root), id, &text("old"));
        }
    };
    let reached = kill_everywhere("exclusive convert", prepare, |root, step| {
        match ExclusiveDirectory::open(root) {
            Ok(storage) => assert_eq!(storage.len(), ids.len()),
            Err(error) => {
                let kind = error.kind();
                assert!(
                    matches!(kind, DirectoryErrorKind::KtorFiles(_)),
                    "{step:?}: {kind:?}"
                );
            }
        }
        if step != Step::DraftMade {
            let refused = crate::SharedDirectory::open(root).unwrap_err();
            assert_eq!(refused.kind(), DirectoryErrorKind::Exclusive, "{step:?}");
        }
        let storage = convert(root).unwrap();
        assert_eq!(
            (storage.len(), storage.damaged()),
            (ids.len(), 0),
            "{step:?}"
        );
        for id in &ids {
            assert_eq!(content(&storage, id).as_deref(), Some("old"), "{step:?}");
            assert_eq!(run(storage.remove(id)).unwrap(), RemoveOutcome::Removed);
        }
        assert!(exclusive_again(storage, root).is_empty());
    });
    assert!(
        reached
            .iter()
            .filter(|step| **step == Step::Converted)
            .count()
            == ids.len()
    );
}
