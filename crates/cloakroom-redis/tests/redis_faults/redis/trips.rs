//! What calls cost, counted at a proxy.

use std::num::NonZeroU32;

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{
    CreateOutcome, RemoveOutcome, Storage, SubjectLimit, TakeOutcome, UpdateOutcome, Version,
    WhenFull,
};
use servers::{Proxy, Redis};

use super::samples::{
    NOW, connect, create, found, keep, key, listed, prefix, record, remove, remove_all, signed_in,
    subject, touch,
};

/// Rounds after the first, which is the one that sends the scripts whole.
///
/// Calls read several records at once. On a busy machine the answer to the first may overtake the
/// request for the last, which then counts as a trip of its own: so the fewest of these rounds count.
const ROUNDS: u64 = 4;

/// As the documentation's table has them.
const DOCUMENTED: [(&str, usize); 15] = [
    ("nothing", 0),
    ("create without a subject", 1),
    ("read", 1),
    ("update", 1),
    ("touch", 1),
    ("remove without a subject", 1),
    ("take without a subject", 1),
    ("begin_sign_in", 1),
    ("create", 2),
    ("create", 2),
    ("create that displaces", 7),
    ("list", 2),
    ("remove", 2),
    ("take", 2),
    ("remove_all", 3),
];

#[tokio::test(flavor = "multi_thread")]
async fn calls_cost_the_round_trips_that_are_documented() {
    let server = Redis::shared();
    let proxy = Proxy::before(server.port()).await;
    let storage = connect(RedisStorage::server(proxy.url(&server.url())).prefix(prefix())).await;
    trips_of_calls(&storage, &proxy, 0).await;
    let mut fewest = trips_of_calls(&storage, &proxy, 1).await;
    for round in 2..=ROUNDS {
        let trips = trips_of_calls(&storage, &proxy, round).await;
        for ((_, fewest), (_, trips)) in fewest.iter_mut().zip(trips) {
            *fewest = trips.min(*fewest);
        }
    }
    assert_eq!(fewest, DOCUMENTED);
}

/// What each call cost.
type Trips = Vec<(&'static str, usize)>;

/// Makes each call once, and leaves nothing behind.
async fn trips_of_calls(storage: &RedisStorage, proxy: &Proxy, round: u64) -> Trips {
    let at = round * 100;
    let mut trips = trips_without_a_subject(storage, proxy, at).await;
    trips.extend(trips_with_a_subject(storage, proxy, at).await);
    trips
}

async fn trips_without_a_subject(storage: &RedisStorage, proxy: &Proxy, at: u64) -> Trips {
    let mut trips = Vec::new();
    let mut count = |what| trips.push((what, proxy.trips()));
    count("nothing");
    keep(storage, at, &record(b"content")).await;
    count("create without a subject");
    let stored = found(storage, at).await.expect("it is there");
    count("read");
    let updated = storage
        .update(&key(at), stored.version, &stored.record, NOW)
        .await;
    assert!(matches!(updated, Ok(UpdateOutcome::Updated(_))));
    count("update");
    touch(storage, at, NOW).await;
    count("touch");
    assert_eq!(remove(storage, at).await, RemoveOutcome::Removed);
    count("remove without a subject");
    let version = created(create(storage, at, &record(b"content"), None).await);
    let _again = proxy.trips();
    let taken = storage.take(&key(at), version, NOW).await;
    assert_eq!(taken.expect("it answers"), TakeOutcome::Taken);
    count("take without a subject");
    trips
}

async fn trips_with_a_subject(storage: &RedisStorage, proxy: &Proxy, at: u64) -> Trips {
    let two = NonZeroU32::MIN.saturating_add(1);
    let two = Some(SubjectLimit::new(two, WhenFull::EndOldest));
    let mut trips = Vec::new();
    let mut count = |what| trips.push((what, proxy.trips()));
    let number = storage.begin_sign_in(&subject("ada"), NOW).await;
    number.expect("it answers");
    count("begin_sign_in");
    for (number, what) in [(1, "create"), (2, "create"), (3, "create that displaces")] {
        let outcome = create(storage, at + number, &signed_in("ada", b"content"), two).await;
        assert!(matches!(outcome, CreateOutcome::Created(_)));
        count(what);
    }
    assert_eq!(listed(storage, "ada").await.len(), 2);
    count("list");
    assert_eq!(remove(storage, at + 3).await, RemoveOutcome::Removed);
    count("remove");
    let version = created(create(storage, at, &signed_in("ada", b"content"), None).await);
    let _again = proxy.trips();
    let taken = storage.take(&key(at), version, NOW).await;
    assert_eq!(taken.expect("it answers"), TakeOutcome::Taken);
    count("take");
    assert_eq!(remove_all(storage, "ada").await, 1);
    count("remove_all");
    trips
}

fn created(outcome: CreateOutcome) -> Version {
    match outcome {
        CreateOutcome::Created(version) => version,
        other => panic!("{other:?}"),
    }
}
