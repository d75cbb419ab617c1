//! Fields one after the other, between a magic word and a checksum: what the files that only Rust
//! writes are made of.
//!
//! * **Numbers are little-endian**, texts and bytes come after their length, an absent value is a
//!   zero byte and a present one comes after a one.
//! * **One spelling for each value**: any other byte for "present", text that is not UTF-8 and
//!   bytes left over are refused, so that reading and writing again gives the same bytes.
//! * **The checksum is SHA-256 over all before it.** It finds what a disk or a copy did, and is no
//!   proof against who can write the file.

use cloakroom_storage::Timestamp;
use sha2::{Digest as _, Sha256};

/// What a file begins with.
///
/// Its first byte is no beginning of a UTF-8 sequence and its fifth is in none, so no text of
/// Ktor's begins so, nor does one after any one bit has flipped.
pub(crate) type Magic = [u8; 8];

const CHECKSUM: usize = 32;

/// Why bytes are not what was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Broken {
    /// They begin with something else.
    Magic,
    /// The checksum does not fit, or the fields do not.
    Content,
}

/// Writes fields.
#[derive(Debug)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new(magic: Magic) -> Self {
        Self(magic.to_vec())
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        let mut bytes = self.0;
        let checksum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&checksum);
        bytes
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(crate) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(crate) fn time(&mut self, time: Timestamp) {
        self.number(time.as_millis());
    }

    pub(crate) fn array(&mut self, array: &[u8; 32]) {
        self.0.extend_from_slice(array);
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }
}

/// Reads fields.
#[derive(Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// What lies between the magic word and the checksum, which must fit.
    pub(crate) fn new(magic: Magic, bytes: &'a [u8]) -> Result<Self, Broken> {
        let fields = bytes.strip_prefix(&magic).ok_or(Broken::Magic)?;
        let end = fields.len().checked_sub(CHECKSUM).ok_or(Broken::Content)?;
        let (fields, checksum) = fields.split_at_checked(end).ok_or(Broken::Content)?;
        let expected = Sha256::new().chain_update(magic).chain_update(fields);
        if expected.finalize().as_slice() != checksum {
            return Err(Broken::Content);
        }
        Ok(Self(fields))
    }

    /// Nothing may be left.
    pub(crate) const fn finish(self) -> Result<(), Broken> {
        match self.0 {
            [] => Ok(()),
            _ => Err(Broken::Content),
        }
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Broken> {
        self.fixed::<1>().map(|[byte]| byte)
    }

    pub(crate) fn number(&mut self) -> Result<u64, Broken> {
        self.fixed().map(u64::from_le_bytes)
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, Broken> {
        self.number().map(Timestamp::from_millis)
    }

    pub(crate) fn array(&mut self) -> Result<[u8; 32], Broken> {
        self.fixed()
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Broken> {
        let len = usize::try_from(self.number()?).map_err(|_| Broken::Content)?;
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(Broken::Content)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Broken> {
        str::from_utf8(self.bytes()?).map_err(|_| Broken::Content)
    }

    pub(crate) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Broken>,
    ) -> Result<Option<T>, Broken> {
        match self.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(Broken::Content),
        }
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let (fixed, rest) = self.0.split_first_chunk().ok_or(Broken::Content)?;
        self.0 = rest;
        Ok(*fixed)
    }
}
