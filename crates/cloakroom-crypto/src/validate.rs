//! Whether a set of keys can be a ring.
//!
//! * Revoked keys do not count: they are as good as gone, so a stolen key can be replaced in one
//!   step, whatever its dates.
//! * **A change of key is two steps**: accepted everywhere, then issuing. A key that issues before
//!   every node has it would log out whoever is answered by another node.
//! * The issuing key is found by dates, never by order, so no two may have the same.
//! * A set whose keys are all revoked is taken: a revocation always wins. Such a ring issues and
//!   accepts nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use cloakroom_time::Timestamp;

use crate::error::{KeyError, KeyErrorKind};
use crate::key_id::KeyId;
use crate::keyset::{Dates, Item, KeySet};

/// Judges `set`, with `revoked` (at run time or in the set) left out.
pub(crate) fn validate(
    set: &KeySet,
    revoked: &BTreeSet<KeyId>,
    spread: Duration,
) -> Result<(), KeyError> {
    if set.keys.is_empty() {
        return Err(KeyError::new(KeyErrorKind::NoKey));
    }
    no_two(&set.keys, KeyErrorKind::Duplicate, |one, other| {
        one.key.key.id() == other.key.key.id()
    })?;
    let live: Vec<&Item> = set
        .keys
        .iter()
        .filter(|item| !revoked.contains(&item.key.key.id()))
        .collect();
    let only = live.len() == 1;
    for item in &live {
        dates(&item.key.dates, spread, only)
            .map_err(|kind| KeyError::new(kind).at(item.position))?;
    }
    no_two(&live, KeyErrorKind::SameIssueFrom, |one, other| {
        since(one.key.dates.issue_from) == since(other.key.dates.issue_from)
    })
}

/// Refuses two items that `clash`.
fn no_two<T>(
    items: &[T],
    kind: KeyErrorKind,
    clash: impl Fn(&T, &T) -> bool,
) -> Result<(), KeyError>
where
    T: std::borrow::Borrow<Item>,
{
    for (index, one) in items.iter().enumerate() {
        for other in items.iter().skip(index + 1) {
            if clash(one, other) {
                let (first, second) = (one.borrow().position, other.borrow().position);
                return Err(KeyError::new(kind).at(second).and(first));
            }
        }
    }
    Ok(())
}

/// Judges the dates of one key.
fn dates(dates: &Dates, spread: Duration, only: bool) -> Result<(), KeyErrorKind> {
    let issue_from = since(dates.issue_from);
    if let Some(until) = dates.accept_until
        && (until <= issue_from || until <= since(dates.accept_from))
    {
        return Err(KeyErrorKind::EndsBeforeItIssues);
    }
    // Without `accept_from` a node accepts the key from the moment at which it has it.
    if let Some(from) = dates.accept_from
        && !only
        && issue_from < from.saturating_add(spread)
    {
        return Err(KeyErrorKind::SpreadTooShort);
    }
    Ok(())
}

fn since(date: Option<Timestamp>) -> Timestamp {
    date.unwrap_or(Timestamp::EPOCH)
}
