//! The key ring: the keys that the application has now, and which of them are revoked.
//!
//! * A clone is the same ring. A change is seen by everything made from the ring, in all threads,
//!   at the next use.
//! * A set is taken whole or not at all; on an error everything stays as it was.
//! * What was revoked at run time stays revoked as long as the process lives, whatever a source
//!   says later.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;

use cloakroom_time::Timestamp;

use crate::error::KeyError;
use crate::key::Key;
use crate::key_id::KeyId;
use crate::keyset::{DatedKey, Dates, KeySet};
use crate::validate::validate;

/// How long a changed source needs at most to reach every node, unless the application says
/// otherwise.
pub(crate) const DEFAULT_SPREAD: Duration = Duration::from_secs(600);

/// The keys of an application, each with its dates; one of them issues.
///
/// A clone is the same ring. Every key needs no dates as long as it is the only one.
///
/// # How to change a key
///
/// A routine change is two steps, and one edit of the source: add a key made with
/// `cloakroom key --accept-from … --issue-from …`, where `accept_from` is when the edit is rolled
/// out and `issue_from` is at least the spread time (default: 10 minutes) later, when every node
/// has it. Remove the old key, or give it an `accept_until`, one absolute deadline after that.
/// Nobody is logged out.
///
/// For a stolen key, write `revoked=` and its id into the source and put a fresh key there. What
/// was made under the stolen key is refused at once.
///
/// # Security
///
/// Of the keys whose `issue_from` has come, the one with the latest issues; order means nothing.
/// A revoked key is never used, whether the source still has it or not.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{DatedKey, Key, KeyRing, KeySet, OsEntropy, Timestamp};
///
/// let (old, new) = (Key::generate(&OsEntropy), Key::generate(&OsEntropy));
/// let ring = KeyRing::single(old.clone());
///
/// let next = KeySet::new().with(old.clone()).with(
///     DatedKey::from(new.clone())
///         .accept_from(Timestamp::from_secs(1_000))
///         .issue_from(Timestamp::from_secs(1_600)),
/// );
/// ring.replace(next).unwrap();
/// assert_eq!(ring.issuing(Timestamp::from_secs(1_599)), Some(old.id()));
/// assert_eq!(ring.issuing(Timestamp::from_secs(1_600)), Some(new.id()));
/// ```
#[derive(Clone)]
pub struct KeyRing(Arc<Shared>);

struct Shared {
    spread: Duration,
    current: ArcSwap<RingState>,
    /// The generation of `current`, written after it: who sees the number finds the state.
    generation: AtomicU64,
    book: Mutex<Book>,
}

/// What a ring is between two changes.
#[derive(Default)]
pub(crate) struct RingState {
    pub(crate) generation: u64,
    pub(crate) keys: Vec<RingKey>,
    /// Revoked by the source or at run time.
    pub(crate) revoked: BTreeSet<KeyId>,
}

/// A key of the ring.
pub(crate) struct RingKey {
    pub(crate) key: Key,
    pub(crate) dates: Dates,
    pub(crate) counters: Arc<Counters>,
}

/// How often a key was used.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    issued: AtomicU64,
    accepted: AtomicU64,
}

impl Counters {
    pub(crate) fn issued(&self) {
        self.issued.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }
}

/// What outlives a change of the set. Its lock makes changes one after the other.
#[derive(Default)]
struct Book {
    set: KeySet,
    revoked: BTreeSet<KeyId>,
    counters: BTreeMap<KeyId, Arc<Counters>>,
}

impl KeyRing {
    /// A ring with one key, without dates: accepted and issuing for ever.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, Timestamp};
    /// let key = Key::generate(&OsEntropy);
    /// let ring = KeyRing::single(key.clone());
    /// assert_eq!(ring.issuing(Timestamp::EPOCH), Some(key.id()));
    /// ```
    #[must_use]
    pub fn single(key: Key) -> Self {
        let ring = Self::empty(DEFAULT_SPREAD);
        ring.enter(&mut ring.book(), KeySet::new().with(key));
        ring
    }

    /// A ring that is not one yet: it has no key.
    fn empty(spread: Duration) -> Self {
        Self(Arc::new(Shared {
            spread,
            current: ArcSwap::default(),
            generation: AtomicU64::new(0),
            book: Mutex::default(),
        }))
    }

    pub(crate) fn with_spread(set: KeySet, spread: Duration) -> Result<Self, KeyError> {
        let ring = Self::empty(spread);
        ring.replace(set)?;
        Ok(ring)
    }

    /// Puts other keys in place of the present ones, at once and in all threads.
    ///
    /// To be called on every node. A set that says what the present one says changes nothing.
    /// A revocation that a set once had stays for the life of the process, as those by
    /// [`revoke`](Self::revoke) do: a source that was cut off must not bring a stolen key back.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the set cannot be a ring: no key, the same key or the same `issue_from`
    /// twice, a key among others that issues before the spread time has passed since its
    /// `accept_from`, or one whose `accept_until` comes too early. The present keys stay.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, KeySet, OsEntropy};
    /// let ring = KeyRing::single(Key::generate(&OsEntropy));
    /// ring.replace(KeySet::new()).unwrap_err();
    /// assert_eq!(ring.generation(), 1);
    /// ring.replace(KeySet::new().with(Key::generate(&OsEntropy))).unwrap();
    /// assert_eq!(ring.generation(), 2);
    /// ```
    pub fn replace(&self, set: KeySet) -> Result<(), KeyError> {
        let mut book = self.book();
        let revoked = &book.revoked | &set.revoked;
        validate(&set, &revoked, self.0.spread)?;
        book.revoked = revoked;
        if self.generation() == 0 || set != book.set {
            self.enter(&mut book, set);
        }
        Ok(())
    }

