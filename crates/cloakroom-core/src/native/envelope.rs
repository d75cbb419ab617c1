//! What a native token holds in front of the content: all that the server must know of a session
//! that it does not keep.
//!
//! | bytes | what |
//! |--:|---|
//! | 16 | session id: a name, no secret |
//! | 6 | created, in milliseconds |
//! | 6 | absolute deadline |
//! | 6 | last renewal |
//! | 4 | generation: how often the content changed |
//! | 1 | codec |
//! | 2 | version of the application's type |
//! | 1 | flags: bits 0–2 the length of the lineage (at most 4), bit 3 a subject; the rest zero |
//! | 8 × n | lineage: the ids of the keys that it was renewed from, oldest first |
//! | 8 + 1 + n | with a subject: its number, the length of its name, its name |
//!
//! All numbers are big-endian. Everything that ending client-side sessions needs (id, generation,
//! subject and its number) is here from version 1 on, so that it needs no other version.

use cloakroom_crypto::KeyId;
use cloakroom_storage::SubjectNumber;
use cloakroom_time::Timestamp;

use crate::codec::{CodecId, Format};

/// How many keys a token may have been renewed from. One with so many is never renewed alone.
pub(crate) const MAX_LINEAGE: usize = 4;
/// The longest name of a subject, in bytes.
pub(crate) const MAX_SUBJECT: usize = 255;

const FIXED: usize = 16 + 3 * 6 + 4 + 1 + 2 + 1;
const HAS_SUBJECT: u8 = 0b1000;
const LINEAGE_MASK: u8 = 0b0111;
const LAST_U48: u64 = (1 << 48) - 1;

/// A by-value session's name.
pub(crate) type SessionId = [u8; 16];

/// The keys that a token was renewed from, oldest first.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Lineage {
    keys: [Option<KeyId>; MAX_LINEAGE],
}

impl Lineage {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &KeyId> {
        self.keys.iter().flatten()
    }

    pub(crate) fn len(&self) -> usize {
        self.iter().count()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len() == MAX_LINEAGE
    }

    /// This lineage and one more key; a key that is in it already is not added again.
    ///
    /// `None` if there is no room.
    pub(crate) fn with(mut self, key: KeyId) -> Option<Self> {
        if self.iter().any(|known| *known == key) {
            return Some(self);
        }
        let free = self.keys.iter_mut().find(|slot| slot.is_none())?;
        *free = Some(key);
        Some(self)
    }
}

/// All that stands in front of the content.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Envelope<'a> {
    pub(crate) id: SessionId,
    pub(crate) created: Timestamp,
    pub(crate) absolute: Timestamp,
    pub(crate) renewed: Timestamp,
    pub(crate) generation: u32,
    pub(crate) format: Format,
    pub(crate) lineage: Lineage,
    pub(crate) subject: Option<(&'a str, SubjectNumber)>,
}

impl<'a> Envelope<'a> {
    /// How many bytes an envelope with such a lineage and subject has.
    pub(crate) fn len(lineage: &Lineage, subject: Option<&str>) -> usize {
        FIXED + 8 * lineage.len() + subject.map_or(0, |name| 8 + 1 + name.len())
    }

    /// Fills `room`, which is as long as [`len`](Self::len) says. A subject's name has been checked
    /// to be at most [`MAX_SUBJECT`] bytes.
    pub(crate) fn write(&self, mut room: &mut [u8]) {
        let room = &mut room;
        put(room, &self.id);
        for time in [self.created, self.absolute, self.renewed] {
            put_time(room, time);
        }
        put(room, &self.generation.to_be_bytes());
        put(room, &[self.format.codec.get()]);
        put(room, &self.format.version.to_be_bytes());
        let mut flags = u8::try_from(self.lineage.len()).unwrap_or_default();
        if self.subject.is_some() {
            flags |= HAS_SUBJECT;
        }
        put(room, &[flags]);
        for key in self.lineage.iter() {
            put(room, key.as_bytes());
        }
        if let Some((name, number)) = self.subject {
            put(room, &number.get().to_be_bytes());
            put(room, &[u8::try_from(name.len()).unwrap_or_default()]);
            put(room, name.as_bytes());
        }
    }

    /// Takes an envelope off the front; gives it and the content behind it.
    ///
    /// `None` if the bytes are no envelope: cut short, unknown flags, a subject that is not UTF-8.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut rest = bytes;
        let id = take(&mut rest)?;
        let created = take_time(&mut rest)?;
        let absolute = take_time(&mut rest)?;
        let renewed = take_time(&mut rest)?;
        let generation = u32::from_be_bytes(take(&mut rest)?);
        let [codec] = take(&mut rest)?;
        let version = u16::from_be_bytes(take(&mut rest)?);
        let [flags] = take(&mut rest)?;
        if flags & !(HAS_SUBJECT | LINEAGE_MASK) != 0 {
            return None;
        }
        let lineage = take_lineage(&mut rest, usize::from(flags & LINEAGE_MASK))?;
        let subject = if flags & HAS_SUBJECT == 0 {
            None
        } else {
            Some(take_subject(&mut rest)?)
        };
        let envelope = Self {
            id,
            created,
            absolute,
            renewed,
            generation,
            format: Format::new(CodecId::new(codec), version),
            lineage,
            subject,
        };
        Some((envelope, rest))
    }
}

