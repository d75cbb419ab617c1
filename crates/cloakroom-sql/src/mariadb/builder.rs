//! What can be said of a MariaDB database, and connecting to it.

use std::fmt;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Object, Pool};
use mysql_async::Opts;

use super::connection::Connections;
use super::failure::not_connected;
use super::queries::{queries, statements, take_block};
use super::schema::ready;
use super::storage::MariaDbStorage;
use crate::error::OpenError;
use crate::problem::Problem;
use crate::shared::cause::unavailable;
use crate::shared::server::is_local;
use crate::table::TableName;

/// Says how a database is used; [`MariaDbStorage::builder`] gives one.
///
/// # Security
///
/// `Debug` does not show the address.
///
/// # Examples
///
/// ```no_run
/// # async fn example() -> Result<(), cloakroom_sql::OpenError> {
/// use cloakroom_sql::{MariaDbStorage, TableName};
///
/// let storage = MariaDbStorage::builder("mysql://shop:secret@localhost/shop")
///     .table(TableName::new("shop_sessions").unwrap())
///     .max_connections(20)
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder makes a storage when it connects"]
pub struct MariaDbStorageBuilder {
    target: Target,
    table: TableName,
    max_connections: usize,
    timeout: Duration,
    migrates: bool,
    unencrypted: bool,
}

enum Target {
    Url(String),
    Opts(Opts),
}

impl MariaDbStorage {
    /// The storage in the database at `url`, with the defaults. Its tables are made where they are
    /// missing, and migrated where they are of an older version.
    ///
    /// The address is one that the library `mysql_async` understands:
    /// `mysql://user:password@host:port/database?…`.
    ///
    /// # Errors
    ///
    /// [`OpenError::InvalidUrl`] where the address is not understood;
    /// [`OpenError::Unencrypted`] where the server is on another machine and the address asks for no
    /// encryption; [`OpenError::SchemaTooNew`] where a newer version made the tables;
    /// [`OpenError::Storage`] where the server is out of reach or refuses, with the likely
    /// [`Problem`](crate::Problem).
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # use cloakroom_sql::{MariaDbStorage, OpenError};
    /// let error = MariaDbStorage::connect("mysql://shop@db.example.org/shop").await.unwrap_err();
    /// assert!(matches!(error, OpenError::Unencrypted));
    /// # });
    /// ```
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        Self::builder(url).connect().await
    }

    /// The storage in the database at `url`, with more to say of it.
    ///
    /// ```
    /// # use cloakroom_sql::MariaDbStorage;
    /// let builder = MariaDbStorage::builder("mysql://shop:secret@localhost/shop");
    /// assert!(!format!("{builder:?}").contains("secret"));
    /// ```
    pub fn builder(url: &str) -> MariaDbStorageBuilder {
        MariaDbStorageBuilder::new(Target::Url(url.to_owned()))
    }

    /// The storage in the database that the options of the client library name: for what an address
    /// cannot say, as certificates. TLS is a feature of `mysql_async`, which the application turns
    /// on: `rustls-tls` or `native-tls-tls`.
    ///
    /// ```
    /// # use cloakroom_sql::{MariaDbStorage, mysql_async::OptsBuilder};
    /// let options = OptsBuilder::default().ip_or_hostname("localhost").db_name(Some("shop"));
    /// let builder = MariaDbStorage::builder_with(options.into());
    /// ```
    pub fn builder_with(options: Opts) -> MariaDbStorageBuilder {
        MariaDbStorageBuilder::new(Target::Opts(options))
    }
}

impl MariaDbStorageBuilder {
    fn new(target: Target) -> Self {
        Self {
            target,
            table: TableName::default(),
            max_connections: 10,
            timeout: Duration::from_secs(4),
            migrates: true,
            unencrypted: false,
        }
    }

    /// What the table of the records is called; the names of all else begin with it. **Default**:
    /// `cloakroom_sessions`.
    ///
    /// ```
    /// # use cloakroom_sql::{MariaDbStorage, TableName};
    /// let builder = MariaDbStorage::builder("mysql://localhost/shop");
    /// let builder = builder.table(TableName::new("shop_sessions").unwrap());
    /// assert!(format!("{builder:?}").contains("shop_sessions"));
    /// ```
    pub fn table(mut self, table: TableName) -> Self {
        self.table = table;
        self
    }

