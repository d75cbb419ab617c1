//! What of a session type is as another session system has it.

use std::sync::Arc;

use cloakroom_time::Timestamp;

use super::other_form::OtherForm;
use crate::form::Bare;
use crate::ids::IdForm;
use crate::rules::Rules;
use crate::transport::contract::Transport;
use crate::transport::contradiction::Contradiction;

/// Makes the transport of a provider of this name.
pub(super) type MakeTransport = Box<dyn FnOnce(&str) -> Result<Box<dyn Transport>, Contradiction>>;

/// What is as another session system has it; by default nothing.
pub(super) struct Foreign<S> {
    pub(super) transport: Option<MakeTransport>,
    pub(super) bare: Bare,
    pub(super) ids: Option<Arc<dyn IdForm>>,
    /// Records lie under the ids themselves.
    pub(super) keys_are_ids: bool,
    pub(super) sealed_at_rest: bool,
    pub(super) rules: Rules,
    pub(super) cache_headers: bool,
    pub(super) shares_keys: bool,
    pub(super) other: Option<AlsoRead<S>>,
}

/// Another form, read until this moment.
pub(super) struct AlsoRead<S> {
    pub(super) form: OtherForm<S>,
    pub(super) until: Timestamp,
    /// It may be weaker than what is written.
    pub(super) may_be_weaker: bool,
}

impl<S> Default for Foreign<S> {
    fn default() -> Self {
        Self {
            transport: None,
            bare: Bare::No,
            ids: None,
            keys_are_ids: false,
            sealed_at_rest: false,
            rules: Rules::native(),
            cache_headers: true,
            shares_keys: false,
            other: None,
        }
    }
}
