//! A benchmark whose work fails would measure something else: it breaks off instead.

use std::fmt::Debug;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// What has to be there for the measurement to mean anything.
pub trait Must {
    /// What is there.
    type Value;

    /// The value.
    ///
    /// # Panics
    ///
    /// If there is none.
    fn must(self) -> Self::Value;
}

impl<T> Must for Option<T> {
    type Value = T;

    #[track_caller]
    fn must(self) -> T {
        self.ok_or("nothing is there").must()
    }
}

impl<T, E: Debug> Must for Result<T, E> {
    type Value = T;

    #[track_caller]
    #[expect(clippy::panic, reason = "the measurement would mean nothing")]
    fn must(self) -> T {
        match self {
            Ok(value) => value,
            Err(error) => panic!("a benchmark's work failed: {error:?}"),
        }
    }
}

/// What a future that never waits comes to, without a runtime.
///
/// # Panics
///
/// If it waits.
#[track_caller]
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    let answer = match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => Err("a future waits"),
    };
    answer.must()
}
