//! A session's cookie, as Ktor sends, reads and clears it.
//!
//! * **Byte for byte** what `SessionTransportCookie.kt`, `Cookie.kt` and `Codecs.kt` of a version
//!   write, in the order `name=value; Max-Age; Expires; Domain; Path; Secure; HttpOnly;
//!   <extensions>; $x-enc`.
//! * **Nothing is injected.** Ktor renders attributes unchecked, and from 3.0.2 on values in `RAW`
//!   too. Here the attributes are checked once ([`check`]), and a value that would not come back
//!   from the browser is an error ([`encoding`]).
//! * **Bad input is a refusal**, where Ktor throws and answers 500 for as long as the cookie lives.
//! * **Spellings that Ktor never writes** are refused, but for those that its own tests send.

mod check;
mod encoding;
mod options;
mod parse;
mod render;

pub use encoding::{CannotEncode, CookieEncoding};
pub use options::KtorCookie;
pub use render::KtorCookieTransport;
