//! The shop in a real browser: Chromium, driven over WebDriver.
//!
//! * Each test has a server, a driver and browsers of its own, with fresh profiles, and leaves
//!   nothing behind: the driver is told to quit and waited for, also when the test panics.
//! * Nothing sleeps: a step waits for the condition that it needs.
//! * All tests lie in a module `browser`, by which `./test.sh --without-browser` leaves them out.

#[cfg(test)]
mod browser {
    mod cookies;
    mod driver;
    mod picture;
    mod shopping;
    mod stage;
}
