//! One writer and a list of readers, erased per type.

use std::fmt;

use super::error::{DecodeError, DecodeErrorKind, EncodeError};
use super::format::Format;

/// Appends a value to a vector.
pub(super) type Write<S> = Box<dyn Fn(&S, &mut Vec<u8>) -> Result<(), EncodeError> + Send + Sync>;
/// Makes a value of some content.
pub(super) type Read<S> = Box<dyn Fn(&[u8]) -> Result<S, DecodeError> + Send + Sync>;

/// How values of one type are written, and how each form of them that is still about is read.
///
/// Made by [`Schema::build`](super::Schema::build), where the rules are.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{CodecId, Format, Json, Schema};
///
/// let versioned = Schema::<u32>::new(Json).version(3).build()?;
/// let mut bytes = Vec::new();
/// versioned.encode(&42, &mut bytes).unwrap();
/// let decoded = versioned.decode(Format::new(CodecId::JSON, 3), &bytes).unwrap();
/// assert_eq!((decoded.value, decoded.outdated), (42, false));
/// # Ok::<(), cloakroom_core::SchemaError>(())
/// ```
pub struct Versioned<S> {
    format: Format,
    write: Write<S>,
    read: Read<S>,
    older: Vec<(Format, Read<S>)>,
}

/// A value, and whether it is to be written again in the current format.
///
/// # Security
///
/// `Debug` shows nothing of the value.
#[derive(Clone, Copy, Eq, PartialEq)]
#[non_exhaustive]
pub struct Decoded<S> {
    /// The value.
    pub value: S,
    /// Whether an older reader read it.
    pub outdated: bool,
}

impl<S> fmt::Debug for Decoded<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("outdated", &self.outdated)
            .finish_non_exhaustive()
    }
}

impl<S> Versioned<S> {
    /// Formats must differ from each other; `Schema::build` sees to it.
    pub(super) const fn new(
        format: Format,
        write: Write<S>,
        read: Read<S>,
        older: Vec<(Format, Read<S>)>,
    ) -> Self {
        Self {
            format,
            write,
            read,
            older,
        }
    }

    /// What is written.
    ///
    /// ```
    /// # use cloakroom_core::{CodecId, Format, Json, Schema};
    /// let versioned = Schema::<u32>::new(Json).build().unwrap();
    /// assert_eq!(versioned.format(), Format::new(CodecId::JSON, 1));
    /// ```
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Appends `value` to `out`, in [`format`](Self::format).
    ///
    /// # Errors
    ///
    /// What the codec says; `out` is as it was.
    ///
    /// ```
    /// # use cloakroom_core::{Json, Schema};
    /// let versioned = Schema::<Vec<u8>>::new(Json).build().unwrap();
    /// let mut bytes = Vec::new();
    /// versioned.encode(&vec![1, 2], &mut bytes).unwrap();
    /// assert_eq!(bytes, b"[1,2]");
    /// ```
    pub fn encode(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let before = out.len();
        (self.write)(value, out).inspect_err(|_| out.truncate(before))
    }

    /// The value that `bytes` in `format` are.
    ///
    /// # Errors
    ///
    /// [`UnknownFormat`](DecodeErrorKind::UnknownFormat) if no reader has that format, such as one
    /// that a newer release of the application writes; otherwise what the codec says.
    ///
    /// ```
    /// # use cloakroom_core::{CodecId, DecodeErrorKind, Format, Json, Schema};
    /// let versioned = Schema::<u32>::new(Json).build().unwrap();
    /// let newer = Format::new(CodecId::JSON, 2);
    /// let error = versioned.decode(newer, b"42").unwrap_err();
    /// assert_eq!(error.kind(), DecodeErrorKind::UnknownFormat(newer));
    /// ```
    pub fn decode(&self, format: Format, bytes: &[u8]) -> Result<Decoded<S>, DecodeError> {
        let outdated = format != self.format;
        let read = if outdated {
            let known = self.older.iter().find(|(of, _)| *of == format);
            &known
                .ok_or_else(|| DecodeError::new(DecodeErrorKind::UnknownFormat(format)))?
                .1
        } else {
            &self.read
        };
        read(bytes).map(|value| Decoded { value, outdated })
    }
}

impl<S> fmt::Debug for Versioned<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let older: Vec<Format> = self.older.iter().map(|(format, _)| *format).collect();
        f.debug_struct("Versioned")
            .field("format", &self.format)
            .field("older", &older)
            .finish_non_exhaustive()
    }
}