    /// How many connections there are at most; further calls wait. **Default**: 10.
    ///
    /// ```
    /// # use cloakroom_sql::MariaDbStorage;
    /// let builder = MariaDbStorage::builder("mysql://localhost/shop").max_connections(20);
    /// assert!(format!("{builder:?}").contains("max_connections: 20"));
    /// ```
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections.max(1);
        self
    }

    /// How long a call may take, with waiting for a connection. A wait for another call's lock ends
    /// on the server, too, after as many whole seconds. **Default**: 4 seconds, so that it is over
    /// when the session layer stops waiting.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_sql::MariaDbStorage;
    /// let builder = MariaDbStorage::builder("mysql://localhost/shop");
    /// assert!(format!("{:?}", builder.timeout(Duration::from_secs(1))).contains("timeout: 1s"));
    /// ```
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Makes and migrates no tables: they must be there. For a user who may not.
    ///
    /// ```
    /// # use cloakroom_sql::MariaDbStorage;
    /// let builder = MariaDbStorage::builder("mysql://localhost/shop").without_migrating();
    /// assert!(format!("{builder:?}").contains("migrates: false"));
    /// ```
    pub const fn without_migrating(mut self) -> Self {
        self.migrates = false;
        self
    }

    /// Does without encryption, also to another machine.
    ///
    /// # Security
    ///
    /// Whoever is on the network in between reads and writes sessions.
    ///
    /// ```
    /// # use cloakroom_sql::MariaDbStorage;
    /// let builder = MariaDbStorage::builder("mysql://shop@db.internal/shop").unencrypted();
    /// ```
    pub const fn unencrypted(mut self) -> Self {
        self.unencrypted = true;
        self
    }

    /// Connects, and makes or migrates the tables.
    ///
    /// # Errors
    ///
    /// As [`MariaDbStorage::connect`]; [`OpenError::SchemaNotMigrated`] where the tables are not
    /// there and may not be made.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # use cloakroom_sql::{MariaDbStorage, OpenError};
    /// let error = MariaDbStorage::builder("nonsense").connect().await.unwrap_err();
    /// assert!(matches!(error, OpenError::InvalidUrl));
    /// # });
    /// ```
    pub async fn connect(self) -> Result<MariaDbStorage, OpenError> {
        let options = match self.target {
            Target::Url(url) => Opts::from_url(&url).map_err(|_| OpenError::InvalidUrl)?,
            Target::Opts(options) => options,
        };
        if is_exposed(&options) && !self.unencrypted {
            return Err(OpenError::Unencrypted);
        }
        let connections = Connections::new(options, self.timeout);
        let pool = pool(connections, self.max_connections, self.timeout)?;
        let statements = statements(self.table);
        let mut connection = first_of(&pool).await?;
        ready(&mut connection, &statements, self.migrates).await?;
        drop(connection);
        let (queries, take_block) = (queries(&statements), take_block(&statements.names));
        Ok(MariaDbStorage::new(pool, queries, take_block, self.timeout))
    }
}

impl fmt::Debug for MariaDbStorageBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MariaDbStorageBuilder")
            .field("table", &self.table)
            .field("max_connections", &self.max_connections)
            .field("timeout", &self.timeout)
            .field("migrates", &self.migrates)
            .field("unencrypted", &self.unencrypted)
            .finish_non_exhaustive()
    }
}

fn pool(
    connections: Connections,
    size: usize,
    timeout: Duration,
) -> Result<Pool<Connections>, OpenError> {
    let pool = Pool::builder(connections)
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(timeout))
        .create_timeout(Some(timeout))
        .recycle_timeout(Some(timeout))
        .build();
    pool.map_err(|error| unavailable().with_source(error).into())
}

/// The first connection. Where the address asks for TLS, which is a feature of the library, and that is
/// not turned on, the library panics: in a task of its own that is an error.
async fn first_of(pool: &Pool<Connections>) -> Result<Object<Connections>, OpenError> {
    let pool = pool.clone();
    let connecting = tokio::spawn(async move { pool.get().await });
    match connecting.await {
        Ok(connected) => connected.map_err(not_connected),
        Err(ended) => {
            let problem = if ended.is_panic() {
                Problem::NoEncryption
            } else {
                Problem::Other
            };
            Err(OpenError::of(problem, unavailable().with_source(ended)))
        }
    }
}

/// Whether the server may be on another machine while nothing is said of encryption.
fn is_exposed(options: &Opts) -> bool {
    options.ssl_opts().is_none()
        && options.socket().is_none()
        && !is_local(options.ip_or_hostname())
}
