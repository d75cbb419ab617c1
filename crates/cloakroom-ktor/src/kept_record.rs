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

#[cfg(test)]
mod tests {
    use cloakroom_storage::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn some_record() -> Record {
        let now = Timestamp::from_millis(1_234_567_890_123);
        let mut record = Record::new(
            Scope::new("shop/login"),
            ProofHash::new([0xA1; 32]),
            now,
            b"content".as_slice(),
        );
        let mut previous = PreviousProof::new(ProofHash::new([0xB2; 32]), now);
        previous.until = Some(Timestamp::from_millis(30));
        record.previous = Some(previous);
        record.subject = Some("ada".into());
        record.subject_number = Some(SubjectNumber::new(7));
        record.absolute_deadline = Some(Timestamp::from_millis(9));
        record.idle_deadline = Some(Timestamp::from_millis(8));
        record
    }

    fn record() -> impl Strategy<Value = Record> {
        let optional = || proptest::option::of(any::<u64>().prop_map(Timestamp::from_millis));
        let previous =
            (any::<[u8; 32]>(), any::<u64>(), optional()).prop_map(|(hash, at, until)| {
                let at = Timestamp::from_millis(at);
                let mut previous = PreviousProof::new(ProofHash::new(hash), at);
                previous.until = until;
                previous
            });
        let begun = (
            any::<String>(),
            any::<[u8; 32]>(),
            any::<u64>(),
            any::<Vec<u8>>(),
        );
        let rest = (
            proptest::option::of(previous),
            proptest::option::of(any::<String>()),
            proptest::option::of(any::<u64>().prop_map(SubjectNumber::new)),
            optional(),
            optional(),
        );
        (begun, rest).prop_map(|((scope, proof, created, content), rest)| {
            let created = Timestamp::from_millis(created);
            let mut record =
                Record::new(Scope::new(scope), ProofHash::new(proof), created, content);
            let subject;
            (
                record.previous,
                subject,
                record.subject_number,
                record.absolute_deadline,
                record.idle_deadline,
            ) = rest;
            record.subject = subject.map(Into::into);
            record
        })
    }

    fn kept() -> impl Strategy<Value = KeptRecord> {
        let text = "\\PC{0,60}".prop_map(|text| StorageKey::text(&text));
        let key = prop_oneof![
            any::<[u8; 32]>().prop_map(StorageKey::hash),
            text.prop_filter_map("too long", Result::ok),
        ];
        (key, any::<u64>(), record())
            .prop_map(|(key, version, record)| KeptRecord::new(key, Version::new(version), record))
    }

    /// The bytes are frozen: what lies in a directory is read by every later version.
    #[test]
    fn the_bytes_of_a_record_stay_as_they_are() {
        let hash = KeptRecord::new(StorageKey::hash([0xC3; 32]), Version::new(5), some_record());
        let expected = concat!(
            "89434c4bff52310a",
            "0500000000000000",
            "00",
            "c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3",
            "0a00000000000000",
            "73686f702f6c6f67696e",
            "0700000000000000",
            "636f6e74656e74",
            "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
            "01",
            "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2",
            "cb04fb711f010000",
            "01",
            "1e00000000000000",
            "01",
            "0300000000000000",
            "616461",
            "01",
            "0700000000000000",
            "cb04fb711f010000",
            "01",
            "0900000000000000",
            "01",
            "0800000000000000",
        );
        let hex = |bytes: &[u8]| {
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let bytes = hash.encode();
        let (fields, checksum) = bytes.split_at(bytes.len() - 32);
        assert_eq!(hex(fields), expected);
        assert_eq!(
            hex(checksum),
            "55b50300680ca13d6dad16e81cf4fe6e6330425cfc7211cada2fd3a7cbfc8077"
        );
        let now = Timestamp::EPOCH;
        let plain = Record::new(Scope::new(""), ProofHash::new([0; 32]), now, b"".as_slice());
        let text = KeptRecord::new(StorageKey::text("id").unwrap(), Version::new(0), plain);
        let bytes = text.encode();
        let expected = format!(
            "89434c4bff52310a{}01{}6964{}{}{}0000",
            "00".repeat(8),
            "0200000000000000",
            "00".repeat(16),
            "00".repeat(32),
            "00".repeat(3 + 8),
        );
        assert_eq!(hex(&bytes[..bytes.len() - 32]), expected);
    }

    #[test]
    fn any_flipped_bit_and_any_cut_is_refused() {
        let bytes =
            KeptRecord::new(StorageKey::hash([1; 32]), Version::new(5), some_record()).encode();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let error = KeptRecord::decode(&flipped).unwrap_err();
            // Never taken for a text of Ktor's, nor for a format that is still to come.
            let is_text = str::from_utf8(&flipped).is_ok();
            assert!(!is_text, "{bit}");
            assert_ne!(error, RecordFormatError::UnknownFormat, "{bit}");
        }
        for len in 0..bytes.len() {
            KeptRecord::decode(&bytes[..len]).unwrap_err();
        }
        let mut longer = bytes;
        longer.push(0);
        KeptRecord::decode(&longer).unwrap_err();
    }

    #[test]
    fn a_later_format_is_told_from_damage() {
        let mut to = Writer::new(*b"\x89CLK\xffR2\n");
        to.number(1);
        let mut bytes = to.finish();
        assert_eq!(
            KeptRecord::decode(&bytes),
            Err(RecordFormatError::UnknownFormat)
        );
        bytes[9] ^= 1;
        assert_eq!(KeptRecord::decode(&bytes), Err(RecordFormatError::Damaged));
        assert_eq!(KeptRecord::decode(b""), Err(RecordFormatError::NoRecord));
        assert_eq!(KeptRecord::decode(&MAGIC), Err(RecordFormatError::Damaged));
    }

    /// With a checksum that fits, so that the fields are read: what is accepted is written so.
    fn assert_one_spelling(fields: &[u8]) {
        let mut to = Writer::new(MAGIC);
        fields.iter().for_each(|byte| to.byte(*byte));
        let bytes = to.finish();
        if let Ok(kept) = KeptRecord::decode(&bytes) {
            assert_eq!(kept.encode(), bytes);
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(kept in kept()) {
            prop_assert_eq!(KeptRecord::decode(&kept.encode()), Ok(kept));
        }

        #[test]
        fn no_bytes_panic(bytes in any::<Vec<u8>>()) {
            KeptRecord::decode(&bytes).unwrap_err();
        }

        #[test]
        fn fields_have_one_spelling(
            fields in proptest::collection::vec(prop_oneof![Just(0), Just(1), any::<u8>()], 0..300),
        ) {
            assert_one_spelling(&fields);
        }

        /// The same from what is nearly a record.
        #[test]
        fn a_changed_field_is_refused_or_is_another_record(
            kept in kept(),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let bytes = kept.encode();
            let mut fields = bytes[MAGIC.len()..bytes.len() - 32].to_vec();
            let at = at.index(fields.len());
            fields[at] = byte;
            assert_one_spelling(&fields);
        }
    }
}
