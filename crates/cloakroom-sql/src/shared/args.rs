//! What a statement is given: the arguments of one call, by name.
//!
//! * **Everything that comes from outside is an argument**, never text of a statement.
//! * **Bytes are compared as bytes**: scopes, subjects and keys go to the servers as such, where a
//!   text would be folded, padded or refused for a zero.

use cloakroom_storage::{
    Record, Scope, StorageError, StorageErrorKind, StorageKey, Subject, SubjectLimit,
    SubjectNumber, Timestamp, Version, WhenFull,
};

use crate::shared::number::{of_subject, of_time, of_version};

/// The longest scope and the longest name of a subject, in bytes: what fits into an index of every
/// database.
pub(crate) const MAX_SCOPE: usize = 255;
pub(crate) const MAX_SUBJECT: usize = 1_024;

/// One argument, with the name that statements call it by.
macro_rules! params {
    ($($name:literal $param:ident)*) => {
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Param {
            $($param),*
        }

        impl Param {
            /// The argument that a statement calls `name`.
            pub(crate) fn of(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$param),)*
                    _ => None,
                }
            }
        }
    };
}

params! {
    "key" Key
    "version" Version
    "new_version" NewVersion
    "scope" Scope
    "subject" Subject
    "subject_number" SubjectNumber
    "content" Content
    "proof" Proof
    "previous_proof" PreviousProof
    "rotated_at" RotatedAt
    "previous_until" PreviousUntil
    "created_at" Created
    "absolute_deadline" AbsoluteDeadline
    "idle_deadline" IdleDeadline
    "now" Now
    "before" Before
    "floor_at" Floor
    "first_number" FirstNumber
    "except" Except
    "reject_at" RejectAt
    "keep_others" KeepOthers
    "batch" Batch
    "subject_lock" SubjectLock
}

/// The value of an argument.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Bytes(&'a [u8]),
    /// Bytes that are UTF-8.
    Text(&'a str),
}

/// The arguments of one call. Those that a call does not have are null.
#[derive(Clone, Default)]
pub(crate) struct Args {
    key: Option<Box<[u8]>>,
    except: Option<Box<[u8]>>,
    record: Option<Record>,
    scope: Option<Scope>,
    subject: Option<Subject>,
    limit: Option<SubjectLimit>,
    version: Option<Version>,
    now: Option<Timestamp>,
    time: Option<Timestamp>,
    batch: Option<usize>,
    /// Given by the backend that counts versions itself.
    pub(crate) new_version: Option<i64>,
}

impl Args {
    pub(crate) fn at(now: Timestamp) -> Self {
        Self {
            now: Some(now),
            ..Self::default()
        }
    }

    pub(crate) fn key(mut self, key: &StorageKey) -> Self {
        self.key = Some(with_kind(key));
        self
    }

    /// The key that is spared; without one, a key that no record has.
    pub(crate) fn except(mut self, key: Option<&StorageKey>) -> Self {
        self.except = Some(key.map(with_kind).unwrap_or_default());
        self
    }

    pub(crate) const fn version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    pub(crate) fn record(mut self, record: &Record) -> Self {
        self.record = Some(record.clone());
        self
    }

    /// A record that is to be made, which must fit into the indexes.
    pub(crate) fn new_record(
        self,
        record: &Record,
        limit: Option<SubjectLimit>,
    ) -> Result<Self, StorageError> {
        let mut args = match record.subject() {
            Some(subject) => self.subject(&subject)?,
            None => self.scope(&record.scope)?,
        };
        args.limit = limit;
        Ok(args.record(record))
    }

    pub(crate) fn scope(mut self, scope: &Scope) -> Result<Self, StorageError> {
        within(scope.as_str(), MAX_SCOPE, "the scope is too long")?;
        self.scope = Some(scope.clone());
        Ok(self)
    }

    pub(crate) fn subject(mut self, subject: &Subject) -> Result<Self, StorageError> {
        within(subject.name(), MAX_SUBJECT, "the subject is too long")?;
        self.subject = Some(subject.clone());
        self.scope(subject.scope())
    }

    /// The instant that the call is about: a deadline, a floor, or the end of what is swept.
    pub(crate) const fn time(mut self, time: Timestamp) -> Self {
        self.time = Some(time);
        self
    }

    pub(crate) const fn batch(mut self, batch: usize) -> Self {
        self.batch = Some(batch);
        self
    }

