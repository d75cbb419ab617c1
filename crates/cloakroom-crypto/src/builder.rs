//! How a ring is made from a source.

use std::path::Path;
use std::time::Duration;

use crate::error::KeyError;
use crate::keyset::KeySet;
use crate::ring::{DEFAULT_SPREAD, KeyRing};
use crate::source::{self, KeyProvider};

/// Makes a [`KeyRing`] with a spread time of your own.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use cloakroom_crypto::{Key, KeyRing, OsEntropy};
///
/// let text = Key::generate(&OsEntropy).expose_text();
/// let ring = KeyRing::builder()
///     .spread(Duration::from_secs(3_600))
///     .text(&text)
///     .unwrap();
/// assert_eq!(ring.stats().len(), 1);
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a builder makes a ring when it is given a source"]
pub struct KeyRingBuilder {
    spread: Duration,
}

impl KeyRing {
    /// A ring with a spread time of your own.
    ///
    /// ```
    /// # use cloakroom_crypto::KeyRing;
    /// KeyRing::builder().text("").unwrap_err();
    /// ```
    pub const fn builder() -> KeyRingBuilder {
        KeyRingBuilder {
            spread: DEFAULT_SPREAD,
        }
    }

    /// A ring of the keys in this environment variable, with the default spread time.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the variable is not set, its text is wrong, or its keys cannot be a ring.
    ///
    /// ```
    /// # use cloakroom_crypto::{KeyErrorKind, KeyRing};
    /// let error = KeyRing::from_env("NO_SUCH_SESSION_KEYS").unwrap_err();
    /// assert_eq!(error.kind(), KeyErrorKind::Unset);
    /// ```
    pub fn from_env(variable: &str) -> Result<Self, KeyError> {
        Self::builder().env(variable)
    }

    /// A ring of the keys in this text, with the default spread time; [`KeySet`] has its form.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the text is wrong, or its keys cannot be a ring.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy};
    /// let text = Key::generate(&OsEntropy).expose_text();
    /// assert_eq!(KeyRing::from_text(&text).unwrap().generation(), 1);
    /// ```
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        Self::builder().text(text)
    }

    /// A ring of these keys, with the default spread time.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the keys cannot be a ring.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, KeySet, OsEntropy};
    /// let set = KeySet::new().with(Key::generate(&OsEntropy));
    /// assert_eq!(KeyRing::from_keys(set).unwrap().generation(), 1);
    /// ```
    pub fn from_keys(set: KeySet) -> Result<Self, KeyError> {
        Self::builder().keys(set)
    }
}

impl KeyRingBuilder {
    /// How long it takes at most until a changed source has reached every node. Default: 10
    /// minutes.
    ///
    /// A key that is added to others must issue at least this long after it is accepted.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_crypto::{Key, KeyErrorKind, KeyRing, OsEntropy};
    /// let key = || Key::generate(&OsEntropy).expose_text();
    /// let soon = "accept_from=2030-01-01T00:00:00Z;issue_from=2030-01-01T00:10:00Z";
    /// let text = format!("{},{};{soon}", *key(), *key());
    /// KeyRing::from_text(&text).unwrap();
    /// let hour = KeyRing::builder().spread(Duration::from_secs(3_600));
    /// assert_eq!(hour.text(&text).unwrap_err().kind(), KeyErrorKind::SpreadTooShort);
    /// ```
    pub const fn spread(mut self, spread: Duration) -> Self {
        self.spread = spread;
        self
    }

    /// A ring of the keys in this environment variable.
    ///
    /// # Errors
    ///
    /// As [`KeyRing::from_env`].
    ///
    /// ```
    /// # use cloakroom_crypto::KeyRing;
    /// let error = KeyRing::builder().env("NO_SUCH_SESSION_KEYS").unwrap_err();
    /// assert!(error.to_string().contains("NO_SUCH_SESSION_KEYS"));
    /// ```
    pub fn env(self, variable: &str) -> Result<KeyRing, KeyError> {
        source::from_env(variable)
            .and_then(|set| self.keys(set))
            .map_err(|error| error.in_place(format!("environment variable {variable}")))
    }

    /// A ring of the keys in this text.
    ///
    /// # Errors
    ///
    /// As [`KeyRing::from_text`].
    ///
    /// ```
    /// # use cloakroom_crypto::{KeyErrorKind, KeyRing};
    /// let error = KeyRing::builder().text("# empty").unwrap_err();
    /// assert_eq!(error.kind(), KeyErrorKind::NoKey);
    /// ```
    pub fn text(self, text: &str) -> Result<KeyRing, KeyError> {
        self.keys(text.parse()?)
    }

    /// A ring of the keys in this file, read once; [`WatchedFile`](crate::WatchedFile) follows it.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the file cannot be read, its text is wrong, or its keys cannot be a ring.
    ///
    /// ```
    /// # use cloakroom_crypto::{KeyErrorKind, KeyRing};
    /// let error = KeyRing::builder().file("/no/such/file").unwrap_err();
    /// assert_eq!(error.kind(), KeyErrorKind::Unreadable);
    /// ```
    pub fn file(self, path: impl AsRef<Path>) -> Result<KeyRing, KeyError> {
        let path = path.as_ref();
        source::read(path)
            .and_then(|text| self.text(&text))
            .map_err(|error| error.in_place(source::place(path)))
    }

    /// A ring of what this provider loads.
    ///
    /// # Errors
    ///
    /// What the provider gives, or [`KeyError`] if its keys cannot be a ring.
    ///
    /// ```
    /// # use cloakroom_crypto::{KeyError, KeyErrorKind, KeyProvider, KeyRing, KeySet};
    /// struct Sealed;
    /// impl KeyProvider for Sealed {
    ///     fn load(&self) -> Result<KeySet, KeyError> {
    ///         Err(KeyError::provider("the vault is sealed"))
    ///     }
    /// }
    /// let error = KeyRing::builder().provider(&Sealed).unwrap_err();
    /// assert_eq!(error.kind(), KeyErrorKind::Provider);
    /// ```
    pub fn provider(self, provider: &dyn KeyProvider) -> Result<KeyRing, KeyError> {
        self.keys(provider.load()?)
    }

    /// A ring of these keys.
    ///
    /// # Errors
    ///
    /// As [`KeyRing::from_keys`].
    ///
    /// ```
    /// # use cloakroom_crypto::{KeyRing, KeySet};
    /// KeyRing::builder().keys(KeySet::new()).unwrap_err();
    /// ```
    pub fn keys(self, set: KeySet) -> Result<KeyRing, KeyError> {
        KeyRing::with_spread(set, self.spread)
    }
}
