//! Tables on the one server that all tests here share.

use std::sync::atomic::{AtomicUsize, Ordering};

use mysql_async::{Conn, Opts};
use servers::MariaDb;

use crate::mariadb::{MariaDbStorage, MariaDbStorageBuilder};
use crate::table::TableName;

/// A name that no other storage has.
pub(super) fn fresh_name() -> TableName {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    let number = NAMES.fetch_add(1, Ordering::Relaxed);
    TableName::new(&format!("sessions_{number}")).unwrap()
}

pub(super) fn builder(name: &TableName) -> MariaDbStorageBuilder {
    MariaDbStorage::builder(&MariaDb::shared().url()).table(name.clone())
}

/// A connection as the server has it by default.
pub(super) async fn connect() -> Conn {
    let opts = Opts::from_url(&MariaDb::shared().url()).unwrap();
    Conn::new(opts).await.unwrap()
}