    pub(crate) fn value(&self, param: Param) -> Value<'_> {
        match param {
            Param::Key => bytes(self.key.as_deref()),
            Param::Except => bytes(self.except.as_deref()),
            Param::Version => int(self.version.map(of_version)),
            Param::NewVersion => int(self.new_version),
            Param::Scope => text(self.scope.as_ref().map(Scope::as_str)),
            Param::Subject => text(self.subject.as_ref().map(Subject::name)),
            Param::SubjectLock => int(self.subject.as_ref().map(lock_of)),
            Param::Now => time(self.now),
            Param::Before | Param::Floor => time(self.time),
            Param::FirstNumber => int(self
                .now
                .map(|now| of_subject(SubjectNumber::default().raised(now)))),
            Param::RejectAt => self.of_limit(WhenFull::RejectNew, 0),
            Param::KeepOthers => self.of_limit(WhenFull::EndOldest, 1),
            Param::Batch => int(self.batch.map(|n| i64::try_from(n).unwrap_or(i64::MAX))),
            _ => self.of_record(param),
        }
    }

    fn of_record(&self, param: Param) -> Value<'_> {
        let Some(record) = &self.record else {
            // A touch has no record, but a deadline.
            return match param {
                Param::IdleDeadline => time(self.time),
                _ => Value::Null,
            };
        };
        let previous = record.previous.as_ref();
        match param {
            Param::SubjectNumber => int(record.subject_number.map(of_subject)),
            Param::Content => Value::Bytes(&record.content),
            Param::Proof => Value::Bytes(record.proof.as_bytes()),
            Param::PreviousProof => bytes(previous.map(|p| p.hash.as_bytes().as_slice())),
            Param::RotatedAt => time(previous.map(|p| p.rotated_at)),
            Param::PreviousUntil => time(previous.and_then(|p| p.until)),
            Param::Created => time(Some(record.created)),
            Param::AbsoluteDeadline => time(record.absolute_deadline),
            Param::IdleDeadline => time(record.idle_deadline),
            _ => Value::Null,
        }
    }

    /// The limit less `less`, where the record has a subject and this is what a full one does.
    fn of_limit(&self, when_full: WhenFull, less: u32) -> Value<'_> {
        let limit = self.limit.filter(|limit| limit.when_full() == when_full);
        let limit = limit.filter(|_| self.subject.is_some());
        int(limit.map(|limit| i64::from(limit.max().get().saturating_sub(less))))
    }
}

/// A key as it is kept: a byte for its kind, then its own.
fn with_kind(key: &StorageKey) -> Box<[u8]> {
    [&[u8::from(key.is_text())], key.as_bytes()].concat().into()
}

/// What one of a subject's sign-ins and endings locks against the others: the same number in every
/// version of this crate, since versions run side by side. FNV-1a; two subjects with one number
/// only wait for each other.
fn lock_of(subject: &Subject) -> i64 {
    let scope = subject.scope().as_str().bytes();
    let bytes = scope.chain([0]).chain(subject.name().bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash.cast_signed()
}

fn within(text: &str, max: usize, problem: &'static str) -> Result<(), StorageError> {
    if text.len() > max {
        return Err(StorageError::new(StorageErrorKind::Other).with_source(problem));
    }
    Ok(())
}

fn int<'a>(value: Option<i64>) -> Value<'a> {
    value.map_or(Value::Null, Value::Int)
}

fn time<'a>(value: Option<Timestamp>) -> Value<'a> {
    int(value.map(of_time))
}

fn bytes(value: Option<&[u8]>) -> Value<'_> {
    value.map_or(Value::Null, Value::Bytes)
}

fn text(value: Option<&str>) -> Value<'_> {
    value.map_or(Value::Null, Value::Text)
}

/// Arguments of which each has a value: for a look at how a database runs a statement.
#[cfg(test)]
pub(crate) fn example(when_full: WhenFull) -> Args {
    use std::num::NonZeroU32;

    use cloakroom_storage::{PreviousProof, ProofHash};

    let now = Timestamp::from_millis(5_000);
    let scope = Scope::new("shop/login");
    let mut record = Record::new(scope.clone(), ProofHash::new([1; 32]), now, vec![7]);
    record.subject = Some("user 5".into());
    record.subject_number = Some(SubjectNumber::new(3));
    record.previous = Some(PreviousProof::new(ProofHash::new([2; 32]), now));
    record.absolute_deadline = Some(now);
    record.idle_deadline = Some(now);
    let limit = SubjectLimit::new(NonZeroU32::MIN, when_full);
    let args = Args::at(now)
        .key(&StorageKey::hash([5; 32]))
        .except(Some(&StorageKey::hash([6; 32])))
        .version(Version::new(4))
        .new_record(&record, Some(limit));
    let mut args = args
        .map(|args| args.time(now).batch(10))
        .unwrap_or_default();
    args.new_version = Some(9);
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frozen: versions of this crate that run side by side take the same lock.
    #[test]
    fn the_lock_of_a_subject_is_the_same_for_ever() {
        let ada = Subject::new(Scope::new("shop/login"), "ada");
        assert_eq!(lock_of(&ada), LOCK_OF_ADA);
        assert_ne!(
            lock_of(&Subject::new(Scope::new("shop/login"), "ad")),
            LOCK_OF_ADA
        );
    }

    const LOCK_OF_ADA: i64 = -3_663_892_249_243_326_005;

    #[test]
    fn a_key_tells_its_kind() {
        let hash = Args::default().key(&StorageKey::hash([b'a'; 32]));
        let text = Args::default().key(&StorageKey::text(&"a".repeat(32)).unwrap());
        assert_ne!(hash.value(Param::Key), text.value(Param::Key));
    }

    #[test]
    fn what_fits_into_no_index_is_refused() {
        let scope = |len| Scope::new("s".repeat(len));
        Args::default().scope(&scope(MAX_SCOPE)).unwrap();
        assert!(Args::default().scope(&scope(MAX_SCOPE + 1)).is_err());
        let subject = |len| Subject::new(scope(1), "n".repeat(len));
        Args::default().subject(&subject(MAX_SUBJECT)).unwrap();
        assert!(Args::default().subject(&subject(MAX_SUBJECT + 1)).is_err());
    }

    #[test]
    fn every_name_is_one_argument() {
        assert_eq!(Param::of("previous_until"), Some(Param::PreviousUntil));
        assert_eq!(Param::of("drop"), None);
    }
}
