//! Between a session's value and its bytes.
//!
//! * **Every format has a number and every type a version.** Content carries both (16 bits of
//!   version, 8 of codec): by value inside the token, by id in a header of three bytes in front.
//!   Nothing is guessed from the bytes.
//! * **One writer, many readers.** What is written is of one codec and one version; what is read
//!   may be of any that a reader is registered for, so that a changed type, or a move from one
//!   format to another, logs nobody out. What an older reader read counts as outdated.
//! * **Not dyn-safe on purpose.** A provider is generic over codec and type where it is built, and
//!   is erased once per type ([`Versioned`]); no codec has to be object-safe for it.
//! * **Errors say where, never what.** A format's error text quotes the content: it is kept behind
//!   `expose_source()` and never formatted here.

mod contract;
mod error;
mod format;
pub(crate) mod header;
mod json;
mod schema;
mod versioned;

pub use contract::Codec;
pub use error::{DecodeError, DecodeErrorKind, EncodeError, Position};
pub use format::{CodecId, Format};
pub use json::Json;
pub use schema::{Schema, SchemaError};
pub use versioned::{Decoded, Versioned};
