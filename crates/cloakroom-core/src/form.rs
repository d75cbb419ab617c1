//! One form of a provider's tokens: through which steps they go, what is inside, and by id where
//! the records lie. A provider writes one form, and may read another one beside it for a time.

use std::fmt;
use std::sync::Arc;

use crate::codec::Format;
use crate::codec::header::{HEADER_LEN, header};
use crate::erased::DynStorage;
use crate::ids::Ids;
use crate::transform::Chain;

/// Which content has nothing of cloakroom's around it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Bare {
    No,
    /// In a token, but not in a record.
    ByValue,
    Always,
}

impl Bare {
    pub(crate) const fn is(self, stored: bool) -> bool {
        match self {
            Self::No => false,
            Self::ByValue => !stored,
            Self::Always => true,
        }
    }
}

/// One form of a provider's tokens.
pub(crate) struct Form {
    pub(crate) chain: Chain,
    /// Content is what the codec wrote and nothing else: no envelope in a token, no header in a
    /// record. So there is nothing to say when it began, and of which format it is.
    pub(crate) bare: bool,
    pub(crate) ids: Ids,
    /// Content is encrypted before the storage gets it.
    pub(crate) sealed_at_rest: bool,
    /// Present exactly if sessions are tracked by id.
    pub(crate) storage: Option<Arc<dyn DynStorage>>,
}

impl Form {
    /// Whether its tokens need a key of the ring.
    pub(crate) const fn is_own(&self) -> bool {
        !self.bare && self.ids.have_proofs()
    }

    /// What stands in front of a record's content in this format.
    pub(crate) const fn header(&self, format: Format) -> Option<[u8; HEADER_LEN]> {
        if self.bare {
            None
        } else {
            Some(header(format))
        }
    }

    pub(crate) const fn header_len(&self) -> usize {
        if self.bare { 0 } else { HEADER_LEN }
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form")
            .field("chain", &self.chain)
            .field("bare", &self.bare)
            .field("stored", &self.storage.is_some())
            .finish_non_exhaustive()
    }
}
