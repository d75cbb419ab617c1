//! The storages that listen and fail.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test may fail it"
)]

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use cloakroom_core::{MemoryStorage, Storage, StorageError, StorageErrorKind, Timestamp};
use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, Scope, StorageKey, Stored, Subject, Version,
};
use cloakroom_testkit::{Call, FaultyStorage, SpyStorage, When};

const NOW: Timestamp = Timestamp::from_secs(1_000);

const CALLS: [Call; 10] = [
    Call::Read,
    Call::Create,
    Call::Update,
    Call::Touch,
    Call::Remove,
    Call::BeginSignIn,
    Call::List,
    Call::RemoveAll,
    Call::EndBefore,
    Call::Sweep,
];

fn key() -> StorageKey {
    StorageKey::hash([7; 32])
}

fn record(content: &[u8]) -> Record {
    let scope = Scope::new("shop/cart");
    Record::new(scope, ProofHash::new([1; 32]), NOW, content.to_vec())
}

fn faulty() -> FaultyStorage<MemoryStorage> {
    FaultyStorage::new(MemoryStorage::new())
}

/// Makes this call, whatever it answers.
async fn ask(storage: &impl Storage, call: Call) -> Result<(), StorageError> {
    let (key, record) = (key(), record(b""));
    let subject = Subject::new(Scope::new("shop/cart"), "ada");
    match call {
        Call::Read => storage.read(&key, NOW).await.map(drop),
        Call::Create => storage.create(&key, &record, None, NOW).await.map(drop),
        Call::Update => {
            let updated = storage.update(&key, Version::new(0), &record, NOW);
            updated.await.map(drop)
        }
        Call::Touch => storage.touch(&key, NOW, NOW).await.map(drop),
        Call::Remove => storage.remove(&key).await.map(drop),
        Call::BeginSignIn => storage.begin_sign_in(&subject, NOW).await.map(drop),
        Call::List => storage.list(&subject, NOW).await.map(drop),
        Call::RemoveAll => storage.remove_all(&subject, None, NOW).await.map(drop),
        Call::EndBefore => storage.end_before(subject.scope(), NOW).await,
        Call::Sweep => storage.sweep(NOW, 10).await.map(drop),
        _ => panic!("{call:?} is missing here"),
    }
}

