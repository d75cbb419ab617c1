//! What a source of keys says: keys with their dates, and revoked key ids.
//!
//! * A set is data. Whether it can be a ring is judged when it becomes one
//!   ([`KeyRing::replace`](crate::KeyRing::replace)), because that depends on the spread time and
//!   on what was revoked at run time.
//! * A missing date is the widest: accepted since ever, issuing since ever, accepted for ever.

use std::collections::BTreeSet;
use std::fmt;

use zeroize::Zeroizing;

use cloakroom_time::Timestamp;

use crate::dates;
use crate::key::Key;
use crate::key_id::KeyId;

/// A key and the times between which it is accepted and issues.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use cloakroom_crypto::{DatedKey, Key, OsEntropy, Timestamp};
///
/// let rollout = Timestamp::from_secs(1_900_000_000);
/// let next = DatedKey::from(Key::generate(&OsEntropy))
///     .accept_from(rollout)
///     .issue_from(rollout.saturating_add(Duration::from_secs(3_600)));
/// assert!(next.expose_text().contains(";issue_from=2030-03-17T18:46:40Z"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DatedKey {
    pub(crate) key: Key,
    pub(crate) dates: Dates,
}

/// The dates of a key.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Dates {
    pub(crate) accept_from: Option<Timestamp>,
    pub(crate) issue_from: Option<Timestamp>,
    pub(crate) accept_until: Option<Timestamp>,
}

impl Dates {
    /// Whether the key is accepted at `now`: from `accept_from` on, and before `accept_until`.
    pub(crate) fn accept(&self, now: Timestamp) -> bool {
        self.accept_from.is_none_or(|from| from <= now)
            && self.accept_until.is_none_or(|until| now < until)
    }

    /// Whether the key may issue at `now`: it is accepted, and `issue_from` has come.
    pub(crate) fn issue(&self, now: Timestamp) -> bool {
        self.accept(now) && self.issue_from.is_none_or(|from| from <= now)
    }
}

impl DatedKey {
    /// Accepted from this instant on. Default: since ever.
    ///
    /// ```
    /// # use cloakroom_crypto::{DatedKey, Key, OsEntropy, Timestamp};
    /// let key = DatedKey::from(Key::generate(&OsEntropy)).accept_from(Timestamp::EPOCH);
    /// assert!(key.expose_text().ends_with(";accept_from=1970-01-01T00:00:00Z"));
    /// ```
    #[must_use]
    pub const fn accept_from(mut self, time: Timestamp) -> Self {
        self.dates.accept_from = Some(time);
        self
    }

    /// May issue from this instant on. Default: since ever.
    ///
    /// Of all keys that may, the one with the latest `issue_from` does.
    ///
    /// ```
    /// # use cloakroom_crypto::{DatedKey, Key, OsEntropy, Timestamp};
    /// let key = DatedKey::from(Key::generate(&OsEntropy)).issue_from(Timestamp::EPOCH);
    /// assert!(key.expose_text().ends_with(";issue_from=1970-01-01T00:00:00Z"));
    /// ```
    #[must_use]
    pub const fn issue_from(mut self, time: Timestamp) -> Self {
        self.dates.issue_from = Some(time);
        self
    }

    /// Accepted before this instant and no longer at it. Default: for ever.
    ///
    /// Sessions that were last renewed under the key end then, so it lies at least the longest
    /// absolute deadline after the `issue_from` of the next key.
    ///
    /// ```
    /// # use cloakroom_crypto::{DatedKey, Key, OsEntropy, Timestamp};
    /// let key = DatedKey::from(Key::generate(&OsEntropy)).accept_until(Timestamp::from_secs(1));
    /// assert!(key.expose_text().ends_with(";accept_until=1970-01-01T00:00:01Z"));
    /// ```
    #[must_use]
    pub const fn accept_until(mut self, time: Timestamp) -> Self {
        self.dates.accept_until = Some(time);
        self
    }

    /// The key.
    ///
    /// ```
    /// # use cloakroom_crypto::{DatedKey, Key, OsEntropy};
    /// let key = Key::generate(&OsEntropy);
    /// assert_eq!(DatedKey::from(key.clone()).key(), &key);
    /// ```
    #[must_use]
    pub const fn key(&self) -> &Key {
        &self.key
    }

    /// The key with its dates as an item of a source.
    ///
    /// # Security
    ///
    /// For a secret store, never for a log.
    ///
    /// ```
    /// # use cloakroom_crypto::{DatedKey, Key, OsEntropy};
    /// let key = Key::generate(&OsEntropy);
    /// assert_eq!(DatedKey::from(key.clone()).expose_text(), key.expose_text());
    /// ```
    #[must_use]
    pub fn expose_text(&self) -> Zeroizing<String> {
        // Room for three fields of 41 bytes: a string that grows would leave the key behind.
        let mut text = Zeroizing::new(String::with_capacity(192));
        text.push_str(&self.key.expose_text());
        for (name, date) in [
            ("accept_from", self.dates.accept_from),
            ("issue_from", self.dates.issue_from),
            ("accept_until", self.dates.accept_until),
        ] {
            if let Some(date) = date {
                text.push(';');
                text.push_str(name);
                text.push('=');
                text.push_str(&dates::print(date));
            }
        }
        text
    }
}

