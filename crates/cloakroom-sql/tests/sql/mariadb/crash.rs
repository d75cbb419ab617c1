//! The server is killed, and a connection is cut.

use cloakroom_sql::MariaDbStorage;
use cloakroom_storage::Storage;
use servers::MariaDb;

use super::fixture::builder;
use crate::NOW;
use crate::crash::survives_kills;
use crate::ledger::{Ledger, assert_down};
use crate::proxy::Proxy;

/// Nothing acknowledged is lost, nothing ended comes back, no record is torn, and the service
/// resumes with the same storage.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_keeps_what_it_acknowledged() {
    let server = std::sync::Mutex::new(MariaDb::start());
    let url = server.lock().unwrap().url();
    let storage = MariaDbStorage::connect(&url).await.unwrap();
    let kill = || server.lock().unwrap().kill();
    let restart = || server.lock().unwrap().restart();
    survives_kills(&storage, kill, restart).await;
}

/// Wherever the connection is cut, a call has had its whole effect or none.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_leaves_no_half_call() {
    let server = MariaDb::shared();
    let proxy = Proxy::before(server.port()).await;
    let url = proxy.url(&server.url(), server.port());
    let storage = builder(&url).max_connections(1).connect().await.unwrap();
    let mut ledger = Ledger::of(1);
    let mut failed = 0;
    for _ in 0..40 {
        proxy.cut_after(3);
        for _ in 0..4 {
            if let Err(error) = ledger.write(&storage).await {
                assert_down(&error);
                failed += 1;
                break;
            }
        }
        proxy.cut_after(usize::MAX);
        ledger.check(&storage).await;
    }
    assert!(failed >= 10, "{failed}");
    storage.sweep(NOW, 1).await.unwrap();
}
