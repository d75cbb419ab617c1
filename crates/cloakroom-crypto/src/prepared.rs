//! The keys of a ring at one generation, prepared for one provider.

use std::collections::BTreeSet;

use cloakroom_time::Timestamp;

use crate::aad::Scope;
use crate::error::KeyRefusal;
use crate::key_id::KeyId;
use crate::prepared_key::PreparedKey;
use crate::ring::{RingState, latest};

/// The keys of a ring at one generation, prepared for one provider.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{Key, KeyRefusal, KeyRing, OsEntropy, ProviderKeys, Timestamp};
///
/// let key = Key::generate(&OsEntropy);
/// let ring = KeyRing::single(key.clone());
/// let keys = ProviderKeys::new(&ring, "shop", "cart");
///
/// assert!(keys.prepared().find(&key.id(), Timestamp::EPOCH).is_ok());
/// ring.revoke(key.id());
/// let prepared = keys.prepared();
/// assert_eq!(prepared.find(&key.id(), Timestamp::EPOCH).unwrap_err(), KeyRefusal::Revoked);
/// ```
#[derive(Debug)]
pub struct Prepared {
    generation: u64,
    /// Without the revoked ones: their subkeys are never made.
    keys: Vec<PreparedKey>,
    revoked: BTreeSet<KeyId>,
}

impl Prepared {
    /// No keys at all: what a transformer is given that runs outside of any provider.
    ///
    /// ```
    /// use cloakroom_crypto::{Prepared, Timestamp};
    ///
    /// assert!(Prepared::none().issuing(Timestamp::EPOCH).is_none());
    /// ```
    #[must_use]
    pub const fn none() -> Self {
        Self {
            generation: 0,
            keys: Vec::new(),
            revoked: BTreeSet::new(),
        }
    }

    pub(crate) fn new(state: &RingState, scope: &Scope<'_>) -> Self {
        let live = state
            .keys
            .iter()
            .filter(|key| !state.revoked.contains(&key.key.id()));
        Self {
            generation: state.generation,
            keys: live.map(|key| PreparedKey::new(key, scope)).collect(),
            revoked: state.revoked.clone(),
        }
    }

    pub(crate) const fn generation(&self) -> u64 {
        self.generation
    }

    /// The key that issues at `now`: the one with the latest `issue_from` in the past, among those
    /// that are accepted and not revoked. None if there is none.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// # let key = Key::generate(&OsEntropy);
    /// let keys = ProviderKeys::new(&KeyRing::single(key.clone()), "shop", "cart");
    /// assert_eq!(keys.prepared().issuing(Timestamp::EPOCH).map(|key| key.id()), Some(key.id()));
    /// ```
    #[must_use]
    pub fn issuing(&self, now: Timestamp) -> Option<&PreparedKey> {
        latest(self.keys.iter(), |key| key.dates(), now)
    }

    /// Whether what was made under `key` is to be made anew: a key with a later `issue_from` issues
    /// at `now`.
    ///
    /// A key that does not issue yet is none of the past: another node, whose clock is ahead, may
    /// have begun to use it.
    ///
    /// ```
    /// # use cloakroom_crypto::{DatedKey, Key, KeyRing, KeySet, OsEntropy, ProviderKeys, Timestamp};
    /// # let (old, new) = (Key::generate(&OsEntropy), Key::generate(&OsEntropy));
    /// let next = DatedKey::from(new.clone()).issue_from(Timestamp::from_secs(600));
    /// let set = KeySet::new().with(old.clone()).with(next);
    /// let keys = ProviderKeys::new(&KeyRing::from_keys(set).unwrap(), "shop", "cart");
    /// let prepared = keys.prepared();
    /// for (secs, old_is, new_is) in [(599, false, false), (600, true, false)] {
    ///     let now = Timestamp::from_secs(secs);
    ///     let is_outdated = |key: &Key| {
    ///         prepared.is_outdated(prepared.find(&key.id(), now).unwrap(), now)
    ///     };
    ///     assert_eq!((is_outdated(&old), is_outdated(&new)), (old_is, new_is));
    /// }
    /// ```
    #[must_use]
    pub fn is_outdated(&self, key: &PreparedKey, now: Timestamp) -> bool {
        self.issuing(now)
            .is_some_and(|issuing| issuing.dates().issue_from > key.dates().issue_from)
    }

    /// The key of this id, if it is accepted at `now`.
    ///
    /// # Errors
    ///
    /// [`KeyRefusal`] says why not.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyId, KeyRefusal, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// # let ring = KeyRing::single(Key::generate(&OsEntropy));
    /// let keys = ProviderKeys::new(&ring, "shop", "cart");
    /// let other = KeyId::from_bytes([0; 8]);
    /// let refusal = keys.prepared().find(&other, Timestamp::EPOCH).unwrap_err();
    /// assert_eq!(refusal, KeyRefusal::Unknown);
    /// ```
    pub fn find(&self, id: &KeyId, now: Timestamp) -> Result<&PreparedKey, KeyRefusal> {
        if self.is_revoked(id) {
            return Err(KeyRefusal::Revoked);
        }
        let key = self
            .keys
            .iter()
            .find(|key| key.id() == *id)
            .ok_or(KeyRefusal::Unknown)?;
        if key.dates().accept(now) {
            Ok(key)
        } else {
            Err(KeyRefusal::OutOfTime)
        }
    }

    /// Whether the key of this id is revoked, whether the ring has it or not.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyId, KeyRing, OsEntropy, ProviderKeys};
    /// # let ring = KeyRing::single(Key::generate(&OsEntropy));
    /// let keys = ProviderKeys::new(&ring, "shop", "cart");
    /// ring.revoke(KeyId::from_bytes([1; 8]));
    /// assert!(keys.prepared().is_revoked(&KeyId::from_bytes([1; 8])));
    /// ```
    #[must_use]
    pub fn is_revoked(&self, id: &KeyId) -> bool {
        self.revoked.contains(id)
    }
}
