//! How often each call asks the server.

use servers::Postgres;

use super::fixture::builder;
use crate::proxy::Proxy;
use crate::trips::assert_one_trip_each;

#[tokio::test]
async fn each_call_is_one_round_trip() {
    let server = Postgres::shared();
    let proxy = Proxy::before(server.port()).await;
    let url = proxy.url(&server.url(), server.port());
    let storage = builder(&url).max_connections(1).connect().await.unwrap();
    assert_one_trip_each(&storage, &proxy).await;
}
