//! The native token: what seals and signs it, and the envelope inside.

pub(crate) mod as_text;
pub(crate) mod envelope;
pub(crate) mod steps;
