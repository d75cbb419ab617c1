//! Storages for cloakroom's sessions in SQL databases, one for each feature.
//!
//! | feature | storage | for |
//! |---|---|---|
//! | `sqlite` (default) | `SqliteStorage` | a file of this machine; the library is built in, there is no server |
//! | `postgres` | `PostgresStorage` | PostgreSQL from 12 on; tested with 15 |
//! | `mysql` | `MariaDbStorage` | MariaDB; tested with 10.11. The statements are valid on MySQL 8, which is not tested |
//!
//! All three keep the whole contract of [`Storage`](cloakroom_storage::Storage) and pass the suite of
//! `cloakroom-testkit`; each one's page says what it may lose, which rights it needs and how it is
//! configured. A program opens one where it starts:
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! # #[cfg(feature = "sqlite")] {
//! use cloakroom_sql::SqliteStorage;
//!
//! # let folder = tempfile::tempdir().unwrap();
//! # let path = folder.path().join("sessions.db");
//! let storage = SqliteStorage::open(path).await.unwrap();
//! # drop(storage);
//! # }
//! # });
//! ```
//!
//! # What is in the database
//!
//! Four tables, whose names begin with [`TableName`]: the records, the floors that `end_before` set,
//! the numbers that ending all of a subject's sessions raised, and the versions of the tables. (And
//! what gives versions to records: a sequence or a table. MariaDB has a table of rows to lock, besides.
//! PostgreSQL has triggers where it is to tell of changes.)
//! A record lies under SHA-256 of half a session id: neither the id nor what opens the record is
//! there. Times are milliseconds since 1970 as integers, scopes and subjects the text itself, the
//! content the codec's bytes.
//!
//! Opening makes and migrates the tables. What a newer version of this crate has made is refused
//! ([`OpenError::SchemaTooNew`]); so is a table of our name that somebody else made. What else is wrong
//! with an address or a server, a [`Problem`] says. Calls wait while
//! tables are migrated, and programs of the version before may fail from then on: replace them all.
//!
//! # What each call costs
//!
//! | call | SQLite: statements | servers: round trips |
//! |---|--:|--:|
//! | `read`, `touch`, `remove`, `begin_sign_in`, `list`, `end_before`, `sweep` | 1 | 1 |
//! | `update`, `take` | 1; 2 where it did nothing | 1; 2 where it did nothing |
//! | `create` | 2; 3 where the oldest session ends | 1, a function or procedure |
//! | `remove_all` | 4 | 1, a function or procedure |
//!
//! Every statement is prepared once for each connection and finds its records by an index.
//!
//! # Failures
//!
//! * A call that is dropped has its whole effect or none: with a server it runs on in the background
//!   and is finished; a SQLite thread finishes what it has begun and leaves what it has not.
//! * A server that is out of reach, refuses, or says that it is read-only is
//!   `StorageErrorKind::Unavailable`; one without room is `Full`, a call that takes too long `TimedOut`. Nothing needs to be
//!   opened again when the server is back.
//! * What the server rolled back whole, as after a deadlock, is tried again, up to five times. After a
//!   connection broke, only what may as well happen twice is (reading, listing, touching, a floor).
//! * A connection on which a call failed is not used again.
//!
//! # Telling of changes
//!
//! For those who keep copies of records, a `NotifyingPostgresStorage` tells of every change of its tables,
//! whoever makes it; its page says what that costs. The others tell of nothing.
//!
//! # Sweeping
//!
//! Nothing is removed by itself but what takes a record's place: call
//! [`sweep`](cloakroom_storage::Storage::sweep) from time to time, in batches. It never waits for
//! other calls on PostgreSQL, and on the others for no longer than one batch.

mod error;
#[cfg(feature = "mysql")]
mod mariadb;
#[cfg(feature = "postgres")]
mod postgres;
mod problem;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod shared;
#[cfg(feature = "sqlite")]
mod sqlite;
mod table;

pub use error::OpenError;
#[cfg(feature = "mysql")]
pub use mariadb::{MariaDbStorage, MariaDbStorageBuilder};
#[cfg(feature = "postgres")]
pub use postgres::{NotifyingPostgresStorage, PostgresStorage, PostgresStorageBuilder};
pub use problem::Problem;
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteStorage, SqliteStorageBuilder, Synchronous};
pub use table::{InvalidTableName, TableName};

/// The client library of PostgreSQL, for the connectors of [`PostgresStorageBuilder::tls`].
#[cfg(feature = "postgres")]
pub use tokio_postgres;

/// The client library of MariaDB, for the options of [`MariaDbStorage::builder_with`].
#[cfg(feature = "mysql")]
pub use mysql_async;
