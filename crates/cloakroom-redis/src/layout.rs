//! The bytes of what lies in the server.
//!
//! * **A record is one string**: what the scripts read is at fixed places, in front. All numbers
//!   have their highest byte first.
//!
//!   | bytes | what |
//!   |---|---|
//!   | 1 | the form: 1 |
//!   | 8 | version |
//!   | 1 + 8 | idle deadline: whether there is one, and which |
//!   | 1 + 8 | absolute deadline |
//!   | 8 | created |
//!   | 1 + 8 | the subject's number |
//!   | 8 | stamp: the server's time in µs at which the subject's index let it in |
//!   | 4 + 4 | length of the scope; length of the subject and 1, or 0 without one |
//!   | … | scope, subject |
//!   | 32 | hash of the proof |
//!   | 1 (+ 32 + 8 + 8) | whether there is a proof before, with or without an end; it |
//!   | … | content |
//!
//! * **Floors** of a partition: length of the scope (4), scope, floor (8), one after the other.
//! * **An entry of an index**: field = member and stamp, value = created (8), the subject's number
//!   when it came in (8), whether it displaces others (1), the field of what displaces it.
//! * **Reading is total**: bytes that are no record are [`Corrupt`], wherever they came from.

use cloakroom_storage::{
    PreviousProof, ProofHash, Record, Scope, Stored, SubjectNumber, Timestamp, Version,
};

/// The form of the records.
const FORM: u8 = 1;

/// Where scope and subject begin.
const NAMES: usize = 60;

/// What lies in the server is no record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Corrupt;

/// What the scripts know of a record: all but proofs and content.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Head {
    pub(crate) version: Version,
    pub(crate) idle_deadline: Option<Timestamp>,
    pub(crate) absolute_deadline: Option<Timestamp>,
    pub(crate) created: Timestamp,
    pub(crate) subject_number: Option<SubjectNumber>,
    pub(crate) stamp: [u8; 8],
    pub(crate) scope: String,
    pub(crate) subject: Option<String>,
}

/// Scope and subject as they stand in a record, their lengths in front.
pub(crate) fn owner(scope: &str, subject: Option<&str>) -> Vec<u8> {
    let length = |name: &str| u32::try_from(name.len()).unwrap_or(u32::MAX);
    let subject_length = subject.map_or(0, |name| length(name).saturating_add(1));
    let mut bytes = Vec::with_capacity(8 + scope.len() + subject.map_or(0, str::len));
    bytes.extend_from_slice(&length(scope).to_be_bytes());
    bytes.extend_from_slice(&subject_length.to_be_bytes());
    bytes.extend_from_slice(scope.as_bytes());
    bytes.extend_from_slice(subject.unwrap_or_default().as_bytes());
    bytes
}

/// How long a head with these names is, given what [`owner`] makes of them.
pub(crate) const fn head_len(owner: &[u8]) -> usize {
    NAMES - 8 + owner.len()
}

/// A record as it is given to a script, which puts the version in its place.
pub(crate) fn encode(
    record: &Record,
    number: Option<SubjectNumber>,
    stamp: Option<[u8; 8]>,
) -> Vec<u8> {
    let after = after_stamp(record);
    let mut bytes = Vec::with_capacity(NAMES + after.len());
    bytes.push(FORM);
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&optional_time(record.idle_deadline));
    bytes.extend_from_slice(&optional_time(record.absolute_deadline));
    bytes.extend_from_slice(&record.created.as_millis().to_be_bytes());
    bytes.extend_from_slice(&optional_number(number.map(SubjectNumber::get)));
    bytes.extend_from_slice(&stamp.unwrap_or_default());
    bytes.extend_from_slice(&after);
    bytes
}

/// A deadline, or that there is none.
pub(crate) fn optional_time(time: Option<Timestamp>) -> [u8; 9] {
    optional_number(time.map(Timestamp::as_millis))
}

/// What of a record comes after its stamp: names, proofs, content.
pub(crate) fn after_stamp(record: &Record) -> Vec<u8> {
    let mut bytes = owner(record.scope.as_str(), record.subject.as_deref());
    bytes.reserve_exact(81 + record.content.len());
    bytes.extend_from_slice(record.proof.as_bytes());
    match &record.previous {
        None => bytes.push(0),
        Some(previous) => {
            bytes.push(if previous.until.is_some() { 2 } else { 1 });
            bytes.extend_from_slice(previous.hash.as_bytes());
            bytes.extend_from_slice(&previous.rotated_at.as_millis().to_be_bytes());
            let until = previous.until.unwrap_or(Timestamp::EPOCH);
            bytes.extend_from_slice(&until.as_millis().to_be_bytes());
        }
    }
    bytes.extend_from_slice(&record.content);
    bytes
}

