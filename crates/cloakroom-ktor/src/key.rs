//! The keys of Ktor's transformers: of 16, 24 or 32 bytes to encrypt with, of any length to sign
//! with.
//!
//! * **Checked when made**, so that a transformer made from them cannot fail.
//! * **Two types**, since a configuration that swaps the two keys would go unnoticed otherwise.
//! * **Wiped on drop**, and no byte of them is in `Debug`.
//! * **As bytes, or as the text that Ktor's `hex()` reads.** A text with an odd number of digits is
//!   read as Ktor reads it, without its last digit, and the transformer says so once, at build.
//! * **Weak keys are taken**: a key is whatever the Kotlin service has. Make new ones of 32 random
//!   bytes, as `openssl rand -hex 32` prints them.

use std::error::Error;
use std::fmt;

use cloakroom_core::{Fingerprint, Warning};
use zeroize::ZeroizeOnDrop;

use crate::algorithm::MacAlgorithm;
use crate::hex::{NotHex, hex, is_odd};

/// A key that signs, and the algorithm that it signs with.
///
/// # Security
///
/// Who has it makes sessions. Ktor signs no name with a session: what is signed for one cookie is
/// good for every other under the same key, so `build()` refuses two providers that share one.
///
/// # Examples
///
/// ```
/// use cloakroom_ktor::{MacAlgorithm, SigningKey};
///
/// let key = SigningKey::from_hex("6819b57a326945c1968f45236589")?;
/// let other = SigningKey::new(b"\x68\x19\xb5")?.with_algorithm(MacAlgorithm::HmacSha512);
/// assert_eq!(format!("{other:?}"), "SigningKey { algorithm: HmacSha512, .. }");
/// # Ok::<(), cloakroom_ktor::KeyError>(())
/// ```
#[derive(Clone, ZeroizeOnDrop)]
pub struct SigningKey {
    bytes: Vec<u8>,
    #[zeroize(skip)]
    algorithm: MacAlgorithm,
    #[zeroize(skip)]
    spelling: Spelling,
}

/// A key that encrypts: AES-128, AES-192 or AES-256 by its length.
///
/// # Examples
///
/// ```
/// use cloakroom_ktor::{EncryptionKey, KeyError};
///
/// let key = EncryptionKey::from_hex("00112233445566778899aabbccddeeff")?;
/// assert_eq!(format!("{key:?}"), "EncryptionKey { bits: 128, .. }");
///
/// let error = EncryptionKey::new(&[7; 20]).unwrap_err();
/// assert_eq!(error, KeyError::AesLength { bytes: 20 });
/// # Ok::<(), KeyError>(())
/// ```
#[derive(Clone, ZeroizeOnDrop)]
pub struct EncryptionKey {
    aes: AesKey,
    #[zeroize(skip)]
    spelling: Spelling,
}

/// What is wrong with a key, and what helps. Shows nothing of the key.
///
/// ```
/// use cloakroom_ktor::{KeyError, SigningKey};
///
/// let error = SigningKey::from_hex("").unwrap_err();
/// assert_eq!(error, KeyError::Empty);
/// assert!(error.to_string().contains("`openssl rand -hex 32`"));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeyError {
    /// No byte at all.
    Empty,
    /// A text that Ktor's `hex()` does not read either.
    NotHex,
    /// Not a length that AES has.
    AesLength {
        /// How many bytes the key has.
        bytes: usize,
    },
}