impl From<Key> for DatedKey {
    /// Without dates.
    fn from(key: Key) -> Self {
        Self {
            key,
            dates: Dates::default(),
        }
    }
}

/// The content of a source: keys with their dates, and revoked key ids.
///
/// Read from a text (`parse`), or put together by the application's own
/// [`KeyProvider`](crate::KeyProvider).
///
/// # The text
///
/// A list of items, separated by commas or newlines; blank lines, and everything from `#` to the
/// end of a line, do not count. An item is one of
///
/// * `ck1_…[;accept_from=TIME][;issue_from=TIME][;accept_until=TIME]`, the times in RFC 3339;
/// * `revoked=KEYID`, 16 hexadecimal digits.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{Key, KeySet, OsEntropy};
///
/// let (old, new) = (Key::generate(&OsEntropy), Key::generate(&OsEntropy));
/// let text = format!(
///     "{},  # until 2030\n{};accept_from=2030-01-01T00:00:00Z;issue_from=2030-01-01T01:00:00Z",
///     *old.expose_text(),
///     *new.expose_text(),
/// );
/// let set: KeySet = text.parse().unwrap();
/// assert_eq!(set.key_ids(), [old.id(), new.id()]);
/// ```
#[derive(Clone, Default)]
pub struct KeySet {
    pub(crate) keys: Vec<Item>,
    pub(crate) revoked: BTreeSet<KeyId>,
    /// How many items were added, revocations included.
    items: usize,
}

/// A key and where in its source it stands.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) key: DatedKey,
    pub(crate) position: usize,
}

impl KeySet {
    /// A set without keys.
    ///
    /// ```
    /// # use cloakroom_crypto::KeySet;
    /// assert!(KeySet::new().key_ids().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The set with this key too.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeySet, OsEntropy};
    /// let key = Key::generate(&OsEntropy);
    /// assert_eq!(KeySet::new().with(key.clone()).key_ids(), [key.id()]);
    /// ```
    #[must_use]
    pub fn with(mut self, key: impl Into<DatedKey>) -> Self {
        self.items += 1;
        self.keys.push(Item {
            key: key.into(),
            position: self.items,
        });
        self
    }

    /// The set with this key revoked, whether it has it or not.
    ///
    /// ```
    /// # use cloakroom_crypto::{KeyId, KeySet};
    /// let stolen = KeyId::from_bytes([1; 8]);
    /// assert_eq!(KeySet::new().with_revoked(stolen).revoked_ids(), [stolen]);
    /// ```
    #[must_use]
    pub fn with_revoked(mut self, id: KeyId) -> Self {
        self.items += 1;
        self.revoked.insert(id);
        self
    }

    /// The ids of its keys, in their order.
    ///
    /// ```
    /// # use cloakroom_crypto::KeySet;
    /// assert!(KeySet::new().key_ids().is_empty());
    /// ```
    #[must_use]
    pub fn key_ids(&self) -> Vec<KeyId> {
        self.keys.iter().map(|item| item.key.key.id()).collect()
    }

    /// The revoked ids, in ascending order.
    ///
    /// ```
    /// # use cloakroom_crypto::KeySet;
    /// assert!(KeySet::new().revoked_ids().is_empty());
    /// ```
    #[must_use]
    pub fn revoked_ids(&self) -> Vec<KeyId> {
        self.revoked.iter().copied().collect()
    }

    /// The text that reads as this set: keys first, one item a line.
    ///
    /// # Security
    ///
    /// For a secret store, never for a log.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeySet, OsEntropy};
    /// let set = KeySet::new().with(Key::generate(&OsEntropy));
    /// assert_eq!(set.expose_text().parse::<KeySet>().unwrap().key_ids(), set.key_ids());
    /// ```
    #[must_use]
    pub fn expose_text(&self) -> Zeroizing<String> {
        // Room for everything at once: a string that grows would leave keys behind.
        let room = 192 * self.keys.len() + 32 * self.revoked.len();
        let mut text = Zeroizing::new(String::with_capacity(room));
        for item in &self.keys {
            text.push_str(&item.key.expose_text());
            text.push('\n');
        }
        for id in &self.revoked {
            text.push_str("revoked=");
            text.push_str(&id.to_string());
            text.push('\n');
        }
        text
    }
}

impl PartialEq for KeySet {
    /// Whether both have the same keys with the same dates, in the same order, and revoke the same
    /// ids; where the revocations stand among the keys means nothing.
    fn eq(&self, other: &Self) -> bool {
        let keys = self.keys.iter().map(|item| &item.key);
        self.revoked == other.revoked && keys.eq(other.keys.iter().map(|item| &item.key))
    }
}

impl Eq for KeySet {}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet")
            .field("keys", &self.key_ids())
            .field("revoked", &self.revoked)
            .finish_non_exhaustive()
    }
}