/// Writes to the front of `room` and leaves the rest of it.
fn put(room: &mut &mut [u8], bytes: &[u8]) {
    if let Some((front, rest)) = std::mem::take(room).split_at_mut_checked(bytes.len()) {
        front.copy_from_slice(bytes);
        *room = rest;
    }
}

fn put_time(room: &mut &mut [u8], time: Timestamp) {
    let [_, _, low @ ..] = time.as_millis().min(LAST_U48).to_be_bytes();
    put(room, &low);
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}

fn take_time(bytes: &mut &[u8]) -> Option<Timestamp> {
    let [a, b, c, d, e, f] = take(bytes)?;
    let millis = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    Some(Timestamp::from_millis(millis))
}

fn take_lineage(bytes: &mut &[u8], len: usize) -> Option<Lineage> {
    let mut lineage = Lineage::default();
    for _ in 0..len {
        let known = lineage.len();
        lineage = lineage.with(KeyId::from_bytes(take(bytes)?))?;
        if lineage.len() == known {
            return None;
        }
    }
    Some(lineage)
}

fn take_subject<'a>(bytes: &mut &'a [u8]) -> Option<(&'a str, SubjectNumber)> {
    let number = SubjectNumber::new(u64::from_be_bytes(take(bytes)?));
    let [len] = take(bytes)?;
    let (name, rest) = bytes.split_at_checked(usize::from(len))?;
    *bytes = rest;
    Some((str::from_utf8(name).ok()?, number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> KeyId {
        KeyId::from_bytes([byte; 8])
    }

    fn envelope(subject: Option<(&str, SubjectNumber)>, keys: u8) -> Envelope<'_> {
        let mut lineage = Lineage::default();
        for byte in 0..keys {
            lineage = lineage.with(key(byte)).unwrap();
        }
        Envelope {
            id: [7; 16],
            created: Timestamp::from_millis(1_723_456_789_123),
            absolute: Timestamp::from_millis(1_723_999_999_999),
            renewed: Timestamp::from_millis(1_723_456_790_000),
            generation: 3,
            format: Format::new(CodecId::JSON, 2),
            lineage,
            subject,
        }
    }

    fn written(envelope: &Envelope<'_>) -> Vec<u8> {
        let subject = envelope.subject.map(|(name, _)| name);
        let mut bytes = vec![0xff; Envelope::len(&envelope.lineage, subject)];
        envelope.write(&mut bytes);
        bytes
    }

    #[test]
    fn what_is_written_is_read_and_the_content_stays_behind() {
        for keys in 0..=4 {
            for subject in [
                None,
                Some(("", SubjectNumber::new(0))),
                Some(("ålice", SubjectNumber::new(9))),
            ] {
                let envelope = envelope(subject, keys);
                let mut bytes = written(&envelope);
                bytes.extend_from_slice(b"content");
                let (read, content) = Envelope::read(&bytes).unwrap();
                assert_eq!(read, envelope);
                assert_eq!(content, b"content");
            }
        }
    }

    #[test]
    fn an_envelope_cut_anywhere_is_refused() {
        let bytes = written(&envelope(Some(("alice", SubjectNumber::new(9))), 4));
        for len in 0..bytes.len() {
            assert!(Envelope::read(&bytes[..len]).is_none(), "{len}");
        }
    }

    #[test]
    fn unknown_flags_and_a_lineage_of_five_are_refused() {
        let mut bytes = written(&envelope(None, 0));
        let flags = bytes.len() - 1;
        for bad in [0b0001_0000, 0b1000_0000, 5, 6, 7] {
            bytes[flags] = bad;
            let mut longer = bytes.clone();
            longer.extend((0..64).map(|byte| byte / 8));
            assert!(Envelope::read(&longer).is_none(), "{bad:b}");
        }
    }

    #[test]
    fn a_lineage_names_each_key_once_and_four_at_most() {
        let mut lineage = Lineage::default();
        for byte in [1, 2, 2, 3, 1, 4] {
            lineage = lineage.with(key(byte)).unwrap();
        }
        assert!(lineage.is_full());
        assert_eq!(lineage.with(key(4)), Some(lineage));
        assert_eq!(lineage.with(key(5)), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _: Option<(Envelope<'_>, &[u8])> = Envelope::read(&bytes);
        }
    }
}
