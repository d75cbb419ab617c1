//! Time as every crate of cloakroom sees it: [`Timestamp`], an instant in milliseconds, and
//! [`Clock`], the one way by which the present comes in.
//!
//! * **Nothing else reads the wall clock.** Code that judges life takes `now` as an argument, so a
//!   test sets it and no test sleeps.
//! * **Milliseconds**, because that is what every store can keep: an instant that was stored and
//!   read again compares equal.
//! * **Arithmetic saturates.** A deadline too far away is the last instant, never a panic.

mod clock;
mod timestamp;

pub use clock::{Clock, SystemClock};
pub use timestamp::Timestamp;
