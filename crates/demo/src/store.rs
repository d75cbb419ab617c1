//! Where the shop keeps its logins, and what it says of that.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;

use cloakroom::{Storage, StorageError, Timestamp};
use cloakroom_storage::{StorageKey, Stored};

/// Where logins are kept.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "an application's own choice")]
pub enum Store {
    /// In memory: they end with the process.
    Memory,
    /// In a SQLite file.
    File(PathBuf),
    /// In a PostgreSQL database.
    Postgres(String),
    /// In a MariaDB database.
    MariaDb(String),
    /// On a Redis server.
    Redis(String),
}

/// An address of a store that the shop does not know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct UnknownStore;

impl fmt::Display for UnknownStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the store is `memory`, a file, or an address that begins with redis://, postgres:// or \
             mysql://",
        )
    }
}

impl Error for UnknownStore {}

impl FromStr for Store {
    type Err = UnknownStore;

    fn from_str(text: &str) -> Result<Self, UnknownStore> {
        let begins = |schemes: &[&str]| schemes.iter().any(|scheme| text.starts_with(scheme));
        Ok(if text == "memory" {
            Self::Memory
        } else if begins(&["postgres://", "postgresql://"]) {
            Self::Postgres(text.to_owned())
        } else if begins(&["mysql://", "mariadb://"]) {
            Self::MariaDb(text.replacen("mariadb://", "mysql://", 1))
        } else if begins(&["redis://", "rediss://"]) {
            Self::Redis(text.to_owned())
        } else if text.contains("://") {
            return Err(UnknownStore);
        } else {
            Self::File(text.into())
        })
    }
}

impl Store {
    /// Where logins live, for the panel.
    #[must_use]
    pub const fn lives(&self) -> &'static str {
        match self {
            Self::Memory => "on the server, in memory",
            Self::File(_) => "on the server, in a SQLite file",
            Self::Postgres(_) => "on the server, in PostgreSQL",
            Self::MariaDb(_) => "on the server, in MariaDB",
            Self::Redis(_) => "on the server, in Redis",
        }
    }
}

type Reading = Pin<Box<dyn Future<Output = Result<Option<Stored>, StorageError>> + Send>>;

/// Reads records as the store has them, whatever store it is.
#[derive(Clone)]
pub(crate) struct Records(Arc<dyn Fn(StorageKey, Timestamp) -> Reading + Send + Sync>);

impl Records {
    pub(crate) fn of<S: Storage + Clone>(storage: &S) -> Self {
        let storage = storage.clone();
        Self(Arc::new(move |key, now| {
            let storage = storage.clone();
            Box::pin(async move { storage.read(&key, now).await })
        }))
    }

    pub(crate) async fn read(
        &self,
        key: StorageKey,
        now: Timestamp,
    ) -> Result<Option<Stored>, StorageError> {
        (self.0)(key, now).await
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Records")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_server_and_anything_else_a_file() {
        let rows = [
            ("memory", Store::Memory),
            ("shop.db", Store::File("shop.db".into())),
            ("redis://h", Store::Redis("redis://h".into())),
            ("postgres://h/d", Store::Postgres("postgres://h/d".into())),
            ("mysql://h/d", Store::MariaDb("mysql://h/d".into())),
            ("mariadb://h/d", Store::MariaDb("mysql://h/d".into())),
        ];
        for (text, store) in rows {
            assert_eq!(text.parse(), Ok(store));
        }
    }
}
