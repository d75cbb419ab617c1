//! A storage that fails, hangs and waits when a test says so.
//!
//! * **A fault is for one kind of call** and is met by the next call of that kind; several for one
//!   kind are met in the order in which they were set.
//! * **Before or after the effect**: an error says nothing about the effect, and what is built on a
//!   storage has to stand both.

mod faults;
mod pause;
mod storage;

pub use faults::When;
pub use pause::Paused;
pub use storage::FaultyStorage;
