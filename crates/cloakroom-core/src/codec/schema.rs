//! The forms of a type over time: which one is written, and how the others are read.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::contract::Codec;
use super::format::Format;
use super::json::Json;
use super::versioned::{Read, Versioned};

/// The forms of the session type `S` over time: one is written, by the codec `C`; the others are
/// read and count as outdated, so that a changed type, or a move to another format, logs nobody
/// out.
///
/// A change that old content still decodes under (a new field with `#[serde(default)]`) needs no
/// new version. For any other change:
///
/// 1. keep the old type, give the new one the next [`version`](Self::version), and register the
///    old one with [`reads`](Self::reads) and the conversion;
/// 2. deploy. An instance of the old release that meets content of the new version refuses it
///    without clearing it ([`UnknownFormat`](super::DecodeErrorKind::UnknownFormat)). To
///    spare users that, release first what reads the new version and writes the old one;
/// 3. take the reader out when the absolute deadline has passed since the last old instance.
///
/// A conversion that can fail belongs in the old type (`#[serde(try_from = "…")]`), where a
/// failure is a refusal of the content.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{CodecId, Format, Json, Schema};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize)]
/// struct CartV1 {
///     item: String,
/// }
/// #[derive(Debug, Deserialize, PartialEq, Serialize)]
/// struct Cart {
///     items: Vec<String>,
/// }
///
/// let carts = Schema::new(Json)
///     .version(2)
///     .reads(1, |old: CartV1| Cart { items: vec![old.item] })
///     .build()?;
///
/// let old = carts.decode(Format::new(CodecId::JSON, 1), br#"{"item":"hat"}"#).unwrap();
/// assert_eq!(old.value, Cart { items: vec!["hat".to_owned()] });
/// assert!(old.outdated);
/// # Ok::<(), cloakroom_core::SchemaError>(())
/// ```
pub struct Schema<S, C = Json> {
    codec: Arc<C>,
    version: u16,
    older: Vec<(Format, Read<S>)>,
}

