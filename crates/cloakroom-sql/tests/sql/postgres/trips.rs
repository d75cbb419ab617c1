//! How often each call asks the server.

use servers::{Postgres, Proxy};

use super::fixture::builder;
use crate::trips::assert_one_trip_each;

#[tokio::test]
async fn each_call_is_one_round_trip() {
    let server = Postgres::shared();
    let proxy = Proxy::before(server.port()).await;
    let url = proxy.url(&server.url());
    let storage = builder(&url).max_connections(1).connect().await.unwrap();
    assert_one_trip_each(&storage, &proxy).await;
}

/// Telling of changes is the server's work.
#[tokio::test]
async fn each_call_is_one_round_trip_where_changes_are_told() {
    let server = Postgres::shared();
    let proxy = Proxy::before(server.port()).await;
    let url = proxy.url(&server.url());
    let builder = builder(&url).max_connections(1);
    let storage = builder.connect_notifying().await.unwrap();
    assert_one_trip_each(&storage, &proxy).await;
}
