//! Why a storage could not be opened.

use std::error::Error;
use std::fmt;

use cloakroom_storage::StorageError;

use crate::problem::Problem;

/// A storage could not be opened.
///
/// # Security
///
/// `Display`, `Debug` and [`Error::source`] show no address, path, password or statement;
/// [`StorageError::expose_source`] gives the cause to who asks by that name.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// # #[cfg(feature = "postgres")] {
/// use cloakroom_sql::{OpenError, PostgresStorage};
///
/// // Nobody listens on this port.
/// let url = "postgres://shop:secret@127.0.0.1:1/shop";
/// let refused = PostgresStorage::connect(url).await.unwrap_err();
/// assert!(refused.to_string().contains("no server of its kind answers"));
/// let OpenError::Storage { error, .. } = refused else { panic!("{refused}") };
/// assert!(error.expose_source().is_some());
/// # }
/// # });
/// ```
///
/// # Examples
///
/// ```
/// use cloakroom_sql::OpenError;
///
/// let error = OpenError::SchemaTooNew { found: 3, known: 1 };
/// assert!(error.to_string().contains("version 3"));
/// ```
#[non_exhaustive]
pub enum OpenError {
    /// The tables were made or migrated by a newer version of this crate, which knows what an
    /// older one would get wrong.
    SchemaTooNew {
        /// The version of the tables.
        found: u32,
        /// The newest version that this crate knows.
        known: u32,
    },
    /// The tables are not there, or older than this crate needs, and it was told not to migrate.
    SchemaNotMigrated {
        /// The version that this crate needs.
        known: u32,
    },
    /// The tables do not tell of changes, and may not be changed so that they do.
    NotNotifying,
    /// The address is none that the database's library understands, or asks for what is not built
    /// into it, as TLS is only with a feature.
    InvalidUrl,
    /// The database is on another machine, and neither encryption nor doing without it was asked
    /// for: whoever listens in between could read sessions, and write them.
    Unencrypted,
    /// The database is out of reach, refuses, or failed.
    Storage {
        /// What to look at.
        problem: Problem,
        /// What it means for a storage, and the cause.
        error: StorageError,
    },
}

impl OpenError {
    pub(crate) const fn of(problem: Problem, error: StorageError) -> Self {
        Self::Storage { problem, error }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SchemaTooNew { found, known } => write!(
                f,
                "the tables are of version {found}, and this version of cloakroom-sql knows no \
                 newer than {known}; use the version that made them, or a newer one"
            ),
            Self::SchemaNotMigrated { known } => write!(
                f,
                "the tables are not there in version {known}; migrate them first, or leave out \
                 `without_migrating`"
            ),
            Self::NotNotifying => f.write_str(
                "the tables do not tell of changes; connect once with `connect_notifying` as who may \
                 change them, or leave out `without_migrating`",
            ),
            Self::InvalidUrl => f.write_str(
                "the address of the database is not understood, or asks for a feature of the client \
                 library that is not built in; in a password `/`, `@`, `:` and `%` are written `%2F`, \
                 `%40`, `%3A` and `%25`",
            ),
            Self::Unencrypted => f.write_str(
                "the database is on another machine and the connection is not encrypted; configure \
                 TLS, or say `unencrypted` where the network between is yours alone",
            ),
            Self::Storage { problem, .. } => {
                write!(f, "the sessions' database could not be opened: {problem}")
            }
        }
    }
}

/// The same, for a `main` that gives it back: there it is all that is shown.
impl fmt::Debug for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenError({self})")
    }
}

impl Error for OpenError {}

/// What this crate finds itself.
impl From<StorageError> for OpenError {
    fn from(error: StorageError) -> Self {
        Self::of(Problem::Other, error)
    }
}
