//! The public face: calls are one statement each, on a pooled connection.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use cloakroom_storage::StorageError;
use deadpool::managed::Pool;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params};
use tokio::sync::Mutex;

use super::connection::Connections;
use super::failure::of_pool;
use super::value::{row, wire};
use crate::shared::args::Args;
use crate::shared::backend::{Backend, Call};
use crate::shared::cause::corrupt;
use crate::shared::queries::Queries;
use crate::shared::row::{Row, count, number};
use crate::shared::schema::BLOCK;
use crate::shared::server::{Effect, Failure, Lent, to_its_end, tried};

/// A storage in a MariaDB database, shared by its clones.
///
/// Tested with MariaDB 10.11. The statements are valid on MySQL 8 as well, which is not tested.
///
/// * **What it may lose**: nothing, as long as the server's `innodb_flush_log_at_trx_commit` is 1,
///   which it is by default (and `sync_binlog`, where a replica takes over). With 0 or 2 a power
///   failure takes back the last second, logins and logouts among them. When a replica takes over,
///   what it had not got yet is lost, versions that were given among it: two states of a record may
///   then have one version, and of two requests that were under way one may overwrite the other.
/// * **Round trips**: one for each call, and one more for an update that replaced nothing. The first
///   call of a kind on a connection prepares its statement, which is one more; so is a block of
///   versions, once in 65,536 writes.
/// * **Read from the primary only.** A replica answers late: what has ended would be alive there.
/// * **Failures**: see [the crate's page](crate#failures). A connection that the server closed while
///   it was idle for less than half a minute shows only when it is used: after a restart one call may
///   fail that need not have.
/// * **Rights**: every user needs `SELECT`, `INSERT`, `UPDATE`, `DELETE` and `EXECUTE` on the database, and
///   no more where the tables are there:
///   [`without_migrating`](crate::MariaDbStorageBuilder::without_migrating). Who makes the tables needs
///   `CREATE`, `DROP`, `INDEX`, `CREATE ROUTINE` and `ALTER ROUTINE` besides, and keeps the others: the
///   procedures run with the rights of who made them.
/// * **The server's settings**: `binlog_format` may be `MIXED` (the default) or `ROW`, not
///   `STATEMENT`; `max_allowed_packet` has to hold the largest content.
/// * **Bounds**: as [`SqliteStorage`](crate::SqliteStorage)'s.
///
/// # Security
///
/// Contents and names of subjects lie in the tables as they are. `Debug` and errors show no address,
/// no password and no statement.
///
/// # Examples
///
/// ```no_run
/// # async fn example() -> Result<(), cloakroom_sql::OpenError> {
/// use cloakroom_sql::MariaDbStorage;
///
/// let storage = MariaDbStorage::connect("mysql://shop:secret@localhost/shop").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MariaDbStorage(Arc<Server>);

/// The pool, and what is asked on its connections.
struct Server {
    shared: Arc<Shared>,
    limit: Duration,
}

struct Shared {
    pool: Pool<Connections>,
    queries: Queries,
    take_block: String,
    /// The versions that are ours to give.
    versions: Mutex<Range<i64>>,
}

impl MariaDbStorage {
    pub(super) fn new(
        pool: Pool<Connections>,
        queries: Queries,
        take_block: String,
        limit: Duration,
    ) -> Self {
        let shared = Arc::new(Shared {
            pool,
            queries,
            take_block,
            versions: Mutex::new(0..0),
        });
        Self(Arc::new(Server { shared, limit }))
    }

    fn backend(&self) -> &Server {
        &self.0
    }
}

impl fmt::Debug for MariaDbStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MariaDbStorage").finish_non_exhaustive()
    }
}

crate::shared::contract::storage!(MariaDbStorage);

impl Backend for Server {
    async fn run(&self, call: Call, args: Args) -> Result<Vec<Row>, StorageError> {
        let shared = Arc::clone(&self.shared);
        to_its_end(self.limit, async move {
            tried(call, || shared.once(call, args.clone())).await
        })
        .await
    }
}

impl Shared {
    async fn once(&self, call: Call, args: Args) -> Result<Vec<Row>, Failure> {
        let mut lent = Lent::new(self.pool.get().await.map_err(of_pool)?);
        let answer = self.ask(lent.connection()?, call, args).await;
        match &answer {
            Ok(_) => lent.give_back(),
            // The others may be as broken, and would show it one call after the other.
            Err(failure) if failure.effect == Effect::Unknown => {
                self.pool.retain(|_, _| false);
            }
            Err(_) => {}
        }
        answer
    }

    async fn ask(
        &self,
        connection: &mut Conn,
        call: Call,
        args: Args,
    ) -> Result<Vec<Row>, Failure> {
        let mut args = args;
        if matches!(call, Call::Create | Call::Update) {
            args.new_version = Some(self.next_version(connection).await?);
        }
        let query = self.queries.of(call);
        let params = query.params.iter().map(|param| wire(args.value(*param)));
        let params = Params::Positional(params.collect());
        let answer = connection.exec(query.text.as_str(), params).await?;
        Ok(match call {
            Call::Update => {
                let updated = connection.affected_rows() > 0;
                let version = args.new_version.filter(|_| updated);
                version.map(number).unwrap_or_default()
            }
            Call::Touch | Call::Take | Call::Remove | Call::EndBefore => {
                count(connection.affected_rows())
            }
            _ => answer.into_iter().map(row).collect(),
        })
    }

    /// A version that was never given, of a block that is taken where the last one is used up.
    async fn next_version(&self, connection: &mut Conn) -> Result<i64, Failure> {
        let mut versions = self.versions.lock().await;
        if let Some(version) = versions.next() {
            return Ok(version);
        }
        connection.query_drop(&self.take_block).await?;
        let first = connection.last_insert_id().unwrap_or_default();
        let first = i64::try_from(first).unwrap_or_default();
        *versions = first..first.saturating_add(BLOCK);
        let version = versions.next().filter(|version| *version > 0);
        version.ok_or_else(|| Failure {
            error: corrupt("the counter of versions is gone"),
            effect: Effect::Final,
        })
    }
}
