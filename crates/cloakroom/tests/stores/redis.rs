//! From one server to the other.

use cloakroom::{PostgresStorage, RedisStorage, TableName};
use servers::{Postgres, Redis};

use crate::traffic::everybody_moves;

#[tokio::test(flavor = "multi_thread")]
async fn everybody_moves_from_postgres_to_redis() {
    let postgres = PostgresStorage::builder(&Postgres::shared().url())
        .table(TableName::new("to_redis").unwrap())
        .connect();
    let redis = RedisStorage::server(Redis::shared().url()).connect();
    everybody_moves(postgres.await.unwrap(), redis.await.unwrap()).await;
}
