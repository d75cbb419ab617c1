//! And back into a file.

use cloakroom::{MariaDbStorage, SqliteStorage};
use servers::MariaDb;

use crate::traffic::everybody_moves;

#[tokio::test(flavor = "multi_thread")]
async fn everybody_moves_from_mariadb_to_a_sqlite_file() {
    let folder = tempfile::tempdir().unwrap();
    let url = MariaDb::shared().url();
    let server = MariaDbStorage::connect(&url);
    let file = SqliteStorage::open(folder.path().join("sessions.db"));
    everybody_moves(server.await.unwrap(), file.await.unwrap()).await;
}
