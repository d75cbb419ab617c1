//! A tablespace that may not grow any more, and a disk that is full.

use std::sync::Mutex;

use cloakroom_sql::MariaDbStorage;
use servers::{MariaDb, SmallDisk};

use crate::faults::{down, full};

/// All tables in one file that may have 24 MiB.
const BOUNDED: [&str; 3] = [
    "--innodb-file-per-table=0",
    "--innodb-data-file-path=ibdata1:12M:autoextend:max:24M",
    "--innodb-autoextend-increment=1",
];

/// What needs room fails, and the server goes on; ending sessions makes room.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_tablespace_loses_nothing_and_service_resumes_with_room() {
    let start = || MariaDb::start_with(&BOUNDED);
    let server = tokio::task::block_in_place(start);
    let storage = MariaDbStorage::connect(&server.url()).await.unwrap();
    full::loses_nothing(&storage, || (), || ()).await;
}

/// InnoDB looks for room for some seconds, and then ends the server if it finds none to undo what it had
/// begun, or the call.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_the_tables_loses_nothing() {
    let Some(disk) = SmallDisk::mount(16 * 1024) else {
        return;
    };
    let start = || MariaDb::start_with_tables_on(&disk);
    let server = Mutex::new(tokio::task::block_in_place(start));
    let url = server.lock().unwrap().url();
    let storage = MariaDbStorage::connect(&url).await.unwrap();
    let is_enough = |failed| failed >= 200 || server.lock().unwrap().is_down();
    let restart = || {
        let mut server = server.lock().unwrap();
        server.kill();
        server.restart();
    };
    down::loses_nothing(&storage, &disk, is_enough, restart).await;
}