impl<S, C> Schema<S, C>
where
    S: Serialize + DeserializeOwned + 'static,
    C: Codec,
{
    /// Written by `codec` as version 1, and read in that format only.
    ///
    /// ```
    /// # use cloakroom_core::{Codec, Json, Schema};
    /// let versioned = Schema::<String>::new(Json).build().unwrap();
    /// assert_eq!(versioned.format().codec, Json.id());
    /// ```
    #[must_use]
    pub fn new(codec: C) -> Self {
        Self {
            codec: Arc::new(codec),
            version: 1,
            older: Vec::new(),
        }
    }

    /// The version of `S` that is written. Default 1.
    ///
    /// ```
    /// # use cloakroom_core::{Json, Schema};
    /// let versioned = Schema::<String>::new(Json).version(7).build().unwrap();
    /// assert_eq!(versioned.format().version, 7);
    /// ```
    #[must_use]
    pub const fn version(mut self, version: u16) -> Self {
        self.version = version;
        self
    }

    /// Reads `version` of the type as well, which was an `Old`, in the format of the writer.
    ///
    /// ```
    /// # use cloakroom_core::{CodecId, Format, Json, Schema};
    /// let schema = Schema::<u64>::new(Json).version(2).reads(1, |old: u32| u64::from(old));
    /// let versioned = schema.build().unwrap();
    /// let decoded = versioned.decode(Format::new(CodecId::JSON, 1), b"5").unwrap();
    /// assert_eq!(decoded.value, 5);
    /// ```
    #[must_use]
    pub fn reads<Old: DeserializeOwned>(
        self,
        version: u16,
        convert: impl Fn(Old) -> S + Send + Sync + 'static,
    ) -> Self {
        let codec = Arc::clone(&self.codec);
        self.with_reader(codec, version, convert)
    }

    /// Reads `version` of the type as well, which was an `Old`, in another format.
    ///
    /// With `Old` = `S` and the identity it is a move from one format to another.
    ///
    /// ```
    /// # use cloakroom_core::{Codec, CodecId, DecodeError, EncodeError, Format, Json, Schema};
    /// # use serde::{Serialize, de::DeserializeOwned};
    /// # #[derive(Debug)]
    /// # struct Own;
    /// # impl Codec for Own {
    /// #     fn id(&self) -> CodecId { CodecId::new(128) }
    /// #     fn encode<S: Serialize>(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    /// #         Json.encode(value, out)
    /// #     }
    /// #     fn decode<S: DeserializeOwned>(&self, bytes: &[u8]) -> Result<S, DecodeError> {
    /// #         Json.decode(bytes)
    /// #     }
    /// # }
    /// let schema = Schema::<u64, _>::new(Own).reads_with(Json, 1, |same: u64| same);
    /// let versioned = schema.build().unwrap();
    /// let decoded = versioned.decode(Format::new(CodecId::JSON, 1), b"5").unwrap();
    /// assert!(decoded.outdated);
    /// assert_eq!(versioned.format().codec, CodecId::new(128));
    /// ```
    #[must_use]
    pub fn reads_with<Old: DeserializeOwned>(
        self,
        codec: impl Codec,
        version: u16,
        convert: impl Fn(Old) -> S + Send + Sync + 'static,
    ) -> Self {
        self.with_reader(Arc::new(codec), version, convert)
    }

    fn with_reader<Old: DeserializeOwned>(
        mut self,
        codec: Arc<impl Codec>,
        version: u16,
        convert: impl Fn(Old) -> S + Send + Sync + 'static,
    ) -> Self {
        let format = Format::new(codec.id(), version);
        let read = move |bytes: &[u8]| codec.decode(bytes).map(&convert);
        self.older.push((format, Box::new(read)));
        self
    }

    /// One writer and its readers, without the codec in their type.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] if two readers, or a reader and the writer, have one format: which of them
    /// reads would be a matter of order.
    ///
    /// ```
    /// # use cloakroom_core::{Json, Schema};
    /// let twice = Schema::<u64>::new(Json).reads(1, |old: u32| u64::from(old));
    /// assert_eq!(twice.build().unwrap_err().format.version, 1);
    /// ```
    pub fn build(self) -> Result<Versioned<S>, SchemaError> {
        let format = Format::new(self.codec.id(), self.version);
        let mut known = vec![format];
        for (older, _) in &self.older {
            if known.contains(older) {
                return Err(SchemaError { format: *older });
            }
            known.push(*older);
        }
        let (writer, reader) = (Arc::clone(&self.codec), self.codec);
        Ok(Versioned::new(
            format,
            Box::new(move |value, out| writer.encode(value, out)),
            Box::new(move |bytes| reader.decode(bytes)),
            self.older,
        ))
    }
}

impl<S, C: fmt::Debug> fmt::Debug for Schema<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema")
            .field("codec", &self.codec)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// A [`Schema`] has two readers of one format.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SchemaError {
    /// The format.
    pub format: Format,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "two readers of codec {}, version {}",
            self.format.codec.get(),
            self.format.version
        )
    }
}