    /// Never uses this key again, at once and in all threads of this process.
    ///
    /// For a stolen key. No later [`replace`](Self::replace) or reload undoes it. Also takes an id
    /// that the ring does not have: what was renewed from that key is refused too.
    ///
    /// # Security
    ///
    /// It reaches this process only, and is forgotten when it ends: write `revoked=` and the id
    /// into the source as well. A ring whose only key is revoked issues nothing until it gets
    /// another one.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, Timestamp};
    /// let stolen = Key::generate(&OsEntropy);
    /// let ring = KeyRing::single(stolen.clone());
    /// ring.revoke(stolen.id());
    /// assert_eq!(ring.issuing(Timestamp::EPOCH), None);
    /// ```
    pub fn revoke(&self, id: KeyId) {
        let mut book = self.book();
        if book.revoked.insert(id) {
            let set = book.set.clone();
            self.enter(&mut book, set);
        }
    }

    /// How often the keys were changed, the first set included: 1 for a new ring.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyId, KeyRing, OsEntropy};
    /// let ring = KeyRing::single(Key::generate(&OsEntropy));
    /// ring.revoke(KeyId::from_bytes([1; 8]));
    /// assert_eq!(ring.generation(), 2);
    /// ```
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    /// The id of the key that issues at `now`; none if no key may.
    ///
    /// ```
    /// # use cloakroom_crypto::{DatedKey, Key, KeyRing, KeySet, OsEntropy, Timestamp};
    /// let key = DatedKey::from(Key::generate(&OsEntropy)).issue_from(Timestamp::from_secs(9));
    /// let ring = KeyRing::from_keys(KeySet::new().with(key)).unwrap();
    /// assert_eq!(ring.issuing(Timestamp::from_secs(8)), None);
    /// assert!(ring.issuing(Timestamp::from_secs(9)).is_some());
    /// ```
    #[must_use]
    pub fn issuing(&self, now: Timestamp) -> Option<KeyId> {
        let state = self.0.current.load();
        let live = state
            .keys
            .iter()
            .filter(|key| !state.revoked.contains(&key.key.id()));
        latest(live, |key| &key.dates, now).map(|key| key.key.id())
    }

    /// The keys of the ring with their dates and how often each was used in this process.
    ///
    /// The counts belong to the key, and survive every change of the ring.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy};
    /// let ring = KeyRing::single(Key::generate(&OsEntropy));
    /// assert_eq!(ring.stats()[0].issued, 0);
    /// ```
    #[must_use]
    pub fn stats(&self) -> Vec<KeyStats> {
        let state = self.0.current.load();
        let stats = |key: &RingKey| KeyStats {
            id: key.key.id(),
            accept_from: key.dates.accept_from,
            issue_from: key.dates.issue_from,
            accept_until: key.dates.accept_until,
            issued: key.counters.issued.load(Ordering::Relaxed),
            accepted: key.counters.accepted.load(Ordering::Relaxed),
            revoked: state.revoked.contains(&key.key.id()),
        };
        state.keys.iter().map(stats).collect()
    }

    pub(crate) fn state(&self) -> Arc<RingState> {
        self.0.current.load_full()
    }

    /// The book is consistent at every point at which a holder could panic.
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes `set`, which was judged, the present one.
    fn enter(&self, book: &mut Book, set: KeySet) {
        let keys = set.keys.iter().map(|item| item.key.clone());
        let keys = keys.map(|DatedKey { key, dates }| RingKey {
            counters: Arc::clone(book.counters.entry(key.id()).or_default()),
            key,
            dates,
        });
        let state = RingState {
            generation: self.generation() + 1,
            keys: keys.collect(),
            revoked: book.revoked.clone(),
        };
        let generation = state.generation;
        book.set = set;
        self.0.current.store(Arc::new(state));
        self.0.generation.store(generation, Ordering::Release);
    }
}

/// Of the keys that may issue at `now`, the one with the latest `issue_from`.
pub(crate) fn latest<K>(
    keys: impl Iterator<Item = K>,
    dates: impl Fn(&K) -> &Dates,
    now: Timestamp,
) -> Option<K> {
    keys.filter(|key| dates(key).issue(now))
        .max_by_key(|key| dates(key).issue_from)
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.current.load();
        f.debug_struct("KeyRing")
            .field("generation", &state.generation)
            .field(
                "keys",
                &state
                    .keys
                    .iter()
                    .map(|key| key.key.id())
                    .collect::<Vec<_>>(),
            )
            .field("revoked", &state.revoked)
            .finish_non_exhaustive()
    }
}

/// A key of a ring, and how often it was used.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyStats {
    /// Its public name.
    pub id: KeyId,
    /// Accepted from then on; none: since ever.
    pub accept_from: Option<Timestamp>,
    /// May issue from then on; none: since ever.
    pub issue_from: Option<Timestamp>,
    /// Accepted before then; none: for ever.
    pub accept_until: Option<Timestamp>,
    /// How many tokens and ids this process has made under it.
    pub issued: u64,
    /// How many tokens and ids this process has found authentic under it.
    pub accepted: u64,
    /// Whether it is revoked, by the source or at run time.
    pub revoked: bool,
}
