//! How cloakroom's speed is measured.
//!
//! * **Ratios, not nanoseconds.** A budget compares two ways of doing one thing, measured in one
//!   run on one machine; the tables before it show the nanoseconds.
//! * **Interleaved**: every round takes one short sample of each contender, in rotating order, so
//!   that a machine that slows down slows all of them.
//! * **A peer that cannot share our program** (another language, another copy of a library) is a process
//!   that times itself: [`Peer`] asks it, and asking is not in the time. In such a race each contender gets warm
//!   before each sample.
//! * **The minimum counts.** Whatever else runs on the machine only ever adds time.
//! * **Never a test.** A budget that is exceeded is said, and fails nothing.
//!
//! `cargo bench -p cloakroom-bench` runs everything; a word after `--` runs the tables whose title
//! holds it.

mod budget;
mod must;
mod peer;
mod race;

pub use budget::{Budgets, Limit};
pub use must::{Must, at_once};
pub use peer::{Peer, serve};
pub use race::{Contender, Race, Table, time_of};
