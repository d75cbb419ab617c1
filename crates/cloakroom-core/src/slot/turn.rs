//! One change at a time: whoever runs the application's closure on a session's value has the turn.
//!
//! A second change in the same thread, which could only be inside the first one's closure, is told
//! so instead of waiting for itself. One in another thread waits: closures are synchronous and
//! short.
//!
//! Nobody is woken where nobody waits: a condition variable makes a system call of every
//! notification, which costs as much as sealing a small session.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

/// Whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Turn {
    queue: Mutex<Queue>,
    free: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    owner: Option<ThreadId>,
    waiting: usize,
}

/// The turn; given back on drop, also while unwinding.
#[derive(Debug)]
pub(crate) struct Held<'a>(&'a Turn);

impl Turn {
    /// Waits for the turn; `None` if this thread has it.
    pub(crate) fn take(&self) -> Option<Held<'_>> {
        let me = thread::current().id();
        let mut queue = self.lock();
        while let Some(other) = queue.owner {
            if other == me {
                return None;
            }
            queue.waiting += 1;
            queue = self
                .free
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
            queue.waiting -= 1;
        }
        queue.owner = Some(me);
        Some(Held(self))
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while it is held, so a poisoned lock is as good as another.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.owner = None;
        if queue.waiting > 0 {
            self.0.free.notify_one();
        }
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
        while turn.lock().waiting == 0 {
            thread::yield_now();
        }
        drop(held);
        assert!(other.join().unwrap());
        assert!(turn.take().is_some());
    }
}
