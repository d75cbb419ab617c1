//! The work that is measured, ours and that of others.

pub(crate) mod by_id;
pub(crate) mod hand;
pub(crate) mod ignored;
pub(crate) mod ktor;
pub(crate) mod private_jar;
pub(crate) mod served;
pub(crate) mod values;
