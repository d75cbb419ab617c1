//! A key of the ring, prepared for one provider: everything that depends on the key alone is done.
//!
//! | version | algorithm | bytes |
//! |--:|---|---|
//! | [`SEALED_V1`] | XAES-256-GCM (C2SP), subkey *seal* | ciphertext as long as the content, tag of 16 |
//! | [`SIGNED_V1`] | HMAC-SHA256 (RFC 2104), subkey *sign* | code of 32 |
//! | [`ID_V1`] | HMAC-SHA256, subkey *id*, first 8 bytes | code of 8 |
//!
//! * Associated data is the framed list (version, key id, application, provider, purpose, extra);
//!   an HMAC takes it in before the data. With nothing extra nothing is allocated.
//! * Names for logs have a subkey of their own, so they say nothing about an id and are no proof.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::aad::{AssociatedData, Scope};
use crate::error::Forged;
use crate::frame::{append, length};
use crate::key::Key;
use crate::key_id::KeyId;
use crate::keyset::Dates;
use crate::mac::{Mac, same};
use crate::ring::{Counters, RingKey};
use crate::subkey::{Use, record_key, subkey};
use crate::xaes::Xaes;

/// The version of sealed tokens: XAES-256-GCM.
pub const SEALED_V1: u8 = 1;

/// The version of signed tokens: HMAC-SHA256.
pub const SIGNED_V1: u8 = 2;

/// The version of the code in a session id: HMAC-SHA256, truncated to 64 bits.
pub const ID_V1: u8 = 3;

/// A key of the ring, prepared for one provider.
///
/// # Security
///
/// Erased from memory on drop. `Debug` shows the id only.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{Forged, Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
///
/// let ring = KeyRing::single(Key::generate(&OsEntropy));
/// let (cart, login) = (
///     ProviderKeys::new(&ring, "shop", "cart"),
///     ProviderKeys::new(&ring, "shop", "login"),
/// );
/// let (cart, login) = (cart.prepared(), login.prepared());
/// let now = Timestamp::EPOCH;
/// let code = cart.issuing(now).unwrap().sign(&[], b"3 apples");
///
/// assert_eq!(cart.issuing(now).unwrap().verify(&[], b"3 apples", &code), Ok(()));
/// assert_eq!(cart.issuing(now).unwrap().verify(&[], b"4 apples", &code), Err(Forged));
/// assert_eq!(login.issuing(now).unwrap().verify(&[], b"3 apples", &code), Err(Forged));
/// ```
pub struct PreparedKey {
    id: KeyId,
    dates: Dates,
    counters: Arc<Counters>,
    seal: Xaes,
    seal_data: AssociatedData,
    /// Has taken in the first five fields of the associated data.
    sign: Mac,
    /// Has taken in all of the associated data.
    session_id: Mac,
    log: Mac,
    at_rest: Box<Zeroizing<[u8; 32]>>,
}

impl PreparedKey {
    pub(crate) fn new(ring_key: &RingKey, scope: &Scope<'_>) -> Self {
        let RingKey {
            key,
            dates,
            counters,
        } = ring_key;
        let id = key.id();
        let derive = |purpose| derive(key, purpose, scope);
        let mut id_data = scope.fields(ID_V1, id);
        append(&mut id_data, &[]);
        Self {
            id,
            dates: *dates,
            counters: Arc::clone(counters),
            seal: Xaes::new(&derive(Use::Seal)),
            seal_data: AssociatedData::new(scope.fields(SEALED_V1, id)),
            sign: Mac::new(&derive(Use::Sign), &scope.fields(SIGNED_V1, id)),
            session_id: Mac::new(&derive(Use::Id), &id_data),
            log: Mac::new(&derive(Use::Log), &[]),
            at_rest: Box::new(derive(Use::AtRest)),
        }
    }

