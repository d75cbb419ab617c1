//! All combinations of what is presented, wished, configured and answered, run to their ends.

mod invariants;
mod space;
