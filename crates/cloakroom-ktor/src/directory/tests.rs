//! What shows only from inside.

pub(super) mod process;