impl SigningKey {
    /// The key of these bytes, for HMAC-SHA256.
    ///
    /// # Errors
    ///
    /// [`KeyError::Empty`] if there are none.
    ///
    /// ```
    /// # use cloakroom_ktor::{KeyError, SigningKey};
    /// assert!(SigningKey::new(&[7; 32]).is_ok());
    /// assert_eq!(SigningKey::new(&[]).unwrap_err(), KeyError::Empty);
    /// ```
    pub fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(Self {
            bytes: bytes.to_vec(),
            algorithm: MacAlgorithm::default(),
            spelling: Spelling::Whole,
        })
    }

    /// The key that Ktor has for `hex(text)`, for HMAC-SHA256.
    ///
    /// An odd last digit is dropped, as Ktor does up to 3.4; sessions that are built with the key
    /// tell the observers so, as [`Warning::OddHexKey`].
    ///
    /// # Errors
    ///
    /// [`KeyError::NotHex`], or [`KeyError::Empty`] if no byte is left.
    ///
    /// ```
    /// # use cloakroom_core::{Transformer, Warning};
    /// # use cloakroom_ktor::{MessageAuthentication, SigningKey};
    /// // As in Ktor's documentation.
    /// let key = SigningKey::from_hex("03515606058610610561058")?;
    /// assert_eq!(MessageAuthentication::new(&key).warning(), Some(Warning::OddHexKey));
    /// # Ok::<(), cloakroom_ktor::KeyError>(())
    /// ```
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let mut key = Self::new(&hex(text)?)?;
        key.spelling = Spelling::of(text);
        Ok(key)
    }

    /// The same key, for another algorithm. Default: HMAC-SHA256.
    ///
    /// ```
    /// # use cloakroom_ktor::SigningKey;
    /// // As a Ktor configuration names it.
    /// let key = SigningKey::new(&[7; 32])?.with_algorithm("HmacSHA1".parse()?);
    /// assert_eq!(key.algorithm().to_string(), "HmacSHA1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn with_algorithm(mut self, algorithm: MacAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// The algorithm that the key signs with.
    ///
    /// ```
    /// # use cloakroom_ktor::{MacAlgorithm, SigningKey};
    /// assert_eq!(SigningKey::new(&[7; 32])?.algorithm(), MacAlgorithm::HmacSha256);
    /// # Ok::<(), cloakroom_ktor::KeyError>(())
    /// ```
    #[must_use]
    pub const fn algorithm(&self) -> MacAlgorithm {
        self.algorithm
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same for all keys that HMAC takes for one: it pads a key with zeros (RFC 2104).
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let end = self.bytes.iter().rposition(|byte| *byte != 0);
        let significant = end.and_then(|end| self.bytes.get(..=end));
        Fingerprint::of(significant.unwrap_or_default())
    }

    pub(crate) const fn warning(&self) -> Option<Warning> {
        self.spelling.warning()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl EncryptionKey {
    /// The key of these bytes.
    ///
    /// # Errors
    ///
    /// [`KeyError::AesLength`] if they are not 16, 24 or 32.
    ///
    /// ```
    /// # use cloakroom_ktor::EncryptionKey;
    /// for bytes in [16, 24, 32] {
    ///     assert!(EncryptionKey::new(&vec![7; bytes]).is_ok());
    /// }
    /// ```
    pub fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        Ok(Self {
            aes: AesKey::new(bytes)?,
            spelling: Spelling::Whole,
        })
    }

    /// The key that Ktor has for `hex(text)`; see [`SigningKey::from_hex`].
    ///
    /// # Errors
    ///
    /// [`KeyError::NotHex`], or [`KeyError::AesLength`] if the bytes are not 16, 24 or 32.
    ///
    /// ```
    /// # use cloakroom_ktor::EncryptionKey;
    /// let key = EncryptionKey::from_hex("00112233445566778899aabbccddeeff");
    /// assert!(key.is_ok());
    /// ```
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        Ok(Self {
            aes: AesKey::new(&hex(text)?)?,
            spelling: Spelling::of(text),
        })
    }

    pub(crate) const fn aes(&self) -> &AesKey {
        &self.aes
    }

    pub(crate) const fn warning(&self) -> Option<Warning> {
        self.spelling.warning()
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKey")
            .field("bits", &(8 * self.aes.bytes().len()))
            .finish_non_exhaustive()
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str(
                "a key without a byte: use 32 random ones, as `openssl rand -hex 32` prints them",
            ),
            Self::NotHex => write!(f, "the text of a key is {NotHex}"),
            Self::AesLength { bytes } => write!(
                f,
                "an encryption key of {bytes} bytes: use one of 16, 24 or 32, as AES has it",
            ),
        }
    }
}

impl Error for KeyError {}

impl From<NotHex> for KeyError {
    fn from(NotHex: NotHex) -> Self {
        Self::NotHex
    }
}

/// The key of a cipher, its length a part of its type.
#[derive(Clone, ZeroizeOnDrop)]
pub(crate) enum AesKey {
    Aes128([u8; 16]),
    Aes192([u8; 24]),
    Aes256([u8; 32]),
}

