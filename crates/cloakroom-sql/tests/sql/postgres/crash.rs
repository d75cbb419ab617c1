//! The server is killed, and a connection is cut.

use cloakroom_sql::PostgresStorage;
use servers::{Postgres, Proxy};

use super::fixture::builder;
use crate::crash::{survives_cuts, survives_kills};

/// Nothing acknowledged is lost, nothing ended comes back, no record is torn, and the service
/// resumes with the same storage.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_keeps_what_it_acknowledged() {
    let server = std::sync::Mutex::new(Postgres::start());
    let url = server.lock().unwrap().url();
    let storage = PostgresStorage::connect(&url).await.unwrap();
    let kill = || server.lock().unwrap().kill();
    let restart = || server.lock().unwrap().restart();
    survives_kills(&storage, kill, restart).await;
}

/// Wherever the connection is cut, a call has had its whole effect or none.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_leaves_no_half_call() {
    let server = Postgres::shared();
    let proxy = Proxy::before(server.port()).await;
    let url = proxy.url(&server.url());
    let storage = builder(&url).max_connections(1).connect().await.unwrap();
    survives_cuts(&storage, &proxy).await;
}
