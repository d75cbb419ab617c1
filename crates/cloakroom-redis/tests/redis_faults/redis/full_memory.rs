//! A server whose memory is full, and that forgets nothing for it.

use std::time::Duration;

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{CreateOutcome, RemoveOutcome, Storage, StorageErrorKind};
use servers::Redis;

use super::samples::{
    NOW, after, connect, create, found, key, listed, remove, remove_all, scope, signed_in, touch,
};

static CONTENT: [u8; 20_000] = [7; 20_000];
const HOUR: Duration = Duration::from_secs(60 * 60);

/// New sessions are answered `Full`, and larger ones refused as that; what is there can be read, touched,
/// ended, listed and swept, and ending makes room.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_can_be_ended_where_the_memory_is_full() {
    let server = tokio::task::block_in_place(|| {
        Redis::start_with(&["--maxmemory 6mb", "--maxmemory-policy noeviction"])
    });
    let storage = connect(RedisStorage::server(server.url())).await;
    let mut login = signed_in("ada", b"content");
    login.idle_deadline = Some(after(HOUR));
    for number in 0..3 {
        let made = create(&storage, number, &login, None).await;
        assert!(matches!(made, CreateOutcome::Created(_)));
    }
    let mut large = signed_in("eve", &CONTENT);
    large.idle_deadline = Some(after(HOUR));
    let mut number = 100;
    while create(&storage, number, &large, None).await != CreateOutcome::Full {
        number += 1;
        assert!(number < 1_000, "it takes in more than it may");
    }
    // Far beyond its bound, so that no ending but the last makes room.
    let _ok = server.ask(&["CONFIG", "SET", "maxmemory", "4mb"]);
    let mut nobodys = large.clone();
    nobodys.subject = None;
    assert_eq!(
        create(&storage, 99, &nobodys, None).await,
        CreateOutcome::Full
    );
    assert_eq!(
        create(&storage, 100, &large, None).await,
        CreateOutcome::Exists
    );
    assert!(found(&storage, number).await.is_none());

    let first = found(&storage, 0).await.expect("it is there");
    let larger = storage.update(&key(0), first.version, &large, NOW).await;
    assert_eq!(
        larger.map_err(|error| error.kind()),
        Err(StorageErrorKind::Full)
    );
    touch(&storage, 0, after(2 * HOUR)).await;
    let touched = found(&storage, 0).await.expect("it is there");
    assert_eq!(touched.record.idle_deadline, Some(after(2 * HOUR)));
    assert_eq!(listed(&storage, "ada").await.len(), 3);
    assert_eq!(remove(&storage, 0).await, RemoveOutcome::Removed);
    assert_eq!(remove_all(&storage, "ada").await, 2);
    let later = after(3 * HOUR);
    storage
        .end_before(&scope(), later)
        .await
        .expect("it is ended");
    assert!(found(&storage, 100).await.is_none());
    let swept = storage.sweep(later.saturating_add(2 * HOUR), 1_000).await;
    assert_eq!(swept.expect("it is swept"), number as usize - 100);
    let mut next = large;
    next.created = later;
    next.idle_deadline = None;
    let made = create(&storage, 1, &next, None).await;
    assert!(
        matches!(made, CreateOutcome::Created(_)),
        "there is room again"
    );
}
