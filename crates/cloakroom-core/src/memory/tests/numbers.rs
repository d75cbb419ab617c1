//! Numbers of subjects, remembered and forgotten.

use cloakroom_storage::{CreateOutcome, RemoveOutcome, SubjectNumber, UpdateOutcome, Version};

use super::super::locks::SHARDS;
use super::super::places::Places;
use super::super::store::Store;
use super::super::subjects::Subjects;
use super::support::{at, key, login, store, subject};

fn remembering(subjects: usize) -> Store {
    Store::new(Places::new(100_000, 0), subjects)
}

fn sign_in(store: &Store, name: &str, number: SubjectNumber, now: u64) -> CreateOutcome {
    let mut record = login(name, now);
    record.subject_number = Some(number);
    store.create(&key(60_000), &record, None, at(now))
}

#[test]
fn a_sign_in_that_began_before_all_were_ended_is_refused_however_late() {
    let store = store(10, 10);
    let before = store.begin_sign_in(&subject("alice"));
    store.make(1, &login("alice", 1), 1);
    assert_eq!(store.remove_all(&subject("alice"), None, at(2)), 1);
    assert_eq!(store.counted(), 0);
    let late = sign_in(&store, "alice", before, 900_000);
    assert_eq!(late, CreateOutcome::SignedOutMeanwhile);
    let after = store.begin_sign_in(&subject("alice"));
    assert_eq!(after, SubjectNumber::new(2_000));
    let made = sign_in(&store, "alice", after, 900_000);
    assert!(matches!(made, CreateOutcome::Created(_)));
}

#[test]
fn a_record_without_a_number_gets_the_subjects() {
    let store = store(10, 10);
    assert_eq!(store.remove_all(&subject("alice"), None, at(2)), 0);
    store.make(1, &login("alice", 3), 3);
    let stored = store.read(&key(1), at(3)).unwrap();
    assert_eq!(
        stored.record.subject_number,
        Some(SubjectNumber::new(2_000))
    );
}

#[test]
fn the_excepted_session_takes_the_new_number_and_no_update_takes_it_back() {
    let store = store(10, 10);
    let version = store.make(1, &login("alice", 1), 1);
    store.make(2, &login("alice", 1), 1);
    store.make(3, &login("bob", 1), 1);
    let old = store.read(&key(1), at(1)).unwrap().record;
    assert_eq!(store.remove_all(&subject("alice"), Some(&key(1)), at(2)), 1);
    let updated = store.update(&key(1), version, &old, at(2));
    assert!(matches!(updated, UpdateOutcome::Updated(_)));
    let stored = store.read(&key(1), at(2)).unwrap();
    assert_eq!(
        stored.record.subject_number,
        Some(SubjectNumber::new(2_000))
    );
    assert!(store.has(3, 2));
    assert_eq!(store.counted(), 2);
}

#[test]
fn an_exception_of_another_subject_keeps_nothing() {
    let store = store(10, 10);
    store.make(1, &login("alice", 1), 1);
    store.make(2, &login("bob", 1), 1);
    assert_eq!(store.remove_all(&subject("alice"), Some(&key(2)), at(2)), 1);
    let bobs = store.read(&key(2), at(2)).unwrap();
    assert_eq!(bobs.record.subject_number, Some(SubjectNumber::default()));
    assert_eq!(store.counted(), 1);
}

#[test]
fn a_forgotten_number_lets_no_older_sign_in_through() {
    let store = remembering(2 * SHARDS);
    let names: Vec<_> = (0..2_000).map(|n| format!("user {n}")).collect();
    for (n, name) in (0..).zip(&names) {
        assert_eq!(store.remove_all(&subject(name), None, at(10 + n)), 0);
    }
    assert!(store.remembered() <= 2 * SHARDS, "{}", store.remembered());
    for (n, name) in (0..).zip(&names) {
        let before = SubjectNumber::new(at(10 + n).as_millis() - 1);
        let refused = sign_in(&store, name, before, 9_000);
        assert_eq!(refused, CreateOutcome::SignedOutMeanwhile);
    }
}

#[test]
fn a_sign_in_that_begins_after_forgetting_succeeds() {
    let store = remembering(0);
    for n in 0..500 {
        assert_eq!(
            store.remove_all(&subject(&format!("user {n}")), None, at(10 + n)),
            0
        );
    }
    assert_eq!(store.remembered(), 0);
    for name in ["user 3", "never seen"] {
        let number = store.begin_sign_in(&subject(name));
        let made = sign_in(&store, name, number, 900);
        assert!(matches!(made, CreateOutcome::Created(_)));
        assert_eq!(store.remove_all(&subject(name), None, at(900)), 1);
    }
}

#[test]
fn a_subject_with_sessions_is_not_touched_by_forgetting() {
    let store = remembering(0);
    store.make(1, &login("alice", 1), 1);
    let before = store.begin_sign_in(&subject("alice"));
    for n in 0..500 {
        assert_eq!(
            store.remove_all(&subject(&format!("user {n}")), None, at(10 + n)),
            0
        );
    }
    assert_eq!(store.begin_sign_in(&subject("alice")), before);
    let made = sign_in(&store, "alice", before, 900);
    assert!(matches!(made, CreateOutcome::Created(_)));
    assert_eq!(store.list(&subject("alice"), at(900)).len(), 2);
}

#[test]
fn who_never_ended_all_sessions_costs_nothing_when_they_are_gone() {
    let store = store(1_000, 0);
    for n in 0..500 {
        store.make(n, &login(&format!("user {n}"), 1), 1);
    }
    for n in 0..500 {
        assert_eq!(store.remove(&key(n)), RemoveOutcome::Removed);
    }
    assert_eq!(store.counted(), 0);
    assert_eq!(store.remembered(), 0);
}

#[test]
fn the_older_half_is_forgotten_first() {
    let mut subjects = Subjects::new(4);
    for n in 1..=5 {
        let (number, ended) = subjects.end_all(subject(&format!("user {n}")), None, at(n));
        assert_eq!((number, ended), (SubjectNumber::new(n * 1_000), Vec::new()));
    }
    assert_eq!(subjects.counted(), (0, 2));
    let number = |n: u64| subjects.number(&subject(&format!("user {n}")));
    assert_eq!(
        [1, 2, 3, 4, 5].map(|n| number(n).get()),
        [3_000, 3_000, 3_000, 4_000, 5_000]
    );
}

#[test]
fn no_version_is_given_twice() {
    let store = store(100, 100);
    let mut versions: Vec<Version> = Vec::new();
    for number in 0..100 {
        for _ in 0..3 {
            let version = store.make(number, &login("alice", 1), 1);
            let UpdateOutcome::Updated(next) =
                store.update(&key(number), version, &login("alice", 1), at(1))
            else {
                panic!("not updated");
            };
            versions.extend([version, next]);
            assert_eq!(store.remove(&key(number)), RemoveOutcome::Removed);
        }
    }
    let mut numbers: Vec<_> = versions.into_iter().map(Version::get).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 600);
}
