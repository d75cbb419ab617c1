//! The subkeys of one provider, made once per generation of the ring.
//!
//! * A use costs one load of the generation and one of the prepared keys, no lock and no key
//!   schedule.
//! * After a change of the ring the first use makes the keys anew while the others wait, so that
//!   no use begins with keys that were revoked before it.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};

use crate::aad::Scope;
use crate::prepared::Prepared;
use crate::ring::KeyRing;

/// The keys of a ring for one provider of one application.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{Key, KeyRing, KeySet, OsEntropy, ProviderKeys, Timestamp};
///
/// let ring = KeyRing::single(Key::generate(&OsEntropy));
/// let keys = ProviderKeys::new(&ring, "shop", "cart");
///
/// let next = Key::generate(&OsEntropy);
/// ring.replace(KeySet::new().with(next.clone())).unwrap();
/// let prepared = keys.prepared();
/// assert_eq!(prepared.issuing(Timestamp::EPOCH).unwrap().id(), next.id());
/// ```
pub struct ProviderKeys {
    ring: KeyRing,
    application: Box<str>,
    provider: Box<str>,
    purpose: Box<str>,
    prepared: ArcSwap<Prepared>,
    preparing: Mutex<()>,
}

impl ProviderKeys {
    /// The keys for the sessions of this provider.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// let ring = KeyRing::single(Key::generate(&OsEntropy));
    /// let keys = ProviderKeys::new(&ring, "shop", "cart");
    /// assert!(keys.prepared().issuing(Timestamp::EPOCH).is_some());
    /// ```
    #[must_use]
    pub fn new(ring: &KeyRing, application: &str, provider: &str) -> Self {
        Self::for_purpose(ring, application, provider, "session")
    }

    /// The keys for something else of this provider than its sessions.
    ///
    /// The purpose is a part of the associated data. It has no subkeys of its own.
    ///
    /// ```
    /// # use cloakroom_crypto::{Forged, Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// # let ring = KeyRing::single(Key::generate(&OsEntropy));
    /// # let now = Timestamp::EPOCH;
    /// let session = ProviderKeys::new(&ring, "shop", "cart").prepared();
    /// let export = ProviderKeys::for_purpose(&ring, "shop", "cart", "export").prepared();
    /// let code = session.issuing(now).unwrap().sign(&[], b"3 apples");
    /// assert_eq!(export.issuing(now).unwrap().verify(&[], b"3 apples", &code), Err(Forged));
    /// ```
    #[must_use]
    pub fn for_purpose(ring: &KeyRing, application: &str, provider: &str, purpose: &str) -> Self {
        let scope = Scope {
            application,
            provider,
            purpose,
        };
        Self {
            prepared: ArcSwap::from_pointee(Prepared::new(&ring.state(), &scope)),
            ring: ring.clone(),
            application: application.into(),
            provider: provider.into(),
            purpose: purpose.into(),
            preparing: Mutex::new(()),
        }
    }

    /// The prepared keys of the ring as it is now.
    ///
    /// For one use; who keeps the guard keeps the keys of that moment.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// let key = Key::generate(&OsEntropy);
    /// let ring = KeyRing::single(key.clone());
    /// let keys = ProviderKeys::new(&ring, "shop", "cart");
    /// ring.revoke(key.id());
    /// assert!(keys.prepared().issuing(Timestamp::EPOCH).is_none());
    /// ```
    #[must_use]
    pub fn prepared(&self) -> PreparedGuard {
        let prepared = self.prepared.load();
        if prepared.generation() == self.ring.generation() {
            return PreparedGuard(prepared);
        }
        drop(prepared);
        self.prepare()
    }

    #[cold]
    fn prepare(&self) -> PreparedGuard {
        // The lock keeps an older generation from being stored over a newer one.
        let one_at_a_time = self
            .preparing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let state = self.ring.state();
        if self.prepared.load().generation() != state.generation {
            let scope = Scope {
                application: &self.application,
                provider: &self.provider,
                purpose: &self.purpose,
            };
            self.prepared.store(Arc::new(Prepared::new(&state, &scope)));
        }
        drop(one_at_a_time);
        PreparedGuard(self.prepared.load())
    }
}

impl fmt::Debug for ProviderKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderKeys")
            .field("application", &self.application)
            .field("provider", &self.provider)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// Lends the [`Prepared`] keys of one moment.
pub struct PreparedGuard(Guard<Arc<Prepared>>);

impl Deref for PreparedGuard {
    type Target = Prepared;

    fn deref(&self) -> &Prepared {
        &self.0
    }
}

impl fmt::Debug for PreparedGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
