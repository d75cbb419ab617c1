//! Why a value did not become bytes, or bytes no value.

use std::error::Error;
use std::fmt;

use super::format::Format;

type Source = Box<dyn Error + Send + Sync>;

/// A codec could not encode a value: its format has no form for it, or the type's own
/// `Serialize` refused.
///
/// It means a mistake in the application's type, such as a map under JSON whose keys are neither
/// text nor numbers, or a value that this format would not give back. A codec names the field and
/// the reason where it can.
///
/// # Security
///
/// `Display` and `Debug` show the declared names of fields and the codec's own reason.
/// `Display`, `Debug` and [`Error::source`] never show the cause, whose text may quote the value.
/// [`expose_source`](Self::expose_source) gives it to who asks by that name.
///
/// # Examples
///
/// ```
/// use cloakroom_core::EncodeError;
///
/// let error = EncodeError::new().with_source("key must be a string, was alice@example.org");
/// assert_eq!(error.to_string(), "the codec cannot encode the value");
/// assert!(!format!("{error:?}").contains("alice"));
/// ```
#[derive(Default)]
pub struct EncodeError {
    /// The innermost first.
    fields: Vec<&'static str>,
    reason: Option<&'static str>,
    source: Option<Source>,
}

impl EncodeError {
    /// An error without a cause.
    ///
    /// ```
    /// # use cloakroom_core::EncodeError;
    /// assert!(EncodeError::new().expose_source().is_none());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            fields: Vec::new(),
            reason: None,
            source: None,
        }
    }

    /// The same error inside the field of this name: called from the innermost field outwards,
    /// with the names that the type declares, never with a key of a map.
    ///
    /// ```
    /// # use cloakroom_core::EncodeError;
    /// let error = EncodeError::new().in_field("street").in_field("address");
    /// assert_eq!(error.fields().collect::<Vec<_>>(), ["address", "street"]);
    /// ```
    #[must_use]
    pub fn in_field(mut self, name: &'static str) -> Self {
        self.fields.push(name);
        self
    }

    /// The same error with what is wrong and what helps, in the codec's own words.
    ///
    /// ```
    /// # use cloakroom_core::EncodeError;
    /// let error = EncodeError::new().in_field("age").because("a number without end");
    /// let shown = "the codec cannot encode the value: field `age`: a number without end";
    /// assert_eq!(error.to_string(), shown);
    /// ```
    #[must_use]
    pub const fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The same error with its cause, for [`expose_source`](Self::expose_source).
    ///
    /// ```
    /// # use cloakroom_core::EncodeError;
    /// assert!(EncodeError::new().with_source("a cause").expose_source().is_some());
    /// ```
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The declared fields that lead to the value, the outermost first; none if the codec cannot
    /// say, or the whole value is meant.
    ///
    /// ```
    /// # use cloakroom_core::EncodeError;
    /// assert_eq!(EncodeError::new().in_field("cart").fields().next(), Some("cart"));
    /// ```
    pub fn fields(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.fields.iter().rev().copied()
    }

    /// What is wrong and what helps, if the codec says so.
    ///
    /// ```
    /// # use cloakroom_core::EncodeError;
    /// assert_eq!(EncodeError::new().because("a reason").reason(), Some("a reason"));
    /// ```
    #[must_use]
    pub const fn reason(&self) -> Option<&'static str> {
        self.reason
    }

    /// The cause, which may quote content of the session: not for logs that others read.
    ///
    /// ```
    /// # use cloakroom_core::EncodeError;
    /// let error = EncodeError::new().with_source("a cause");
    /// assert_eq!(error.expose_source().unwrap().to_string(), "a cause");
    /// ```
    #[must_use]
    pub fn expose_source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.source.as_deref()
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the codec cannot encode the value")?;
        for (index, field) in self.fields().enumerate() {
            let before = if index == 0 { ": field `" } else { "." };
            write!(f, "{before}{field}")?;
        }
        if !self.fields.is_empty() {
            f.write_str("`")?;
        }
        match self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> = self.fields().collect();
        f.debug_struct("EncodeError")
            .field("fields", &fields)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl Error for EncodeError {}

