//! What real Ktors 1.6.8, 2.3.13 and 3.5.2 produced is read and written identically; what they
//! refuse is refused.
//!
//! One module for each array of a recording. Each prints how many entries it compared, and fails
//! on an empty array that the recording should have.

#![expect(
    clippy::print_stdout,
    reason = "how many entries were compared is to be seen"
)]

#[cfg(test)]
mod cookies;
#[cfg(test)]
mod decode_cookie;
#[cfg(all(test, unix))]
mod directory;
#[cfg(test)]
mod recording;
#[cfg(test)]
mod sent;
#[cfg(test)]
mod set_cookie;
mod deserialize;
mod recording;
mod serialize;
mod types;
mod written;
