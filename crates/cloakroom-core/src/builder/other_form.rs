//! The form of tokens that a provider reads beside its own.

use std::fmt;
use std::sync::Arc;

use cloakroom_storage::Storage;

use crate::codec::{Codec, Json, Schema, SchemaError, Versioned};
use crate::erased::DynStorage;
use crate::form::Bare;
use crate::ids::IdForm;
use crate::native::steps::{Seal, Sign};
use crate::registry::SessionValue;
use crate::transform::{Chain, Transformer};

/// A form of tokens that a provider reads beside its own, while sessions move from one to the other:
/// [`SessionOptions::also_reads`](super::SessionOptions::also_reads).
///
/// It says of the other tokens what [`SessionOptions`](super::SessionOptions) says of the
/// provider's own, in the same words.
#[must_use]
pub struct OtherForm<S> {
    pub(super) chain: Chain,
    pub(super) storage: Option<Arc<dyn DynStorage>>,
    pub(super) codec: Result<Versioned<S>, SchemaError>,
    pub(super) bare: Bare,
    pub(super) ids: Option<Arc<dyn IdForm>>,
    pub(super) keys_are_ids: bool,
    pub(super) sealed_at_rest: bool,
    pub(super) in_place: bool,
}

impl<S: SessionValue> OtherForm<S> {
    pub(super) fn new() -> Self {
        Self {
            chain: Chain::default(),
            storage: None,
            codec: Schema::new(Json).build(),
            bare: Bare::No,
            ids: None,
            keys_are_ids: false,
            sealed_at_rest: false,
            in_place: false,
        }
    }

    /// Tokens that cloakroom sealed.
    pub fn sealed(mut self) -> Self {
        self.chain.push(Seal);
        self
    }

    /// Tokens that cloakroom signed.
    pub fn signed(mut self) -> Self {
        self.chain.push(Sign);
        self
    }

    /// Tokens that are ids; the content lies in this storage.
    pub fn stored_in<St: Storage + Clone>(mut self, storage: &St) -> Self {
        self.storage = Some(Arc::new(storage.clone()));
        self
    }

    /// Tokens that went through this step, after those said before.
    pub fn transform(mut self, step: impl Transformer) -> Self {
        self.chain.push(step);
        self
    }

    /// How the content was encoded. Default: JSON, version 1.
    pub fn schema<C: Codec>(mut self, schema: Schema<S, C>) -> Self {
        self.codec = schema.build();
        self
    }

    /// Content without anything of cloakroom's around it.
    pub const fn bare(mut self) -> Self {
        self.bare = Bare::Always;
        self
    }

    /// As [`bare`](Self::bare), where the content travels.
    pub const fn bare_if_by_value(mut self) -> Self {
        self.bare = Bare::ByValue;
        self
    }

    /// Ids of another session system.
    pub fn ids(mut self, form: impl IdForm) -> Self {
        self.ids = Some(Arc::new(form));
        self
    }

    /// Records whose content is encrypted.
    pub const fn sealed_at_rest(mut self) -> Self {
        self.sealed_at_rest = true;
        self
    }

    /// Sessions that stay where they lie: they are read, changed and ended there, and not moved. For nodes that
    /// still write the old store while others already move sessions to the new one: see
    /// [`also_reads`](super::SessionOptions::also_reads). Only between stores of cloakroom's own sessions.
    pub const fn in_place(mut self) -> Self {
        self.in_place = true;
        self
    }

    /// Records that lie under the ids themselves.
    pub const fn keys_are_ids(mut self) -> Self {
        self.keys_are_ids = true;
        self
    }
}

impl<S> fmt::Debug for OtherForm<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtherForm")
            .field("chain", &self.chain)
            .field("stored", &self.storage.is_some())
            .field("bare", &self.bare)
            .finish_non_exhaustive()
    }
}
