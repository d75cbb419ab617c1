//! On one file.

use cloakroom::SqliteStorage;

use crate::four::one_of_four_sweeps;

#[tokio::test(flavor = "multi_thread")]
async fn one_of_four_processes_sweeps_a_file_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    let storage = SqliteStorage::open(&file).await.unwrap();
    let place = format!("sqlite:{}", file.display());
    one_of_four_sweeps(&storage, &place).await;
}
