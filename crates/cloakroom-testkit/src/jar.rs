//! A browser's cookie jar, after RFC 6265bis §5.6 to §5.8.
//!
//! * **An independent reader.** It shares no code with the cookies that it keeps, so what it drops
//!   a browser drops too, and [`Ignored`] says why.
//! * **Time is an argument**, as everywhere: a test expires a cookie by saying a later `now`.
//! * **The newest rules**: 400 days, 4,096 octets of name and value, 1,024 of an attribute, secure
//!   cookies left alone, prefixes compared without regard to case, `Partitioned` (CHIPS).
//! * **Left out**: the public suffix list (what is one site is for the test to say, and
//!   `Domain=example` is taken); eviction of cookies beyond a number per host; Chromium's two
//!   minutes of grace for cookies without `SameSite` (they count as `Lax`, as its default is).

mod date;
mod kept;
mod matching;
mod set_cookie;
mod store;
mod visit;

pub use kept::JarCookie;
pub use store::{Ignored, Jar, Stored};
pub use visit::{NotAUrl, Visit};
