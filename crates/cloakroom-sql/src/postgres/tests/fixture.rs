//! Databases on the one server that all tests here share.

use std::sync::atomic::{AtomicUsize, Ordering};

use servers::Postgres;
use tokio_postgres::{Client, NoTls};

/// A new database, with how to reach it and a connection to it.
pub(super) async fn database() -> (String, Client) {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    let server = Postgres::shared().url();
    let name = format!("test_{}", NAMES.fetch_add(1, Ordering::Relaxed));
    let admin = connect(&server).await;
    admin
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    let url = server.replace("/postgres?", &format!("/{name}?"));
    let client = connect(&url).await;
    (url, client)
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}
