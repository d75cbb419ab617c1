//! Reads the text of a source.
//!
//! * Strict: what is not understood is an error with its position, never skipped. A key that a
//!   typing error hides would end sessions, a revocation that it hides would end none.
//! * A comma stands between two items. One without an item on both sides may be where the text was
//!   cut off, so it is an error.

use std::str::FromStr;

use zeroize::Zeroizing;

use cloakroom_time::Timestamp;

use crate::dates;
use crate::error::{KeyError, KeyErrorKind};
use crate::key::Key;
use crate::keyset::{DatedKey, KeySet};

/// More than any source needs; what is longer is another file.
pub(crate) const MAX_TEXT: usize = 1 << 20;

impl FromStr for KeySet {
    type Err = KeyError;

    /// Reads the text of a source; see [`KeySet`] for its form.
    ///
    /// # Errors
    ///
    /// [`KeyError`] names the first item that is wrong, and never its text.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_TEXT {
            return Err(KeyError::new(KeyErrorKind::TooLong));
        }
        let text = without_comments(text);
        let mut set = Self::new();
        if text.trim().is_empty() {
            return Ok(set);
        }
        let mut position = 0;
        for between_commas in text.split(',') {
            let mut items = between_commas
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .peekable();
            if items.peek().is_none() {
                return Err(KeyError::new(KeyErrorKind::EmptyItem).at(position + 1));
            }
            for item in items {
                position += 1;
                set = with_item(set, item).map_err(|error| error.at(position))?;
            }
        }
        Ok(set)
    }
}

fn without_comments(text: &str) -> Zeroizing<String> {
    // Room for everything at once: a string that grows would leave keys behind.
    let mut bare = Zeroizing::new(String::with_capacity(text.len() + 1));
    for line in text.lines() {
        bare.push_str(line.split('#').next().unwrap_or_default());
        bare.push('\n');
    }
    bare
}

fn with_item(set: KeySet, item: &str) -> Result<KeySet, KeyError> {
    if let Some(id) = item.strip_prefix("revoked=") {
        let id = id
            .trim()
            .parse()
            .map_err(|_| KeyError::new(KeyErrorKind::BadRevocation))?;
        return Ok(set.with_revoked(id));
    }
    let mut fields = item.split(';').map(str::trim);
    let key: Key = fields.next().unwrap_or_default().parse()?;
    let mut key = DatedKey::from(key);
    for field in fields {
        key = with_field(key, field)?;
    }
    Ok(set.with(key))
}

fn with_field(mut key: DatedKey, field: &str) -> Result<DatedKey, KeyError> {
    let unknown = || KeyError::new(KeyErrorKind::UnknownField);
    let (name, value) = field.split_once('=').ok_or_else(unknown)?;
    let date: &mut Option<Timestamp> = match name.trim() {
        "accept_from" => &mut key.dates.accept_from,
        "issue_from" => &mut key.dates.issue_from,
        "accept_until" => &mut key.dates.accept_until,
        _ => return Err(unknown()),
    };
    let time = dates::parse(value.trim()).ok_or(KeyError::new(KeyErrorKind::BadTime))?;
    match date.replace(time) {
        None => Ok(key),
        Some(_) => Err(KeyError::new(KeyErrorKind::RepeatedField)),
    }
}
