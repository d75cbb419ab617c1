//! What of a session type is as another session system has it.

use crate::transport::contract::Transport;
use crate::transport::contradiction::Contradiction;

/// Makes the transport of a provider of this name.
pub(super) type MakeTransport = Box<dyn FnOnce(&str) -> Result<Box<dyn Transport>, Contradiction>>;

/// What is as another session system has it; by default nothing.
#[derive(Default)]
pub(super) struct Foreign {
    pub(super) transport: Option<MakeTransport>,
}
