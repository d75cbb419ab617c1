//! Servers that a storage does not want, and what is said of them.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use cloakroom_redis::{ConnectErrorKind, RedisStorage, RedisStorageBuilder};
use cloakroom_storage::Storage;
use servers::{Redis, RedisCluster};

use super::samples::{NOW, connect, keep, key, prefix, record};

async fn refusal(builder: RedisStorageBuilder) -> ConnectErrorKind {
    let error = builder.connect().await.expect_err("it is refused");
    let text = format!("{error} {error:?}");
    assert!(
        !text.contains("127.0.0.1") && !text.contains("open-sesame"),
        "{text}"
    );
    error.kind()
}

/// A full server that forgets sessions also forgets what was ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_may_evict_is_refused() {
    let bounded = "--maxmemory 100mb";
    for policy in ["allkeys-lru", "volatile-ttl"] {
        let policy = format!("--maxmemory-policy {policy}");
        let server = tokio::task::block_in_place(|| Redis::start_with(&[bounded, &policy]));
        let kind = refusal(RedisStorage::server(server.url())).await;
        assert_eq!(kind, ConnectErrorKind::MayEvict);
        let forced = RedisStorage::server(server.url()).dangerous_without_checks();
        connect(forced).await;
    }
    let server = tokio::task::block_in_place(|| {
        Redis::start_with(&[bounded, "--maxmemory-policy noeviction"])
    });
    connect(RedisStorage::server(server.url())).await;
}

/// Credentials count, and are not told.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_and_a_right_one_is_taken() {
    let server = tokio::task::block_in_place(|| Redis::start_with_password("open-sesame"));
    let at = |user: &str| format!("redis://{user}127.0.0.1:{}", server.port());
    for user in ["", ":open-sesami@", "nobody:open-sesame@"] {
        let kind = refusal(RedisStorage::server(at(user))).await;
        let is_refused = matches!(
            kind,
            ConnectErrorKind::Unreachable | ConnectErrorKind::Unchecked
        );
        assert!(is_refused, "{kind:?}");
    }
    let storage = connect(RedisStorage::server(at(":open-sesame@"))).await;
    keep(&storage, 1, &record(b"content")).await;
}

/// What contradicts itself is no address.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused() {
    let url = Redis::shared().url();
    let server = || RedisStorage::server(&url);
    for builder in [
        RedisStorage::server("redis"),
        RedisStorage::server("http://127.0.0.1"),
        RedisStorage::cluster(Vec::<String>::new()),
        RedisStorage::sentinel(Vec::<String>::new(), "shop"),
        server().prefix("shop{1}:"),
        server().timeout(std::time::Duration::ZERO),
        server().acknowledged_by(std::num::NonZeroU32::MIN, std::time::Duration::from_secs(2)),
    ] {
        assert_eq!(refusal(builder).await, ConnectErrorKind::Address);
    }
}

/// What is called where no runtime is fails, and does not panic.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_a_runtime_fails() {
    let storage = connect(RedisStorage::server(Redis::shared().url()).prefix(prefix())).await;
    let calls = std::thread::spawn(move || {
        let (builder, key) = (RedisStorage::server(Redis::shared().url()), key(1));
        let failed = [
            at_once(storage.read(&key, NOW)).is_err(),
            at_once(storage.remove(&key)).is_err(),
            at_once(builder.connect()).is_err(),
        ];
        assert_eq!(failed, [true; 3]);
    });
    calls.join().expect("no panic");
}

fn at_once<T>(call: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(call).poll(&mut context) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits for what does not come"),
    }
}

/// Every node counts.
#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_with_one_node_that_may_evict_is_refused() {
    let mut cluster = tokio::task::block_in_place(RedisCluster::start);
    let storage = connect(RedisStorage::cluster(cluster.urls())).await;
    assert_eq!(format!("{storage:?}"), "RedisStorage { .. }");
    tokio::task::block_in_place(|| {
        for (setting, value) in [("maxmemory", "100mb"), ("maxmemory-policy", "allkeys-lru")] {
            let _ok = cluster.nodes()[1].ask(&["CONFIG", "SET", setting, value]);
        }
    });
    let kind = refusal(RedisStorage::cluster(cluster.urls())).await;
    assert_eq!(kind, ConnectErrorKind::MayEvict);
}
