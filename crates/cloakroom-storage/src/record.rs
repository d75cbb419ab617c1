//! What a storage keeps.

use std::fmt;
use std::sync::Arc;

use cloakroom_time::Timestamp;

use crate::subject::{Scope, Subject, SubjectNumber};

/// What a storage keeps of one session.
///
/// Fields are public and will grow; a storage keeps all of them and gives them back unchanged.
///
/// # Security
///
/// `content` may be readable session content, and `subject` is personal data: `Debug` shows
/// neither.
///
/// # Examples
///
/// ```
/// use cloakroom_storage::{ProofHash, Record, Scope, Timestamp};
///
/// let mut record = Record::new(
///     Scope::new("shop/login"),
///     ProofHash::new([1; 32]),
///     Timestamp::from_secs(100),
///     b"content".as_slice(),
/// );
/// record.absolute_deadline = Some(Timestamp::from_secs(200));
/// assert!(record.is_live(Timestamp::from_secs(199)));
/// assert!(!record.is_live(Timestamp::from_secs(200)));
/// ```
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct Record {
    /// Which provider of which application it belongs to. Never changes.
    pub scope: Scope,
    /// The session's content, opaque.
    pub content: Arc<[u8]>,
    /// The hash of the proof that opens it.
    pub proof: ProofHash,
    /// The hash of the proof before, while it may still open it.
    pub previous: Option<PreviousProof>,
    /// The name of the subject, if the session has one. Never changes.
    pub subject: Option<Arc<str>>,
    /// The subject's number as this sign-in found it; where absent, the one at the time of the
    /// `create`, which the storage fills in. Without a subject it means nothing.
    pub subject_number: Option<SubjectNumber>,
    /// When the session began. Never changes.
    pub created: Timestamp,
    /// When it ends at the latest. Never changes.
    pub absolute_deadline: Option<Timestamp>,
    /// When it ends if it is not used before.
    pub idle_deadline: Option<Timestamp>,
}

impl Record {
    /// A record without subject and deadlines.
    ///
    /// ```
    /// # use cloakroom_storage::{ProofHash, Record, Scope, Timestamp};
    /// let scope = Scope::new("a/b");
    /// let record = Record::new(scope, ProofHash::new([0; 32]), Timestamp::EPOCH, vec![1]);
    /// assert_eq!(record.content.len(), 1);
    /// assert!(record.is_live(Timestamp::MAX));
    /// ```
    #[must_use]
    pub fn new(
        scope: Scope,
        proof: ProofHash,
        created: Timestamp,
        content: impl Into<Arc<[u8]>>,
    ) -> Self {
        Self {
            scope,
            content: content.into(),
            proof,
            previous: None,
            subject: None,
            subject_number: None,
            created,
            absolute_deadline: None,
            idle_deadline: None,
        }
    }

    /// Whether the record is alive at `now`: a deadline is the first instant at which it is not.
    ///
    /// ```
    /// # use cloakroom_storage::{ProofHash, Record, Scope, Timestamp};
    /// # let scope = Scope::new("a/b");
    /// let mut record = Record::new(scope, ProofHash::new([0; 32]), Timestamp::EPOCH, vec![]);
    /// record.idle_deadline = Some(Timestamp::from_secs(5));
    /// assert!(!record.is_live(Timestamp::from_secs(5)));
    /// ```
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ends_at().is_none_or(|end| now < end)
    }

    /// The earlier of the two deadlines.
    ///
    /// ```
    /// # use cloakroom_storage::{ProofHash, Record, Scope, Timestamp};
    /// # let scope = Scope::new("a/b");
    /// let mut record = Record::new(scope, ProofHash::new([0; 32]), Timestamp::EPOCH, vec![]);
    /// record.idle_deadline = Some(Timestamp::from_secs(5));
    /// record.absolute_deadline = Some(Timestamp::from_secs(9));
    /// assert_eq!(record.ends_at(), Some(Timestamp::from_secs(5)));
    /// ```
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        match (self.absolute_deadline, self.idle_deadline) {
            (Some(absolute), Some(idle)) => Some(absolute.min(idle)),
            (deadline, None) | (None, deadline) => deadline,
        }
    }

    /// The subject, with its scope.
    ///
    /// ```
    /// # use cloakroom_storage::{ProofHash, Record, Scope, Timestamp};
    /// # let scope = Scope::new("a/b");
    /// let mut record = Record::new(scope, ProofHash::new([0; 32]), Timestamp::EPOCH, vec![]);
    /// record.subject = Some("alice".into());
    /// assert_eq!(record.subject().unwrap().name(), "alice");
    /// ```
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        let name = self.subject.as_ref()?;
        Some(Subject::new(self.scope.clone(), Arc::clone(name)))
    }

    /// The idle deadline that an [`update`](crate::Storage::update) of a record leaves: the later
    /// of the two, so that an update never undoes a touch; the updating one's where either has
    /// none.
    ///
    /// ```
    /// # use cloakroom_storage::{Record, Timestamp};
    /// let (early, late) = (Some(Timestamp::from_secs(1)), Some(Timestamp::from_secs(2)));
    /// assert_eq!(Record::idle_after_update(late, early), late);
    /// assert_eq!(Record::idle_after_update(late, None), None);
    /// ```
    #[must_use]
    pub fn idle_after_update(
        stored: Option<Timestamp>,
        updating: Option<Timestamp>,
    ) -> Option<Timestamp> {
        match (stored, updating) {
            (Some(stored), Some(updating)) => Some(stored.max(updating)),
            (_, updating) => updating,
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("scope", &self.scope)
            .field("content_len", &self.content.len())
            .field("has_previous", &self.previous.is_some())
            .field("has_subject", &self.subject.is_some())
            .field("created", &self.created)
            .field("absolute_deadline", &self.absolute_deadline)
            .field("idle_deadline", &self.idle_deadline)
            .finish_non_exhaustive()
    }
}

