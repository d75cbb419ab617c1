//! The numbers that content carries, so that its reader is found.

/// The registered number of a format.
///
/// | numbers | whose |
/// |---|---|
/// | 0 | nobody's |
/// | 1, 2, 3 | JSON, MessagePack, postcard |
/// | 4 to 15 | cloakroom's later formats |
/// | 16 to 127 | the formats of the Ktor profile |
/// | 128 to 255 | the application's own |
///
/// A number is for ever: content under it may lie in a storage for as long as a session lives.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{Codec, CodecId, Json};
///
/// assert_eq!(Json.id(), CodecId::JSON);
/// assert_eq!(CodecId::new(128).get(), 128);
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CodecId(u8);

impl CodecId {
    /// JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), the default.
    pub const JSON: Self = Self(1);
    /// MessagePack.
    pub const MESSAGE_PACK: Self = Self(2);
    /// postcard.
    pub const POSTCARD: Self = Self(3);

    /// The format with this number. An application's own formats take 128 to 255.
    ///
    /// ```
    /// # use cloakroom_core::CodecId;
    /// assert_eq!(CodecId::new(1), CodecId::JSON);
    /// ```
    #[must_use]
    pub const fn new(number: u8) -> Self {
        Self(number)
    }

    /// The number.
    ///
    /// ```
    /// # use cloakroom_core::CodecId;
    /// assert_eq!(CodecId::MESSAGE_PACK.get(), 2);
    /// ```
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// What some content is written in: the codec, and the version of the application's type.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{CodecId, Format};
///
/// let format = Format::new(CodecId::JSON, 2);
/// assert_eq!((format.codec, format.version), (CodecId::JSON, 2));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Format {
    /// The codec.
    pub codec: CodecId,
    /// The version of the type, counted by the application. Default 1.
    pub version: u16,
}

impl Format {
    /// This codec, this version of the type.
    ///
    /// ```
    /// # use cloakroom_core::{CodecId, Format};
    /// assert_ne!(Format::new(CodecId::JSON, 1), Format::new(CodecId::JSON, 2));
    /// ```
    #[must_use]
    pub const fn new(codec: CodecId, version: u16) -> Self {
        Self { codec, version }
    }
}
