//! Storages on the one server that all tests here share, each with tables of its own.

use std::sync::atomic::{AtomicUsize, Ordering};

use cloakroom_sql::{NotifyingPostgresStorage, PostgresStorage, PostgresStorageBuilder, TableName};
use servers::Postgres;

/// A storage at this address, in tables of a name that no other one has.
pub(crate) fn builder(url: &str) -> PostgresStorageBuilder {
    PostgresStorage::builder(url).table(fresh_name())
}

/// A name that no other storage has.
pub(crate) fn fresh_name() -> TableName {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    let number = NAMES.fetch_add(1, Ordering::Relaxed);
    TableName::new(&format!("sessions_{number}")).unwrap()
}

/// An empty storage.
pub(crate) async fn empty() -> PostgresStorage {
    builder(&Postgres::shared().url()).connect().await.unwrap()
}

/// An empty storage that tells of changes.
pub(crate) async fn empty_notifying() -> NotifyingPostgresStorage {
    let builder = builder(&Postgres::shared().url());
    builder.connect_notifying().await.unwrap()
}
