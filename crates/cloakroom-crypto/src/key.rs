//! A key: 32 random bytes and the text that carries them.
//!
//! * The text is `ck1_` and base64url without padding of the 32 bytes and a checksum of 4: the
//!   first bytes of SHA-256 over the framed list ("cloakroom key v1", the 32 bytes). The prefix
//!   lets scanners of repositories find a leaked key, the checksum finds a key that was cut off.
//! * Only what a random generator made is taken. Passwords and repeated patterns are not keys, and
//!   there is no way to make one from them.
//! * The bytes lie on the heap once, however often the key is cloned, and are erased when the last
//!   clone goes.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::error::{KeyError, KeyErrorKind};
use crate::frame::frame;
use crate::key_id::KeyId;
use crate::subkey;

/// Stands before every key of this form.
const PREFIX: &str = "ck1_";

/// Characters behind the prefix: 36 bytes in base64.
const TEXT_LEN: usize = 48;

/// Random bytes have 30 different values among 32 on average, and fewer than 16 less often than
/// once in 2⁵⁰ keys.
const LEAST_DISTINCT: usize = 16;

/// A key of 256 bits.
///
/// # Security
///
/// Whoever has it can make and read every token and id of every ring that has it.
/// `Debug` shows the id only; the text comes out by [`expose_text`](Self::expose_text) alone.
/// Erased from memory on drop.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{Key, OsEntropy};
///
/// let key = Key::generate(&OsEntropy);
/// let text = key.expose_text();
/// assert!(text.starts_with("ck1_"));
/// assert_eq!(text.parse::<Key>().unwrap(), key);
/// assert_eq!(format!("{key:?}"), format!("Key({})", key.id()));
/// ```
#[derive(Clone)]
pub struct Key {
    bytes: Arc<Zeroizing<[u8; 32]>>,
    id: KeyId,
}

impl Key {
    /// A fresh key.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, OsEntropy};
    /// assert_ne!(Key::generate(&OsEntropy), Key::generate(&OsEntropy));
    /// ```
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(&mut *bytes);
        Self::new(bytes)
    }

    fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self {
            id: KeyId::from_bytes(subkey::name_of(&bytes)),
            bytes: Arc::new(bytes),
        }
    }

    /// Its public name.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, OsEntropy};
    /// let key = Key::generate(&OsEntropy);
    /// assert_eq!(key.id(), key.clone().id());
    /// ```
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The text of the key, erased when it is dropped.
    ///
    /// # Security
    ///
    /// For a secret store, never for a log.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, OsEntropy};
    /// assert_eq!(Key::generate(&OsEntropy).expose_text().len(), 52);
    /// ```
    #[must_use]
    pub fn expose_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; 36]);
        let all = self.bytes.iter().copied().chain(checksum(&self.bytes));
        for (to, from) in bytes.iter_mut().zip(all) {
            *to = from;
        }
        // Enough room at once: a string that grows would leave a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + TEXT_LEN));
        text.push_str(PREFIX);
        URL_SAFE_NO_PAD.encode_string(*bytes, &mut text);
        text
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

fn checksum(bytes: &[u8; 32]) -> [u8; 4] {
    let framed = Zeroizing::new(frame(&[b"cloakroom key v1", bytes]));
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(&*framed));
    [a, b, c, d]
}

fn is_weak(bytes: &[u8; 32]) -> bool {
    let mut seen = [false; 256];
    for byte in bytes {
        if let Some(seen) = seen.get_mut(usize::from(*byte)) {
            *seen = true;
        }
    }
    seen.iter().filter(|seen| **seen).count() < LEAST_DISTINCT
}

impl FromStr for Key {
    type Err = KeyError;

    /// Reads the text that [`Key::expose_text`] and `cloakroom key` give, and nothing else.
    ///
    /// # Errors
    ///
    /// [`KeyErrorKind::NotAKey`] for another shape, [`KeyErrorKind::Checksum`] for a mistyped key,
    /// [`KeyErrorKind::Weak`] for one that no random generator made. The text is never shown.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let not_a_key = KeyError::new(KeyErrorKind::NotAKey);
        let Some(encoded) = text.strip_prefix(PREFIX).filter(|e| e.len() == TEXT_LEN) else {
            return Err(not_a_key);
        };
        let mut decoded = Zeroizing::new([0; 36]);
        match URL_SAFE_NO_PAD.decode_slice(encoded, &mut *decoded) {
            Ok(36) => {}
            Ok(_) | Err(_) => return Err(not_a_key),
        }
        let mut bytes = Zeroizing::new([0; 32]);
        for (to, from) in bytes.iter_mut().zip(decoded.iter()) {
            *to = *from;
        }
        if !decoded.ends_with(&checksum(&bytes)) {
            return Err(KeyError::new(KeyErrorKind::Checksum));
        }
        if is_weak(&bytes) {
            return Err(KeyError::new(KeyErrorKind::Weak));
        }
        Ok(Self::new(bytes))
    }
}

impl PartialEq for Key {
    /// In constant time.
    fn eq(&self, other: &Self) -> bool {
        self.bytes.as_slice().ct_eq(other.bytes.as_slice()).into()
    }
}

impl Eq for Key {}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}
