//! Many who ask for one record at once.

use std::pin::pin;
use std::task::Poll;

use cloakroom_cache::Cached;
use cloakroom_core::MemoryStorage;
use cloakroom_storage::{Storage, StorageErrorKind};
use cloakroom_testkit::{Call, FaultyStorage, SpyStorage, When};
use tokio::task::{JoinSet, yield_now};

use crate::house::{House, MILLI, NOW, STALENESS, content, key, record};

/// How many ask at once.
const CROWD: usize = 100;

/// Lets all that can run do so.
async fn settle() {
    for _ in 0..3 {
        yield_now().await;
    }
}

#[tokio::test]
async fn a_hundred_readers_of_one_session_make_one_read() {
    let house = House::new();
    house.made_elsewhere(&key(1), &record()).await;
    let paused = house.faulty.pause_next(Call::Read);
    let mut crowd = JoinSet::new();
    for _ in 0..CROWD {
        let cached = house.cached.clone();
        crowd.spawn(async move { cached.read(&key(1), NOW).await.unwrap() });
    }
    paused.reached().await;
    settle().await;
    paused.resume();
    let found = crowd.join_all().await;
    assert!(found.into_iter().all(|found| content(found) == b"coat"));
    assert_eq!(house.spy.take_calls(), [Call::Read]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_readers_on_all_threads_make_one_read() {
    let house = House::new();
    house.made_elsewhere(&key(1), &record()).await;
    let mut crowd = JoinSet::new();
    for _ in 0..CROWD {
        let cached = house.cached.clone();
        crowd.spawn(async move { cached.read(&key(1), NOW).await.unwrap() });
    }
    assert!(crowd.join_all().await.iter().all(Option::is_some));
    assert_eq!(house.spy.take_calls(), [Call::Read]);
}

#[tokio::test]
async fn a_hundred_readers_of_what_is_not_there_make_two_reads() {
    let house = House::new();
    let paused = [(); 2].map(|()| house.faulty.pause_next(Call::Read));
    let mut crowd = JoinSet::new();
    for _ in 0..CROWD {
        let cached = house.cached.clone();
        crowd.spawn(async move { cached.read(&key(1), NOW).await.unwrap() });
    }
    for paused in paused {
        paused.reached().await;
        settle().await;
        paused.resume();
    }
    assert!(crowd.join_all().await.iter().all(Option::is_none));
    // Who joined the first one asked after it was sent, so its answer is not for them.
    assert_eq!(house.spy.take_calls(), [Call::Read, Call::Read]);
}

/// Rules: latest-word.
#[tokio::test]
async fn who_asks_after_a_session_was_made_is_not_told_by_a_reading_of_before_that_it_is_not_there()
{
    let house = House::new();
    house.faulty.hang_next(Call::Read, When::AfterEffect);
    let later = async {
        yield_now().await;
        house.made_elsewhere(&key(1), &record()).await;
        let asked = house.read(NOW);
        let release = async {
            yield_now().await;
            house.faulty.release();
        };
        tokio::join!(asked, release).0
    };
    let (before, after) = tokio::join!(house.read(NOW), later);
    assert_eq!(before, None);
    assert!(after.is_some());
}

#[tokio::test]
async fn who_judges_by_an_earlier_present_is_not_told_the_end_of_who_judges_by_a_later_one() {
    let mut ends = record();
    ends.idle_deadline = Some(NOW.saturating_add(MILLI * 5));
    let house = House::new();
    house.made_elsewhere(&key(1), &ends).await;
    let (over, alive) = tokio::join!(house.read(NOW.saturating_add(MILLI * 5)), house.read(NOW));
    assert_eq!(over, None);
    assert!(alive.is_some());
}

#[tokio::test]
async fn where_the_one_who_reads_is_dropped_another_takes_over() {
    let house = House::new();
    house.made_elsewhere(&key(1), &record()).await;
    house.faulty.hang_next(Call::Read, When::BeforeEffect);
    let reader = || {
        let cached = house.cached.clone();
        tokio::spawn(async move { cached.read(&key(1), NOW).await.unwrap() })
    };
    let first = reader();
    settle().await;
    let others = [reader(), reader()];
    settle().await;
    assert_eq!(house.spy.calls(), [Call::Read]);
    first.abort();
    for other in others {
        assert!(other.await.unwrap().is_some());
    }
    assert_eq!(house.spy.take_calls(), [Call::Read, Call::Read]);
}

#[tokio::test]
async fn a_reading_that_nobody_waits_for_any_more_is_not_joined_later() {
    let house = House::new();
    house.made_elsewhere(&key(1), &record()).await;
    house.faulty.hang_next(Call::Read, When::BeforeEffect);
    {
        let mut dropped = pin!(house.read(NOW));
        let polled = std::future::poll_fn(|cx| Poll::Ready(dropped.as_mut().poll(cx))).await;
        assert!(polled.is_pending());
    }
    // It would be the one that hangs.
    assert!(house.read(NOW).await.is_some());
}

#[tokio::test]
async fn a_failure_is_told_to_all_who_waited_and_to_nobody_after_them() {
    let store = MemoryStorage::new();
    store.create(&key(1), &record(), None, NOW).await.unwrap();
    let broken = SpyStorage::new(FaultyStorage::new(store));
    let faulty = FaultyStorage::new(SpyStorage::clone(&broken));
    let slow = FaultyStorage::new(faulty.clone());
    let cached = Cached::new(slow.clone(), STALENESS).unwrap();
    faulty.fail_next(Call::Read, When::AfterEffect);
    let paused = slow.pause_next(Call::Read);
    let mut crowd = JoinSet::new();
    for _ in 0..CROWD {
        let cached = cached.clone();
        crowd.spawn(async move { cached.read(&key(1), NOW).await });
    }
    paused.reached().await;
    settle().await;
    paused.resume();
    for failed in crowd.join_all().await {
        assert_eq!(failed.unwrap_err().kind(), StorageErrorKind::TimedOut);
    }
    assert_eq!(broken.take_calls(), [Call::Read]);
    assert!(cached.read(&key(1), NOW).await.unwrap().is_some());
}
