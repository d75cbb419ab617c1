//! What calls cost, counted at a proxy.

use std::num::NonZeroU32;

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{
    CreateOutcome, RemoveOutcome, Storage, SubjectLimit, UpdateOutcome, WhenFull,
};

use super::proxy::Proxy;
use super::samples::{
    NOW, connect, create, found, keep, key, listed, prefix, record, remove, remove_all, signed_in,
    subject, touch,
};

/// As the documentation's table has them.
#[tokio::test(flavor = "multi_thread")]
async fn calls_cost_the_round_trips_that_are_documented() {
    let proxy = Proxy::before(servers::Redis::shared().port()).await;
    let storage = connect(RedisStorage::server(proxy.url()).prefix(prefix())).await;
    let two = Some(SubjectLimit::new(
        NonZeroU32::MIN.saturating_add(1),
        WhenFull::EndOldest,
    ));
    // The scripts are sent whole once; the second round counts.
    for round in 0..2 {
        let mut trips = Vec::new();
        let mut count = |what: &'static str| trips.push((what, proxy.trips()));
        count("nothing");
        let at = round * 100;
        keep(&storage, at, &record(b"content")).await;
        count("create without a subject");
        let stored = found(&storage, at).await.expect("it is there");
        count("read");
        let updated = storage
            .update(&key(at), stored.version, &stored.record, NOW)
            .await;
        assert!(matches!(updated, Ok(UpdateOutcome::Updated(_))));
        count("update");
        touch(&storage, at, NOW).await;
        count("touch");
        assert_eq!(remove(&storage, at).await, RemoveOutcome::Removed);
        count("remove without a subject");
        let number = storage.begin_sign_in(&subject("ada"), NOW).await;
        number.expect("it answers");
        count("begin_sign_in");
        for (number, what) in [(1, "create"), (2, "create"), (3, "create that displaces")] {
            let outcome = create(&storage, at + number, &signed_in("ada", b"content"), two).await;
            assert!(matches!(outcome, CreateOutcome::Created(_)));
            count(what);
        }
        assert_eq!(listed(&storage, "ada").await.len(), 2);
        count("list");
        assert_eq!(remove(&storage, at + 3).await, RemoveOutcome::Removed);
        count("remove");
        assert_eq!(remove_all(&storage, "ada").await, 1);
        count("remove_all");
        if round == 1 {
            let expected = [
                ("nothing", 0),
                ("create without a subject", 1),
                ("read", 1),
                ("update", 1),
                ("touch", 1),
                ("remove without a subject", 1),
                ("begin_sign_in", 1),
                ("create", 2),
                ("create", 2),
                ("create that displaces", 7),
                ("list", 2),
                ("remove", 2),
                ("remove_all", 3),
            ];
            assert_eq!(trips, expected);
        }
    }
}