    /// The public name of the key.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// # let key = Key::generate(&OsEntropy);
    /// # let keys = ProviderKeys::new(&KeyRing::single(key.clone()), "shop", "cart");
    /// # let prepared = keys.prepared();
    /// assert_eq!(prepared.issuing(Timestamp::EPOCH).unwrap().id(), key.id());
    /// ```
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) const fn dates(&self) -> &Dates {
        &self.dates
    }

    /// Encrypts `in_place` and returns the tag that authenticates it.
    ///
    /// `extra` is bound too and must be the same on opening; normally empty.
    ///
    /// # Security
    ///
    /// `nonce` must come from [`Entropy`](crate::Entropy), anew for each call. Two contents under
    /// one nonce give away their difference and the means to forge tokens under it.
    ///
    /// ```
    /// # use cloakroom_crypto::{Entropy, Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// # let keys = ProviderKeys::new(&KeyRing::single(Key::generate(&OsEntropy)), "shop", "cart");
    /// # let prepared = keys.prepared();
    /// # let key = prepared.issuing(Timestamp::EPOCH).unwrap();
    /// let mut nonce = [0; 24];
    /// OsEntropy.fill(&mut nonce);
    /// let mut content = *b"3 apples";
    /// let tag = key.seal(&nonce, &[], &mut content);
    /// key.open(&nonce, &[], &mut content, &tag).unwrap();
    /// assert_eq!(&content, b"3 apples");
    /// ```
    #[must_use]
    pub fn seal(&self, nonce: &[u8; 24], extra: &[u8], in_place: &mut [u8]) -> [u8; 16] {
        self.counters.issued();
        self.seal.seal(nonce, &self.seal_data.with(extra), in_place)
    }

    /// Decrypts `in_place`, if it and everything around it is what was sealed.
    ///
    /// # Errors
    ///
    /// [`Forged`] if not; `in_place` is then as it was.
    ///
    /// ```
    /// # use cloakroom_crypto::{Forged, Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// # let keys = ProviderKeys::new(&KeyRing::single(Key::generate(&OsEntropy)), "shop", "cart");
    /// # let prepared = keys.prepared();
    /// # let key = prepared.issuing(Timestamp::EPOCH).unwrap();
    /// let mut forged = *b"9 apples";
    /// assert_eq!(key.open(&[0; 24], &[], &mut forged, &[0; 16]), Err(Forged));
    /// assert_eq!(&forged, b"9 apples");
    /// ```
    pub fn open(
        &self,
        nonce: &[u8; 24],
        extra: &[u8],
        in_place: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), Forged> {
        self.seal
            .open(nonce, &self.seal_data.with(extra), in_place, tag)?;
        self.counters.accepted();
        Ok(())
    }

    /// The code that authenticates `payload`, which stays readable.
    ///
    /// `extra` is bound too and must be the same on verifying; normally empty.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// # let keys = ProviderKeys::new(&KeyRing::single(Key::generate(&OsEntropy)), "shop", "cart");
    /// # let prepared = keys.prepared();
    /// # let key = prepared.issuing(Timestamp::EPOCH).unwrap();
    /// let code = key.sign(&[], b"3 apples");
    /// assert_eq!(key.verify(&[], b"3 apples", &code), Ok(()));
    /// ```
    #[must_use]
    pub fn sign(&self, extra: &[u8], payload: &[u8]) -> [u8; 32] {
        self.counters.issued();
        self.code(extra, payload)
    }

    /// Whether `mac` is the code of this payload, in constant time.
    ///
    /// # Errors
    ///
    /// [`Forged`] if not.
    ///
    /// ```
    /// # use cloakroom_crypto::{Forged, Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// # let keys = ProviderKeys::new(&KeyRing::single(Key::generate(&OsEntropy)), "shop", "cart");
    /// # let prepared = keys.prepared();
    /// # let key = prepared.issuing(Timestamp::EPOCH).unwrap();
    /// assert_eq!(key.verify(&[], b"3 apples", &[0; 32]), Err(Forged));
    /// ```
    pub fn verify(&self, extra: &[u8], payload: &[u8], mac: &[u8; 32]) -> Result<(), Forged> {
        same(&self.code(extra, payload), mac)?;
        self.counters.accepted();
        Ok(())
    }

    fn code(&self, extra: &[u8], payload: &[u8]) -> [u8; 32] {
        self.sign.tag(&[&length(extra), extra, payload])
    }

    /// The code that a session id carries, so that random ids are refused without any reading.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// # let keys = ProviderKeys::new(&KeyRing::single(Key::generate(&OsEntropy)), "shop", "cart");
    /// # let prepared = keys.prepared();
    /// # let key = prepared.issuing(Timestamp::EPOCH).unwrap();
    /// let code = key.id_mac(&[7; 32]);
    /// assert_eq!(key.verify_id_mac(&[7; 32], &code), Ok(()));
    /// ```
    #[must_use]
    pub fn id_mac(&self, data: &[u8]) -> [u8; 8] {
        self.counters.issued();
        self.session_id.short_tag(&[data])
    }

    /// Whether `mac` is the code of this id, in constant time.
    ///
    /// # Security
    ///
    /// 64 bits keep guesses away from the storage; they do not open a session.
    ///
    /// # Errors
    ///
    /// [`Forged`] if not.
    ///
    /// ```
    /// # use cloakroom_crypto::{Forged, Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// # let keys = ProviderKeys::new(&KeyRing::single(Key::generate(&OsEntropy)), "shop", "cart");
    /// # let prepared = keys.prepared();
    /// # let key = prepared.issuing(Timestamp::EPOCH).unwrap();
    /// assert_eq!(key.verify_id_mac(&[7; 32], &[0; 8]), Err(Forged));
    /// ```
    pub fn verify_id_mac(&self, data: &[u8], mac: &[u8; 8]) -> Result<(), Forged> {
        same(&self.session_id.short_tag(&[data]), mac)?;
        self.counters.accepted();
        Ok(())
    }

    /// A name for `data` in logs, which cannot be presented as anything.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// # let keys = ProviderKeys::new(&KeyRing::single(Key::generate(&OsEntropy)), "shop", "cart");
    /// # let prepared = keys.prepared();
    /// # let key = prepared.issuing(Timestamp::EPOCH).unwrap();
    /// assert_eq!(key.log_handle(&[7; 16]), key.log_handle(&[7; 16]));
    /// assert_ne!(key.log_handle(&[7; 16]), key.id_mac(&[7; 16]));
    /// ```
    #[must_use]
    pub fn log_handle(&self, data: &[u8]) -> [u8; 8] {
        self.log.short_tag(&[data])
    }

    /// Encrypts the content of one record in place and gives the tag (XAES-256-GCM).
    ///
    /// The key is made, by HKDF, of the subkey for what a storage keeps and of `secret`: what the
    /// client's id holds and the storage does not. `bound` is authenticated with it.
    ///
    /// # Security
    ///
    /// A nonce must never be used twice under one key and secret: take it from an
    /// [`Entropy`](crate::Entropy).
    ///
    /// ```
    /// # use cloakroom_crypto::{Forged, Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
    /// # let keys = ProviderKeys::new(&KeyRing::single(Key::generate(&OsEntropy)), "shop", "cart");
    /// # let prepared = keys.prepared();
    /// # let key = prepared.issuing(Timestamp::EPOCH).unwrap();
    /// let (nonce, mut content) = ([7; 24], *b"3 apples");
    /// let tag = key.seal_at_rest(b"locator", &nonce, b"row 1", &mut content);
    ///
    /// let elsewhere = key.open_at_rest(b"locator", &nonce, b"row 2", &mut content.clone(), &tag);
    /// assert_eq!(elsewhere, Err(Forged));
    /// key.open_at_rest(b"locator", &nonce, b"row 1", &mut content, &tag)?;
    /// assert_eq!(&content, b"3 apples");
    /// # Ok::<(), Forged>(())
    /// ```
    #[must_use]
    pub fn seal_at_rest(
        &self,
        secret: &[u8],
        nonce: &[u8; 24],
        bound: &[u8],
        in_place: &mut [u8],
    ) -> [u8; 16] {
        self.counters.issued();
        self.record_key(secret).seal(nonce, bound, in_place)
    }

    /// Decrypts in place what [`seal_at_rest`](Self::seal_at_rest) made.
    ///
    /// # Errors
    ///
    /// [`Forged`] if it is not that: changed, moved to another record, or of another key. The bytes
    /// are then worthless.
    pub fn open_at_rest(
        &self,
        secret: &[u8],
        nonce: &[u8; 24],
        bound: &[u8],
        in_place: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), Forged> {
        self.record_key(secret).open(nonce, bound, in_place, tag)?;
        self.counters.accepted();
        Ok(())
    }

    fn record_key(&self, secret: &[u8]) -> Xaes {
        Xaes::new(&record_key(&self.at_rest, secret))
    }
}

fn derive(key: &Key, purpose: Use, scope: &Scope<'_>) -> Zeroizing<[u8; 32]> {
    subkey(key.bytes(), purpose, scope.application, scope.provider)
}

impl fmt::Debug for PreparedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreparedKey({})", self.id)
    }
}
