//! The public name of a key.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// The public name of a key: eight bytes, derived from it by a one-way function.
///
/// It travels in every token and may be logged. Written as 16 hexadecimal digits.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{Key, KeyId, OsEntropy};
///
/// let id = Key::generate(&OsEntropy).id();
/// assert_eq!(id.to_string().len(), 16);
/// assert_eq!(id.to_string().parse::<KeyId>(), Ok(id));
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// The id of these eight bytes, such as a token carries.
    ///
    /// ```
    /// # use cloakroom_crypto::KeyId;
    /// assert_eq!(KeyId::from_bytes([1; 8]).to_string(), "0101010101010101");
    /// ```
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// Its eight bytes.
    ///
    /// ```
    /// # use cloakroom_crypto::KeyId;
    /// assert_eq!(KeyId::from_bytes([7; 8]).as_bytes(), &[7; 8]);
    /// ```
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl FromStr for KeyId {
    type Err = BadKeyId;

    /// Reads 16 hexadecimal digits, small or capital, and nothing else.
    fn from_str(text: &str) -> Result<Self, BadKeyId> {
        // `from_str_radix` would take a sign in place of a digit.
        if text.len() != 16 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(BadKeyId);
        }
        let id = u64::from_str_radix(text, 16).map_err(|_| BadKeyId)?;
        Ok(Self(id.to_be_bytes()))
    }
}

/// A text is not a [`KeyId`].
///
/// The text is not shown: it might be a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct BadKeyId;

impl fmt::Display for BadKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a key id: write the 16 digits that `cloakroom key-id` prints")
    }
}

impl Error for BadKeyId {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sign_is_not_a_digit() {
        assert_eq!("+123456789abcdef".parse::<KeyId>(), Err(BadKeyId));
    }

    /// Rules: secrets.
    #[test]
    fn an_error_does_not_show_the_text() {
        let error = "ck1_secret".parse::<KeyId>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(bytes: [u8; 8]) {
            let id = KeyId::from_bytes(bytes);
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            if let Ok(id) = text.parse::<KeyId>() {
                prop_assert_eq!(id.to_string(), text.to_lowercase());
            }
        }
    }
}
