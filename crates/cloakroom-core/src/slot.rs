//! One session of one request: where the handler's wishes gather until they are committed.

mod intent;
mod state;
mod turn;

pub(crate) use intent::Intent;
pub(crate) use state::{AnySlot, Draft, JoinedContent, Outgoing, Slot};
