//! Which server a storage is on, and how it is connected.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use redis::{Cmd, Value};

use crate::connect_error::{ConnectError, ConnectErrorKind};
use crate::dial::{Address, Dialer};
use crate::line::Replicas;
use crate::link::Link;
use crate::names::Names;
use crate::storage::RedisStorage;
use crate::store::Store;

/// The oldest Redis whose commands we use.
const OLDEST: (u32, u32) = (7, 0);

/// Connects a [`RedisStorage`]; [`RedisStorage::server`], [`RedisStorage::cluster`] and
/// [`RedisStorage::sentinel`] give one.
///
/// Addresses are `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS with the
/// feature `tls`, which another machine needs unless [`unencrypted`](Self::unencrypted) is said.
///
/// # Security
///
/// `Debug` shows neither addresses nor credentials. The nodes of a cluster, and the server that sentinels
/// name, are spoken to as the addresses that were given are: by TLS, or in the open.
///
/// # Examples
///
/// ```no_run
/// use cloakroom_redis::RedisStorage;
///
/// # async fn connect() -> Result<(), cloakroom_redis::ConnectError> {
/// let storage = RedisStorage::server("redis://127.0.0.1").prefix("shop:").connect().await?;
/// # drop(storage);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a builder makes a storage when it is connected"]
pub struct RedisStorageBuilder {
    address: Address,
    prefix: String,
    timeout: Duration,
    replicas: Option<Replicas>,
    is_checked: bool,
    is_unencrypted: bool,
}

impl RedisStorage {
    /// A storage on one server.
    ///
    /// ```
    /// # use cloakroom_redis::RedisStorage;
    /// let builder = RedisStorage::server("redis://:secret@127.0.0.1");
    /// assert!(!format!("{builder:?}").contains("secret"));
    /// ```
    pub fn server(url: impl Into<String>) -> RedisStorageBuilder {
        RedisStorageBuilder::of(Address::Server(url.into()))
    }

    /// A storage on a cluster, of which these are some nodes; the others are asked for.
    ///
    /// The credentials of the first address count for all nodes.
    ///
    /// ```
    /// # use cloakroom_redis::RedisStorage;
    /// let builder = RedisStorage::cluster(["redis://10.0.0.1", "redis://10.0.0.2"]);
    /// assert!(format!("{builder:?}").contains("cluster"));
    /// ```
    pub fn cluster<U: Into<String>>(urls: impl IntoIterator<Item = U>) -> RedisStorageBuilder {
        RedisStorageBuilder::of(Address::Cluster(urls.into_iter().map(Into::into).collect()))
    }

    /// A storage on the server that these sentinels name as the master called `master`.
    ///
    /// With `rediss://` the server is reached by TLS too. Credentials in the addresses are for the
    /// sentinels; those for the server are said by
    /// [`credentials`](RedisStorageBuilder::credentials).
    ///
    /// ```
    /// # use cloakroom_redis::RedisStorage;
    /// let builder = RedisStorage::sentinel(["redis://10.0.0.1:26379"], "shop");
    /// assert!(format!("{builder:?}").contains("sentinel"));
    /// ```
    pub fn sentinel<U: Into<String>>(
        urls: impl IntoIterator<Item = U>,
        master: impl Into<String>,
    ) -> RedisStorageBuilder {
        RedisStorageBuilder::of(Address::Sentinel {
            sentinels: urls.into_iter().map(Into::into).collect(),
            master: master.into(),
            username: None,
            password: None,
        })
    }
}

impl RedisStorageBuilder {
    fn of(address: Address) -> Self {
        Self {
            address,
            prefix: "cloakroom:".to_owned(),
            timeout: Duration::from_secs(2),
            replicas: None,
            is_checked: true,
            is_unencrypted: false,
        }
    }

