//! Opening the file, making its tables, and what its errors mean.

use std::error::Error as StdError;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cloakroom_storage::{StorageError, StorageErrorKind};
use rusqlite::{Connection, Error, ErrorCode, Result, TransactionBehavior};

use super::synchronous::Synchronous;
use crate::error::OpenError;
use crate::problem::Problem;
use crate::shared::cause::unavailable;
use crate::shared::names::Names;
use crate::shared::schema::{self, BLOCK, Types};
use crate::shared::statements::{Ends, Statements};
use crate::table::TableName;

const TYPES: Types = Types {
    int: "INTEGER",
    key: "BLOB",
    scope: "TEXT",
    subject: "TEXT",
    hash: "BLOB",
    content: "BLOB",
    options: " STRICT",
};

/// The version of the tables that this crate needs.
pub(super) const VERSION: u32 = 1;

/// How large the log may stay after its content has gone into the file.
const LOG_BYTES: u32 = 64 * 1024 * 1024;

/// How often a write-ahead log is asked for while others do the same.
const TRIES: usize = 100;

/// Where the records lie, and how.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// None for a database in memory, which has one connection.
    pub(super) path: Option<PathBuf>,
    pub(super) table: TableName,
    pub(super) synchronous: Synchronous,
    pub(super) busy_timeout: Duration,
    pub(super) max_bytes: Option<u64>,
}

impl Settings {
    pub(super) fn statements(&self) -> Statements {
        let names = Names::new(self.table.clone(), '"');
        Statements::new(names, ":new_version".to_owned(), Ends::Column)
    }

    /// The connection that writes, with the tables made and migrated.
    pub(super) fn open_writer(&self) -> std::result::Result<Connection, OpenError> {
        let mut connection = self.connect().map_err(not_opened)?;
        self.prepare_file(&connection)?;
        self.migrate(&mut connection)?;
        // Where all is there, nothing was written yet.
        if connection.is_readonly("main").map_err(not_opened)? {
            let error = unavailable().with_source("the file may only be read");
            return Err(OpenError::of(Problem::ReadOnly, error));
        }
        Ok(connection)
    }

    /// A connection that only reads.
    pub(super) fn open_reader(&self) -> Result<Connection> {
        let connection = self.connect()?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    fn connect(&self) -> Result<Connection> {
        let connection = match &self.path {
            None => Connection::open_in_memory()?,
            Some(path) => {
                make_private(path);
                Connection::open(path)?
            }
        };
        connection.busy_timeout(self.busy_timeout)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "synchronous", self.synchronous.pragma())?;
        Ok(connection)
    }

    fn prepare_file(&self, connection: &Connection) -> std::result::Result<(), OpenError> {
        if self.path.is_some() {
            let mode = write_ahead(connection).map_err(not_opened)?;
            if mode != "wal" {
                let error = unavailable().with_source(format!("the log's mode is {mode}"));
                return Err(OpenError::of(Problem::NoLog, error));
            }
        }
        let limits = || {
            connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
            let Some(bytes) = self.max_bytes else {
                return Ok(());
            };
            let page: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
            let pages = bytes / u64::from(page.max(1));
            let pages = u32::try_from(pages).unwrap_or(u32::MAX - 1).max(1);
            // It answers with the limit that holds.
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
        };
        limits().map_err(not_opened)
    }

    fn migrate(&self, connection: &mut Connection) -> std::result::Result<(), OpenError> {
        let statements = self.statements();
        let names = &statements.names;
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(not_opened)?;
        let newest = || {
            transaction.execute_batch(&schema::versions(names, TYPES))?;
            transaction.query_row(&schema::newest(names), [], |row| row.get(0))
        };
        for version in schema::missing(newest().map_err(not_opened)?, VERSION)? {
            let made = migration(&statements, version)
                .iter()
                .try_for_each(|s| transaction.execute_batch(s));
            made.map_err(not_opened)?;
        }
        transaction.commit().map_err(not_opened)?;
        Ok(())
    }
}

/// Asks for a write-ahead log, and gives the mode that holds.
///
/// Of programs that do so at once SQLite lets none wait for the other. For the whole file they may
/// wait, so that is done in between.
fn write_ahead(connection: &Connection) -> Result<String> {
    let ask = || connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0));
    for _ in 1..TRIES {
        match ask() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
            }
            mode => return mode,
        }
    }
    ask()
}

/// Takes the next block of versions, and gives the first of them.
pub(super) fn take_block(names: &Names) -> String {
    let counter = names.with("versions");
    format!("UPDATE {counter} SET next = next + {BLOCK} RETURNING next - {BLOCK}")
}

/// What brings the tables to a version from the one before.
fn migration(statements: &Statements, version: u32) -> Vec<String> {
    let names = &statements.names;
    let mut made = schema::tables(statements, TYPES);
    made.push(schema::index(names, "by_end", "ends_at"));
    made.extend(schema::counter(names, TYPES));
    made.push(schema::reached(names, version));
    made
}

/// Makes the file, where there is none, so that only its owner reads it. SQLite gives the log the
/// same rights. Where it fails, SQLite says why.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(path));
}

/// A file that could not be opened, or its tables not made.
pub(super) fn not_opened(error: Error) -> OpenError {
    OpenError::of(problem(&error), storage_error(error))
}

fn problem(error: &Error) -> Problem {
    match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen) => Problem::NoFile,
        Some(ErrorCode::PermissionDenied) => Problem::NoRights,
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Problem::NotADatabase,
        Some(ErrorCode::ReadOnly) => Problem::ReadOnly,
        Some(ErrorCode::DiskFull) => Problem::NoRoom,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Problem::Busy,
        _ => match error {
            // It has no code of its own.
            Error::SqlInputError { msg, .. } if msg.ends_with("already exists") => {
                Problem::NameTaken
            }
            _ => Problem::Other,
        },
    }
}

/// What an error of SQLite means for a call.
pub(super) fn storage_error(error: Error) -> StorageError {
    let kind = kind(&error);
    StorageError::new(kind).with_source(error)
}

/// The same for several calls.
pub(super) fn shared_error(error: &Arc<Error>) -> StorageError {
    let source: Box<dyn StdError + Send + Sync> = Box::new(Arc::clone(error));
    StorageError::new(kind(error)).with_source(source)
}

/// Whether the file may not grow any more.
pub(super) fn is_full(error: &Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}

fn kind(error: &Error) -> StorageErrorKind {
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::CannotOpen
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::PermissionDenied
            | ErrorCode::ReadOnly
            | ErrorCode::SystemIoFailure,
        ) => StorageErrorKind::Unavailable,
        Some(ErrorCode::DiskFull) => StorageErrorKind::Full,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StorageErrorKind::Corrupt,
        _ => StorageErrorKind::Other,
    }
}

#[cfg(test)]
impl Settings {
    pub(super) fn in_memory() -> Self {
        Self {
            path: None,
            table: TableName::default(),
            synchronous: Synchronous::Normal,
            busy_timeout: Duration::from_secs(30),
            max_bytes: None,
        }
    }

    pub(super) fn in_file(path: &Path) -> Self {
        Self {
            path: Some(path.to_path_buf()),
            ..Self::in_memory()
        }
    }
}
