//! Ids of stored sessions as the rest of the core sees them: our own, or another system's text.
//!
//! * **Another system's id is one secret**: it has no proof to rotate, and no check that keeps
//!   random ids from the storage.
//! * **Where its record lies is ours to say**: under a hash, as our own ids do, so that the storage
//!   never learns an id; or, in a storage that is shared with the other system, under the id itself.
//! * **A session that is moved** from one form to the other has an id made of the one it had, so
//!   that every request which still comes with that finds the same record.

use std::fmt;
use std::sync::Arc;

use cloakroom_crypto::{Entropy, PreparedKey};
use cloakroom_storage::{ProofHash, StorageKey};
use sha2::{Digest, Sha256};

use crate::id::{self, Locator, Proof, StorageKeys};
use crate::refusal::Refusal;
use crate::transform::{Context, Freshness};

/// The form of session ids in another session system.
///
/// # Security
///
/// [`make`](Self::make) is given 256 random bits; an id that keeps fewer than 128 of them can be
/// guessed.
///
/// # Examples
///
/// ```
/// use cloakroom_core::IdForm;
///
/// #[derive(Debug)]
/// struct Hex;
///
/// impl IdForm for Hex {
///     fn make(&self, random: &[u8; 32]) -> String {
///         random.iter().map(|byte| format!("{byte:02x}")).collect()
///     }
///     fn accepts(&self, text: &str) -> bool {
///         text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
///     }
/// }
///
/// # use cloakroom_core::{MemoryStorage, example_build};
/// let storage = MemoryStorage::new();
/// example_build(|c| c.stored_in(&storage).ids(Hex)).unwrap();
/// assert!(Hex.accepts(&Hex.make(&[7; 32])));
/// ```
pub trait IdForm: fmt::Debug + Send + Sync + 'static {
    /// A new id.
    fn make(&self, random: &[u8; 32]) -> String;

    /// Whether a text may be an id. What is not is refused without asking the storage.
    fn accepts(&self, text: &str) -> bool;
}

/// What identifies a stored session.
#[derive(Clone)]
pub(crate) enum RecordId {
    /// cloakroom's own.
    Own { locator: Locator, proof: Proof },
    /// Another system's text.
    Text(Box<str>),
}

impl RecordId {
    /// The hash that the record holds of what opens it. A text has found its record by all of it.
    pub(crate) fn proof_hash(&self) -> ProofHash {
        match self {
            Self::Own { proof, .. } => proof.hash(),
            Self::Text(_) => ProofHash::new([0; 32]),
        }
    }

    /// What names the session to logs, under their HMAC.
    pub(crate) fn name(&self) -> &[u8] {
        match self {
            Self::Own { locator, .. } => locator.as_bytes(),
            Self::Text(text) => text.as_bytes(),
        }
    }

    /// Takes the proof of a rotation.
    pub(crate) const fn take_proof(&mut self, new: Proof) {
        if let Self::Own { proof, .. } = self {
            *proof = new;
        }
    }
}

/// How a provider's form of by-id sessions makes and reads ids.
pub(crate) enum Ids {
    Own(StorageKeys),
    Text {
        form: Arc<dyn IdForm>,
        /// The hash, begun with what is the same for all; `None` where records lie under the id
        /// itself.
        hashed: Option<Sha256>,
    },
}

impl Ids {
    pub(crate) fn own(application: &str, provider: &str) -> Self {
        Self::Own(StorageKeys::new(application, provider))
    }

    pub(crate) fn text(form: Arc<dyn IdForm>, hashed_for: Option<(&str, &str)>) -> Self {
        let hashed = hashed_for.map(|(application, provider)| {
            let mut hash = Sha256::new();
            for part in ["cloakroom text id v1", application, provider] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
            hash
        });
        Self::Text { form, hashed }
    }

    pub(crate) const fn have_proofs(&self) -> bool {
        matches!(self, Self::Own(_))
    }

    /// A new id.
    pub(crate) fn random(&self, entropy: &dyn Entropy) -> RecordId {
        match self {
            Self::Own(_) => RecordId::Own {
                locator: Locator::random(entropy),
                proof: Proof::random(entropy),
            },
            Self::Text { form, .. } => {
                let mut random = [0; 32];
                entropy.fill(&mut random);
                RecordId::Text(form.make(&random).into())
            }
        }
    }

    /// The id that this seed, and no other, stands for.
    pub(crate) fn derived(&self, seed: &[u8; 32]) -> RecordId {
        match self {
            Self::Own(_) => {
                let (locator, proof) = id::halves(seed);
                RecordId::Own { locator, proof }
            }
            Self::Text { form, .. } => RecordId::Text(form.make(seed).into()),
        }
    }

    /// Under what the record of this id lies; `None` for a text that is longer than a key may be,
    /// and for an id of the other kind.
    pub(crate) fn key(&self, id: &RecordId) -> Option<StorageKey> {
        match (self, id) {
            (Self::Own(keys), RecordId::Own { locator, .. }) => Some(keys.of(locator)),
            (Self::Text { hashed: None, .. }, RecordId::Text(text)) => StorageKey::text(text).ok(),
            (
                Self::Text {
                    hashed: Some(hash), ..
                },
                RecordId::Text(text),
            ) => {
                let mut hash = hash.clone();
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text.as_bytes());
                Some(StorageKey::hash(hash.finalize().into()))
            }
            _ => None,
        }
    }

    /// Reads the id in a token; whether a record lies under it is not known yet.
    pub(crate) fn read(
        &self,
        cx: &Context<'_>,
        token: &[u8],
    ) -> Result<(RecordId, Freshness), Refusal> {
        match self {
            Self::Own(_) => {
                let id = id::read(cx, token)?;
                let (locator, proof) = (id.locator, id.proof);
                Ok((RecordId::Own { locator, proof }, id.freshness))
            }
            Self::Text { form, .. } => {
                let text = str::from_utf8(token).map_err(|_| Refusal::Malformed)?;
                if !form.accepts(text) {
                    return Err(Refusal::UnknownId);
                }
                Ok((RecordId::Text(text.into()), Freshness::Current))
            }
        }
    }

    /// The token's bytes. A key is needed for our own ids alone.
    pub(crate) fn write(id: &RecordId, key: Option<&PreparedKey>) -> Option<Vec<u8>> {
        match id {
            RecordId::Own { locator, proof } => Some(id::write(key?, locator, proof).to_vec()),
            RecordId::Text(text) => Some(text.as_bytes().to_vec()),
        }
    }
}
