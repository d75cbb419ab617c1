//! PostgreSQL notifies where it is asked to.

use cloakroom::PostgresStorage;
use servers::Postgres;

use crate::told::what_one_node_does_is_seen_at_the_other;

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_does_is_seen_at_the_other_as_postgres_tells_it() {
    let url = Postgres::shared().url();
    let connect = || PostgresStorage::connect_notifying(&url);
    let storages = [connect().await.unwrap(), connect().await.unwrap()];
    what_one_node_does_is_seen_at_the_other(storages).await;
}
