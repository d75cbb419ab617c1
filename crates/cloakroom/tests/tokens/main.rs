//! What a client may do to its tokens, and what becomes of them: bad input, clearing, several
//! cookies, and changes of key. Every test drives a whole application by requests.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of a test may fail it"
)]

mod bad_input;
mod bad_life;
mod clearing;
mod frozen;
mod key_change;
mod key_theft;
mod parallel;
mod sizes;
mod support;
