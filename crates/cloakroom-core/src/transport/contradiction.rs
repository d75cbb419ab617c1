//! What is wrong with a configuration, and what to do instead.

use std::error::Error;
use std::fmt;

/// A configuration that cannot work, or is unsafe.
///
/// Found when sessions are built, before the first request; names the field, what is wrong with it
/// and what to do instead.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{CookieOptions, SameSite};
///
/// let open = CookieOptions::new().same_site(SameSite::None).secure(false);
/// let contradiction = open.describe("cart").unwrap_err();
/// assert_eq!(contradiction.field, "same_site");
/// assert!(contradiction.remedy.contains("secure(true)"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Contradiction {
    /// The field that is wrong, or one of the fields that do not go together.
    pub field: &'static str,
    /// What is wrong with it, in words for the developer.
    pub problem: String,
    /// What to do instead.
    pub remedy: String,
}

impl Contradiction {
    /// A contradiction in `field`.
    ///
    /// ```
    /// use cloakroom_core::Contradiction;
    ///
    /// let found = Contradiction::new("path", "the path is empty", "start it with `/`");
    /// assert_eq!(found.to_string(), "path: the path is empty; start it with `/`");
    /// ```
    #[must_use]
    pub fn new(field: &'static str, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            field,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.field, self.problem, self.remedy)
    }
}

impl Error for Contradiction {}
