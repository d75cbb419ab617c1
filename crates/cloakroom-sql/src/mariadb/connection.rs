//! Connections for the pool.

use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleResult};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Opts, OptsBuilder};

/// A connection that was not used for so long is asked whether the server is still there.
const IDLE: Duration = Duration::from_secs(30);

/// How many statements a connection keeps prepared: more than there are.
const STATEMENTS: usize = 32;

/// Makes connections, and looks after those that were idle.
#[derive(Debug)]
pub(super) struct Connections(Opts);

impl Connections {
    /// Connections to where `opts` says, on which calls see each other as they must.
    pub(super) fn new(opts: Opts, timeout: Duration) -> Self {
        let wait = timeout.as_secs().clamp(1, 1_000);
        let opts = OptsBuilder::from_opts(opts)
            // An update that changes nothing has found its record all the same.
            .client_found_rows(true)
            .prefer_socket(false)
            .tcp_keepalive(Some(Duration::from_secs(60)))
            .stmt_cache_size(STATEMENTS)
            .setup(vec![
                "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED".to_owned(),
                format!(
                    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
                     autocommit = 1, innodb_lock_wait_timeout = {wait}"
                ),
            ]);
        Self(opts.into())
    }
}

impl Manager for Connections {
    type Type = Conn;
    type Error = Error;

    async fn create(&self) -> Result<Conn, Error> {
        Conn::new(self.0.clone()).await
    }

    async fn recycle(&self, connection: &mut Conn, metrics: &Metrics) -> RecycleResult<Error> {
        if metrics.last_used() > IDLE {
            connection.ping().await?;
        }
        Ok(())
    }
}
