//! What an error of MariaDB means: for a call, and for who opens the database.

use std::error::Error as _;
use std::io;

use cloakroom_storage::{StorageError, StorageErrorKind};
use deadpool::managed::PoolError;
use mysql_async::{DriverError, Error};

use crate::error::OpenError;
use crate::problem::Problem;
use crate::shared::cause::unavailable;
use crate::shared::server::{Effect, Failure};

/// No connection was to be had: nothing happened.
pub(super) fn of_pool(error: PoolError<Error>) -> Failure {
    let effect = Effect::Final;
    let error = match error {
        PoolError::Backend(error) => Failure::from(error).error,
        error => unavailable().with_source(error),
    };
    Failure { error, effect }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (kind, effect) = match &error {
            Error::Server(error) => of_code(error.code),
            _ => (StorageErrorKind::Unavailable, Effect::Unknown),
        };
        let error = StorageError::new(kind).with_source(error);
        Self { error, effect }
    }
}

/// What the server says of itself; the codes of MariaDB and MySQL are the same up to 1999.
const fn of_code(code: u16) -> (StorageErrorKind, Effect) {
    use StorageErrorKind::{Corrupt, Full, Other, TimedOut, Unavailable};
    match code {
        // Another call made the record just now, a deadlock, a change under a snapshot's feet.
        1062 | 1213 | 1020 => (Unavailable, Effect::RolledBack),
        // A lock or a statement that took too long.
        1205 | 1969 | 3024 => (TimedOut, Effect::Final),
        // The server goes down, or ended the connection.
        1053 | 1317 | 1927 => (Unavailable, Effect::Unknown),
        // No right to connect, too many connections, no memory, no database, only reading.
        1037 | 1040 | 1041 | 1044 | 1045 | 1049 | 1129 | 1130 | 1203 | 1226 | 1290 | 1792
        | 1836 => (Unavailable, Effect::Final),
        // No disk, no room in the tables.
        1021 | 1114 => (Full, Effect::Final),
        // Damaged tables or indexes.
        1030 | 1034 | 1035 | 1194 | 1195 | 1712 => (Corrupt, Effect::Final),
        _ => (Other, Effect::Final),
    }
}

/// A database that could not be opened, since this statement failed.
pub(super) fn not_opened(error: Error) -> OpenError {
    OpenError::of(problem(&error), Failure::from(error).error)
}

/// A database that could not be opened, since there was no connection to be had.
pub(super) fn not_connected(error: PoolError<Error>) -> OpenError {
    let problem = match &error {
        PoolError::Backend(error) => problem(error),
        PoolError::Timeout(_) => Problem::TimedOut,
        _ => Problem::Other,
    };
    OpenError::of(problem, of_pool(error).error)
}

fn problem(error: &Error) -> Problem {
    match error {
        Error::Server(error) => problem_of_code(error.code),
        // What else there may be depends on the library's features: a failure of TLS.
        Error::Io(error) if !error.source().is_some_and(|cause| cause.is::<io::Error>()) => {
            Problem::NoEncryption
        }
        Error::Driver(DriverError::NoClientSslFlagFromServer) => Problem::NoEncryption,
        Error::Driver(DriverError::UnknownAuthPlugin { .. }) => Problem::Credentials,
        Error::Io(_)
        | Error::Driver(
            DriverError::CantParseServerVersion { .. }
            | DriverError::ConnectionClosed
            | DriverError::PacketOutOfOrder
            | DriverError::UnexpectedPacket { .. },
        ) => Problem::NoServer,
        _ => Problem::Other,
    }
}

const fn problem_of_code(code: u16) -> Problem {
    match code {
        // No right to this database (nor to know whether it is there), none named, none of the name.
        1044 | 1046 | 1049 => Problem::NoDatabase,
        1045 | 1130 | 1698 => Problem::Credentials,
        1142 | 1143 | 1227 | 1370 | 1419 => Problem::NoRights,
        1050 => Problem::NameTaken,
        1290 | 1792 | 1836 => Problem::ReadOnly,
        1021 | 1114 => Problem::NoRoom,
        1040 | 1053 | 1203 | 1226 => Problem::Busy,
        1205 | 1969 | 3024 => Problem::TimedOut,
        _ => Problem::Other,
    }
}

/// Whether a table is not there.
pub(super) fn is_missing_table(error: &Error) -> bool {
    matches!(error, Error::Server(error) if error.code == 1146)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_codes_tell_what_happened() {
        for (code, kind, effect) in [
            (1213, StorageErrorKind::Unavailable, Effect::RolledBack),
            (1205, StorageErrorKind::TimedOut, Effect::Final),
            (1053, StorageErrorKind::Unavailable, Effect::Unknown),
            (1114, StorageErrorKind::Full, Effect::Final),
            (1712, StorageErrorKind::Corrupt, Effect::Final),
            (1146, StorageErrorKind::Other, Effect::Final),
        ] {
            assert_eq!(of_code(code), (kind, effect), "{code}");
        }
    }
}
