//! Under what a record lies.

use std::error::Error;
use std::fmt;

/// Under what a record lies: a hash of 32 bytes, or a bounded text.
///
/// cloakroom's own sessions use the hash: SHA-256 over the application, the provider and the half
/// of the session id that finds the record, so neither the storage nor who steals it learns an id.
/// The text form is for layouts shared with others, where the key is the session id itself.
///
/// Two keys are one only if all their bytes are. A text holds any character, NUL too, as do the
/// names of scopes and subjects: a storage keeps them as bytes, not in a server's type for text
/// that refuses or folds some.
///
/// # Security
///
/// A hash may be logged. A text may be an id that opens a session: `Debug` does not show it.
///
/// # Examples
///
/// ```
/// use cloakroom_storage::StorageKey;
///
/// let key = StorageKey::hash([7; 32]);
/// assert_eq!(key.as_bytes(), [7; 32]);
/// assert!(!format!("{:?}", StorageKey::text("secret-id").unwrap()).contains("secret-id"));
/// ```
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StorageKey(Repr);

#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
enum Repr {
    Hash([u8; 32]),
    Text(Box<str>),
}

impl StorageKey {
    /// The longest text, in bytes.
    pub const MAX_TEXT: usize = 256;

    /// A key that is a hash.
    ///
    /// ```
    /// # use cloakroom_storage::StorageKey;
    /// assert!(!StorageKey::hash([0; 32]).is_text());
    /// ```
    #[must_use]
    pub const fn hash(hash: [u8; 32]) -> Self {
        Self(Repr::Hash(hash))
    }

    /// A key that is a text, never equal to one that is a hash.
    ///
    /// # Errors
    ///
    /// [`KeyTooLong`] if the text has more than [`StorageKey::MAX_TEXT`] bytes.
    ///
    /// ```
    /// # use cloakroom_storage::StorageKey;
    /// assert!(StorageKey::text("0a1b").unwrap().is_text());
    /// StorageKey::text(&"x".repeat(257)).unwrap_err();
    /// ```
    pub fn text(text: &str) -> Result<Self, KeyTooLong> {
        if text.len() > Self::MAX_TEXT {
            return Err(KeyTooLong { len: text.len() });
        }
        Ok(Self(Repr::Text(text.into())))
    }

    /// The bytes of the hash or of the text.
    ///
    /// Not enough to tell a hash from a text: see [`is_text`](Self::is_text).
    ///
    /// ```
    /// # use cloakroom_storage::StorageKey;
    /// assert_eq!(StorageKey::text("id0").unwrap().as_bytes(), b"id0");
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Hash(hash) => hash,
            Repr::Text(text) => text.as_bytes(),
        }
    }

    /// Whether the key is a text.
    ///
    /// ```
    /// # use cloakroom_storage::StorageKey;
    /// assert!(!StorageKey::hash([1; 32]).is_text());
    /// ```
    #[must_use]
    pub const fn is_text(&self) -> bool {
        matches!(self.0, Repr::Text(_))
    }
}

impl fmt::Debug for StorageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Hash(hash) => {
                f.write_str("StorageKey(")?;
                for byte in hash.iter().take(4) {
                    write!(f, "{byte:02x}")?;
                }
                f.write_str("…)")
            }
            Repr::Text(_) => f.write_str("StorageKey(text)"),
        }
    }
}

/// A text is too long to be a [`StorageKey`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct KeyTooLong {
    /// How many bytes the text has.
    pub len: usize,
}

impl fmt::Display for KeyTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a storage key of {} bytes; the longest is {}",
            self.len,
            StorageKey::MAX_TEXT
        )
    }
}

impl Error for KeyTooLong {}
