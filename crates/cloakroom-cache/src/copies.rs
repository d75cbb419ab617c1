//! The copies, bounded by bytes; the one that was asked for least recently goes first.
//!
//! * **Ending a subject's sessions touches no copy.** A number says when that was last done, for one
//!   of [`MARKS`] groups of subjects, and a copy from before is none: so it takes the same time with
//!   one copy and with a hundred thousand, and the numbers of subjects fill no memory. Subjects that
//!   share a group are read once more than they need be.
//! * **Bytes are counted as they lie in memory**: key, content, names, and what the list and the table
//!   take for each.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use cloakroom_storage::{StorageKey, Stored, Subject};
use lru::LruCache;

use crate::moment::Moment;

/// How many groups of subjects there are.
const MARKS: usize = 4_096;

/// What a copy takes besides its bytes: the entry in the list, its place in a table that may be half
/// empty, and what the allocator adds.
const ENTRY: usize = size_of::<(StorageKey, Kept)>() + 96;

/// What each shared part of a record takes besides its bytes.
const SHARED: usize = 32;

/// A copy of a record.
struct Kept {
    stored: Stored,
    /// When its reading began.
    began: Moment,
    /// How often a subject's sessions had been ended when it was put here.
    endings: u64,
    bytes: usize,
}

/// The copies of a cache.
pub(crate) struct Copies {
    /// A table that a client's texts cannot make slow.
    kept: LruCache<StorageKey, Kept, RandomState>,
    bytes: usize,
    max_bytes: usize,
    /// How often a subject's sessions were ended here.
    endings: u64,
    /// Of each group of subjects, which of those times was the last.
    marks: Box<[u64]>,
    groups: RandomState,
}

impl Copies {
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self {
            kept: LruCache::unbounded_with_hasher(RandomState::new()),
            bytes: 0,
            max_bytes,
            endings: 0,
            marks: vec![0; MARKS].into(),
            groups: RandomState::new(),
        }
    }

    /// How many bytes the copies take.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The copy under `key`, if it may be served to who asks at `asked`.
    pub(crate) fn get(
        &mut self,
        key: &StorageKey,
        asked: Moment,
        staleness: Duration,
    ) -> Option<Stored> {
        let kept = self.kept.get(key)?;
        let ended = kept.stored.record.subject().map(|subject| {
            let group = group(&self.groups, &subject);
            self.marks.get(group).copied().unwrap_or(0)
        });
        let is_served = kept.began.is_fresh(asked, staleness)
            && ended.is_none_or(|ended| kept.endings >= ended);
        // One that has ended may have been prolonged elsewhere: that is for the storage to say.
        if is_served && kept.stored.record.is_live(asked.now) {
            return Some(kept.stored.clone());
        }
        self.remove(key);
        None
    }

    /// Keeps a copy, and drops others where that takes more than there is room for.
    pub(crate) fn put(&mut self, key: &StorageKey, stored: &Stored, began: Moment) {
        self.remove(key);
        let bytes = bytes_of(key, stored);
        if bytes > self.max_bytes {
            return;
        }
        while self.bytes + bytes > self.max_bytes {
            let Some((_, dropped)) = self.kept.pop_lru() else {
                break;
            };
            self.bytes -= dropped.bytes;
        }
        let kept = Kept {
            stored: stored.clone(),
            began,
            endings: self.endings,
            bytes,
        };
        self.bytes += bytes;
        self.kept.put(key.clone(), kept);
    }

    /// Drops the copy under `key`.
    pub(crate) fn remove(&mut self, key: &StorageKey) {
        if let Some(dropped) = self.kept.pop(key) {
            self.bytes -= dropped.bytes;
        }
    }

    /// Makes nothing of all copies of the subject's sessions.
    pub(crate) fn end(&mut self, subject: &Subject) {
        self.endings += 1;
        let group = group(&self.groups, subject);
        if let Some(mark) = self.marks.get_mut(group) {
            *mark = self.endings;
        }
    }
}

/// The group that a subject belongs to.
fn group(groups: &RandomState, subject: &Subject) -> usize {
    let [low, high, ..] = groups.hash_one(subject).to_le_bytes();
    usize::from(u16::from_le_bytes([low, high])) % MARKS
}

/// How many bytes a copy takes.
fn bytes_of(key: &StorageKey, stored: &Stored) -> usize {
    let record = &stored.record;
    let subject = record
        .subject
        .as_ref()
        .map_or(0, |name| name.len() + SHARED);
    // A key is there twice while it is being read, and a hash lies in the entry.
    let text = if key.is_text() {
        key.as_bytes().len()
    } else {
        0
    };
    ENTRY + text + record.content.len() + record.scope.as_str().len() + 2 * SHARED + subject
}