    /// With what the name of every key begins. **Default**: `cloakroom:`.
    ///
    /// Two storages with different prefixes share nothing. It may hold no brace.
    ///
    /// ```
    /// # use cloakroom_redis::RedisStorage;
    /// let builder = RedisStorage::server("redis://127.0.0.1").prefix("shop:");
    /// assert!(format!("{builder:?}").contains("shop:"));
    /// ```
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long the server may take for an answer, and for a connection. **Default**: 2 seconds.
    ///
    /// ```
    /// # use cloakroom_redis::RedisStorage;
    /// # use std::time::Duration;
    /// let builder = RedisStorage::server("redis://127.0.0.1").timeout(Duration::from_secs(1));
    /// assert!(format!("{builder:?}").contains("timeout: 1s"));
    /// ```
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// A write counts when so many replicas have it too; where they have not said so within this
    /// time the call fails, and the write may be there. **Default**: the master is enough.
    ///
    /// It makes of Redis' asynchronous replication what the contract asks for: what was
    /// acknowledged is not lost with the master. `WAIT` goes with each write in the same round
    /// trip; the calls behind it on the connection wait as well.
    ///
    /// ```
    /// # use cloakroom_redis::RedisStorage;
    /// # use std::{num::NonZeroU32, time::Duration};
    /// let builder = RedisStorage::sentinel(["redis://10.0.0.1:26379"], "shop")
    ///     .acknowledged_by(NonZeroU32::MIN, Duration::from_millis(500));
    /// assert!(format!("{builder:?}").contains("count: 1"));
    /// ```
    pub const fn acknowledged_by(mut self, replicas: NonZeroU32, within: Duration) -> Self {
        self.replicas = Some(Replicas {
            count: replicas.get(),
            within,
        });
        self
    }

    /// How to sign in to the server that the sentinels name. Elsewhere the addresses say it, and
    /// this does nothing.
    ///
    /// ```
    /// # use cloakroom_redis::RedisStorage;
    /// let builder = RedisStorage::sentinel(["redis://10.0.0.1:26379"], "shop")
    ///     .credentials("default", "secret");
    /// assert!(!format!("{builder:?}").contains("secret"));
    /// ```
    pub fn credentials(mut self, user: impl Into<String>, secret: impl Into<String>) -> Self {
        if let Address::Sentinel {
            username, password, ..
        } = &mut self.address
        {
            *username = Some(user.into());
            *password = Some(secret.into());
        }
        self
    }

    /// Does without encryption, also to another machine.
    ///
    /// # Security
    ///
    /// Whoever is on the network in between reads and writes sessions, and learns the password.
    ///
    /// ```
    /// # use cloakroom_redis::RedisStorage;
    /// let builder = RedisStorage::server("redis://redis.internal").unencrypted();
    /// assert!(format!("{builder:?}").contains("is_unencrypted: true"));
    /// ```
    pub const fn unencrypted(mut self) -> Self {
        self.is_unencrypted = true;
        self
    }

    /// Connects also to a server that may evict what it holds, that is older than 7.0 or a replica, or
    /// that does not say so.
    ///
    /// # Security
    ///
    /// A server that evicts ends sessions by itself, and may forget which sign-ins
    /// [`remove_all`](cloakroom_storage::Storage::remove_all) refuses and which sessions a floor
    /// has ended: what was ended may come back.
    ///
    /// ```
    /// # use cloakroom_redis::RedisStorage;
    /// let builder = RedisStorage::server("redis://127.0.0.1").dangerous_without_checks();
    /// assert!(format!("{builder:?}").contains("is_checked: false"));
    /// ```
    pub const fn dangerous_without_checks(mut self) -> Self {
        self.is_checked = false;
        self
    }

