//! The bytes of a record in a file that only Rust writes.
//!
//! | field | bytes |
//! |---|---|
//! | magic word, with the format's version | 8 |
//! | version of the record | 8 |
//! | key: 0 and a hash, or 1 and a text | 1 and 32, or 1 and the text |
//! | scope, content | each its length in 8 bytes, and itself |
//! | proof | 32 |
//! | proof before: hash, when replaced, until when | 1, or 1, 32, 8 and an optional time |
//! | subject, number of the subject | an optional text, an optional number |
//! | created, absolute deadline, idle deadline | a time and two optional times |
//! | checksum | 32 |
//!
//! * **The key lies inside**, so that a file that was moved or copied to another name is not taken
//!   for the session of that name.
//! * **Nothing of the storage is in it** but the record's version: any store may keep these bytes.

use std::error::Error;
use std::fmt;

use cloakroom_storage::{
    PreviousProof, ProofHash, Record, Scope, StorageKey, SubjectNumber, Version,
};

use crate::record_fields::{Broken, Magic, Reader, Writer};

const MAGIC: Magic = *b"\x89CLK\xffR1\n";

/// What the magic words of all formats begin with; all of them end with the same checksum.
const ANY_FORMAT: &[u8] = b"\x89CLK\xffR";

/// A record with its key and version, as a file of a directory that only Rust writes
/// holds it.
///
/// # Examples
///
/// ```
/// use cloakroom_ktor::{KeptRecord, RecordFormatError};
/// use cloakroom_storage::{ProofHash, Record, Scope, StorageKey, Timestamp, Version};
///
/// let now = Timestamp::from_secs(100);
/// let record = Record::new(Scope::new("shop/login"), ProofHash::new([1; 32]), now, vec![2, 3]);
/// let kept = KeptRecord::new(StorageKey::hash([4; 32]), Version::new(5), record);
///
/// let mut bytes = kept.encode();
/// assert_eq!(KeptRecord::decode(&bytes), Ok(kept));
/// bytes[20] ^= 1;
/// assert_eq!(KeptRecord::decode(&bytes), Err(RecordFormatError::Damaged));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct KeptRecord {
    /// Under what the record lies.
    pub key: StorageKey,
    /// Its version.
    pub version: Version,
    /// The record.
    pub record: Record,
}

impl KeptRecord {
    /// This record under this key, in this version.
    ///
    /// ```
    /// # use cloakroom_ktor::KeptRecord;
    /// # use cloakroom_storage::{ProofHash, Record, Scope, StorageKey, Timestamp, Version};
    /// # let record = Record::new(Scope::new("a/b"), ProofHash::new([0; 32]), Timestamp::EPOCH, vec![]);
    /// let kept = KeptRecord::new(StorageKey::hash([1; 32]), Version::new(7), record);
    /// assert_eq!(kept.version.get(), 7);
    /// ```
    #[must_use]
    pub const fn new(key: StorageKey, version: Version, record: Record) -> Self {
        Self {
            key,
            version,
            record,
        }
    }

    /// The bytes of the file.
    ///
    /// ```
    /// # use cloakroom_ktor::KeptRecord;
    /// # use cloakroom_storage::{ProofHash, Record, Scope, StorageKey, Timestamp, Version};
    /// # let record = Record::new(Scope::new("a/b"), ProofHash::new([0; 32]), Timestamp::EPOCH, vec![]);
    /// let kept = KeptRecord::new(StorageKey::hash([1; 32]), Version::new(7), record);
    /// assert!(kept.encode().starts_with(b"\x89CLK"));
    /// ```
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new(MAGIC);
        to.number(self.version.get());
        to.byte(u8::from(self.key.is_text()));
        match <&[u8; 32]>::try_from(self.key.as_bytes()) {
            Ok(hash) if !self.key.is_text() => to.array(hash),
            _ => to.bytes(self.key.as_bytes()),
        }
        let record = &self.record;
        to.bytes(record.scope.as_str().as_bytes());
        to.bytes(&record.content);
        to.array(record.proof.as_bytes());
        to.optional(record.previous, |to, previous| {
            to.array(previous.hash.as_bytes());
            to.time(previous.rotated_at);
            to.optional(previous.until, Writer::time);
        });
        to.optional(record.subject.as_deref(), |to, subject| {
            to.bytes(subject.as_bytes());
        });
        to.optional(record.subject_number, |to, number| to.number(number.get()));
        to.time(record.created);
        to.optional(record.absolute_deadline, Writer::time);
        to.optional(record.idle_deadline, Writer::time);
        to.finish()
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    ///
    /// [`RecordFormatError`] for anything that [`encode`](Self::encode) did not write.
    ///
    /// ```
    /// # use cloakroom_ktor::{KeptRecord, RecordFormatError};
    /// let text = br#"{"userId":"id2","cart":[]}"#;
    /// assert_eq!(KeptRecord::decode(text), Err(RecordFormatError::NoRecord));
    /// ```
    pub fn decode(bytes: &[u8]) -> Result<Self, RecordFormatError> {
        match Reader::new(MAGIC, bytes).and_then(Self::fields) {
            Ok(kept) => Ok(kept),
            Err(Broken::Magic) => Err(of_another_format(bytes)),
            Err(Broken::Content) => Err(RecordFormatError::Damaged),
        }
    }

    fn fields(mut from: Reader<'_>) -> Result<Self, Broken> {
        let version = Version::new(from.number()?);
        let key = match from.byte()? {
            0 => StorageKey::hash(from.array()?),
            1 => StorageKey::text(from.text()?).map_err(|_| Broken::Content)?,
            _ => return Err(Broken::Content),
        };
        let scope = Scope::new(from.text()?);
        let content = from.bytes()?;
        let proof = ProofHash::new(from.array()?);
        let previous = from.optional(|from| {
            let hash = ProofHash::new(from.array()?);
            let mut previous = PreviousProof::new(hash, from.time()?);
            previous.until = from.optional(Reader::time)?;
            Ok(previous)
        })?;
        let subject = from.optional(Reader::text)?;
        let number = from.optional(Reader::number)?;
        let mut record = Record::new(scope, proof, from.time()?, content);
        record.previous = previous;
        record.subject = subject.map(Into::into);
        record.subject_number = number.map(SubjectNumber::new);
        record.absolute_deadline = from.optional(Reader::time)?;
        record.idle_deadline = from.optional(Reader::time)?;
        from.finish()?;
        Ok(Self::new(key, version, record))
    }
}

/// What bytes are that do not begin as a record of this format.
fn of_another_format(bytes: &[u8]) -> RecordFormatError {
    if !bytes.starts_with(ANY_FORMAT) {
        return RecordFormatError::NoRecord;
    }
    match bytes.first_chunk().map(|magic| Reader::new(*magic, bytes)) {
        Some(Ok(_)) => RecordFormatError::UnknownFormat,
        _ => RecordFormatError::Damaged,
    }
}

/// Why bytes are no [`KeptRecord`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RecordFormatError {
    /// They do not begin like one: the text of a session of Ktor's, or something else.
    NoRecord,
    /// They are one of a format that this version of cloakroom does not know.
    UnknownFormat,
    /// They begin like one, and the rest was changed or cut off.
    Damaged,
}

impl fmt::Display for RecordFormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRecord => "the bytes are no record of cloakroom's",
            Self::UnknownFormat => "the record has a format that this version does not know",
            Self::Damaged => "the record is damaged",
        })
    }
}

impl Error for RecordFormatError {}