async fn stored(storage: &impl Storage) -> Option<Stored> {
    storage.read(&key(), NOW).await.unwrap()
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Whether the call now answers, and well: no test waits for what does not come.
fn is_done(call: Pin<&mut impl Future<Output = Result<(), StorageError>>>) -> bool {
    matches!(poll(call), Poll::Ready(Ok(())))
}

#[tokio::test]
async fn a_spy_notes_each_call_by_its_name_and_hands_it_on() {
    let inner = SpyStorage::new(MemoryStorage::new());
    let spy = SpyStorage::new(inner.clone());
    for call in CALLS {
        ask(&spy, call).await.unwrap();
    }
    assert_eq!(spy.calls(), CALLS);
    assert_eq!(inner.calls(), CALLS);
}

#[tokio::test]
async fn a_spy_gives_what_the_storage_answers() {
    let spy = SpyStorage::new(MemoryStorage::new());
    let created = spy.create(&key(), &record(b"tea"), None, NOW).await;
    assert!(matches!(created, Ok(CreateOutcome::Created(_))));
    assert_eq!(&stored(&spy).await.unwrap().record.content[..], b"tea");
}

#[tokio::test]
async fn a_spy_notes_calls_that_fail_and_none_that_never_began() {
    let faulty = faulty();
    let spy = SpyStorage::new(faulty.clone());
    faulty.fail_always(Call::Sweep);
    ask(&spy, Call::Sweep).await.unwrap_err();
    let key = key();
    drop(spy.read(&key, NOW));
    assert_eq!(spy.take_calls(), [Call::Sweep]);
}

#[tokio::test]
#[should_panic(expected = "the storage was asked: [Sweep]")]
async fn a_storage_that_was_asked_is_not_untouched() {
    let spy = SpyStorage::new(MemoryStorage::new());
    ask(&spy, Call::Sweep).await.unwrap();
    spy.assert_untouched();
}

/// Rules: secrets.
#[tokio::test]
async fn debug_shows_calls_and_neither_keys_nor_content() {
    let faulty = faulty();
    let spy = SpyStorage::new(faulty.clone());
    let created = spy.create(&key(), &record(b"tea"), None, NOW).await;
    assert!(matches!(created, Ok(CreateOutcome::Created(_))));
    assert_eq!(format!("{spy:?}"), "SpyStorage { calls: [Create], .. }");
    assert_eq!(format!("{faulty:?}"), "FaultyStorage { .. }");
}

#[tokio::test]
async fn a_fault_is_met_once_and_by_its_own_call_only() {
    for failing in CALLS {
        let storage = faulty();
        storage.fail_next(failing, When::BeforeEffect);
        for call in CALLS {
            let failed = ask(&storage, call).await.is_err();
            assert_eq!(failed, call == failing, "{failing:?} {call:?}");
        }
        ask(&storage, failing).await.unwrap();
    }
}

#[tokio::test]
async fn a_call_that_fails_before_its_effect_has_none() {
    let storage = faulty();
    storage.fail_next(Call::Create, When::BeforeEffect);
    let error = ask(&storage, Call::Create).await.unwrap_err();
    assert_eq!(error.kind(), StorageErrorKind::Unavailable);
    assert_eq!(stored(&storage).await, None);
}

#[tokio::test]
async fn a_call_that_fails_after_its_effect_has_all_of_it() {
    let storage = faulty();
    storage.fail_next(Call::Create, When::AfterEffect);
    let error = ask(&storage, Call::Create).await.unwrap_err();
    assert_eq!(error.kind(), StorageErrorKind::TimedOut);
    assert!(stored(&storage).await.is_some());
    storage.fail_next(Call::Remove, When::AfterEffect);
    ask(&storage, Call::Remove).await.unwrap_err();
    assert_eq!(stored(&storage).await, None);
}

#[tokio::test]
async fn the_error_of_the_storage_itself_is_kept() {
    let inner = faulty();
    let storage = FaultyStorage::new(inner.clone());
    inner.fail_next(Call::Read, When::BeforeEffect);
    storage.fail_next(Call::Read, When::AfterEffect);
    let error = ask(&storage, Call::Read).await.unwrap_err();
    assert_eq!(error.kind(), StorageErrorKind::Unavailable);
}

#[tokio::test]
async fn faults_of_one_call_are_met_in_the_order_in_which_they_were_set() {
    let storage = faulty();
    storage.pass_next(Call::Read);
    storage.fail_next(Call::Read, When::BeforeEffect);
    storage.fail_next(Call::Read, When::AfterEffect);
    ask(&storage, Call::Read).await.unwrap();
    let first = ask(&storage, Call::Read).await.unwrap_err();
    assert_eq!(first.kind(), StorageErrorKind::Unavailable);
    let second = ask(&storage, Call::Read).await.unwrap_err();
    assert_eq!(second.kind(), StorageErrorKind::TimedOut);
    ask(&storage, Call::Read).await.unwrap();
}

#[tokio::test]
async fn a_call_that_always_fails_does_so_until_healed_but_for_other_faults() {
    let storage = faulty();
    storage.fail_always(Call::Create);
    storage.pass_next(Call::Create);
    ask(&storage, Call::Create).await.unwrap();
    for _ in 0..3 {
        ask(&storage, Call::Create).await.unwrap_err();
    }
    ask(&storage, Call::Read).await.unwrap();
    storage.heal();
    ask(&storage, Call::Create).await.unwrap();
}

#[tokio::test]
async fn a_call_that_hangs_goes_on_when_it_is_released() {
    for (when, is_there) in [(When::BeforeEffect, false), (When::AfterEffect, true)] {
        let storage = faulty();
        storage.hang_next(Call::Create, when);
        {
            let mut create = pin!(ask(&storage, Call::Create));
            assert!(poll(create.as_mut()).is_pending());
            assert_eq!(stored(&storage).await.is_some(), is_there);
            assert!(poll(create.as_mut()).is_pending());
            storage.release();
            assert!(is_done(create));
        }
        assert!(stored(&storage).await.is_some());
    }
}

#[tokio::test]
async fn a_call_that_hangs_and_is_dropped_has_had_its_effect_or_none() {
    for (when, is_there) in [(When::BeforeEffect, false), (When::AfterEffect, true)] {
        let storage = faulty();
        storage.hang_next(Call::Create, when);
        {
            let create = pin!(ask(&storage, Call::Create));
            assert!(poll(create).is_pending());
        }
        storage.release();
        assert_eq!(stored(&storage).await.is_some(), is_there);
    }
}

#[tokio::test]
async fn a_release_is_for_what_hangs_now() {
    let storage = faulty();
    storage.hang_next(Call::Read, When::BeforeEffect);
    storage.release();
    let mut read = pin!(ask(&storage, Call::Read));
    assert!(poll(read.as_mut()).is_pending());
    assert!(poll(read.as_mut()).is_pending());
    storage.heal();
    assert!(is_done(read));
}

#[tokio::test]
async fn a_paused_call_stands_before_its_effect_until_it_is_resumed() {
    let storage = faulty();
    let paused = storage.pause_next(Call::Create);
    {
        let mut create = pin!(ask(&storage, Call::Create));
        assert!(poll(pin!(paused.reached())).is_pending());
        assert!(poll(create.as_mut()).is_pending());
        assert!(poll(pin!(paused.reached())).is_ready());
        assert!(poll(pin!(paused.reached())).is_ready());
        assert_eq!(stored(&storage).await, None);
        // Only its own handle lets it go.
        storage.heal();
        assert!(poll(create.as_mut()).is_pending());
        paused.resume();
        assert!(is_done(create));
    }
    assert!(stored(&storage).await.is_some());
}

#[tokio::test]
async fn two_calls_are_paused_each_on_its_own() {
    let storage = faulty();
    let first = storage.pause_next(Call::Read);
    let second = storage.pause_next(Call::Read);
    let (mut one, mut two) = (
        pin!(ask(&storage, Call::Read)),
        pin!(ask(&storage, Call::Read)),
    );
    assert!(poll(one.as_mut()).is_pending());
    assert!(poll(two.as_mut()).is_pending());
    second.resume();
    assert!(is_done(two));
    assert!(poll(one.as_mut()).is_pending());
    first.resume();
    assert!(is_done(one));
}

#[tokio::test]
async fn a_pause_that_nobody_holds_stops_nothing() {
    let storage = faulty();
    drop(storage.pause_next(Call::Read));
    ask(&storage, Call::Read).await.unwrap();
    let paused = storage.pause_next(Call::Read);
    let mut read = pin!(ask(&storage, Call::Read));
    assert!(poll(read.as_mut()).is_pending());
    drop(paused);
    assert!(is_done(read));
}

#[tokio::test]
#[should_panic(expected = "the storage was healed before a call came to the pause")]
async fn waiting_for_a_pause_that_was_forgotten_fails_the_test() {
    let storage = faulty();
    let paused = storage.pause_next(Call::Read);
    storage.heal();
    let _ = poll(pin!(paused.reached()));
}

#[tokio::test]
async fn clones_are_one_storage_with_one_set_of_faults() {
    let storage = faulty();
    let clone = storage.clone();
    storage.fail_next(Call::Create, When::BeforeEffect);
    ask(&clone, Call::Create).await.unwrap_err();
    ask(&clone, Call::Create).await.unwrap();
    assert!(stored(&storage).await.is_some());
}
