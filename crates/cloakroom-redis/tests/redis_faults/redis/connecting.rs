//! Servers that a storage does not want, and what is said of them.

use std::net::TcpListener;
use std::num::NonZeroU32;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use cloakroom_redis::{ConnectErrorKind, RedisStorage, RedisStorageBuilder};
use cloakroom_storage::{RemoveOutcome, Storage, TakeOutcome};
use servers::{Redis, RedisCluster, RedisSentinel};

use super::samples::{
    NOW, connect, found, keep, key, listed, prefix, record, remove, remove_all, replace, scope,
    signed_in, touch,
};
use super::told::Told;

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
        assert_eq!(kind, ConnectErrorKind::Credentials, "{user}");
    }
    let storage = connect(RedisStorage::server(at(":open-sesame@"))).await;
    keep(&storage, 1, &record(b"content")).await;
}

/// What cannot be is said before anything is connected, and what is likely wrong afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn the_likely_mistakes_are_told_apart() {
    let url = Redis::shared().url();
    let server = || RedisStorage::server(&url);
    let deaf = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    let deaf = format!("redis://{}", deaf.local_addr().expect("it is bound"));
    let sentinels = tokio::task::block_in_place(RedisSentinel::shared).urls();
    let second = Duration::from_secs(1);
    for (builder, kind) in [
        (RedisStorage::server("redis"), ConnectErrorKind::Address),
        (
            RedisStorage::server("http://127.0.0.1"),
            ConnectErrorKind::Address,
        ),
        (
            RedisStorage::cluster(Vec::<String>::new()),
            ConnectErrorKind::Address,
        ),
        (
            RedisStorage::sentinel(Vec::<String>::new(), "shop"),
            ConnectErrorKind::Address,
        ),
        (server().prefix("shop{1}:"), ConnectErrorKind::Options),
        (server().timeout(Duration::ZERO), ConnectErrorKind::Options),
        (
            server().acknowledged_by(NonZeroU32::MIN, 2 * second),
            ConnectErrorKind::Options,
        ),
        (
            RedisStorage::server("redis://127.0.0.1:1"),
            ConnectErrorKind::Unreachable,
        ),
        (
            RedisStorage::server(deaf).timeout(second),
            ConnectErrorKind::Unreachable,
        ),
        (
            RedisStorage::sentinel(sentinels, "nobody"),
            ConnectErrorKind::NoMaster,
        ),
    ] {
        assert_eq!(refusal(builder).await, kind);
    }
}

/// A user with these rights and no others makes every call, and listens.
#[tokio::test(flavor = "multi_thread")]
async fn the_rights_that_are_documented_are_enough() {
    let server = tokio::task::block_in_place(Redis::start);
    let page = include_str!("../../../src/storage.rs");
    let documented = page
        .split_once("ACL SETUSER shop on >secret ")
        .expect("it says them")
        .1;
    let rights = documented.split_once('`').expect("in a line").0;
    let user = ["ACL", "SETUSER", "shop", "on", ">secret"];
    let said: Vec<_> = user.into_iter().chain(rights.split(' ')).collect();
    assert_eq!(server.ask(&said), "OK");
    let url = format!("redis://shop:secret@127.0.0.1:{}", server.port());
    let storage = connect(RedisStorage::server(url)).await;
    let mut told = Told::by(&storage).await;
    let login = signed_in("ada", b"content");
    for number in 0..3 {
        keep(&storage, number, &login).await;
    }
    replace(&storage, 0, &login).await;
    told.is_told_of(0).await;
    touch(&storage, 0, NOW).await;
    let version = found(&storage, 0).await.expect("it is there").version;
    let taken = storage.take(&key(0), version, NOW).await;
    assert_eq!(taken.expect("it answers"), TakeOutcome::Taken);
    assert_eq!(remove(&storage, 1).await, RemoveOutcome::Removed);
    assert_eq!(listed(&storage, "ada").await, [key(2)]);
    assert_eq!(remove_all(&storage, "ada").await, 1);
    storage.end_before(&scope(), NOW).await.expect("it answers");
    storage.sweep(NOW, 10).await.expect("it answers");
}

/// It would refuse every change.
#[tokio::test(flavor = "multi_thread")]
async fn a_replica_is_refused() {
    let replica = tokio::task::block_in_place(|| {
        let of = format!("--replicaof 127.0.0.1 {}", Redis::shared().port());
        Redis::start_with(&[&of])
    });
    let kind = refusal(RedisStorage::server(replica.url())).await;
    assert_eq!(kind, ConnectErrorKind::Replica);
}

/// Another machine is only spoken to in the open when that is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn another_machine_is_not_spoken_to_in_the_open() {
    let there = "redis://10.0.0.7:6379";
    for builder in [
        RedisStorage::server("redis://db.example.org"),
        RedisStorage::cluster(["redis://127.0.0.1", there]),
        RedisStorage::sentinel([there], "shop"),
    ] {
        assert_eq!(refusal(builder).await, ConnectErrorKind::Unencrypted);
    }
    // A way to write this machine that is not known as one. Nobody listens there: it was tried.
    let here = RedisStorage::server("redis://127.1:1").unencrypted();
    assert_eq!(refusal(here).await, ConnectErrorKind::Unreachable);
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
