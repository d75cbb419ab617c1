//! What can be said of a SQLite file, and opening it.

use std::path::PathBuf;
use std::time::Duration;

use super::connection::Settings;
use super::storage::SqliteStorage;
use super::synchronous::Synchronous;
use crate::error::OpenError;
use crate::table::TableName;

/// Says how a file is used; [`SqliteStorage::builder`] gives one.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use cloakroom_sql::{SqliteStorage, Synchronous, TableName};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("sessions.db");
/// let storage = SqliteStorage::builder(path)
///     .table(TableName::new("shop_sessions").unwrap())
///     .synchronous(Synchronous::Full)
///     .open()
///     .await
///     .unwrap();
/// # drop(storage);
/// # });
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder makes a storage when it is opened"]
pub struct SqliteStorageBuilder {
    settings: Settings,
    readers: usize,
}

impl SqliteStorage {
    /// The storage in the file `path`, with the defaults. The file and its tables are made where
    /// they are missing, and migrated where they are of an older version.
    ///
    /// # Errors
    ///
    /// [`OpenError::SchemaTooNew`] where a newer version made the tables;
    /// [`OpenError::Storage`] where the file cannot be opened, written or understood, with the likely
    /// [`Problem`](crate::Problem).
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # use cloakroom_sql::SqliteStorage;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("sessions.db");
    /// let storage = SqliteStorage::open(path).await.unwrap();
    /// # drop(storage);
    /// SqliteStorage::open("/no/such/folder/sessions.db").await.unwrap_err();
    /// # });
    /// ```
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        Self::builder(path).open().await
    }

    /// A storage in this process's memory, which forgets with it. For tests that want this storage's
    /// very statements; [`MemoryStorage`](https://docs.rs/cloakroom) is faster.
    ///
    /// # Errors
    ///
    /// [`OpenError::Storage`] where no thread can be started.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # use cloakroom_sql::SqliteStorage;
    /// let storage = SqliteStorage::in_memory().await.unwrap();
    /// # drop(storage);
    /// # });
    /// ```
    pub async fn in_memory() -> Result<Self, OpenError> {
        SqliteStorageBuilder::new(None, 0).open().await
    }

    /// A storage in the file `path`, with more to say of it.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # use cloakroom_sql::SqliteStorage;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("sessions.db");
    /// let storage = SqliteStorage::builder(path).readers(4).open().await.unwrap();
    /// # drop(storage);
    /// # });
    /// ```
    pub fn builder(path: impl Into<PathBuf>) -> SqliteStorageBuilder {
        SqliteStorageBuilder::new(Some(path.into()), 2)
    }
}

impl SqliteStorageBuilder {
    fn new(path: Option<PathBuf>, readers: usize) -> Self {
        let settings = Settings {
            path,
            table: TableName::default(),
            synchronous: Synchronous::Full,
            busy_timeout: Duration::from_secs(3),
            max_bytes: None,
        };
        Self { settings, readers }
    }

    /// What the table of the records is called; the others' names begin with it. **Default**:
    /// `cloakroom_sessions`.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # use cloakroom_sql::{SqliteStorage, TableName};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("sessions.db");
    /// let name = TableName::new("shop_sessions").unwrap();
    /// let storage = SqliteStorage::builder(path).table(name).open().await.unwrap();
    /// # drop(storage);
    /// # });
    /// ```
    pub fn table(mut self, table: TableName) -> Self {
        self.settings.table = table;
        self
    }

    /// When a write counts as kept. **Default**: [`Synchronous::Full`].
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # use cloakroom_sql::{SqliteStorage, Synchronous};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let builder = SqliteStorage::builder(folder.path().join("sessions.db"));
    /// let storage = builder.synchronous(Synchronous::Normal).open().await.unwrap();
    /// # drop(storage);
    /// # });
    /// ```
    pub const fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.settings.synchronous = synchronous;
        self
    }

    /// How many threads read, at least one. **Default**: 2.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # use cloakroom_sql::SqliteStorage;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("sessions.db");
    /// let storage = SqliteStorage::builder(path).readers(8).open().await.unwrap();
    /// # drop(storage);
    /// # });
    /// ```
    pub fn readers(mut self, readers: usize) -> Self {
        self.readers = readers.max(1);
        self
    }

    /// How long a call waits for another program that writes to the file; then it fails as
    /// `Unavailable`. **Default**: 3 seconds.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # use std::time::Duration;
    /// # use cloakroom_sql::SqliteStorage;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let builder = SqliteStorage::builder(folder.path().join("sessions.db"));
    /// let storage = builder.busy_timeout(Duration::from_secs(1)).open().await.unwrap();
    /// # drop(storage);
    /// # });
    /// ```
    pub const fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.settings.busy_timeout = timeout;
        self
    }

    /// How large the file may become. When it is full a new session is answered `Full`, and an
    /// update that needs more room fails; reading, touching and ending go on, and a sweep makes
    /// room. The log beside the file is not counted. **Default**: as large as the disk.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # use cloakroom_sql::SqliteStorage;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("sessions.db");
    /// let storage = SqliteStorage::builder(path).max_bytes(1 << 30).open().await.unwrap();
    /// # drop(storage);
    /// # });
    /// ```
    pub const fn max_bytes(mut self, bytes: u64) -> Self {
        self.settings.max_bytes = Some(bytes);
        self
    }

    /// Opens the file, makes or migrates its tables, and starts the threads.
    ///
    /// # Errors
    ///
    /// As [`SqliteStorage::open`].
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # use cloakroom_sql::SqliteStorage;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("sessions.db");
    /// let storage = SqliteStorage::builder(path).open().await.unwrap();
    /// # drop(storage);
    /// # });
    /// ```
    pub async fn open(self) -> Result<SqliteStorage, OpenError> {
        SqliteStorage::start(self.settings, self.readers).await
    }
}
