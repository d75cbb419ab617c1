//! What real Ktors 1.6.8, 2.3.13 and 3.5.2 produced is read and written identically; what they
//! refuse is refused.
//!
//! One module for each array of a recording. Each prints how many entries it compared, and fails
//! on an empty array that the recording should have.

#![cfg(test)]
#![expect(
    clippy::print_stdout,
    reason = "how many entries were compared is to be seen"
)]

mod chain;
mod cookies;
mod decode_cookie;
mod deserialize;
mod digest;
#[cfg(unix)]
mod directory;
mod encrypt;
mod hex;
mod mac;
mod recording;
mod sent;
mod serialize;
mod set_cookie;
mod steps;
mod types;
mod written;
