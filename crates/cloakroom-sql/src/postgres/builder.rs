//! What can be said of a PostgreSQL database, and connecting to it.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{Config, NoTls, Socket};

use super::dial::{Dial, dial};
use super::notices::Notices;
use super::notifying::NotifyingPostgresStorage;
use super::queries::{queries, statements};
use super::schema::{notifying, ready};
use super::storage::PostgresStorage;
use crate::error::OpenError;
use crate::shared::cause::unavailable;
use crate::shared::server::is_local;
use crate::table::TableName;

/// Says how a database is used; [`PostgresStorage::builder`] gives one.
///
/// # Security
///
/// `Debug` does not show the address.
///
/// # Examples
///
/// ```no_run
/// # async fn example() -> Result<(), cloakroom_sql::OpenError> {
/// use cloakroom_sql::{PostgresStorage, TableName};
///
/// let storage = PostgresStorage::builder("postgres://shop:secret@localhost/shop")
///     .table(TableName::new("shop_sessions").unwrap())
///     .max_connections(20)
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder makes a storage when it connects"]
pub struct PostgresStorageBuilder {
    url: String,
    table: TableName,
    max_connections: usize,
    timeout: Duration,
    migrates: bool,
    encryption: Encryption,
}

type MakeWays = Box<dyn FnOnce(Config) -> Ways + Send>;

/// How connections are made: those of the pool, and one's own.
type Ways = (Manager, Dial);

enum Encryption {
    Unsaid,
    Without,
    By(MakeWays),
}

impl PostgresStorage {
    /// The storage in the database at `url`, with the defaults. Its tables are made where they are
    /// missing, and migrated where they are of an older version.
    ///
    /// The address is one that the library `tokio-postgres` understands:
    /// `postgres://user:password@host:port/database?…`, or `key=value` pairs.
    ///
    /// # Errors
    ///
    /// [`OpenError::InvalidUrl`] where the address is not understood;
    /// [`OpenError::Unencrypted`] where the server is on another machine, which needs
    /// [`tls`](PostgresStorageBuilder::tls); [`OpenError::SchemaTooNew`] where a newer version made
    /// the tables; [`OpenError::Storage`] where the server is out of reach or refuses, with the likely
    /// [`Problem`](crate::Problem).
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # use cloakroom_sql::{OpenError, PostgresStorage};
    /// let error = PostgresStorage::connect("postgres://shop@db.example.org/shop").await.unwrap_err();
    /// assert!(matches!(error, OpenError::Unencrypted));
    /// # });
    /// ```
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        Self::builder(url).connect().await
    }

    /// The storage in the database at `url`, which tells of changes, with the defaults. See
    /// [`NotifyingPostgresStorage`] for what that costs.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # use cloakroom_sql::{OpenError, PostgresStorage};
    /// let url = "postgres://shop@db.example.org/shop";
    /// let error = PostgresStorage::connect_notifying(url).await.unwrap_err();
    /// assert!(matches!(error, OpenError::Unencrypted));
    /// # });
    /// ```
    pub async fn connect_notifying(url: &str) -> Result<NotifyingPostgresStorage, OpenError> {
        Self::builder(url).connect_notifying().await
    }

    /// The storage in the database at `url`, with more to say of it.
    ///
    /// ```
    /// # use cloakroom_sql::PostgresStorage;
    /// let builder = PostgresStorage::builder("postgres://shop:secret@localhost/shop");
    /// assert!(!format!("{builder:?}").contains("secret"));
    /// ```
    pub fn builder(url: &str) -> PostgresStorageBuilder {
        PostgresStorageBuilder {
            url: url.to_owned(),
            table: TableName::default(),
            max_connections: 10,
            timeout: Duration::from_secs(4),
            migrates: true,
            encryption: Encryption::Unsaid,
        }
    }
}

