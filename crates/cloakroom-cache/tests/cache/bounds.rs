//! How much a cache takes, and what is refused.

use std::time::Duration;

use cloakroom_cache::Cached;
use cloakroom_core::MemoryStorage;
use cloakroom_storage::{Storage, StorageKey};
use cloakroom_testkit::SpyStorage;

use crate::house::{House, NOW, STALENESS, key, record};

const ROOM: usize = 128 * 1024;

fn numbered(number: u32) -> StorageKey {
    let mut hash = [7; 32];
    hash[..4].copy_from_slice(&number.to_le_bytes());
    StorageKey::hash(hash)
}

#[tokio::test]
async fn a_flood_of_sessions_never_takes_more_than_there_is_room_for() {
    let store = SpyStorage::new(MemoryStorage::new());
    let cached = Cached::builder(store.clone(), STALENESS)
        .max_bytes(ROOM)
        .build()
        .unwrap();
    for number in 0..2_000 {
        let mut large = record();
        let len = usize::try_from(number % 7).unwrap() * 1_000;
        large.content = vec![1; len].into();
        store
            .create(&numbered(number), &large, None, NOW)
            .await
            .unwrap();
        assert!(cached.read(&numbered(number), NOW).await.unwrap().is_some());
        assert!(cached.bytes() <= ROOM);
    }
    assert!(cached.bytes() > ROOM / 2, "the room is used");
    store.take_calls();
    cached.read(&numbered(1_999), NOW).await.unwrap();
    assert_eq!(store.take_calls(), [], "the last one is kept");
    cached.read(&numbered(0), NOW).await.unwrap();
    assert_eq!(store.take_calls().len(), 1, "the first one is not");
}

#[tokio::test]
async fn what_is_asked_for_again_outlives_a_flood() {
    let store = SpyStorage::new(MemoryStorage::new());
    let cached = Cached::builder(store.clone(), STALENESS)
        .max_bytes(ROOM)
        .build()
        .unwrap();
    for number in 0..2_000 {
        store
            .create(&numbered(number), &record(), None, NOW)
            .await
            .unwrap();
        cached.read(&numbered(number), NOW).await.unwrap();
        cached.read(&numbered(0), NOW).await.unwrap();
    }
    store.take_calls();
    cached.read(&numbered(0), NOW).await.unwrap();
    assert_eq!(store.take_calls(), []);
}

#[tokio::test]
async fn asking_for_what_is_not_there_takes_no_room() {
    let house = House::new();
    for number in 0..1_000 {
        let found = house.cached.read(&numbered(number), NOW).await.unwrap();
        assert_eq!(found, None);
    }
    assert_eq!(house.cached.bytes(), 0);
}

#[tokio::test]
async fn a_session_that_is_larger_than_the_room_is_served_and_not_kept() {
    let store = MemoryStorage::new();
    let cached = Cached::builder(store.clone(), STALENESS)
        .max_bytes(ROOM)
        .build()
        .unwrap();
    let mut large = record();
    large.content = vec![1; ROOM].into();
    store.create(&key(1), &large, None, NOW).await.unwrap();
    assert!(cached.read(&key(1), NOW).await.unwrap().is_some());
    assert_eq!(cached.bytes(), 0);
}

#[tokio::test]
async fn the_room_of_what_is_dropped_is_given_back() {
    let house = House::with_a_copy_of(&record()).await;
    assert!(house.cached.bytes() > 0);
    house.cached.remove(&key(1)).await.unwrap();
    assert_eq!(house.cached.bytes(), 0);
}

/// Rules: staleness.
#[test]
fn nonsense_is_refused_with_a_remedy() {
    let build = |staleness, bytes| {
        let cache = Cached::builder(MemoryStorage::new(), staleness).max_bytes(bytes);
        cache.build().map(|_| ()).map_err(|refused| refused.field())
    };
    let hour = Duration::from_secs(60 * 60);
    let nano = Duration::from_nanos(1);
    assert_eq!(build(hour, ROOM), Ok(()));
    assert_eq!(build(nano, usize::MAX), Ok(()));
    assert_eq!(build(Duration::ZERO, ROOM), Err("staleness"));
    assert_eq!(build(hour + nano, ROOM), Err("staleness"));
    assert_eq!(build(hour, ROOM - 1), Err("max_bytes"));
    let refused = Cached::new(MemoryStorage::new(), Duration::ZERO).unwrap_err();
    assert!(refused.to_string().contains(refused.remedy()));
}

/// Rules: secrets.
#[tokio::test]
async fn debug_shows_no_session() {
    let house = House::with_a_copy_of(&record()).await;
    let shown = format!("{:?}", house.cached);
    assert!(
        !shown.contains("coat") && !shown.contains("99, 111"),
        "{shown}"
    );
}