/// A whole record.
pub(crate) fn decode(bytes: &[u8]) -> Result<Stored, Corrupt> {
    let mut rest = bytes;
    let head = take_head(&mut rest)?;
    let proof = ProofHash::new(take(&mut rest)?);
    let [kind] = take(&mut rest)?;
    let previous = match kind {
        0 => None,
        1 | 2 => {
            let hash = ProofHash::new(take(&mut rest)?);
            let mut previous = PreviousProof::new(hash, take_time(&mut rest)?);
            let until = take_time(&mut rest)?;
            previous.until = (kind == 2).then_some(until);
            Some(previous)
        }
        _ => return Err(Corrupt),
    };
    let mut record = Record::new(Scope::new(head.scope), proof, head.created, rest);
    record.previous = previous;
    record.subject = head.subject.map(Into::into);
    record.subject_number = head.subject_number;
    record.absolute_deadline = head.absolute_deadline;
    record.idle_deadline = head.idle_deadline;
    Ok(Stored::new(record, head.version))
}

impl Head {
    /// The head that these bytes are, or begin with.
    pub(crate) fn decode(mut bytes: &[u8]) -> Result<Self, Corrupt> {
        take_head(&mut bytes)
    }

    /// Whether the record is alive, as [`Record::is_live`] and the floor have it.
    pub(crate) fn is_live(&self, floor: Option<Timestamp>, now: Timestamp) -> bool {
        let is_before = |end: Option<Timestamp>| end.is_none_or(|end| now < end);
        is_before(self.idle_deadline)
            && is_before(self.absolute_deadline)
            && floor.is_none_or(|floor| self.created >= floor)
    }
}

/// The floor of a scope, if it has one.
pub(crate) fn floor_of(mut floors: &[u8], scope: &str) -> Result<Option<Timestamp>, Corrupt> {
    while !floors.is_empty() {
        let length = take_length(&mut floors)?;
        let name = take_slice(&mut floors, length)?;
        let floor = take_time(&mut floors)?;
        if name == scope.as_bytes() {
            return Ok(Some(floor));
        }
    }
    Ok(None)
}

fn take_head(rest: &mut &[u8]) -> Result<Head, Corrupt> {
    let [form] = take(rest)?;
    if form != FORM {
        return Err(Corrupt);
    }
    let version = Version::new(u64::from_be_bytes(take(rest)?));
    let idle_deadline = take_optional(rest)?.map(Timestamp::from_millis);
    let absolute_deadline = take_optional(rest)?.map(Timestamp::from_millis);
    let created = take_time(rest)?;
    let subject_number = take_optional(rest)?.map(SubjectNumber::new);
    let stamp = take(rest)?;
    let (scope_length, subject_length) = (take_length(rest)?, take_length(rest)?);
    let scope = take_text(rest, scope_length)?;
    let subject = match subject_length.checked_sub(1) {
        None => None,
        Some(length) => Some(take_text(rest, length)?),
    };
    Ok(Head {
        version,
        idle_deadline,
        absolute_deadline,
        created,
        subject_number,
        stamp,
        scope,
        subject,
    })
}

fn optional_number(number: Option<u64>) -> [u8; 9] {
    let mut bytes = [0; 9];
    let [is_there, digits @ ..] = &mut bytes;
    *is_there = u8::from(number.is_some());
    *digits = number.unwrap_or(0).to_be_bytes();
    bytes
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Corrupt> {
    let (first, after) = rest.split_first_chunk().ok_or(Corrupt)?;
    *rest = after;
    Ok(*first)
}

fn take_slice<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Corrupt> {
    let (first, after) = rest.split_at_checked(length).ok_or(Corrupt)?;
    *rest = after;
    Ok(first)
}

fn take_text(rest: &mut &[u8], length: usize) -> Result<String, Corrupt> {
    let bytes = take_slice(rest, length)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Corrupt)
}

fn take_length(rest: &mut &[u8]) -> Result<usize, Corrupt> {
    let length = u32::from_be_bytes(take(rest)?);
    usize::try_from(length).map_err(|_| Corrupt)
}

fn take_time(rest: &mut &[u8]) -> Result<Timestamp, Corrupt> {
    Ok(Timestamp::from_millis(u64::from_be_bytes(take(rest)?)))
}

