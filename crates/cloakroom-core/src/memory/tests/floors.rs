//! Floors of scopes.

use cloakroom_storage::{CreateOutcome, Scope, TouchOutcome, UpdateOutcome};

use super::support::{at, key, login, scope, store, subject, visit};

#[test]
fn a_floor_ends_what_was_created_before_it_in_every_call() {
    let store = store(10, 10);
    let version = store.make(1, &login("alice", 99), 99);
    store.make(2, &login("alice", 100), 100);
    store.end_before(&scope(), at(100));
    assert_eq!([1, 2].map(|n| store.has(n, 100)), [false, true]);
    let update = store.update(&key(1), version, &login("alice", 99), at(100));
    assert_eq!(update, UpdateOutcome::Gone);
    assert_eq!(store.touch(&key(1), at(900), at(100)), TouchOutcome::Gone);
    assert_eq!(store.list(&subject("alice"), at(100)).len(), 1);
    assert_eq!(store.remove_all(&subject("alice"), None, at(100)), 1);
    assert_eq!(store.counted(), 0);
}

#[test]
fn a_floor_only_rises() {
    let store = store(10, 10);
    store.end_before(&scope(), at(100));
    store.end_before(&scope(), at(50));
    store.make(1, &login("alice", 99), 99);
    assert!(!store.has(1, 99));
    store.make(2, &login("alice", 100), 100);
    assert!(store.has(2, 100));
}

#[test]
fn a_floor_of_one_scope_is_none_of_another() {
    let store = store(10, 10);
    store.make(1, &visit(900), 0);
    store.end_before(&Scope::new("shop/cart"), at(100));
    assert!(store.has(1, 5));
}

#[test]
fn a_record_made_below_the_floor_is_kept_and_is_none() {
    let store = store(10, 10);
    store.end_before(&scope(), at(100));
    let made = store.create(&key(1), &visit(900), None, at(100));
    assert!(matches!(made, CreateOutcome::Created(_)));
    assert!(!store.has(1, 100));
    assert_eq!(store.counted(), 1);
    store.make(1, &login("alice", 100), 100);
    assert!(store.has(1, 100));
    assert_eq!(store.counted(), 1);
}
