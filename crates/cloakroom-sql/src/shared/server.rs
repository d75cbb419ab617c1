//! What calls to a server of a database have in common.
//!
//! * **A call is finished, whoever waits for it.** One whose caller is dropped goes on in a task, so
//!   that this neither leaves half a call nor a connection that nobody can use any more. While the
//!   caller waits there is no task: to change over to one and back is a good part of a call.
//!   A caller who keeps a call and does not poll it keeps a connection for as long.
//! * **Nothing waits for ever**: after the limit a call has failed, and its connection is given up.
//! * **Tried again** is what the server rolled back whole (a deadlock), and, on a connection that
//!   broke, what may as well happen twice.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use cloakroom_storage::{StorageError, StorageErrorKind};
use deadpool::managed::{Manager, Object};
use tokio::runtime::Handle;

use crate::shared::backend::Call;
use crate::shared::cause::unavailable;
use crate::shared::row::Row;

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

/// A pooled connection that is given up, unless it is given back: where a call failed on it, or was
/// not waited for to its end, nobody knows in which state it is.
pub(crate) struct Lent<M: Manager>(Option<Object<M>>);

impl<M: Manager> Lent<M> {
    pub(crate) const fn new(connection: Object<M>) -> Self {
        Self(Some(connection))
    }

    pub(crate) fn connection(&mut self) -> Result<&mut M::Type, Failure> {
        let connection = self.0.as_deref_mut();
        connection.ok_or_else(|| Failure {
            error: unavailable(),
            effect: Effect::Final,
        })
    }

    pub(crate) fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl<M: Manager> Drop for Lent<M> {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}

/// Runs a call to its end, or to the limit, also if its caller is dropped.
pub(crate) async fn to_its_end<T: Send + 'static>(
    limit: Duration,
    call: impl Future<Output = Result<T, StorageError>> + Send + 'static,
) -> Result<T, StorageError> {
    let Ok(runtime) = Handle::try_current() else {
        return Err(unavailable().with_source("a call outside of a tokio runtime"));
    };
    // Where the runtime has no clock, tokio panics.
    let limited = catch_unwind(AssertUnwindSafe(|| tokio::time::timeout(limit, call)));
    let Ok(limited) = limited else {
        return Err(unavailable().with_source("a tokio runtime without time"));
    };
    let call = Some(Box::pin(limited));
    match (Finished { call, runtime }).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(StorageError::new(StorageErrorKind::TimedOut)),
        Err(Panicked) => Err(unavailable().with_source("a call that panicked")),
    }
}

/// A call that has begun: where this is dropped first, a task brings it to its end.
struct Finished<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    /// None when it is over.
    call: Option<Pin<Box<F>>>,
    runtime: Handle,
}

/// The call panicked, and is over.
struct Panicked;

impl<F> Future for Finished<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(call) = &mut self.call else {
            return Poll::Ready(Err(Panicked));
        };
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx)));
        if !matches!(polled, Ok(Poll::Pending)) {
            self.call = None;
        }
        polled.map_or(Poll::Ready(Err(Panicked)), |polled| polled.map(Ok))
    }
}

impl<F> Drop for Finished<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            drop(self.runtime.spawn(call));
        }
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

/// Whether a host is this machine, so that nobody listens in between.
pub(crate) fn is_local(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Whether a call may as well happen twice.
const fn is_idempotent(call: Call) -> bool {
    match call {
        Call::Read | Call::List | Call::Number | Call::Touch | Call::EndBefore => true,
        Call::Create | Call::Update | Call::Take | Call::Remove | Call::RemoveAll | Call::Sweep => {
            false
        }
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

    #[test]
    fn only_this_machine_is_local() {
        for host in ["localhost", "127.0.0.1", "127.8.9.1", "::1", "[::1]"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["db", "10.0.0.1", "localhost.example.org", "::2", ""] {
            assert!(!is_local(host), "{host}");
        }
    }

    /// Without a runtime, or with one that has no clock, a call fails and does not panic.
    #[test]
    fn a_call_without_a_runtime_fails() {
        let call = || to_its_end(Duration::from_secs(9), async { Ok(7) });
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let answer = std::pin::pin!(call()).poll(&mut cx);
        assert!(matches!(answer, Poll::Ready(Err(_))));
        let without_clock = tokio::runtime::Builder::new_current_thread().build();
        let error = without_clock.unwrap().block_on(call()).unwrap_err();
        assert_eq!(error.kind(), StorageErrorKind::Unavailable);
    }

    #[tokio::test]
    async fn a_call_whose_caller_is_dropped_goes_on() {
        let (go, goes) = tokio::sync::oneshot::channel::<()>();
        let (done, is_done) = tokio::sync::oneshot::channel();
        let call = to_its_end(Duration::from_secs(9), async {
            goes.await.unwrap();
            done.send(()).unwrap();
            Ok(())
        });
        let mut call = Box::pin(call);
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(call.as_mut().poll(&mut cx).is_pending());
        drop(call);
        go.send(()).unwrap();
        is_done.await.unwrap();
    }

    #[tokio::test]
    async fn a_call_that_panics_has_failed_and_is_over() {
        let call = async { panic!("as a driver might") };
        let error = to_its_end::<()>(Duration::from_secs(9), call).await;
        assert_eq!(error.unwrap_err().kind(), StorageErrorKind::Unavailable);
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
