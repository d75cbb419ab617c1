//! Several processes at one directory.

use std::process::Stdio;
use std::thread;

use cloakroom_storage::Storage;

use super::process::{child, succeeds, this};
use super::work::{
    NOW, RAISES, content, convert, create, exclusive, id, raise, run, shared, signed_in, text,
};
#[test]
fn of_updates_by_two_processes_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let storage = shared(folder.path());
    create(&storage, &id(0), &text("0"));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| succeeds(child(&this(), "shared raise", folder.path())));
        }
    });
    let raised = (3 * RAISES).to_string();
    assert_eq!(content(&storage, &id(0)), Some(raised));
}

#[test]
fn processes_that_make_and_end_neighbouring_sessions_do_not_get_in_each_others_way() {
    let folder = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| succeeds(child(&this(), "shared churn", folder.path())));
        }
    });
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0);
}

#[test]
fn another_process_is_refused_while_an_exclusive_directory_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let storage = exclusive(folder.path());
    create(&storage, &id(0), &signed_in("old"));
    succeeds(child(&this(), "exclusive refused", folder.path()));
    drop(storage);
    succeeds(child(&this(), "exclusive update", folder.path()));
    assert_eq!(
        content(&exclusive(folder.path()), &id(0)).as_deref(),
        Some("new")
    );
}

/// A directory is taken over while others share it: what they were told was kept is there.
#[test]
fn a_conversion_keeps_what_was_acknowledged_until_then() {
    let folder = tempfile::tempdir().unwrap();
    let storage = shared(folder.path());
    create(&storage, &id(0), &text("0"));
    let mut raising = child(&this(), "shared raise", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..20 {
        raise(&storage);
    }
    let before: usize = content(&storage, &id(0)).unwrap().parse().unwrap();
    let taken = convert(folder.path()).unwrap();
    // It ends by itself: its next call is refused, or it was done before.
    let _status = raising.wait().unwrap();
    let now: usize = content(&taken, &id(0)).unwrap().parse().unwrap();
    assert!(now >= before, "{now} after {before}");
    run(storage.read(&id(0), NOW)).unwrap_err();
}
