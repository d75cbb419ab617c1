//! Storages for cloakroom's sessions in SQL databases: SQLite.

#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod args;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod backend;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod calls;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod contract;
mod error;
#[cfg(feature = "mysql")]
mod mariadb;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod names;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod number;
#[cfg(all(test, any(feature = "mysql", feature = "postgres", feature = "sqlite")))]
mod plans;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod row;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod schema;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod server;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod statements;
mod table;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod template;

pub use error::OpenError;
#[cfg(feature = "mysql")]
pub use mariadb::{MariaDbStorage, MariaDbStorageBuilder};
#[cfg(feature = "postgres")]
pub use postgres::{PostgresStorage, PostgresStorageBuilder};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteStorage, SqliteStorageBuilder, Synchronous};
pub use table::{InvalidTableName, TableName};

/// The client library of PostgreSQL, for the connectors of [`PostgresStorageBuilder::tls`].
#[cfg(feature = "postgres")]
pub use tokio_postgres;

/// The client library of MariaDB, for the options of [`MariaDbStorage::builder_with`].
#[cfg(feature = "mysql")]
pub use mysql_async;
