//! What the tables are called.
//!
//! * **A list of what is allowed**, not of what is dangerous: lower-case ASCII letters, digits and
//!   `_`, so that no database folds, cuts or escapes the name, and nothing but a name comes out.
//! * **Short enough** that what is appended to it for indexes and routines still fits into the 63
//!   bytes of PostgreSQL.

use std::error::Error;
use std::fmt;

/// The name of the table that holds the records; the other tables' names begin with it.
///
/// Two storages in one database with two names share nothing.
///
/// # Examples
///
/// ```
/// use cloakroom_sql::TableName;
///
/// assert_eq!(TableName::new("shop_sessions").unwrap().as_str(), "shop_sessions");
/// TableName::new("sessions; DROP TABLE users").unwrap_err();
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TableName(String);

impl TableName {
    /// The longest name, in bytes.
    pub const MAX: usize = 40;

    /// A name of lower-case ASCII letters, digits and `_`, which begins with a letter.
    ///
    /// # Errors
    ///
    /// [`InvalidTableName`] for every other text.
    ///
    /// ```
    /// # use cloakroom_sql::TableName;
    /// for refused in ["", "Sessions", "7s", "_s", "s-1", "s\"", "s.t", "s\0", &"s".repeat(41)] {
    ///     TableName::new(refused).unwrap_err();
    /// }
    /// ```
    pub fn new(name: &str) -> Result<Self, InvalidTableName> {
        let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase());
        if begins_well && name.len() <= Self::MAX && name.chars().all(is_allowed) {
            return Ok(Self(name.to_owned()));
        }
        Err(InvalidTableName)
    }

    /// The name.
    ///
    /// ```
    /// # use cloakroom_sql::TableName;
    /// assert_eq!(TableName::default().as_str(), "cloakroom_sessions");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `cloakroom_sessions`.
impl Default for TableName {
    fn default() -> Self {
        Self("cloakroom_sessions".to_owned())
    }
}

/// A text that is no [`TableName`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InvalidTableName;

impl fmt::Display for InvalidTableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a table's name is 1 to {} lower-case ASCII letters, digits and `_`, and begins with a \
             letter",
            TableName::MAX
        )
    }
}

impl Error for InvalidTableName {}
