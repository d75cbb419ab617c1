//! One change at a time: whoever runs the application's closure on a session's value has the turn.
//!
//! A second change in the same thread, which could only be inside the first one's closure, is told
//! so instead of waiting for itself. One in another thread waits: closures are synchronous and
//! short.
//!
//! The thread that has the turn is known by the address of a thread-local byte: two threads that
//! are alive have two, and the turn is given back in the thread that took it.

use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

thread_local! {
    static HERE: u8 = const { 0 };
}

/// No thread: no byte has this address.
const NOBODY: usize = 0;

/// Whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// Locked while somebody has the turn.
    taken: Mutex<()>,
    /// The thread that has it. It is compared only with the thread that asks, which alone writes
    /// its own name here and takes it out again: no order with other memory is needed.
    owner: AtomicUsize,
}

/// The turn; given back on drop, also while unwinding.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    turn: &'a Turn,
    _taken: MutexGuard<'a, ()>,
}

impl Turn {
    /// Waits for the turn; `None` if this thread has it.
    pub(crate) fn take(&self) -> Option<Held<'_>> {
        let me = HERE.with(|here| ptr::from_ref(here).addr());
        if self.owner.load(Ordering::Relaxed) == me {
            return None;
        }
        // A closure that panicked leaves the lock poisoned; what becomes of the session is its
        // slot's matter.
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        self.owner.store(me, Ordering::Relaxed);
        Some(Held {
            turn: self,
            _taken: taken,
        })
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // Before the lock is released, which happens when the fields are dropped.
        self.turn.owner.store(NOBODY, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, Barrier};
    use std::thread;

    use super::*;

    #[test]
    fn the_thread_that_has_the_turn_is_told_so_and_another_waits() {
        let turn = Arc::new(Turn::default());
        let given_back = Arc::new(AtomicBool::new(false));
        let both_run = Arc::new(Barrier::new(2));
        let held = turn.take().unwrap();
        assert!(turn.take().is_none());
        let other = thread::spawn({
            let (turn, given_back) = (Arc::clone(&turn), Arc::clone(&given_back));
            let both_run = Arc::clone(&both_run);
            move || {
                both_run.wait();
                let held = turn.take();
                held.is_some() && given_back.load(Ordering::SeqCst)
            }
        });
        both_run.wait();
        for _ in 0..1_000 {
            // Time for the other to take what it must not.
            thread::yield_now();
        }
        assert!(turn.take().is_none());
        given_back.store(true, Ordering::SeqCst);
        drop(held);
        assert!(other.join().unwrap());
        assert!(turn.take().is_some());
    }

    #[test]
    fn a_panic_gives_the_turn_back() {
        let turn = Turn::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _held = turn.take();
            panic!("in the closure");
        }));
        panicked.unwrap_err();
        assert!(turn.take().is_some());
    }
}
