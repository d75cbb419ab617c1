//! One change at a time: whoever runs the application's closure on a session's value has the turn.
//!
//! A second change in the same thread, which could only be inside the first one's closure, is told
//! so instead of waiting for itself. One in another thread waits: closures are synchronous and
//! short.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// Whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Turn {
    owner: Mutex<Option<ThreadId>>,
    free: Condvar,
}

/// The turn; given back on drop, also while unwinding.
#[derive(Debug)]
pub(crate) struct Held<'a>(&'a Turn);

impl Turn {
    /// Waits for the turn; `None` if this thread has it.
    pub(crate) fn take(&self) -> Option<Held<'_>> {
        let me = thread::current().id();
        let mut owner = self.lock();
        while let Some(other) = *owner {
            if other == me {
                return None;
            }
            owner = self
                .free
                .wait(owner)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *owner = Some(me);
        Some(Held(self))
    }

    fn lock(&self) -> MutexGuard<'_, Option<ThreadId>> {
        // Nothing panics while it is held, so a poisoned lock is as good as another.
        self.owner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *self.0.lock() = None;
        self.0.free.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn the_thread_that_has_the_turn_is_told_so_and_another_waits() {
        let turn = Arc::new(Turn::default());
        let held = turn.take().unwrap();
        assert!(turn.take().is_none());
        let other = thread::spawn({
            let turn = Arc::clone(&turn);
            move || turn.take().is_some()
        });
        drop(held);
        assert!(other.join().unwrap());
        assert!(turn.take().is_some());
    }
}
