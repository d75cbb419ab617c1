//! Why no storage came of a builder.

use std::error::Error;
use std::fmt;

use redis::{ErrorKind, RedisError};

/// A Redis storage could not be connected.
///
/// Opaque, so that it can grow; ask [`kind`](Self::kind).
///
/// # Security
///
/// `Display`, `Debug` and [`Error::source`] show neither addresses nor passwords; the cause may
/// hold them, and [`expose_source`](Self::expose_source) gives it to who asks by that name.
///
/// # Examples
///
/// ```
/// use cloakroom_redis::{ConnectErrorKind, RedisStorage};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let error = RedisStorage::server("postgres://shop:secret@db").connect().await.unwrap_err();
/// assert_eq!(error.kind(), ConnectErrorKind::Address);
/// assert!(!format!("{error} {error:?}").contains("secret"));
/// # });
/// ```
pub struct ConnectError {
    kind: ConnectErrorKind,
    source: Option<RedisError>,
}

/// What kind of failure a [`ConnectError`] is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ConnectErrorKind {
    /// An address is none.
    Address,
    /// Options contradict themselves or each other.
    Options,
    /// An address asks for TLS, which is not built in.
    NoTls,
    /// The server is on another machine, and neither TLS nor doing without it was asked for: whoever
    /// listens in between could read sessions, and write them.
    Unencrypted,
    /// No server answered as one.
    Unreachable,
    /// The server lets nobody in with these credentials.
    Credentials,
    /// The sentinels know no master of the name.
    NoMaster,
    /// The server does not say what has to be checked (its command `INFO` is not allowed).
    Unchecked,
    /// The server is older than Redis 7.0.
    TooOld,
    /// The server is a replica, which takes no writes.
    Replica,
    /// The server may evict what it holds when its memory is full.
    MayEvict,
}

impl ConnectError {
    pub(crate) const fn new(kind: ConnectErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(crate) const fn with_source(kind: ConnectErrorKind, source: RedisError) -> Self {
        let source = Some(source);
        Self { kind, source }
    }

    /// No way to the server was to be had.
    pub(crate) fn not_reached(error: RedisError) -> Self {
        let kind = match (error.kind(), error.code()) {
            (ErrorKind::AuthenticationFailed, _) | (_, Some("NOAUTH" | "WRONGPASS" | "NOPERM")) => {
                ConnectErrorKind::Credentials
            }
            (ErrorKind::MasterNameNotFoundBySentinel, _) => ConnectErrorKind::NoMaster,
            (ErrorKind::RESP3NotSupported, _) => ConnectErrorKind::TooOld,
            _ => ConnectErrorKind::Unreachable,
        };
        Self::with_source(kind, error)
    }

    /// What kind of failure this is.
    ///
    /// ```
    /// # use cloakroom_redis::{ConnectErrorKind, RedisStorage};
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// // Nobody listens on this port.
    /// let error = RedisStorage::server("redis://127.0.0.1:1").connect().await.unwrap_err();
    /// assert_eq!(error.kind(), ConnectErrorKind::Unreachable);
    /// # });
    /// ```
    #[must_use]
    pub const fn kind(&self) -> ConnectErrorKind {
        self.kind
    }

    /// The cause, which may hold secrets: not for logs that others read.
    ///
    /// ```
    /// # use cloakroom_redis::RedisStorage;
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let error = RedisStorage::server("redis://127.0.0.1:1").connect().await.unwrap_err();
    /// assert!(error.expose_source().is_some());
    /// # });
    /// ```
    #[must_use]
    pub fn expose_source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        let source = self.source.as_ref()?;
        Some(source)
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ConnectErrorKind::Address => {
                "an address of the Redis storage is none; it is `redis://host:6379`, or `rediss://…` \
                 for TLS, with a number as its path or nothing; in a password `/`, `@`, `:` and `%` \
                 are written `%2F`, `%40`, `%3A` and `%25`; a cluster or sentinels have at least one"
            }
            ConnectErrorKind::Options => {
                "the options of the Redis storage do not go together: the timeout is zero or no \
                 longer than the wait for replicas, or the prefix holds a brace"
            }
            ConnectErrorKind::NoTls => {
                "the address of the Redis server asks for TLS, which is not built in; turn on the \
                 feature `redis-tls` of cloakroom (`tls` of cloakroom-redis)"
            }
            ConnectErrorKind::Unencrypted => {
                "the Redis server is on another machine and the connection is not encrypted; take \
                 `rediss://`, or say `unencrypted` where the network between is yours alone"
            }
            ConnectErrorKind::Unreachable => {
                "no Redis server answers at the address; is it running, are host and port right, and \
                 does it speak TLS where the address says `rediss://`, with a certificate that is \
                 trusted?"
            }
            ConnectErrorKind::Credentials => {
                "the Redis server lets nobody in with this user and password"
            }
            ConnectErrorKind::NoMaster => "the sentinels know no Redis master of this name",
            ConnectErrorKind::Unchecked => {
                "the Redis server does not say whether it may evict sessions; allow `INFO` to this \
                 user, or connect with `dangerous_without_checks()`"
            }
            ConnectErrorKind::TooOld => "the Redis server is older than 7.0",
            ConnectErrorKind::Replica => {
                "the Redis server is a replica, which takes no writes; give the address of its \
                 master, or of sentinels that name it"
            }
            ConnectErrorKind::MayEvict => {
                "the Redis server may evict what it holds when its memory is full, and with it what \
                 keeps ended sessions ended; set `maxmemory-policy noeviction`"
            }
        })
    }
}

impl fmt::Debug for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Also for a `main` that gives it back: there it is all that is shown.
        write!(f, "ConnectError({self})")
    }
}

impl Error for ConnectError {}
