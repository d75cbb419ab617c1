//! What is wrong with a key, a source of keys, or sealed bytes.
//!
//! * An error says which item of the source is wrong and what to do, and never shows the text: what
//!   looks like a broken key is most of a real one.
//! * Authentication has one error without a reason, so that none can be told from outside.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Bytes that do not verify: forged, flipped, or made for something else.
///
/// Says no more, on purpose.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "it has nothing to hold, and never will"
)]
pub struct Forged;

impl fmt::Display for Forged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("authentication failed")
    }
}

impl Error for Forged {}

/// Why a key id selects no key.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the caller must decide for each case whether a token may be cleared"
)]
pub enum KeyRefusal {
    /// The ring does not have this key. Another node may.
    Unknown,
    /// The ring has the key and does not accept it yet, or accepts it no more.
    OutOfTime,
    /// The key is revoked, whether the ring still has it or not.
    Revoked,
}

impl fmt::Display for KeyRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "a key that the ring does not have",
            Self::OutOfTime => "a key outside the time in which the ring accepts it",
            Self::Revoked => "a revoked key",
        })
    }
}

impl Error for KeyRefusal {}

/// What is wrong with a key or with a source of keys, where, and what to do about it.
///
/// Opaque, so that it can grow; ask [`kind`](Self::kind).
///
/// # Security
///
/// No text of the source is in it: `Display`, `Debug` and [`Error::source`] show the kind, the
/// position of the item and the name of the variable or file.
/// [`expose_source`](Self::expose_source) gives the cause that a provider or the operating system
/// named.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{KeyErrorKind, KeyRing};
///
/// let error = KeyRing::from_text("hunter2").unwrap_err();
/// assert_eq!(error.kind(), KeyErrorKind::NotAKey);
/// assert_eq!(error.item(), Some(1));
/// assert!(error.to_string().contains("`cloakroom key`"));
/// assert!(!format!("{error} {error:?}").contains("hunter2"));
/// ```
#[derive(Clone)]
pub struct KeyError {
    kind: KeyErrorKind,
    item: Option<usize>,
    other: Option<usize>,
    place: Option<Box<str>>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What kind of fault a [`KeyError`] is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum KeyErrorKind {
    /// Not the text of a key: `ck1_` and 48 characters.
    NotAKey,
    /// The shape of a key, with a checksum that does not fit: a character is wrong or missing.
    Checksum,
    /// A key with fewer than 16 different byte values: not made by a random generator.
    Weak,
    /// A field beside `accept_from`, `issue_from` and `accept_until`, or one without a value.
    UnknownField,
    /// A field that the item has already.
    RepeatedField,
    /// A time that is not RFC 3339, or before 1970.
    BadTime,
    /// `revoked=` without a key id of 16 hexadecimal digits alone behind it.
    BadRevocation,
    /// A comma with no item on one of its sides: the text may have been cut off.
    EmptyItem,
    /// No key at all.
    NoKey,
    /// The same key twice.
    Duplicate,
    /// Two keys with the same `issue_from`, or none: which of them issues is not said.
    SameIssueFrom,
    /// A key among others that issues before the spread time has passed since `accept_from`: nodes
    /// that do not have it yet would refuse what it issues.
    SpreadTooShort,
    /// `accept_until` not after `issue_from` and `accept_from`.
    EndsBeforeItIssues,
    /// The environment variable is not set, or is not Unicode.
    Unset,
    /// The file cannot be read, or is not UTF-8.
    Unreadable,
    /// More than 1 MiB.
    TooLong,
    /// The application's own provider failed.
    Provider,
}

impl KeyError {
    pub(crate) const fn new(kind: KeyErrorKind) -> Self {
        Self {
            kind,
            item: None,
            other: None,
            place: None,
            source: None,
        }
    }

