//! How long a token may be on the wire.

use std::time::Duration;

/// The most octets of a cookie's name and value together. Browsers ignore a longer cookie whole
/// (RFC 6265bis §5.6).
pub(crate) const COOKIE_OCTETS: usize = 4_096;

/// The most octets of a header's value: 8 KiB, which servers and proxies commonly let through.
pub(crate) const HEADER_OCTETS: usize = 8_192;

/// The longest Max-Age that browsers keep: 400 days (RFC 6265bis §5.5).
pub(crate) const MAX_AGE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// A token that is too large to send.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct TooLarge {
    /// By how many octets of text.
    pub(crate) by: usize,
}

impl TooLarge {
    /// An error if `octets` are more than `limit`.
    pub(crate) const fn check(octets: usize, limit: usize) -> Result<(), Self> {
        match octets.checked_sub(limit) {
            None | Some(0) => Ok(()),
            Some(by) => Err(Self { by }),
        }
    }
}
