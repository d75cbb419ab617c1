//! On a PostgreSQL server.

use cloakroom::PostgresStorage;
use servers::Postgres;

use crate::four::one_of_four_sweeps;

#[tokio::test(flavor = "multi_thread")]
async fn one_of_four_processes_sweeps_a_table_at_a_time() {
    let server = Postgres::start();
    let storage = PostgresStorage::connect(&server.url()).await.unwrap();
    one_of_four_sweeps(&storage, &server.url()).await;
}
