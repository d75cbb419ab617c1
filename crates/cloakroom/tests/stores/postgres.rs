//! From a file to a server, the usual way.

use cloakroom::{PostgresStorage, SqliteStorage};
use servers::Postgres;

use crate::traffic::everybody_moves;

#[tokio::test(flavor = "multi_thread")]
async fn everybody_moves_from_a_sqlite_file_to_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let file = SqliteStorage::open(folder.path().join("sessions.db"));
    let url = Postgres::shared().url();
    let server = PostgresStorage::connect(&url);
    everybody_moves(file.await.unwrap(), server.await.unwrap()).await;
}
