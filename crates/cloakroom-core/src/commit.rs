//! The manager: performs what is planned for the sessions of a request, and nothing else does.
//!
//! The order over all sessions of a request:
//!
//! 1. **Prepare**: close every gate, encode, check sizes and `validate`, plan. No I/O.
//! 2. **Creates, updates and touches**, each settled to its end (conflicts, collisions).
//! 3. **Removes**, also those behind a sign-in.
//! 4. **Conclude**: what goes out with the response head, and what is told.
//!
//! The first failure stops the rest, removes the records that this request made, and sends nothing
//! for any session of the request. A session by value needs no await, so a request that touches
//! only such sessions commits without one.

mod moved;
mod moving;
mod perform;
mod prepare;
mod records;
mod run;
mod token;
mod work;

pub use prepare::ResponseHead;
pub(crate) use run::{Batch, conclude, perform_all, prepare_all};
