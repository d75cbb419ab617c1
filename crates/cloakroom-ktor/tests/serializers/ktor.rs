//! A second account of Ktor's two texts, from its sources and not from ours: plain, slow, and
//! without any refusal of its own.
//!
//! Writers write whatever they are given, as Ktor does. Readers are told the type by a value of
//! it, and give what Ktor would give.

pub(crate) mod compatible;
pub(crate) mod http;
pub(crate) mod reflection;
