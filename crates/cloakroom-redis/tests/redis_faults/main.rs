//! What the storage promises when servers die, connections break, slots move and calls are late;
//! what its calls cost, and which changes it tells. With real servers, and a proxy of ours between.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "how a test fails, and says what it saw"
)]

mod redis;
