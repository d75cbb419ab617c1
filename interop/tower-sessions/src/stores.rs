//! Opening a store as its own documentation does, and saying what it is and runs with.
//!
//! * **Durable as the others in the race**: SQLite by a write-ahead log and `synchronous = FULL`, which sqlx
//!   would not take by itself. What the server decides is the server's. The settings are asked for, not
//!   assumed.
//! * **`…-without-ping`** has a pool that gives a connection away without asking whether it is alive. By
//!   default sqlx's asks, which with a server is a round trip more for each call.

use std::sync::Arc;

use cloakroom_bench::Must as _;
use tower_sessions_core::SessionStore;
use tower_sessions_redis_store::RedisStore;
use tower_sessions_redis_store::fred::prelude::{Builder, ClientLike as _, Config, Pool};
use tower_sessions_sqlx_store::sqlx::postgres::PgPoolOptions;
use tower_sessions_sqlx_store::sqlx::query_scalar;
use tower_sessions_sqlx_store::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use tower_sessions_sqlx_store::{PostgresStore, SqliteStore};

/// How many connections the page of `RedisStore` takes.
const CONNECTIONS: usize = 6;

/// The package of a store, and that of its client.
const SQL: [&str; 2] = ["tower-sessions-sqlx-store", "sqlx"];
const REDIS: [&str; 2] = ["tower-sessions-redis-store", "fred"];

/// The versions that this program was built of.
const LOCK: &str = include_str!("../Cargo.lock");

/// A store that is ready.
pub(crate) struct Opened {
    /// As the layer of tower-sessions holds it.
    pub(crate) store: Arc<dyn SessionStore>,
    /// In one line: which it is, and what it runs with.
    pub(crate) about: String,
}

/// Opens the store of this name; `None` if there is none.
pub(crate) async fn open(name: &str, url: &str) -> Option<Opened> {
    match name {
        "sqlite" => Some(sqlite(url, true).await),
        "sqlite-without-ping" => Some(sqlite(url, false).await),
        "postgres" => Some(postgres(url, true).await),
        "postgres-without-ping" => Some(postgres(url, false).await),
        "redis-pool" => Some(redis_pool(url).await),
        "redis-client" => Some(redis_client(url).await),
        _ => None,
    }
}

async fn sqlite(file: &str, ping: bool) -> Opened {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().test_before_acquire(ping);
    let pool = pool.connect_with(options).await.must();
    let version = query_scalar("SELECT sqlite_version()").fetch_one(&pool);
    let version: String = version.await.must();
    let journal = query_scalar("PRAGMA journal_mode").fetch_one(&pool);
    let journal: String = journal.await.must();
    let synchronous = query_scalar("PRAGMA synchronous").fetch_one(&pool);
    let synchronous: i64 = synchronous.await.must();
    let store = SqliteStore::new(pool);
    store.migrate().await.must();
    let settings = format!(
        "SQLite {version}, journal_mode {journal}, synchronous {synchronous}, {}",
        said(ping)
    );
    Opened::new(store, &SQL, &settings)
}

async fn postgres(url: &str, ping: bool) -> Opened {
    let pool = PgPoolOptions::new().test_before_acquire(ping);
    let pool = pool.connect(url).await.must();
    let commit = query_scalar("SHOW synchronous_commit").fetch_one(&pool);
    let commit: String = commit.await.must();
    let store = PostgresStore::new(pool);
    store.migrate().await.must();
    let settings = format!("synchronous_commit {commit}, {}", said(ping));
    Opened::new(store, &SQL, &settings)
}

async fn redis_pool(url: &str) -> Opened {
    let config = Config::from_url(url).must();
    let pool = Pool::new(config, None, None, None, CONNECTIONS).must();
    pool.init().await.must();
    let settings = format!("a Pool of {CONNECTIONS}");
    Opened::new(RedisStore::new(pool), &REDIS, &settings)
}

async fn redis_client(url: &str) -> Opened {
    let config = Config::from_url(url).must();
    let client = Builder::from_config(config).build().must();
    client.init().await.must();
    Opened::new(RedisStore::new(client), &REDIS, "one Client")
}

const fn said(ping: bool) -> &'static str {
    if ping { "with ping" } else { "without ping" }
}

impl Opened {
    fn new(store: impl SessionStore, [package, client]: &[&str; 2], settings: &str) -> Self {
        let (its, below) = (version(package), version(client));
        Self {
            store: Arc::new(store),
            about: format!("{package} {its} ({client} {below}, {settings})"),
        }
    }
}

fn version(package: &str) -> &'static str {
    let name = format!("name = \"{package}\"\nversion = \"");
    let (_, version) = LOCK.split_once(&name).must();
    version.split('"').next().must()
}