impl Error for SchemaError {}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::codec::error::{DecodeError, DecodeErrorKind, EncodeError};
    use crate::codec::format::CodecId;

    #[derive(Debug, Deserialize, Serialize)]
    struct CartV1 {
        item: String,
    }

    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Cart {
        items: Vec<String>,
    }

    fn cart() -> Cart {
        Cart {
            items: vec!["hat".to_owned()],
        }
    }

    /// JSON behind one octet of its own, which is not taken back after a failure.
    #[derive(Debug)]
    struct Marked;

    impl Codec for Marked {
        fn id(&self) -> CodecId {
            CodecId::new(200)
        }

        fn encode<S: Serialize>(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
            out.push(b'!');
            Json.encode(value, out)
        }

        fn decode<S: DeserializeOwned>(&self, bytes: &[u8]) -> Result<S, DecodeError> {
            match bytes {
                [b'!', json @ ..] => Json.decode(json),
                _ => Err(DecodeError::new(DecodeErrorKind::Content)),
            }
        }
    }

    fn carts() -> Versioned<Cart> {
        Schema::new(Marked)
            .version(3)
            .reads(2, |old: Cart| old)
            .reads_with(Json, 2, |old: Cart| old)
            .reads_with(Json, 1, |old: CartV1| Cart {
                items: vec![old.item],
            })
            .build()
            .unwrap()
    }

    /// Rules: secrets.
    #[test]
    fn debug_shows_formats_and_no_content() {
        let decoded = carts().decode(carts().format(), br#"!{"items":["secret"]}"#);
        assert_eq!(
            format!("{:?}", decoded.unwrap()),
            "Decoded { outdated: false, .. }"
        );
        let shown = format!("{:?}", Schema::<u8>::new(Json).build().unwrap());
        let format = "Format { codec: CodecId(1), version: 1 }";
        assert_eq!(
            shown,
            format!("Versioned {{ format: {format}, older: [], .. }}")
        );
    }

    #[test]
    fn what_is_written_is_read_and_current() {
        let mut bytes = Vec::new();
        carts().encode(&cart(), &mut bytes).unwrap();
        assert_eq!(bytes, br#"!{"items":["hat"]}"#);
        let decoded = carts().decode(carts().format(), &bytes).unwrap();
        assert_eq!((decoded.value, decoded.outdated), (cart(), false));
    }

    #[test]
    fn every_older_form_is_read_by_its_own_reader_and_is_outdated() {
        for (codec, version, bytes) in [
            (200, 2, r#"!{"items":["hat"]}"#),
            (1, 2, r#"{"items":["hat"]}"#),
            (1, 1, r#"{"item":"hat"}"#),
        ] {
            let format = Format::new(CodecId::new(codec), version);
            let decoded = carts().decode(format, bytes.as_bytes()).unwrap();
            assert_eq!((decoded.value, decoded.outdated), (cart(), true));
        }
    }

    /// Rules: bad-input.
    #[test]
    fn a_form_without_a_reader_is_an_error_of_its_own_and_no_other_reader_is_tried() {
        for (codec, version) in [(200, 4), (200, 1), (1, 3), (2, 3), (0, 0)] {
            let format = Format::new(CodecId::new(codec), version);
            let error = carts().decode(format, br#"{"items":[]}"#).unwrap_err();
            assert_eq!(error.kind(), DecodeErrorKind::UnknownFormat(format));
        }
    }

    /// Rules: bad-input.
    #[test]
    fn content_that_its_reader_does_not_decode_is_refused() {
        let format = Format::new(CodecId::JSON, 1);
        let error = carts().decode(format, br#"{"items":["hat"]}"#).unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::Content);
    }

    /// Rules: row-17.
    #[test]
    fn a_codec_that_fails_half_way_leaves_the_output_as_it_was() {
        type Unwritable = std::collections::BTreeMap<Vec<u8>, u8>;
        let versioned = Schema::<Unwritable, _>::new(Marked).build().unwrap();
        let mut out = b"before".to_vec();
        versioned
            .encode(&Unwritable::from([(vec![1], 1)]), &mut out)
            .unwrap_err();
        assert_eq!(out, b"before");
    }

    #[test]
    fn two_readers_of_one_form_are_refused() {
        let with_the_writer = Schema::<Cart>::new(Json).reads_with(Json, 1, |same: Cart| same);
        let with_each_other = Schema::<Cart>::new(Json)
            .version(3)
            .reads(2, |same: Cart| same)
            .reads_with(Json, 2, |same: Cart| same);
        assert_eq!(with_the_writer.build().unwrap_err().format.version, 1);
        let error = with_each_other.build().unwrap_err();
        assert_eq!(error.to_string(), "two readers of codec 1, version 2");
    }
}
