//! The name of a session: for listing and ending, never for presenting.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use cloakroom_storage::StorageKey;
use cloakroom_time::Timestamp;

/// Names a session, for lists ("your devices") and for ending it. Not secret: who knows it can ask
/// your application to end the session, if your application lets them, and nothing else; it can
/// never be presented as a session.
///
/// As text: the provider's name, a dot, and 32 or 64 hex digits; safe in forms and URLs.
///
/// # Examples
///
/// ```
/// use cloakroom_core::SessionRef;
///
/// let text = format!("login.{}", "0a".repeat(32));
/// let reference: SessionRef = text.parse().unwrap();
/// assert_eq!(reference.provider(), "login");
/// assert_eq!(reference.to_string(), text);
/// assert!("login".parse::<SessionRef>().is_err());
/// ```
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct SessionRef {
    provider: Arc<str>,
    name: Name,
}

#[derive(Clone, Copy, Eq, Hash, PartialEq)]
enum Name {
    /// The id inside a by-value session's token.
    Value([u8; 16]),
    /// The storage key of a by-id session.
    Record([u8; 32]),
}

impl SessionRef {
    pub(crate) fn of_value(provider: &Arc<str>, id: [u8; 16]) -> Self {
        Self {
            provider: Arc::clone(provider),
            name: Name::Value(id),
        }
    }

    /// `None` for a storage key that is a text: that is a session id itself.
    pub(crate) fn of_record(provider: &Arc<str>, key: &StorageKey) -> Option<Self> {
        if key.is_text() {
            return None;
        }
        Some(Self {
            provider: Arc::clone(provider),
            name: Name::Record(key.as_bytes().try_into().ok()?),
        })
    }

    /// The storage key, if it names a by-id session.
    pub(crate) const fn storage_key(&self) -> Option<StorageKey> {
        match self.name {
            Name::Record(hash) => Some(StorageKey::hash(hash)),
            Name::Value(_) => None,
        }
    }

    /// The name of the provider.
    ///
    /// ```
    /// # use cloakroom_core::SessionRef;
    /// let reference: SessionRef = format!("cart.{}", "00".repeat(16)).parse().unwrap();
    /// assert_eq!(reference.provider(), "cart");
    /// ```
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    fn bytes(&self) -> &[u8] {
        match &self.name {
            Name::Value(id) => id,
            Name::Record(hash) => hash,
        }
    }
}

impl fmt::Display for SessionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.provider)?;
        self.bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SessionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionRef({self})")
    }
}

impl FromStr for SessionRef {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, NotAReference> {
        let (provider, hex) = text.rsplit_once('.').ok_or(NotAReference)?;
        let name = match hex.len() {
            32 => Name::Value(from_hex(hex).ok_or(NotAReference)?),
            64 => Name::Record(from_hex(hex).ok_or(NotAReference)?),
            _ => return Err(NotAReference),
        };
        Ok(Self {
            provider: provider.into(),
            name,
        })
    }
}

fn from_hex<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let mut bytes = [0; N];
    let (pairs, _) = hex.as_bytes().as_chunks::<2>();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

/// A text does not name a session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "says all by its name")]
pub struct NotAReference;

impl fmt::Display for NotAReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text names no session: expected `provider.` and 32 or 64 hex digits")
    }
}

impl std::error::Error for NotAReference {}

/// When a session ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Deadlines {
    /// When it ends at the latest.
    pub absolute: Option<Timestamp>,
    /// When it ends if it is not used before.
    pub idle: Option<Timestamp>,
}

/// One of a subject's sessions, as [`Sessions::list`](crate::Sessions::list) gives it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ListedSession {
    /// Its name, to show and to end it by.
    pub reference: SessionRef,
    /// When it began.
    pub created: Timestamp,
    /// When it ends.
    pub deadlines: Deadlines,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_that_names_no_session_is_refused() {
        let long = format!("login.{}", "0".repeat(66));
        for text in ["", ".", "login", "login.", "login.0a", "login.zz", &long] {
            assert_eq!(text.parse::<SessionRef>(), Err(NotAReference), "{text:?}");
        }
        let no_hex = format!("login.{}", "g".repeat(32));
        assert_eq!(no_hex.parse::<SessionRef>(), Err(NotAReference));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read(name in "[a-z.]{1,12}", id: [u8; 16], key: [u8; 32]) {
            let name: Arc<str> = name.into();
            let value = SessionRef::of_value(&name, id);
            prop_assert_eq!(value.to_string().parse(), Ok(value));
            let record = SessionRef::of_record(&name, &StorageKey::hash(key)).unwrap();
            prop_assert_eq!(record.to_string().parse(), Ok(record));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,80}") {
            let _named: bool = text.parse::<SessionRef>().is_ok();
        }
    }
}
