//! Ktor's sessions, byte for byte: one login shared by a Kotlin and a Rust service.
//!
//! What Ktor 1.6.8, 2.3 and 3 write, this reads and writes, and what they refuse, it refuses; each
//! part is tested against what real Ktors produced. Where Ktor reads a spelling that it never writes,
//! or answers an error, the pages say what happens here instead.
//!
//! # Transformers
//!
//! [`Digest`], [`MessageAuthentication`] and [`Encrypt`] are ordinary transformers, so they chain
//! with each other, with ours and with the application's own. What Ktor writes they read and write
//! byte for byte; what Ktor refuses they refuse, always with the same refusal; and what Ktor reads
//! without ever writing it they refuse as well, as the page of each lists. Keys come as bytes or as
//! the text that Ktor's [`hex`] reads, algorithms by the names that Java has for them.
//!
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
//! # Pages
//!
//! In the repository, under `docs/ktor`: each thing in Ktor's Sessions beside its form here
//! (`mapping.md`), the way from Kotlin to Rust and back (`moving.md`), and every difference from Ktor with
//! the test that shows it (`differences.md`).
//!
//! [`SessionOptions::transport`]: cloakroom_core::SessionOptions::transport

mod algorithm;
mod backward_compatible;
pub mod big_decimal;
pub mod big_integer;
mod code;
mod cookie;
mod digest;
#[cfg(unix)]
mod directory;
mod encrypt;
mod failure;
mod header;
mod hex;
mod ids;
mod json;
mod kept_record;
mod key;
mod ktor_json;
mod marker;
mod message_authentication;
mod moving;
pub mod nullable;
mod number;
pub mod optional;
mod record_fields;
mod reflection;
mod refused;
mod session;
pub mod set;
mod signed_text;
mod spelled;
mod text;
pub mod uuid;
mod version;

pub use algorithm::{DigestAlgorithm, MacAlgorithm, UnknownAlgorithm};
pub use backward_compatible::BackwardCompatible;
pub use big_decimal::BigDecimal;
pub use big_integer::BigInteger;
pub use cookie::{CannotEncode, CookieEncoding, KtorCookie, KtorCookieTransport};
pub use digest::Digest;
#[cfg(unix)]
pub use directory::{DirectoryError, DirectoryErrorKind, ExclusiveDirectory, SharedDirectory};
pub use encrypt::Encrypt;
pub use header::KtorHeader;
pub use hex::{NotHex, hex};
pub use ids::KtorIds;
pub use kept_record::{KeptRecord, RecordFormatError};
pub use key::{EncryptionKey, KeyError, SigningKey};
pub use ktor_json::KtorJson;
pub use message_authentication::MessageAuthentication;
pub use moving::Moving;
pub use reflection::Reflection;
pub use session::{KtorSession, KtorWriter};
pub use spelled::SpellingError;
pub use uuid::Uuid;
pub use version::Ktor;