impl PostgresStorageBuilder {
    /// What the table of the records is called; the names of all else begin with it. **Default**:
    /// `cloakroom_sessions`.
    ///
    /// ```
    /// # use cloakroom_sql::{PostgresStorage, TableName};
    /// let builder = PostgresStorage::builder("postgres://localhost/shop");
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
    /// # use cloakroom_sql::PostgresStorage;
    /// let builder = PostgresStorage::builder("postgres://localhost/shop").max_connections(20);
    /// assert!(format!("{builder:?}").contains("max_connections: 20"));
    /// ```
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections.max(1);
        self
    }

    /// How long a call may take, with waiting for a connection. The server stops it then, too.
    /// **Default**: 4 seconds, so that it is over when the session layer stops waiting.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_sql::PostgresStorage;
    /// let builder = PostgresStorage::builder("postgres://localhost/shop");
    /// assert!(format!("{:?}", builder.timeout(Duration::from_secs(1))).contains("timeout: 1s"));
    /// ```
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Makes and migrates no tables: they must be there. For a user who may not.
    ///
    /// ```
    /// # use cloakroom_sql::PostgresStorage;
    /// let builder = PostgresStorage::builder("postgres://localhost/shop").without_migrating();
    /// assert!(format!("{builder:?}").contains("migrates: false"));
    /// ```
    pub const fn without_migrating(mut self) -> Self {
        self.migrates = false;
        self
    }

    /// Encrypts by this connector, as the crates `tokio-postgres-rustls` and `postgres-native-tls`
    /// have one. Only with `sslmode=require` in the address a server that offers no encryption is
    /// refused, so that is set here where the address says nothing.
    ///
    /// ```
    /// # use cloakroom_sql::{PostgresStorage, tokio_postgres::NoTls};
    /// # let connector = NoTls;
    /// let builder = PostgresStorage::builder("postgres://db.example.org/shop").tls(connector);
    /// ```
    pub fn tls<T>(mut self, connector: T) -> Self
    where
        T: MakeTlsConnect<Socket> + Clone + Sync + Send + 'static,
        T::Stream: Sync + Send,
        T::TlsConnect: Sync + Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        self.encryption = Encryption::By(Box::new(|config| ways(config, connector)));
        self
    }

    /// Does without encryption, also to another machine. The same as `sslmode=disable` in the
    /// address.
    ///
    /// # Security
    ///
    /// Whoever is on the network in between reads and writes sessions, and may learn the password.
    ///
    /// ```
    /// # use cloakroom_sql::PostgresStorage;
    /// let builder = PostgresStorage::builder("postgres://shop@db.internal/shop").unencrypted();
    /// ```
    pub fn unencrypted(mut self) -> Self {
        self.encryption = Encryption::Without;
        self
    }

    /// Connects, and makes or migrates the tables.
    ///
    /// # Errors
    ///
    /// As [`PostgresStorage::connect`]; [`OpenError::SchemaNotMigrated`] where the tables are not
    /// there and may not be made.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # use cloakroom_sql::{OpenError, PostgresStorage};
    /// let error = PostgresStorage::builder("nonsense").connect().await.unwrap_err();
    /// assert!(matches!(error, OpenError::InvalidUrl));
    /// # });
    /// ```
    pub async fn connect(self) -> Result<PostgresStorage, OpenError> {
        Ok(self.open().await?.0)
    }

    /// Connects, makes or migrates the tables, and sees to it that they tell of every change. See
    /// [`NotifyingPostgresStorage`] for what that costs.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect); [`OpenError::NotNotifying`] where the tables do not tell and
    /// [may not be changed](Self::without_migrating).
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// # use cloakroom_sql::{OpenError, PostgresStorage};
    /// let error = PostgresStorage::builder("nonsense").connect_notifying().await.unwrap_err();
    /// assert!(matches!(error, OpenError::InvalidUrl));
    /// # });
    /// ```
    pub async fn connect_notifying(self) -> Result<NotifyingPostgresStorage, OpenError> {
        let (limit, migrates) = (self.timeout, self.migrates);
        let (storage, dial) = self.open().await?;
        notifying(storage.pool(), storage.notices(), migrates).await?;
        Ok(NotifyingPostgresStorage::new(storage, dial, limit))
    }

    async fn open(self) -> Result<(PostgresStorage, Dial), OpenError> {
        let mut config: Config = self.url.parse().map_err(|_| OpenError::InvalidUrl)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(self.timeout);
        }
        let (manager, dial) = match self.encryption {
            Encryption::By(make) => {
                if config.get_ssl_mode() == SslMode::Prefer {
                    config.ssl_mode(SslMode::Require);
                }
                make(config)
            }
            Encryption::Unsaid if is_exposed(&config) => return Err(OpenError::Unencrypted),
            Encryption::Unsaid | Encryption::Without => ways(config, NoTls),
        };
        let pool = pool(manager, self.max_connections, self.timeout)?;
        let statements = statements(self.table);
        ready(&pool, &statements, self.migrates).await?;
        let (queries, notices) = (queries(&statements), Notices::of(&statements.names));
        let storage = PostgresStorage::new(pool, queries, notices, self.timeout);
        Ok((storage, dial))
    }
}

impl fmt::Debug for PostgresStorageBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStorageBuilder")
            .field("table", &self.table)
            .field("max_connections", &self.max_connections)
            .field("timeout", &self.timeout)
            .field("migrates", &self.migrates)
            .finish_non_exhaustive()
    }
}

fn ways<T>(config: Config, connector: T) -> Ways
where
    T: MakeTlsConnect<Socket> + Clone + Sync + Send + 'static,
    T::Stream: Sync + Send,
    T::TlsConnect: Sync + Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = Manager::from_config(config.clone(), connector.clone(), recycling);
    (manager, dial(config, connector))
}

fn pool(manager: Manager, size: usize, timeout: Duration) -> Result<Pool, OpenError> {
    let session = session(timeout);
    let prepare = Hook::async_fn(move |client: &mut deadpool_postgres::ClientWrapper, _| {
        let session = session.clone();
        Box::pin(async move {
            let prepared = client.batch_execute(&session).await;
            prepared.map_err(HookError::Backend)
        })
    });
    let pool = Pool::builder(manager)
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(timeout))
        .create_timeout(Some(timeout))
        .recycle_timeout(Some(timeout))
        .post_create(prepare)
        .build();
    pool.map_err(|error| unavailable().with_source(error).into())
}

/// What every connection is told first: how calls see each other, and when they are given up.
fn session(timeout: Duration) -> String {
    format!(
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED; \
         SET statement_timeout = {}",
        timeout.as_millis().clamp(1, 1 << 30)
    )
}

/// Whether the server may be on another machine while nothing is said of encryption.
fn is_exposed(config: &Config) -> bool {
    let is_local = |host: &Host| match host {
        Host::Tcp(name) => is_local(name),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    let hosts = config.get_hosts().iter().all(is_local);
    let addresses = config.get_hostaddrs().iter().all(IpAddr::is_loopback);
    config.get_ssl_mode() != SslMode::Disable && !(hosts && addresses)
}
