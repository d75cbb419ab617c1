//! A proxy before a server, which counts, delays, holds back, drops and cuts off.
//!
//! * **What it is told is what the client sees next**, not what a clock decides: a part that is held
//!   back waits until the test lets it go, so that a test knows what comes before what.
//! * **A client that leaves is not the end of what it asked**: the server gets all of it, and its answer
//!   goes nowhere, as on a real way that is merely slow.

mod connection;
mod fate;
mod listener;
mod shared;

pub use fate::Fate;
pub use listener::Proxy;
