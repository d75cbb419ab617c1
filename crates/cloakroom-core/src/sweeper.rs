//! Removing what ended long ago, now and then, by one process of many.
//!
//! * **One at a time** without another service: whoever has the lease sweeps (`lease`), and it lasts
//!   until the next sweep is due. A sweep that takes longer makes it last longer, batch by batch; a
//!   batch that would outlast it is given up.
//! * **In batches**, so that no other call is held up for longer than one of them takes; at most a
//!   thousand batches a turn, so that a turn ends.
//! * **A full storage is swept by whoever asks**: a lease that finds no room must not keep it full.
//! * **Jittered**: each process asks after one to 1.2 intervals. Processes that were started together
//!   do not ask together for ever, and who has swept finds its own lease ended.
//! * **Nothing ends the task but its owner**: a storage or an observer that panics is one that
//!   failed, and is asked again an interval later.
//! * **Stopping waits for the batch**, and what is not done another process may do at once.

mod lease;
mod sweep;
mod sweeping;

pub use sweep::Sweeper;
pub use sweeping::Sweeping;
