//! A ledger finds out what a storage must not do.

use cloakroom_core::{MemoryStorage, Storage};
use cloakroom_storage::{StorageKey, Stored};

use super::writer::Ledger;
use crate::call::Call;
use crate::faulty::{FaultyStorage, When};

/// A ledger with some hundred calls, and its storage.
async fn written() -> (MemoryStorage, Ledger) {
    let (storage, mut ledger) = (MemoryStorage::new(), Ledger::of(3));
    for _ in 0..300 {
        ledger.write(&storage).await.unwrap();
    }
    ledger.check(&storage).await;
    (storage, ledger)
}

/// A session that must be there, by its key.
async fn live(storage: &MemoryStorage, ledger: &Ledger) -> (StorageKey, Stored) {
    let live = ledger.sessions.iter().find(|session| session.is_live());
    let key = live.unwrap().key.clone();
    let stored = storage.read(&key, ledger.now()).await.unwrap().unwrap();
    (key, stored)
}

#[tokio::test]
#[should_panic(expected = "of [Some")]
async fn what_is_lost_is_found_out() {
    let (storage, mut ledger) = written().await;
    let (key, _) = live(&storage, &ledger).await;
    let _removed = storage.remove(&key).await.unwrap();
    ledger.check(&storage).await;
}

#[tokio::test]
#[should_panic(expected = "of [None]")]
async fn what_is_back_is_found_out() {
    let (storage, mut ledger) = written().await;
    let (_, stored) = live(&storage, &ledger).await;
    let ended = ledger.sessions.iter().find(|session| !session.is_live());
    let key = ended.unwrap().key.clone();
    let now = ledger.now();
    let _created = storage.create(&key, &stored.record, None, now).await;
    ledger.check(&storage).await;
}

#[tokio::test]
#[should_panic(expected = "the record is whole")]
async fn what_is_torn_is_found_out() {
    let (storage, mut ledger) = written().await;
    let (key, stored) = live(&storage, &ledger).await;
    let mut torn = stored.record.clone();
    torn.content = [&*torn.content, b"more"].concat().into();
    let now = ledger.now();
    let _updated = storage.update(&key, stored.version, &torn, now).await;
    ledger.check(&storage).await;
}

#[tokio::test]
#[should_panic(expected = "the version changed")]
async fn a_version_that_changed_is_found_out() {
    let (storage, mut ledger) = written().await;
    let (key, stored) = live(&storage, &ledger).await;
    let (record, now) = (&stored.record, ledger.now());
    let _updated = storage.update(&key, stored.version, record, now).await;
    ledger.check(&storage).await;
}

/// Whichever call fails, on whichever side of its effect, and whatever comes of it later.
#[tokio::test]
async fn what_failed_may_have_happened_or_not() {
    let calls = [
        Call::Read,
        Call::Create,
        Call::Update,
        Call::Touch,
        Call::Remove,
        Call::BeginSignIn,
        Call::RemoveAll,
        Call::EndBefore,
    ];
    let storage = FaultyStorage::new(MemoryStorage::new());
    let mut ledger = Ledger::of(3);
    for round in 0..40 {
        for call in calls {
            let when = if round % 2 == 0 {
                When::BeforeEffect
            } else {
                When::AfterEffect
            };
            storage.fail_next(call, when);
            let mut calls = 0..2_000;
            while ledger.write(&storage).await.is_ok() {
                assert!(calls.next().is_some(), "{call:?} is never made");
            }
            ledger.check(&storage).await;
        }
    }
}

/// Wherever the other process was killed, the next call of it may have happened and no other.
#[tokio::test]
async fn the_ledger_of_a_killed_process_knows_what_it_knew() {
    let (storage, mut other) = (MemoryStorage::new(), Ledger::of(3));
    for acknowledged in 0..200 {
        let mut ledger = Ledger::of_killed(3, acknowledged).await;
        ledger.check(&storage).await;
        other.write(&storage).await.unwrap();
        ledger.check(&storage).await;
    }
}