fn take_optional(rest: &mut &[u8]) -> Result<Option<u64>, Corrupt> {
    let [is_there] = take(rest)?;
    let number = u64::from_be_bytes(take(rest)?);
    match is_there {
        0 => Ok(None),
        1 => Ok(Some(number)),
        _ => Err(Corrupt),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_record()(
            scope in ".{0,20}",
            subject in proptest::option::of(".{0,20}"),
            number in proptest::option::of(any::<u64>()),
            proof in any::<[u8; 32]>(),
            previous in proptest::option::of((any::<[u8; 32]>(), any::<u64>(), proptest::option::of(any::<u64>()))),
            created in any::<u64>(),
            absolute in proptest::option::of(any::<u64>()),
            idle in proptest::option::of(any::<u64>()),
            content in proptest::collection::vec(any::<u8>(), 0..200),
        ) -> Record {
            let millis = Timestamp::from_millis;
            let mut record = Record::new(Scope::new(scope), ProofHash::new(proof), millis(created), content);
            record.subject = subject.map(Into::into);
            record.subject_number = number.map(SubjectNumber::new);
            record.previous = previous.map(|(hash, rotated_at, until)| {
                let mut previous = PreviousProof::new(ProofHash::new(hash), millis(rotated_at));
                previous.until = until.map(millis);
                previous
            });
            record.absolute_deadline = absolute.map(millis);
            record.idle_deadline = idle.map(millis);
            record
        }
    }

    proptest! {
        #[test]
        fn a_record_is_read_as_it_was_written(record in any_record(), stamp in any::<[u8; 8]>()) {
            let bytes = encode(&record, record.subject_number, Some(stamp));
            let stored = decode(&bytes).unwrap();
            prop_assert_eq!(&stored.record, &record);
            let owner = owner(record.scope.as_str(), record.subject.as_deref());
            let head = Head::decode(&bytes[..head_len(&owner)]).unwrap();
            prop_assert!(bytes[..head_len(&owner)].ends_with(&owner));
            prop_assert_eq!(head.stamp, stamp);
            for now in [0, u64::MAX, record.ends_at().map_or(7, Timestamp::as_millis)] {
                let now = Timestamp::from_millis(now);
                prop_assert_eq!(head.is_live(None, now), record.is_live(now));
            }
        }

        #[test]
        fn no_bytes_make_the_readers_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for form in [None, Some(FORM)] {
                let bytes: Vec<u8> = form.into_iter().chain(bytes.iter().copied()).collect();
                let _any = (decode(&bytes), Head::decode(&bytes), floor_of(&bytes, "shop/login"));
            }
        }

        #[test]
        fn a_record_that_is_cut_off_before_its_content_is_none(record in any_record()) {
            let bytes = encode(&record, record.subject_number, None);
            for end in 0..bytes.len() - record.content.len() {
                prop_assert_eq!(decode(&bytes[..end]), Err(Corrupt));
            }
        }
    }

    /// What lies in a server is read for ever.
    #[test]
    fn the_bytes_of_a_record_are_frozen() {
        let mut record = Record::new(
            Scope::new("s/l"),
            ProofHash::new([0xaa; 32]),
            Timestamp::from_millis(0x0102),
            *b"content",
        );
        record.subject = Some("ada".into());
        record.idle_deadline = Some(Timestamp::from_millis(0x0304));
        let mut previous =
            PreviousProof::new(ProofHash::new([0xbb; 32]), Timestamp::from_millis(5));
        previous.until = Some(Timestamp::from_millis(6));
        record.previous = Some(previous);
        let bytes = encode(&record, Some(SubjectNumber::new(7)), Some([9; 8]));
        let expected = [
            &[1][..],
            &[0; 8],
            &[1, 0, 0, 0, 0, 0, 0, 3, 4],
            &[0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0, 0, 0, 0, 0, 0, 1, 2],
            &[1, 0, 0, 0, 0, 0, 0, 0, 7],
            &[9; 8],
            &[0, 0, 0, 3, 0, 0, 0, 4],
            b"s/lada",
            &[0xaa; 32],
            &[2],
            &[0xbb; 32],
            &[0, 0, 0, 0, 0, 0, 0, 5],
            &[0, 0, 0, 0, 0, 0, 0, 6],
            b"content",
        ];
        assert_eq!(bytes, expected.concat());
    }

    #[test]
    fn each_scope_has_its_own_floor() {
        let floors = b"\0\0\0\x03s/l\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\0\0\0\0\x01";
        let floor = |scope| floor_of(floors, scope).unwrap();
        assert_eq!(floor("s/l"), Some(Timestamp::from_millis(9)));
        assert_eq!(floor(""), Some(Timestamp::from_millis(1)));
        assert_eq!(floor("s/"), None);
    }
}
