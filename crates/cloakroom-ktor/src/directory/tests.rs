//! What shows only from inside, or from processes that come to an end.
//!
//! * **A test starts this very binary again** as a child that does one piece of work, dies where it is
//!   told to, or has to live with what the system refuses it.

mod crash;
mod limits;
mod load;
pub(super) mod process;
mod processes;
mod work;
