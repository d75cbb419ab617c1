//! Storages on the one server that all tests here share, each with tables of its own.

#![expect(clippy::expect_used, reason = "how a test fails")]

use std::sync::atomic::{AtomicUsize, Ordering};

use cloakroom_sql::{MariaDbStorage, MariaDbStorageBuilder, TableName};
use servers::MariaDb;

/// A name that no other storage has.
pub(crate) fn fresh_name() -> TableName {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    let number = NAMES.fetch_add(1, Ordering::Relaxed);
    TableName::new(&format!("sessions_{number}")).expect("a name")
}

pub(crate) fn builder() -> MariaDbStorageBuilder {
    MariaDbStorage::builder(&MariaDb::shared().url()).table(fresh_name())
}

/// An empty storage.
pub(crate) async fn empty() -> MariaDbStorage {
    builder().connect().await.expect("the server answers")
}
