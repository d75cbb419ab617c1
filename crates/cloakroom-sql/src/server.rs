//! What calls to a server of a database have in common.
//!
//! * **A call is finished, whoever waits for it.** It runs in a task of its own, so a future that is
//!   dropped neither leaves half a call nor a connection that nobody can use any more.
//! * **Nothing waits for ever**: after the limit a call has failed, and its connection is given up.
//! * **Tried again** is what the server rolled back whole (a deadlock), and, on a connection that
//!   broke, what may as well happen twice.

use std::time::Duration;

use cloakroom_storage::{StorageError, StorageErrorKind};

use crate::backend::Call;
use crate::error::unavailable;
use crate::row::Row;

/// How often a call is tried.
const TRIES: usize = 5;

/// A call failed, and what is known of its effect.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: StorageError,
    pub(crate) effect: Effect,
}

/// Whether a call that failed had an effect.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Effect {
    /// It had none: the server undid it for the sake of another call.
    RolledBack,
    /// The connection broke before the answer came.
    Unknown,
    /// It is refused, and would be again.
    Final,
}

/// Runs a call to its end, or to the limit.
pub(crate) async fn in_background<T: Send + 'static>(
    limit: Duration,
    call: impl Future<Output = Result<T, StorageError>> + Send + 'static,
) -> Result<T, StorageError> {
    match tokio::spawn(tokio::time::timeout(limit, call)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(StorageError::new(StorageErrorKind::TimedOut)),
        Err(ended) => Err(unavailable().with_source(ended)),
    }
}

/// Tries a call, and again where that is safe.
pub(crate) async fn tried<F>(call: Call, once: impl Fn() -> F) -> Result<Vec<Row>, StorageError>
where
    F: Future<Output = Result<Vec<Row>, Failure>>,
{
    let mut broke = false;
    for _ in 1..TRIES {
        match once().await {
            Ok(rows) => return Ok(rows),
            Err(failure) => match failure.effect {
                Effect::RolledBack => {}
                Effect::Unknown if is_idempotent(call) && !broke => broke = true,
                Effect::Unknown | Effect::Final => return Err(failure.error),
            },
        }
    }
    once().await.map_err(|failure| failure.error)
}

/// Whether a call may as well happen twice.
const fn is_idempotent(call: Call) -> bool {
    match call {
        Call::Read | Call::List | Call::Number | Call::Touch | Call::EndBefore => true,
        Call::Create | Call::Update | Call::Remove | Call::RemoveAll | Call::Sweep => false,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// How often a call is tried that fails like this each time.
    async fn tries(call: Call, effect: Effect) -> usize {
        let tries = Cell::new(0);
        let answer = tried(call, || {
            tries.set(tries.get() + 1);
            let error = unavailable();
            async move { Err(Failure { error, effect }) }
        });
        answer.await.unwrap_err();
        tries.get()
    }

    #[tokio::test]
    async fn only_what_is_safe_is_tried_again() {
        assert_eq!(tries(Call::Create, Effect::RolledBack).await, TRIES);
        assert_eq!(tries(Call::Create, Effect::Unknown).await, 1);
        assert_eq!(tries(Call::Update, Effect::Unknown).await, 1);
        assert_eq!(tries(Call::Read, Effect::Unknown).await, 2);
        assert_eq!(tries(Call::Read, Effect::Final).await, 1);
    }
}
