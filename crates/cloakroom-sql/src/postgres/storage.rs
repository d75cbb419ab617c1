//! The public face: calls are one statement each, on a pooled connection.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cloakroom_storage::StorageError;
use deadpool_postgres::{ClientWrapper, Pool};
use tokio_postgres::types::ToSql;

use super::failure::of_pool;
use super::notices::Notices;
use super::queries::gives_rows;
use super::schema::stop_notifying;
use super::value::row;
use crate::shared::args::{Args, Value};
use crate::shared::backend::{Backend, Call};
use crate::shared::queries::Queries;
use crate::shared::row::{Row, count};
use crate::shared::server::{Failure, Lent, to_its_end, tried};

/// A storage in a PostgreSQL database, shared by its clones.
///
/// From version 12 on; tested with 15.
///
/// * **What it may lose**: nothing, as long as the server's `synchronous_commit` and `fsync` are on,
///   which they are by default. With `synchronous_commit = off` a crash of the server takes back the
///   last moments, logins and logouts among them. When a standby takes over, what it had not got yet
///   is lost, unless `synchronous_standby_names` makes the primary wait for it.
/// * **Round trips**: one for each call, and one more for an update that replaced nothing. The first
///   call of a kind on a connection prepares its statement, which is one more.
/// * **Read from the primary only.** A standby that follows answers late: what has ended would be
///   alive there.
/// * **A sweep** leaves what another call holds at that moment, and waits for nobody.
/// * **Behind a pooler** (pgbouncer) the connections have to be whole sessions: they keep prepared
///   statements, and each is told its isolation when it is made.
/// * **Failures**: see [the crate's page](crate#failures).
/// * **Telling of changes**: only [on request](crate::NotifyingPostgresStorage), since it costs.
/// * **Rights**: to make the tables the user needs `CREATE` on the schema that comes first in its
///   `search_path`. Then `SELECT`, `INSERT`, `UPDATE` and `DELETE` on the tables, `USAGE` on the
///   sequence and `EXECUTE` on the functions are enough:
///   [`without_migrating`](crate::PostgresStorageBuilder::without_migrating).
/// * **Bounds**: as [`SqliteStorage`](crate::SqliteStorage)'s.
///
/// # Security
///
/// Contents and names of subjects lie in the tables as they are, `bytea` both. `Debug` and errors
/// show no address, no password and no statement.
///
/// # Examples
///
/// ```no_run
/// # async fn example() -> Result<(), cloakroom_sql::OpenError> {
/// use cloakroom_sql::PostgresStorage;
///
/// let storage = PostgresStorage::connect("postgres://shop:secret@localhost/shop").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresStorage(Arc<Server>);

/// The pool, and what is asked on its connections.
pub(super) struct Server {
    shared: Arc<Shared>,
    limit: Duration,
}

struct Shared {
    pool: Pool,
    queries: Queries,
    notices: Arc<Notices>,
}

impl PostgresStorage {
    pub(super) fn new(pool: Pool, queries: Queries, notices: Notices, limit: Duration) -> Self {
        let shared = Arc::new(Shared {
            pool,
            queries,
            notices: Arc::new(notices),
        });
        Self(Arc::new(Server { shared, limit }))
    }

    pub(super) fn backend(&self) -> &Server {
        &self.0
    }

    pub(super) fn pool(&self) -> &Pool {
        &self.0.shared.pool
    }

    pub(super) fn notices(&self) -> &Arc<Notices> {
        &self.0.shared.notices
    }

    /// The tables tell of changes no more, whoever makes them: what
    /// [`connect_notifying`](Self::connect_notifying) has set up in the database is removed, and
    /// with it what it costs. Whoever [watches](crate::NotifyingPostgresStorage) is told nothing
    /// more, until somebody connects notifying again.
    ///
    /// It waits for the calls that are under way, and needs the right to change the tables.
    ///
    /// # Errors
    ///
    /// If the server failed or refuses; then the tables are as they were.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use cloakroom_sql::PostgresStorage;
    ///
    /// let storage = PostgresStorage::connect("postgres://shop:secret@localhost/shop").await?;
    /// storage.stop_notifying().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stop_notifying(&self) -> Result<(), StorageError> {
        let shared = Arc::clone(&self.0.shared);
        to_its_end(
            self.0.limit,
            async move { Ok(shared.stop_notifying().await?) },
        )
        .await
    }
}

impl fmt::Debug for PostgresStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStorage").finish_non_exhaustive()
    }
}

crate::shared::contract::storage!(PostgresStorage);

impl Backend for Server {
    async fn run(&self, call: Call, args: Args) -> Result<Vec<Row>, StorageError> {
        let shared = Arc::clone(&self.shared);
        to_its_end(self.limit, async move {
            tried(call, || shared.once(call, &args)).await
        })
        .await
    }
}

impl Shared {
    async fn stop_notifying(&self) -> Result<(), Failure> {
        let mut lent = Lent::new(self.pool.get().await.map_err(of_pool)?);
        stop_notifying(lent.connection()?, &self.notices).await?;
        lent.give_back();
        Ok(())
    }

    async fn once(&self, call: Call, args: &Args) -> Result<Vec<Row>, Failure> {
        let mut lent = Lent::new(self.pool.get().await.map_err(of_pool)?);
        let answer = ask(lent.connection()?, &self.queries, call, args).await?;
        lent.give_back();
        Ok(answer)
    }
}

async fn ask(
    client: &ClientWrapper,
    queries: &Queries,
    call: Call,
    args: &Args,
) -> Result<Vec<Row>, Failure> {
    let query = queries.of(call);
    let statement = client.prepare_cached(&query.text).await?;
    let values: Vec<Value<'_>> = query.params.iter().map(|p| args.value(*p)).collect();
    let params = values.iter().map(|value| value as &(dyn ToSql + Sync));
    let params: Vec<_> = params.collect();
    if gives_rows(call) {
        let answer = client.query(&statement, &params).await?;
        return Ok(answer.iter().map(row).collect::<Result<_, _>>()?);
    }
    let changed = client.execute(&statement, &params).await?;
    Ok(count(changed))
}
