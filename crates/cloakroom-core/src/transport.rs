//! How a token travels: in a cookie, in a header, or as another session system has it ([`contract`]). Everything here is bytes; no HTTP types.
//!
//! * **Binary to text happens here only**, straight into the bytes of the header ([`text`]).
//! * **Prepared once.** Names and attributes are checked and laid out at build; a request only
//!   appends to them ([`cookie`], [`header`]).
//! * **Contradictions are answers**, not panics: the field, what is wrong, what to do instead
//!   ([`contradiction`]).
//! * **One wire name.** A transport reads exactly the name that it writes; the prefix and the mark
//!   of development are part of it.
//! * **Length first.** Text longer than the transport ever writes is not decoded.

pub(crate) mod contract;
pub(crate) mod contradiction;
pub(crate) mod cookie;
pub(crate) mod header;
pub(crate) mod limit;
pub(crate) mod name;
pub(crate) mod options;
pub(crate) mod parse;
pub(crate) mod resolve;
pub(crate) mod text;
pub(crate) mod wire;
