//! Servers that forget the scripts.

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{RemoveOutcome, Storage};
use servers::{Redis, RedisCluster};

use super::samples::{
    NOW, connect, keep, listed, prefix, remove, remove_all, replace, signed_in, touch,
};

/// Every script is sent again, by whoever needs it.
async fn assert_calls_succeed(storage: &RedisStorage, forget: impl Fn()) {
    for number in 0..4 {
        forget();
        keep(storage, number, &signed_in("ada", b"content")).await;
        forget();
        replace(storage, number, &signed_in("ada", b"next")).await;
    }
    forget();
    touch(storage, 0, NOW).await;
    assert_eq!(listed(storage, "ada").await.len(), 4);
    forget();
    assert_eq!(remove(storage, 0).await, RemoveOutcome::Removed);
    assert_eq!(remove_all(storage, "ada").await, 3);
    forget();
    assert_eq!(storage.sweep(NOW, 10).await.expect("it answers"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_forgot_the_scripts_is_told_again() {
    let server = Redis::start();
    let storage = connect(RedisStorage::server(server.url())).await;
    let forget = || assert_eq!(server.ask(&["SCRIPT", "FLUSH"]), "OK");
    assert_calls_succeed(&storage, || tokio::task::block_in_place(forget)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_forgot_the_scripts_are_told_again() {
    let mut cluster = tokio::task::block_in_place(RedisCluster::start);
    let storage = connect(RedisStorage::cluster(cluster.urls()).prefix(prefix())).await;
    let nodes = &*cluster.nodes();
    let forget = || {
        for node in nodes {
            assert_eq!(node.ask(&["SCRIPT", "FLUSH"]), "OK");
        }
    };
    assert_calls_succeed(&storage, || tokio::task::block_in_place(forget)).await;
}
