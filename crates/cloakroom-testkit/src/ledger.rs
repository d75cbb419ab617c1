//! What was acknowledged, and whether it is there.
//!
//! * **A ledger belongs to one writer**, who has a scope of its own and alone touches its sessions: so it
//!   knows what must be there, and after a call that failed, which things may be there.
//! * **What failed may have happened, also later.** A request may be on its way long after its caller
//!   was told that it failed. So what it would have done stays possible, until what lies there, or a
//!   call that succeeds, rules it out.
//! * **Ending all settles all**: each sign-in carries the number that `begin_sign_in` found before it, so
//!   no session from before a `remove_all` that was acknowledged may be there, nor come. After one that
//!   failed the writer goes on under another name.
//! * **A content tells its number in each of its parts**, so that a torn one shows.

mod calls;
mod content;
mod load;
mod session;
mod writer;

#[cfg(test)]
mod tests;

pub use load::Load;
pub use writer::Ledger;
