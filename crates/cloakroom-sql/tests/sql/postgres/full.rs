//! Disks that are full: of the tables, and of the server's log.

use std::sync::Mutex;

use cloakroom_sql::PostgresStorage;
use servers::{Postgres, SmallDisk};

use crate::faults::{down, full};

/// What needs room for a table fails, and the server goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_the_tables_loses_nothing_and_service_resumes_with_room() {
    let Some(disk) = SmallDisk::mount(8 * 1024) else {
        return;
    };
    let start = || Postgres::start_with_tables_on(&disk);
    let server = tokio::task::block_in_place(start);
    let storage = PostgresStorage::connect(&server.url()).await.unwrap();
    full::loses_nothing(&storage, || disk.fill(), || disk.clear()).await;
}

/// A server that cannot write its log goes down, and does not come back before there is room.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_the_log_loses_nothing() {
    let Some(disk) = SmallDisk::mount(16 * 1024) else {
        return;
    };
    let start = || Postgres::start_with_log_on(&disk);
    let server = Mutex::new(tokio::task::block_in_place(start));
    let url = server.lock().unwrap().url();
    let storage = PostgresStorage::connect(&url).await.unwrap();
    let is_down = |_| server.lock().unwrap().is_down();
    let restart = || server.lock().unwrap().restart();
    down::loses_nothing(&storage, &disk, is_down, restart).await;
}
