//! Ktor's sessions, byte for byte: one login shared by a Kotlin and a Rust service.
//!
//! # Cookies and headers
//!
//! [`KtorCookie`] sets, reads and clears a session's cookie as a version of Ktor does, and
//! [`KtorHeader`] a session's header; both go into a session's options by
//! [`SessionOptions::transport`]. Their pages list what they refuse and Ktor does not.
//!
//! [`SessionOptions::transport`]: cloakroom_core::SessionOptions::transport

mod cookie;
mod header;
mod version;

pub use cookie::{CannotEncode, CookieEncoding, KtorCookie, KtorCookieTransport};
pub use header::KtorHeader;
pub use version::Ktor;
