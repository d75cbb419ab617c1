//! How each reader of Ktor takes a list, a map or an object apart.

use super::query::{Pairs, Plus, decode};
use crate::failure::Unreadable;

/// Which of Ktor's two readers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reader {
    /// `SessionSerializerReflection`.
    Reflection,
    /// `SessionsBackwardCompatibleDecoder`, with its `ListLikeDecoder` and `MapDecoder`.
    BackwardCompatible,
}

/// The texts of the elements of the list that follows `#cl` or `#cs`.
pub(super) fn elements(reader: Reader, body: &str) -> Result<Vec<String>, Unreadable> {
    let joined = decode(body, Plus::Kept)?;
    match reader {
        Reader::Reflection => joined
            .split('&')
            .filter(|element| !element.is_empty())
            .map(|element| decode(element, Plus::Kept).map(Into::into))
            .collect(),
        // It does not decode the elements, and finds an empty one in an empty list.
        Reader::BackwardCompatible => Ok(joined.split('&').map(str::to_owned).collect()),
    }
}

/// The texts of the keys and values of the map that follows `#m`.
pub(super) fn entries(reader: Reader, body: &str) -> Result<Vec<(String, String)>, Unreadable> {
    let joined = decode(body, Plus::Kept)?;
    match reader {
        Reader::Reflection => joined
            .split('&')
            .filter(|entry| !entry.is_empty())
            .map(|entry| {
                let (key, value) = entry.split_once('=').unwrap_or((entry, entry));
                Ok((
                    decode(key, Plus::Kept)?.into_owned(),
                    decode(value, Plus::Kept)?.into_owned(),
                ))
            })
            .collect(),
        // It reads the pairs, writes them, and reads them once more: a space in a key becomes a
        // plus on the way, and keys that differ in case only become one.
        Reader::BackwardCompatible => {
            let once = Pairs::parse(&joined)?.distinct();
            let respelled = once
                .into_iter()
                .map(|(key, value)| (key.replace(' ', "+"), value));
            Ok(respelled.collect::<Pairs>().distinct())
        }
    }
}

/// The properties of the object that follows `##`.
pub(super) fn properties(reader: Reader, body: &str) -> Result<Pairs, Unreadable> {
    match reader {
        Reader::Reflection => Pairs::parse(body),
        // It decodes the whole text once too often.
        Reader::BackwardCompatible => Pairs::parse(&decode(body, Plus::Kept)?),
    }
}