    /// Connects, and checks the server.
    ///
    /// # Errors
    ///
    /// [`ConnectError`], which says what to do.
    ///
    /// ```
    /// # use cloakroom_redis::{ConnectErrorKind, RedisStorage};
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let nodes = ["redis://10.0.0.1", "redis://10.0.0.2"];
    /// let error = RedisStorage::cluster(nodes).connect().await.unwrap_err();
    /// assert_eq!(error.kind(), ConnectErrorKind::Unencrypted);
    /// # });
    /// ```
    pub async fn connect(self) -> Result<RedisStorage, ConnectError> {
        let waits_longer = |replicas: Replicas| replicas.within >= self.timeout;
        if self.prefix.contains(['{', '}'])
            || self.timeout.is_zero()
            || self.replicas.is_some_and(waits_longer)
        {
            return Err(ConnectError::new(ConnectErrorKind::Options));
        }
        if self.address.lacks_tls() {
            return Err(ConnectError::new(ConnectErrorKind::NoTls));
        }
        let dialer = Dialer::new(self.address.clone(), self.timeout)
            .map_err(|error| ConnectError::with_source(ConnectErrorKind::Address, error))?;
        if self.address.is_exposed() && !self.is_unencrypted {
            return Err(ConnectError::new(ConnectErrorKind::Unencrypted));
        }
        let link = Link::new(dialer, self.timeout, self.replicas);
        let mut line = link.line().await.map_err(ConnectError::not_reached)?;
        if self.is_checked {
            let mut info = Cmd::new();
            info.arg("INFO");
            let infos = line
                .send_to_masters(&info)
                .await
                .map_err(|error| ConnectError::with_source(ConnectErrorKind::Unchecked, error))?;
            infos.iter().try_for_each(check)?;
        }
        let store = Store {
            link,
            names: Names::new(self.prefix),
            address: self.address,
            timeout: self.timeout,
        };
        Ok(RedisStorage::of(Arc::new(store)))
    }
}

impl fmt::Debug for RedisStorageBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.address {
            Address::Server(_) => "server",
            Address::Cluster(_) => "cluster",
            Address::Sentinel { .. } => "sentinel",
        };
        f.debug_struct("RedisStorageBuilder")
            .field("kind", &kind)
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .field("replicas", &self.replicas)
            .field("is_checked", &self.is_checked)
            .field("is_unencrypted", &self.is_unencrypted)
            .finish_non_exhaustive()
    }
}

/// Whether a server is new enough, takes what it is given, and keeps it.
fn check(info: &Value) -> Result<(), ConnectError> {
    let info = match info {
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::VerbatimString { text, .. } | Value::SimpleString(text) => text.clone(),
        _ => return Err(ConnectError::new(ConnectErrorKind::Unchecked)),
    };
    let value_of = |name: &str| {
        let mut lines = info.lines();
        let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.map(str::trim).ok_or(ConnectErrorKind::Unchecked)
    };
    let check = || {
        let mut version = value_of("redis_version")?.split('.').map(str::parse);
        match (version.next(), version.next()) {
            (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= OLDEST => {}
            _ => return Err(ConnectErrorKind::TooOld),
        }
        if value_of("role")? != "master" {
            return Err(ConnectErrorKind::Replica);
        }
        let is_bounded = value_of("maxmemory")? != "0";
        if is_bounded && value_of("maxmemory_policy")? != "noeviction" {
            return Err(ConnectErrorKind::MayEvict);
        }
        Ok(())
    };
    check().map_err(ConnectError::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(info: &str) -> Option<ConnectErrorKind> {
        let info = Value::BulkString(info.replace('\n', "\r\n").into_bytes());
        check(&info).err().map(|error| error.kind())
    }

    #[test]
    fn a_server_is_judged_by_its_version_and_its_memory() {
        let info = |version: &str, max: &str, policy: &str| {
            format!(
                "# Server\nredis_version:{version}\nmaxmemory:{max}\nmaxmemory_policy:{policy}\n\
                 role:master\n"
            )
        };
        assert_eq!(kind_of(&info("7.0.15", "0", "allkeys-lru")), None);
        assert_eq!(kind_of(&info("10.0.0", "9", "noeviction")), None);
        let kind = kind_of(&info("7.0.15", "9", "volatile-lru"));
        assert_eq!(kind, Some(ConnectErrorKind::MayEvict));
        for old in ["6.2.14", "6", "x.y"] {
            let kind = kind_of(&info(old, "0", "noeviction"));
            assert_eq!(kind, Some(ConnectErrorKind::TooOld), "{old}");
        }
        for silent in [
            "",
            "redis_version:7.0.0\n",
            "redis_version:7.0.0\nmaxmemory:9\n",
            "redis_version:7.0.0\nrole:master\nmaxmemory:9\n",
        ] {
            assert_eq!(
                kind_of(silent),
                Some(ConnectErrorKind::Unchecked),
                "{silent}"
            );
        }
        let kind = check(&Value::Nil).map_err(|error| error.kind());
        assert_eq!(kind, Err(ConnectErrorKind::Unchecked));
    }
}
