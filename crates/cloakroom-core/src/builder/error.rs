//! Why a configuration is refused.

use std::error::Error;
use std::fmt;

use crate::transport::contradiction::Contradiction;

/// Why `build()` refuses a configuration: which provider, which field, what is wrong and what to do.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{Key, KeyRing, Sessions, ThreadEntropy};
///
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Cart;
/// let keys = KeyRing::single(Key::generate(&ThreadEntropy));
/// let error = Sessions::builder("shop", &keys)
///     .cookie::<Cart>("cart", |c| c)
///     .build()
///     .unwrap_err();
/// assert_eq!((error.provider(), error.field()), (Some("cart"), "sealed"));
/// assert!(error.remedy().contains("stored_in"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BuildError {
    provider: Option<Box<str>>,
    contradiction: Contradiction,
}

impl BuildError {
    pub(crate) fn of(provider: &str, contradiction: Contradiction) -> Self {
        Self {
            provider: Some(provider.into()),
            contradiction,
        }
    }

    pub(crate) const fn general(contradiction: Contradiction) -> Self {
        Self {
            provider: None,
            contradiction,
        }
    }

    /// The name of the provider, if it is about one.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// The field: the name of the method or argument that says it.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.contradiction.field
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.contradiction.problem
    }

    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> &str {
        &self.contradiction.remedy
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(provider) = &self.provider {
            write!(f, "session `{provider}`, ")?;
        }
        fmt::Display::fmt(&self.contradiction, f)
    }
}

impl Error for BuildError {}
