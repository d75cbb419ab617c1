//! Associated data: what a token is bound to without carrying it.
//!
//! The framed list (version, key id, application, provider, purpose, extra). Six fields always:
//! without extra data the last one is empty.

use std::borrow::Cow;

use crate::frame::{append, frame};
use crate::key_id::KeyId;

/// What the associated data of a provider's tokens is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) application: &'a str,
    pub(crate) provider: &'a str,
    pub(crate) purpose: &'a str,
}

impl Scope<'_> {
    /// The first five fields.
    pub(crate) fn fields(&self, version: u8, key: KeyId) -> Vec<u8> {
        frame(&[
            &[version],
            key.as_bytes(),
            self.application.as_bytes(),
            self.provider.as_bytes(),
            self.purpose.as_bytes(),
        ])
    }
}

/// Associated data, prepared for the usual case that nothing extra is bound.
pub(crate) struct AssociatedData {
    fields: Vec<u8>,
    without_extra: Vec<u8>,
}

impl AssociatedData {
    pub(crate) fn new(fields: Vec<u8>) -> Self {
        let mut without_extra = fields.clone();
        append(&mut without_extra, &[]);
        Self {
            fields,
            without_extra,
        }
    }

    /// All six fields. Allocates only if there is something extra.
    pub(crate) fn with(&self, extra: &[u8]) -> Cow<'_, [u8]> {
        if extra.is_empty() {
            return Cow::Borrowed(&self.without_extra);
        }
        let mut all = Vec::with_capacity(self.without_extra.len() + extra.len());
        all.extend_from_slice(&self.fields);
        append(&mut all, extra);
        Cow::Owned(all)
    }
}