impl AesKey {
    fn new(bytes: &[u8]) -> Result<Self, KeyError> {
        if let Ok(key) = bytes.try_into() {
            Ok(Self::Aes128(key))
        } else if let Ok(key) = bytes.try_into() {
            Ok(Self::Aes192(key))
        } else if let Ok(key) = bytes.try_into() {
            Ok(Self::Aes256(key))
        } else {
            Err(KeyError::AesLength { bytes: bytes.len() })
        }
    }

    pub(crate) const fn bytes(&self) -> &[u8] {
        match self {
            Self::Aes128(key) => key,
            Self::Aes192(key) => key,
            Self::Aes256(key) => key,
        }
    }
}

/// Whether a key is all that its text said.
#[derive(Clone, Copy)]
enum Spelling {
    Whole,
    /// The last digit was dropped.
    Odd,
}

impl Spelling {
    const fn of(text: &str) -> Self {
        if is_odd(text) { Self::Odd } else { Self::Whole }
    }

    const fn warning(self) -> Option<Warning> {
        match self {
            Self::Whole => None,
            Self::Odd => Some(Warning::OddHexKey),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn is_wiped_on_drop<T: ZeroizeOnDrop>() {}

    #[test]
    fn keys_are_wiped_on_drop() {
        is_wiped_on_drop::<SigningKey>();
        is_wiped_on_drop::<EncryptionKey>();
        assert!(std::mem::needs_drop::<SigningKey>());
        assert!(std::mem::needs_drop::<EncryptionKey>());
    }

    /// Rules: secrets.
    #[test]
    fn debug_shows_no_byte_of_a_key() {
        let text = "ab".repeat(32);
        let signing = format!("{:?}", SigningKey::from_hex(&text).unwrap());
        let encryption = format!("{:?}", EncryptionKey::from_hex(&text).unwrap());
        assert_eq!(signing, "SigningKey { algorithm: HmacSha256, .. }");
        assert_eq!(encryption, "EncryptionKey { bits: 256, .. }");
    }

    #[test]
    fn a_bad_key_is_refused_with_the_problem_and_the_remedy() {
        let cases = [
            (
                SigningKey::new(b"").unwrap_err(),
                KeyError::Empty,
                "32 random",
            ),
            (
                SigningKey::from_hex("7").unwrap_err(),
                KeyError::Empty,
                "32 random",
            ),
            (
                SigningKey::from_hex("xy").unwrap_err(),
                KeyError::NotHex,
                "0 to 9 and a to f",
            ),
            (
                EncryptionKey::from_hex("xy").unwrap_err(),
                KeyError::NotHex,
                "two for each byte",
            ),
            (
                EncryptionKey::from_hex("0011").unwrap_err(),
                KeyError::AesLength { bytes: 2 },
                "16, 24 or 32",
            ),
        ];
        for (error, expected, remedy) in cases {
            assert_eq!(error, expected);
            assert!(error.to_string().contains(remedy), "{error}");
        }
        for len in (0..=40).filter(|len| ![16, 24, 32].contains(len)) {
            let error = EncryptionKey::new(&vec![1; len]).unwrap_err();
            assert_eq!(error, KeyError::AesLength { bytes: len });
        }
    }

    #[test]
    fn a_dropped_digit_is_remembered_for_the_warning() {
        let odd = format!("{}0", "ab".repeat(16));
        let even = "ab".repeat(16);
        assert_eq!(
            SigningKey::from_hex(&odd).unwrap().warning(),
            Some(Warning::OddHexKey)
        );
        assert_eq!(
            EncryptionKey::from_hex(&odd).unwrap().warning(),
            Some(Warning::OddHexKey)
        );
        assert_eq!(SigningKey::from_hex(&even).unwrap().warning(), None);
        assert_eq!(EncryptionKey::from_hex(&even).unwrap().warning(), None);
    }

    #[test]
    fn two_keys_that_hmac_takes_for_one_have_one_fingerprint() {
        let of = |bytes: &[u8]| SigningKey::new(bytes).unwrap().fingerprint();
        assert_eq!(of(b"key"), of(b"key\0\0"));
        assert_eq!(of(b"\0"), of(b"\0\0"));
        assert_ne!(of(b"key"), of(b"\0key"));
        assert_ne!(of(b"key"), of(b"kex"));
    }
}
