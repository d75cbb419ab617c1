//! A process that is killed in the midst of many calls at once: each that it was told the end of has
//! happened, each that was under way has happened or not, and nothing that ended is back.
//!
//! * **The steps of a user are fixed**, so that their number says what lies there after it.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::thread;

use cloakroom_storage::{RemoveOutcome, Storage as _, StorageKey};

use super::process::{child, this};
use super::work::{ada, content, create, exclusive, id, later, run, signed_in, update};
use crate::ExclusiveDirectory;

const USERS: usize = 6;

/// How many steps a child takes if nobody kills it.
const STEPS: usize = 2_000;

/// After how many acknowledged steps of all users a child is killed.
const KILLED_AFTER: [usize; 6] = [1, 17, 60, 131, 250, 401];

/// With what the lines of a child begin.
const WORD: &str = "done: ";

#[test]
fn who_is_killed_under_load_has_lost_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut left = [0; USERS];
    for killed_after in KILLED_AFTER {
        let done = killed_under_load(folder.path(), left, killed_after);
        let storage = exclusive(folder.path());
        for user in 0..USERS {
            left[user] = found(&storage, user, done[user]);
        }
        let listed = run(storage.list(&ada(), later(0))).unwrap();
        let mut listed: Vec<_> = listed.into_iter().map(|session| session.key).collect();
        listed.sort();
        let live = (0..USERS).filter(|user| lies_there(left[*user]).is_some());
        assert_eq!(listed, live.map(id).collect::<Vec<StorageKey>>());
    }
}

/// Which step of a user what lies there is of: the last that was acknowledged, or the one after it.
fn found(storage: &ExclusiveDirectory, user: usize, done: usize) -> usize {
    let there = content(storage, &id(user));
    let step = [done, done + 1]
        .into_iter()
        .find(|step| lies_there(*step) == there);
    assert!(step.is_some(), "user {user} after step {done}: {there:?}");
    step.unwrap()
}

/// What lies there after so many steps: a session that begins, changes three times and ends.
fn lies_there(step: usize) -> Option<String> {
    (!step.is_multiple_of(5)).then(|| step.to_string())
}

/// Goes on with every user's steps from where they are, in a child that is killed; gives how far
/// each was told to have come.
fn killed_under_load(root: &Path, from: [usize; USERS], after: usize) -> [usize; USERS] {
    let from_text = from.map(|step| step.to_string()).join(" ");
    let mut child = child(&this(), &format!("load {from_text}"), root)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut done = from;
    let mut told = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        // The last line may be cut off.
        let Ok(line) = line else { break };
        if let Some(step) = line.strip_prefix(WORD) {
            let (user, step) = step.split_once(' ').unwrap();
            done[user.parse::<usize>().unwrap()] = step.parse().unwrap();
            told += 1;
        }
        if told == after {
            child.kill().unwrap();
        }
    }
    assert!(!child.wait().unwrap().success(), "it was to be killed");
    done
}

/// What the child does.
pub(super) fn take_steps(from: &str, root: &Path) {
    let storage = exclusive(root);
    thread::scope(|scope| {
        for (user, from) in from.split(' ').enumerate() {
            let (storage, from) = (&storage, from.parse::<usize>().unwrap());
            scope.spawn(move || {
                for step in from + 1..from + STEPS {
                    take_step(storage, user, step);
                    let mut out = io::stdout().lock();
                    writeln!(out, "{WORD}{user} {step}").unwrap();
                    out.flush().unwrap();
                }
            });
        }
    });
}

fn take_step(storage: &ExclusiveDirectory, user: usize, step: usize) {
    match (lies_there(step), step % 5) {
        (Some(content), 1) => create(storage, &id(user), &signed_in(&content)),
        (Some(content), _) => update(storage, &id(user), &signed_in(&content)),
        (None, _) => {
            let removed = run(storage.remove(&id(user))).unwrap();
            assert_eq!(removed, RemoveOutcome::Removed);
        }
    }
}