/// SHA-256 of the half of a session id that opens the record.
///
/// Not secret in itself (the proof is 128 random bits), and not shown by `Debug` all the same.
/// Whoever decides by it compares in constant time; a storage never decides by it.
///
/// # Examples
///
/// ```
/// use cloakroom_storage::ProofHash;
///
/// assert_eq!(ProofHash::new([9; 32]).as_bytes(), &[9; 32]);
/// ```
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct ProofHash([u8; 32]);

impl ProofHash {
    /// The hash of these bytes.
    ///
    /// ```
    /// # use cloakroom_storage::ProofHash;
    /// assert_ne!(ProofHash::new([1; 32]), ProofHash::new([2; 32]));
    /// ```
    #[must_use]
    pub const fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The bytes.
    ///
    /// ```
    /// # use cloakroom_storage::ProofHash;
    /// assert_eq!(ProofHash::new([1; 32]).as_bytes().len(), 32);
    /// ```
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ProofHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofHash")
    }
}

/// The proof that was current before the last rotation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PreviousProof {
    /// Its hash.
    pub hash: ProofHash,
    /// When it was replaced.
    pub rotated_at: Timestamp,
    /// Until when it opens the record; open-ended until the new proof has been presented once.
    pub until: Option<Timestamp>,
}

impl PreviousProof {
    /// The proof `hash`, replaced at `rotated_at`, open-ended.
    ///
    /// ```
    /// # use cloakroom_storage::{PreviousProof, ProofHash, Timestamp};
    /// let previous = PreviousProof::new(ProofHash::new([1; 32]), Timestamp::EPOCH);
    /// assert_eq!(previous.until, None);
    /// ```
    #[must_use]
    pub const fn new(hash: ProofHash, rotated_at: Timestamp) -> Self {
        Self {
            hash,
            rotated_at,
            until: None,
        }
    }
}

/// Which state of a record: the storage gives a new one at every `create` and `update`, never at a
/// `touch`.
///
/// No version is given twice for one key, not even after the record was removed.
///
/// # Examples
///
/// ```
/// use cloakroom_storage::Version;
///
/// assert_ne!(Version::new(1), Version::new(2));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Version(u64);

impl Version {
    /// The version of this number, which means something to the storage alone.
    ///
    /// ```
    /// # use cloakroom_storage::Version;
    /// assert_eq!(Version::new(4).get(), 4);
    /// ```
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    ///
    /// ```
    /// # use cloakroom_storage::Version;
    /// assert_eq!(Version::new(4).get(), 4);
    /// ```
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// A record as it lies in a storage, with its version.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stored {
    /// The record.
    pub record: Record,
    /// Its version.
    pub version: Version,
}

impl Stored {
    /// This record under this version.
    ///
    /// ```
    /// # use cloakroom_storage::{ProofHash, Record, Scope, Stored, Timestamp, Version};
    /// # let scope = Scope::new("a/b");
    /// let record = Record::new(scope, ProofHash::new([0; 32]), Timestamp::EPOCH, vec![]);
    /// assert_eq!(Stored::new(record, Version::new(1)).version, Version::new(1));
    /// ```
    #[must_use]
    pub const fn new(record: Record, version: Version) -> Self {
        Self { record, version }
    }
}
