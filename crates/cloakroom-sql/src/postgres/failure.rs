//! What an error of PostgreSQL means: for a call, and for who opens the database.

use std::error::Error as _;
use std::io;

use cloakroom_storage::{StorageError, StorageErrorKind};
use deadpool_postgres::{HookError, PoolError};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::error::OpenError;
use crate::problem::Problem;
use crate::shared::cause::unavailable;
use crate::shared::server::{Effect, Failure};

/// No connection was to be had: nothing happened.
pub(super) fn of_pool(error: PoolError) -> Failure {
    match error {
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
            let error = Failure::from(error).error;
            Failure {
                error,
                effect: Effect::Final,
            }
        }
        error => Failure {
            error: unavailable().with_source(error),
            effect: Effect::Final,
        },
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (kind, effect) = match error.code() {
            Some(code) => of_state(code),
            None => (StorageErrorKind::Unavailable, Effect::Unknown),
        };
        let error = StorageError::new(kind).with_source(error);
        Self { error, effect }
    }
}

impl From<Failure> for StorageError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

/// What the server says of itself, by the class of its code; see PostgreSQL's appendix A.
fn of_state(code: &SqlState) -> (StorageErrorKind, Effect) {
    use StorageErrorKind::{Corrupt, Full, Other, TimedOut, Unavailable};
    match code.code() {
        // Deadlocks, and what a stricter isolation than ours refuses.
        "40001" | "40P01" => (Unavailable, Effect::RolledBack),
        // A statement or a lock that took too long.
        "57014" | "55P03" => (TimedOut, Effect::Final),
        // A server that only reads, as one does that follows another.
        "25006" => (Unavailable, Effect::Final),
        "53100" => (Full, Effect::Final),
        // Damaged data or indexes.
        "XX001" | "XX002" => (Corrupt, Effect::Final),
        // The server goes down, or was killed.
        code if code.starts_with("57") => (Unavailable, Effect::Unknown),
        // No connection, no right to one, no memory.
        code if ["08", "28", "3D", "53", "58"]
            .iter()
            .any(|class| code.starts_with(class)) =>
        {
            (Unavailable, Effect::Final)
        }
        _ => (Other, Effect::Final),
    }
}

/// A database that could not be opened, since this statement failed.
pub(super) fn not_opened(error: Error) -> OpenError {
    OpenError::of(problem(&error), Failure::from(error).error)
}

/// A database that could not be opened, since there was no connection to be had.
pub(super) fn not_connected(error: PoolError) -> OpenError {
    let problem = match &error {
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
            problem(error)
        }
        PoolError::Timeout(_) => Problem::TimedOut,
        _ => Problem::Other,
    };
    OpenError::of(problem, of_pool(error).error)
}

fn problem(error: &Error) -> Problem {
    if let Some(code) = error.code() {
        return problem_of_state(code.code());
    }
    let cause = error.source();
    if error.is_closed() || cause.is_some_and(|cause| cause.is::<io::Error>()) {
        return Problem::NoServer;
    }
    if cause.is_some_and(|cause| cause.to_string() == "password missing") {
        return Problem::Credentials;
    }
    // What the library finds itself it says in words alone.
    match error.to_string().as_str() {
        "error performing TLS handshake" => Problem::NoEncryption,
        "authentication error" => Problem::Credentials,
        "unexpected message from server" | "error parsing response from server" => {
            Problem::NoServer
        }
        _ => Problem::Other,
    }
}

fn problem_of_state(code: &str) -> Problem {
    match code {
        "3D000" => Problem::NoDatabase,
        "42501" => Problem::NoRights,
        "42P07" => Problem::NameTaken,
        "25006" => Problem::ReadOnly,
        "53100" => Problem::NoRoom,
        // A statement or a lock that took too long.
        "57014" | "55P03" => Problem::TimedOut,
        // Too many connections; the server starts, or goes down.
        "53300" | "57P01" | "57P02" | "57P03" => Problem::Busy,
        code if code.starts_with("28") => Problem::Credentials,
        _ => Problem::Other,
    }
}

/// Whether a table is not there.
pub(super) fn is_missing_table(error: &Error) -> bool {
    error.code() == Some(&SqlState::UNDEFINED_TABLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_codes_tell_what_happened() {
        for (code, kind, effect) in [
            ("40P01", StorageErrorKind::Unavailable, Effect::RolledBack),
            ("57014", StorageErrorKind::TimedOut, Effect::Final),
            ("57P01", StorageErrorKind::Unavailable, Effect::Unknown),
            ("53100", StorageErrorKind::Full, Effect::Final),
            ("XX001", StorageErrorKind::Corrupt, Effect::Final),
            ("42P01", StorageErrorKind::Other, Effect::Final),
        ] {
            assert_eq!(
                of_state(&SqlState::from_code(code)),
                (kind, effect),
                "{code}"
            );
        }
    }
}
