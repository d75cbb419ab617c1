//! What is told when connections break and the server dies: that anything may have changed, and then
//! all that follows.

use std::time::Duration;

use cloakroom_sql::PostgresStorage;
use servers::{Fate, Postgres, Proxy};

use super::fixture::fresh_name;
use super::told::{Told, keep, key};

/// Long enough for a busy machine, short enough for a test that waits for it.
const TIMEOUT: Duration = Duration::from_secs(1);

/// A connection that is cut in the midst of what is told, and one on which nothing arrives any more.
#[tokio::test]
async fn a_broken_connection_is_found_out_and_listening_begins_anew() {
    let (server, name) = (Postgres::shared(), fresh_name());
    let proxy = Proxy::before(server.port()).await;
    let url = proxy.url(&server.url());
    let builder = |url: &str| PostgresStorage::builder(url).table(name.clone());
    let other = builder(&server.url()).connect_notifying().await.unwrap();
    let through = builder(&url).timeout(TIMEOUT);
    let through = through.connect_notifying().await.unwrap();
    let mut told = Told::by(&through).await;
    proxy.let_it_be(Fate::CutsAnswer { after: 0, bytes: 1 });
    keep(&other, &key(1)).await;
    assert_eq!(told.next().await, cloakroom_storage::Change::Anything);
    keep(&other, &key(2)).await;
    told.is_told_of(2).await;
    let dials = proxy.dials();
    proxy.let_it_be(Fate::LosesAnswers);
    // Nobody is told of this one.
    keep(&other, &key(3)).await;
    proxy.until_dialed_after(dials).await;
    told.is_told_of_nothing_more();
    proxy.let_it_be(Fate::Passes);
    assert_eq!(told.next().await, cloakroom_storage::Change::Anything);
    keep(&other, &key(4)).await;
    told.is_told_of(4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_is_listened_to_again() {
    let mut server = tokio::task::block_in_place(Postgres::start);
    let storage = PostgresStorage::connect_notifying(&server.url()).await;
    let storage = storage.unwrap();
    let mut told = Told::by(&storage).await;
    tokio::task::block_in_place(|| {
        server.kill();
        server.restart();
    });
    told.is_told_of_anything().await;
    keep(&storage, &key(1)).await;
    told.is_told_of(1).await;
}
