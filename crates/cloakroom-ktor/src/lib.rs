//! Ktor's sessions, byte for byte: one login shared by a Kotlin and a Rust service.
//!
//! # Cookies and headers
//!
//! [`KtorCookie`] sets, reads and clears a session's cookie as a version of Ktor does, and
//! [`KtorHeader`] a session's header; both go into a session's options by
//! [`SessionOptions::transport`]. Their pages list what they refuse and Ktor does not.
//!
//! # Directory storage
//!
//! `SharedDirectory` keeps sessions by id as Ktor's `directorySessionStorage` does, beside Kotlin
//! services that read and write the same files; `ExclusiveDirectory` keeps the whole contract of a
//! storage in the same layout, once only Rust writes. Both are there on Unix.
//!
//! [`SessionOptions::transport`]: cloakroom_core::SessionOptions::transport

mod cookie;
#[cfg(unix)]
mod directory;
mod header;
mod kept_record;
mod record_fields;
mod version;

pub use cookie::{CannotEncode, CookieEncoding, KtorCookie, KtorCookieTransport};
#[cfg(unix)]
pub use directory::{DirectoryError, DirectoryErrorKind, ExclusiveDirectory, SharedDirectory};
pub use header::KtorHeader;
pub use kept_record::{KeptRecord, RecordFormatError};
pub use version::Ktor;
//! # Serializers
//!
//! [`Reflection`] is the text that Ktor 1 and 2 write by default, [`KtorJson`] that of Ktor 3,
//! [`BackwardCompatible`] the one between them; [`Moving`] reads two. They are codecs over serde:
//! the table at [`Reflection`] says which Rust type is which Kotlin type. What serde has no word
//! for has helpers: [`set`], [`optional`] and [`nullable`], and [`big_decimal`], [`big_integer`]
//! and [`uuid`] with the types [`BigDecimal`], [`BigInteger`] and [`Uuid`].
//!
//! What they write, Ktor reads as the same value; a value that Ktor would lose is refused, with
//! the name of its field. What they read, Ktor reads as the same value; what Ktor refuses is
//! refused. The differences, all of them spellings that Ktor never writes, are listed at each.

mod backward_compatible;
pub mod big_decimal;
pub mod big_integer;
mod failure;
mod json;
mod ktor_json;
mod marker;
mod moving;
pub mod nullable;
mod number;
pub mod optional;
mod reflection;
pub mod set;
mod spelled;
mod text;
pub mod uuid;

pub use backward_compatible::BackwardCompatible;
pub use big_decimal::BigDecimal;
pub use big_integer::BigInteger;
pub use ktor_json::KtorJson;
pub use moving::Moving;
pub use reflection::Reflection;
pub use spelled::SpellingError;
pub use uuid::Uuid;
