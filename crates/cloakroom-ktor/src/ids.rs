//! Session ids as Ktor's `generateSessionId` makes them, or as the application does.

use std::fmt;

use cloakroom_core::IdForm;

use crate::version::Ktor;

/// The ids of a version: 32 hexadecimal digits, and 64 since 3.5.0.
///
/// All of them are read, whatever the version: a service that was moved to a newer Ktor still has
/// sessions under shorter ids.
///
/// # Examples
///
/// ```
/// use cloakroom_core::IdForm as _;
/// use cloakroom_ktor::{Ktor, KtorIds};
///
/// let (old, new) = (KtorIds::new(Ktor::V2), KtorIds::new(Ktor::V3));
/// assert_eq!(old.make(&[0xab; 32]), "ab".repeat(16));
/// assert_eq!(new.make(&[0xab; 32]), "ab".repeat(32));
/// assert!(new.accepts(&"ab".repeat(16)));
/// assert!(!new.accepts("AB"), "Ktor never makes such an id");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KtorIds {
    bytes: usize,
}

impl KtorIds {
    /// The ids of this version.
    ///
    /// ```
    /// use cloakroom_core::IdForm as _;
    /// use cloakroom_ktor::{Ktor, KtorIds};
    ///
    /// assert_eq!(KtorIds::new(Ktor::V1_6_8).make(&[7; 32]).len(), 32);
    /// ```
    #[must_use]
    pub const fn new(ktor: Ktor) -> Self {
        let bytes = match ktor {
            Ktor::V1_6_8 | Ktor::V2 => 16,
            Ktor::V3 => 32,
        };
        Self { bytes }
    }
}

impl IdForm for KtorIds {
    fn make(&self, random: &[u8; 32]) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |nibble: u8| {
            DIGITS
                .get(usize::from(nibble))
                .map_or('0', |c| char::from(*c))
        };
        let random = random.iter().take(self.bytes);
        random
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
            .collect()
    }

    fn accepts(&self, text: &str) -> bool {
        matches!(text.len(), 32 | 64)
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }
}

/// Makes an id of random bytes.
type Make = dyn Fn(&[u8; 32]) -> String + Send + Sync;

/// The ids of an application's own `identity { … }`.
pub(crate) struct Identity(pub(crate) Box<Make>);

impl IdForm for Identity {
    fn make(&self, random: &[u8; 32]) -> String {
        (self.0)(random)
    }

    fn accepts(&self, text: &str) -> bool {
        !text.is_empty()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}
