//! What to look at when a database could not be opened.

use std::fmt;

/// What to look at when a database could not be opened: the likely mistake in an address or in how the
/// server is set up.
///
/// `Display` says it in a sentence, with what to do.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # #[cfg(feature = "sqlite")] {
/// use cloakroom_sql::{OpenError, Problem, SqliteStorage};
///
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("nowhere").join("sessions.db");
/// let OpenError::Storage { problem, .. } = SqliteStorage::open(path).await.unwrap_err() else {
///     panic!("the file was opened")
/// };
/// assert_eq!(problem, Problem::NoFile);
/// assert!(problem.to_string().contains("its folder must be there"));
/// # }
/// # });
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// No server of the kind answers at the address.
    NoServer,
    /// The server lets nobody in with this user and password.
    Credentials,
    /// The database is not there, or not for this user.
    NoDatabase,
    /// The connection could not be encrypted.
    NoEncryption,
    /// The user may not make or use the tables.
    NoRights,
    /// SQLite: the file cannot be opened or made.
    NoFile,
    /// SQLite: the file holds something else.
    NotADatabase,
    /// SQLite: there can be no write-ahead log where the file lies.
    NoLog,
    /// A table of the name is there, and somebody else made it.
    NameTaken,
    /// The database may only be read.
    ReadOnly,
    /// There is no room on the disk.
    NoRoom,
    /// Others hold the database, or it takes in nobody else for now.
    Busy,
    /// There was no answer in time.
    TimedOut,
    /// Something else: the cause says what.
    Other,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoServer => {
                "no server of its kind answers at the address; is it running, and are host and port \
                 right?"
            }
            Self::Credentials => "the server lets nobody in with this user and password",
            Self::NoDatabase => {
                "the database is not there, or not for this user, or the address names none; make it \
                 first, and give the user a right to it"
            }
            Self::NoEncryption => {
                "the connection could not be encrypted; the server offers no encryption, its \
                 certificate is not trusted, or the client has nothing to encrypt with: `tls` gives \
                 it a connector for PostgreSQL, a feature of `mysql_async` one for MariaDB"
            }
            Self::NoRights => {
                "the user may not make or use the tables; let them, or have the tables made by who \
                 may, and say `without_migrating`"
            }
            Self::NoFile => {
                "the file cannot be opened or made; its folder must be there, and this user must be \
                 allowed to read and write both"
            }
            Self::NotADatabase => {
                "the file is there and is no SQLite database; it was left as it is, name another one"
            }
            Self::NoLog => {
                "SQLite can keep no write-ahead log where the file lies, as on a network's file \
                 system; choose a disk of this machine"
            }
            Self::NameTaken => {
                "a table of the name is there, and somebody else made it; it was left as it is, \
                 choose another name with `table`"
            }
            Self::ReadOnly => {
                "it may only be read; is the server a replica, or the file or its folder \
                 write-protected?"
            }
            Self::NoRoom => "there is no room on the disk",
            Self::Busy => {
                "others hold it, or it takes in nobody else for now; try again when they have finished"
            }
            Self::TimedOut => {
                "there was no answer in time; does the address lead to a server of its kind?"
            }
            Self::Other => "the cause, which may hold secrets, is given by `expose_source`",
        })
    }
}
