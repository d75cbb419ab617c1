//! How a test that cannot go on fails.

use std::fmt::Debug;

/// The value, or a failed test.
pub(super) trait OrFail<T> {
    /// The value; where there is none the test fails, at the line that called the client.
    fn or_fail(self, why: &str) -> T;
}

impl<T, E: Debug> OrFail<T> for Result<T, E> {
    #[track_caller]
    #[expect(clippy::panic, reason = "how a test fails")]
    fn or_fail(self, why: &str) -> T {
        match self {
            Ok(value) => value,
            Err(error) => panic!("{why}: {error:?}"),
        }
    }
}
