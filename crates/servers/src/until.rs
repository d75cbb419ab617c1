//! Waiting for what other processes do by themselves: a condition that is asked for again and again,
//! with a bound.

#![expect(clippy::panic, reason = "how a test fails")]

use std::time::Duration;

/// How often a state is asked for, and how long it is waited in between.
const ATTEMPTS: usize = 600;
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until it is so, for half a minute at most.
///
/// # Panics
///
/// If it is not so in time.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..ATTEMPTS {
        if is_so() {
            return;
        }
        pause();
    }
    panic!("{what}: not in time");
}

/// Lets other processes get on.
#[expect(clippy::disallowed_methods, reason = "other processes have to get on")]
pub(crate) fn pause() {
    std::thread::sleep(PAUSE);
}