    /// An error of the application's own [`KeyProvider`](crate::KeyProvider).
    ///
    /// ```
    /// # use cloakroom_crypto::{KeyError, KeyErrorKind};
    /// let error = KeyError::provider("vault.internal refused token 1234");
    /// assert_eq!(error.kind(), KeyErrorKind::Provider);
    /// assert!(!format!("{error} {error:?}").contains("1234"));
    /// assert!(error.expose_source().is_some());
    /// ```
    #[must_use]
    pub fn provider(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(KeyErrorKind::Provider).with_source(source)
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    pub(crate) const fn at(mut self, item: usize) -> Self {
        self.item = Some(item);
        self
    }

    pub(crate) const fn and(mut self, other: usize) -> Self {
        self.other = Some(other);
        self
    }

    pub(crate) fn in_place(mut self, place: impl Into<Box<str>>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// What kind of fault this is.
    ///
    /// ```
    /// # use cloakroom_crypto::{KeyErrorKind, KeyRing};
    /// assert_eq!(KeyRing::from_text("").unwrap_err().kind(), KeyErrorKind::NoKey);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> KeyErrorKind {
        self.kind
    }

    /// Which item of the source is wrong, counted from 1; of two that do not go together, the
    /// later.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy};
    /// let key = Key::generate(&OsEntropy).expose_text();
    /// let error = KeyRing::from_text(&format!("{},oops", *key)).unwrap_err();
    /// assert_eq!(error.item(), Some(2));
    /// ```
    #[must_use]
    pub const fn item(&self) -> Option<usize> {
        self.item
    }

    /// What a provider or the operating system said, which may hold secrets: not for logs that
    /// others read.
    ///
    /// ```
    /// # use cloakroom_crypto::KeyRing;
    /// assert!(KeyRing::from_text("").unwrap_err().expose_source().is_none());
    /// ```
    #[must_use]
    pub fn expose_source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.source.as_deref()
    }
}

impl KeyErrorKind {
    /// What is wrong and what to do.
    const fn advice(self) -> &'static str {
        match self {
            Self::NotAKey => {
                "not a key: a key is `ck1_` and 48 characters; `cloakroom key` makes one"
            }
            Self::Checksum => {
                "a key with a wrong or missing character; copy it again, or make a new one with \
                 `cloakroom key`"
            }
            Self::Weak => "a key that is not random; make one with `cloakroom key`",
            Self::UnknownField => {
                "an unknown field; a key may have `;accept_from=`, `;issue_from=` and \
                 `;accept_until=`, each with an RFC 3339 time"
            }
            Self::RepeatedField => "a field given twice; keep one of them",
            Self::BadTime => "a time that is not RFC 3339; write it like `2030-01-31T12:00:00Z`",
            Self::BadRevocation => {
                "a revocation without a key id; write `revoked=` and the 16 digits that \
                 `cloakroom key-id` prints"
            }
            Self::EmptyItem => {
                "a comma without an item on both sides; remove it, or restore what was cut off"
            }
            Self::NoKey => "no key; `cloakroom key` makes one",
            Self::Duplicate => "the same key twice; remove one of them",
            Self::SameIssueFrom => {
                "two keys with the same `issue_from`, or without one; give the newer key a later \
                 `issue_from`"
            }
            Self::SpreadTooShort => {
                "a key that issues too soon after it is accepted; set its `issue_from` at least \
                 the spread time after its `accept_from` or, if it has long issued, remove its \
                 `accept_from`"
            }
            Self::EndsBeforeItIssues => {
                "a key whose `accept_until` is not after its `issue_from` and `accept_from`; move \
                 it, or remove the key"
            }
            Self::Unset => {
                "the variable is not set to a text; set it to what `cloakroom key` prints"
            }
            Self::Unreadable => {
                "the file cannot be read as text; check that it exists and that this process may \
                 read it"
            }
            Self::TooLong => "more than 1 MiB; this is not a list of keys",
            Self::Provider => "the provider of keys failed; its cause is behind `expose_source()`",
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        match (self.item, self.other) {
            (Some(item), Some(other)) => write!(f, "items {other} and {item}: ")?,
            (Some(item), None) => write!(f, "item {item}: ")?,
            (None, _) => {}
        }
        f.write_str(self.kind.advice())
    }
}

/// The same text as `Display`, remedy included: a `main` that returns the error shows this.
impl fmt::Debug for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyError({self})")
    }
}

impl Error for KeyError {}
