//! What the sessions hold, and a codec that passes it through.

use std::fmt;
use std::io::Write as _;

use cloakroom_bench::Must as _;
use cloakroom_core::{Codec, CodecId, DecodeError, DecodeErrorKind, EncodeError};
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize, Serialize};

/// The request's Cookie header, around the cookie that is measured.
pub(crate) fn cookie_header(pair: &str) -> String {
    format!("theme=dark; {pair}; lang=en-GB")
}

/// The first pair of a Set-Cookie line.
pub(crate) fn pair_of(line: &[u8]) -> String {
    let pair = line.split(|byte| *byte == b';').next().must();
    String::from_utf8(pair.to_vec()).must()
}

/// A value that a handler changes.
pub(crate) trait Changing:
    Serialize + DeserializeOwned + Clone + fmt::Debug + PartialEq + Send + Sync + 'static
{
    /// The smallest change that shows in the bytes.
    fn change(&mut self);
}

/// Text that no codec looks into, as long as it is asked for.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub(crate) struct Text(pub(crate) String);

impl Text {
    /// Text of JSON's characters.
    pub(crate) fn of(octets: usize) -> Self {
        let text = r#"{"id":17,"name":"a ticket","state":"open"},"#.chars().cycle();
        Self(text.take(octets.saturating_sub(1)).chain(['0']).collect())
    }
}

impl Changing for Text {
    fn change(&mut self) {
        let last = self.0.pop();
        self.0.push(if last == Some('0') { '1' } else { '0' });
    }
}

/// Passes text through: as little work as a codec can be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain;

struct Shown<'a, S>(&'a S);

impl<S: Serialize> fmt::Display for Shown<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}

impl Codec for Plain {
    fn id(&self) -> CodecId {
        CodecId::new(200)
    }

    fn encode<S: Serialize>(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        write!(out, "{}", Shown(value)).map_err(|_| EncodeError::new())
    }

    fn decode<S: DeserializeOwned>(&self, bytes: &[u8]) -> Result<S, DecodeError> {
        let bad = || DecodeError::new(DecodeErrorKind::Content);
        let text = str::from_utf8(bytes).map_err(|_| bad())?;
        S::deserialize(StrDeserializer::<Error>::new(text)).map_err(|_| bad())
    }
}

/// A small session or a large one, by the number of its items.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Cart {
    user: String,
    currency: String,
    changes: u32,
    items: Vec<Item>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Item {
    article: u32,
    name: String,
    count: u8,
}

impl Cart {
    /// As JSON, 74 bytes and 43 to 46 for each item.
    pub(crate) fn of(items: u32) -> Self {
        let item = |number: u32| Item {
            article: 1000 + number,
            name: format!("article {number}"),
            count: 1,
        };
        Self {
            user: "0198c2d7-4f1a".to_owned(),
            currency: "EUR".to_owned(),
            changes: 100_000,
            items: (0..items).map(item).collect(),
        }
    }

    /// One item, whose name makes it about 1,500 bytes of JSON.
    pub(crate) fn of_text() -> Self {
        let mut cart = Self::of(1);
        for item in &mut cart.items {
            item.name = "a long name ".repeat(116);
        }
        cart
    }
}

impl Changing for Cart {
    fn change(&mut self) {
        // As many digits before as after.
        self.changes ^= 1;
    }
}