/// Content could not be decoded.
///
/// Opaque, so that it can grow; ask [`kind`](Self::kind) and [`position`](Self::position).
///
/// # Security
///
/// `Display`, `Debug` and [`Error::source`] never show the cause, whose text quotes the content.
/// [`expose_source`](Self::expose_source) gives it to who asks by that name.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{Codec, DecodeErrorKind, Json};
///
/// let error = Json.decode::<u32>(br#""my password""#).unwrap_err();
/// assert_eq!(error.kind(), DecodeErrorKind::Content);
/// assert_eq!(error.position().unwrap().line, 1);
/// assert!(!format!("{error} {error:?}").contains("password"));
/// ```
pub struct DecodeError {
    kind: DecodeErrorKind,
    position: Option<Position>,
    source: Option<Source>,
}

/// What kind of failure a [`DecodeError`] is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The bytes are not of the codec, or not of the type.
    Content,
    /// No reader is registered for this codec and version of the type.
    UnknownFormat(Format),
    /// Content of a record is too short to say its format.
    Header,
}

/// Where in the content a codec stopped, both counted from 1.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The byte in the line.
    pub column: usize,
}

impl DecodeError {
    /// An error of this kind, without position and cause.
    ///
    /// ```
    /// # use cloakroom_core::{DecodeError, DecodeErrorKind};
    /// let error = DecodeError::new(DecodeErrorKind::Content);
    /// assert!(error.position().is_none());
    /// ```
    #[must_use]
    pub const fn new(kind: DecodeErrorKind) -> Self {
        Self {
            kind,
            position: None,
            source: None,
        }
    }

    /// The same error with where the codec stopped.
    ///
    /// ```
    /// # use cloakroom_core::{DecodeError, DecodeErrorKind};
    /// let error = DecodeError::new(DecodeErrorKind::Content).at(2, 7);
    /// assert_eq!(error.position().unwrap().column, 7);
    /// ```
    #[must_use]
    pub const fn at(mut self, line: usize, column: usize) -> Self {
        self.position = Some(Position { line, column });
        self
    }

    /// The same error with its cause, for [`expose_source`](Self::expose_source).
    ///
    /// ```
    /// # use cloakroom_core::{DecodeError, DecodeErrorKind};
    /// let error = DecodeError::new(DecodeErrorKind::Content).with_source("a cause");
    /// assert!(error.expose_source().is_some());
    /// ```
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of failure this is.
    ///
    /// ```
    /// # use cloakroom_core::{DecodeError, DecodeErrorKind};
    /// let error = DecodeError::new(DecodeErrorKind::Header);
    /// assert_eq!(error.kind(), DecodeErrorKind::Header);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// Where the codec stopped, if it can say.
    ///
    /// ```
    /// # use cloakroom_core::{Codec, Json};
    /// let error = Json.decode::<Vec<u8>>(b"[1,\n2,x]").unwrap_err();
    /// assert_eq!((error.position().unwrap().line, error.position().unwrap().column), (2, 3));
    /// ```
    #[must_use]
    pub const fn position(&self) -> Option<Position> {
        self.position
    }

    /// The cause, which may quote content of the session: not for logs that others read.
    ///
    /// ```
    /// # use cloakroom_core::{Codec, Json};
    /// let error = Json.decode::<u8>(b"").unwrap_err();
    /// assert!(error.expose_source().is_some());
    /// ```
    #[must_use]
    pub fn expose_source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.source.as_deref()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            DecodeErrorKind::Content => f.write_str("the content is not of the session's type")?,
            DecodeErrorKind::UnknownFormat(format) => write!(
                f,
                "no reader for codec {}, version {}",
                format.codec.get(),
                format.version
            )?,
            DecodeErrorKind::Header => f.write_str("the content is too short to say its format")?,
        }
        match self.position {
            Some(Position { line, column }) => write!(f, " (line {line}, column {column})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("kind", &self.kind)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl Error for DecodeError {}
