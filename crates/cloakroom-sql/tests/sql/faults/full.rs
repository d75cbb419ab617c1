//! A server whose disk is full.

use cloakroom_storage::{
    CreateOutcome, RemoveOutcome, Storage, StorageError, StorageErrorKind, StorageKey,
};
use cloakroom_testkit::{Ledger, Load};

use super::samples::{ada, keep, key, listed, record};
use crate::NOW;

/// How many sessions are kept before the disk is full, to be ended then.
const KEPT: u8 = 20;

/// How many large sessions are made at most until the server refuses one.
const AT_MOST: u32 = 2_000;

/// What needs room fails, and nothing else is said of it; what was acknowledged is there all the time;
/// what is ended stays ended; and when there is room again all goes on by itself.
pub(crate) async fn loses_nothing<S: Storage + Clone>(
    storage: &S,
    fill: impl Fn(),
    make_room: impl Fn(),
) {
    let (mut ledgers, large) = until_full(storage, fill).await;
    check(&mut ledgers, storage).await;
    let ended = end_what_can_be_ended(storage).await;
    write_what_can_be_written(&mut ledgers, storage).await;
    check(&mut ledgers, storage).await;

    make_room();
    remove_large(storage, large).await;
    resumes(&mut ledgers, storage).await;
    let left = storage.remove_all(&ada(), None, NOW).await.unwrap();
    // An end of which nobody knows may have happened as well.
    assert!(left <= u64::from(KEPT) - ended);
    assert_eq!(listed(storage).await, []);
    let (done, failed) = sums(&ledgers);
    println!("full: {done} calls succeeded, {failed} failed; {ended} of {KEPT} ended meanwhile");
}

/// Keeps sessions to be ended later, and fills the disk in the midst of a load; what the writers know,
/// and how many large sessions there are.
async fn until_full<S: Storage + Clone>(storage: &S, fill: impl Fn()) -> (Vec<Ledger>, u32) {
    for number in 0..KEPT {
        keep(storage, number).await;
    }
    let load = Load::on(storage, 0..4);
    load.until_done(200).await;
    let mut large = 0;
    load.until_failed_in(async || {
        fill();
        large = fill_up(storage).await;
    })
    .await;
    (load.stop().await, large)
}

/// There is service again, and all is there.
pub(super) async fn resumes<S: Storage + Clone>(ledgers: &mut Vec<Ledger>, storage: &S) {
    let load = Load::on(storage, 4..8);
    load.until_done(200).await;
    ledgers.extend(load.stop().await);
    check(ledgers, storage).await;
}

async fn check(ledgers: &mut [Ledger], storage: &impl Storage) {
    for ledger in ledgers {
        ledger.check(storage).await;
    }
}

/// The writers go on, as far as there is room.
async fn write_what_can_be_written(ledgers: &mut [Ledger], storage: &impl Storage) {
    for ledger in ledgers {
        for _ in 0..50 {
            ledger.write(storage).await.ok();
        }
    }
}

pub(super) fn sums(ledgers: &[Ledger]) -> (usize, usize) {
    let done = ledgers.iter().map(Ledger::acknowledged).sum();
    (done, ledgers.iter().map(Ledger::failed).sum())
}

/// Makes large sessions until the server has no room for one in its files either; how many.
pub(super) async fn fill_up(storage: &impl Storage) -> u32 {
    for number in 0..AT_MOST {
        let mut large = record(0);
        large.subject = None;
        large.content = noise(number).into();
        let created = storage.create(&large_key(number), &large, None, NOW).await;
        match created {
            Ok(CreateOutcome::Created(_)) => {}
            Ok(CreateOutcome::Full) => return number,
            Ok(other) => panic!("{other:?}"),
            Err(error) => {
                assert_full(&error);
                return number;
            }
        }
    }
    panic!("the disk is never full");
}

async fn remove_large(storage: &impl Storage, large: u32) {
    for number in 0..large {
        storage.remove(&large_key(number)).await.ok();
    }
}

/// Ends sessions one by one, as far as that needs no room; who was told that one has ended finds it
/// ended.
async fn end_what_can_be_ended(storage: &impl Storage) -> u64 {
    let mut ended = 0;
    for number in 0..KEPT {
        match storage.remove(&key(number)).await {
            Ok(outcome) => {
                assert_eq!(outcome, RemoveOutcome::Removed);
                let stored = storage.read(&key(number), NOW).await.unwrap();
                assert_eq!(stored, None);
                ended += 1;
            }
            Err(error) => assert_full(&error),
        }
    }
    ended
}

/// A server that looks for room, or goes down, may also be late.
fn assert_full(error: &StorageError) {
    let kinds = [
        StorageErrorKind::Full,
        StorageErrorKind::Unavailable,
        StorageErrorKind::TimedOut,
    ];
    let cause = error.expose_source();
    assert!(kinds.contains(&error.kind()), "{error}: {cause:?}");
}

/// What no database makes smaller.
fn noise(number: u32) -> Vec<u8> {
    let mut state = u64::from(number) + 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(60_000).collect()
}

fn large_key(number: u32) -> StorageKey {
    let mut hash = [255; 32];
    for (byte, of_number) in hash.iter_mut().zip(number.to_be_bytes()) {
        *byte = of_number;
    }
    StorageKey::hash(hash)
}
