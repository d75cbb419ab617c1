//! Where below the root the file of a session lies.
//!
//! * **As Ktor has it** for an id: cut in pieces of two characters, each but the last the name of a
//!   folder, and the last, with `.dat`, that of the file (Ktor's `DirectoryStorage.kt`).
//! * **Ids are checked by what is allowed**: letters and digits of any script, the printable
//!   characters of ASCII, and the space. Ktor's own refusals are kept (empty, `..` anywhere, and
//!   `/ \ ! ? > <`). Refused besides: control characters and white space; whatever lies beyond the
//!   basic plane, which Ktor would cut in two halves that are no characters; and combining marks,
//!   by which one name could be spelled in two ways.
//! * **No name is too long**: a [`StorageKey`] has at most 256 bytes, so a path has at most 128
//!   names, each of at most ten bytes.
//! * **Keys that Ktor does not write** (hashes, and texts that are no plain ids) lie in two folders
//!   of their own, `~` and `+`, under hexadecimal digits: a name of one character is never a folder
//!   of Ktor's, and no two keys share a file, also where a file system ignores case.

use cloakroom_storage::StorageKey;
use sha2::{Digest as _, Sha256};

/// How many characters a piece of an id has.
const PIECE: usize = 2;

/// How many characters an id has at most that lies where Ktor has it though only Rust writes.
const PLAIN: usize = 64;

const SUFFIX: &str = ".dat";

/// The names of the folders, from the root down, and the name of the file.
///
/// No `Debug`: the names are the session's id.
#[derive(Clone, Eq, Hash, PartialEq)]
pub(super) struct Place {
    folders: Vec<Box<str>>,
    file: Box<str>,
}

impl Place {
    /// Where Ktor keeps the session of this id, if it is one.
    pub(super) fn of_id(id: &str) -> Option<Self> {
        if id.is_empty() || id.contains("..") || !id.chars().all(is_allowed) {
            return None;
        }
        let letters: Vec<char> = id.chars().collect();
        let mut pieces = letters.chunks(PIECE).map(String::from_iter);
        let file = pieces.next_back()?;
        Some(Self {
            folders: pieces.map(Into::into).collect(),
            file: (file + SUFFIX).into(),
        })
    }

    /// Where the record under `key` lies when only Rust writes: an id of Ktor's where Ktor has it.
    pub(super) fn of_key(key: &StorageKey) -> Self {
        let plain = key.is_text().then(|| str::from_utf8(key.as_bytes()));
        let plain = plain.and_then(Result::ok).filter(|id| is_plain(id));
        if let Some(place) = plain.and_then(Self::of_id) {
            return place;
        }
        let (folder, digits) = if key.is_text() {
            ("+", hex(&Sha256::digest(key.as_bytes())))
        } else {
            ("~", hex(key.as_bytes()))
        };
        let first = digits.get(..PIECE).unwrap_or(&digits);
        Self {
            folders: vec![folder.into(), first.into()],
            file: format!("{digits}{SUFFIX}").into(),
        }
    }

    /// A file in folders that are not Ktor's.
    pub(super) fn of_names(folders: &[&str], file: &str) -> Self {
        Self {
            folders: folders.iter().map(|name| (*name).into()).collect(),
            file: file.into(),
        }
    }

    /// The id whose session Ktor keeps here, if it would keep one here.
    pub(super) fn to_id(&self) -> Option<String> {
        let last = self.file.strip_suffix(SUFFIX)?;
        let id: String = self.folders.iter().map(|name| &**name).collect();
        let id = id + last;
        (Self::of_id(&id)? == *self).then_some(id)
    }

    /// Whether a session may lie here at all.
    pub(super) fn is_of_session(&self) -> bool {
        self.file.ends_with(SUFFIX)
    }

    pub(super) fn folders(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.folders.iter().map(|name| &**name)
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }
}

fn is_allowed(letter: char) -> bool {
    let is_basic = u32::from(letter) <= 0xFFFF;
    let is_printable = letter.is_ascii_graphic() && !"/\\!?><".contains(letter);
    is_printable || letter == ' ' || (is_basic && letter.is_alphanumeric())
}

/// Whether an id has one spelling on every file system.
fn is_plain(id: &str) -> bool {
    let is_plain = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-' | b'_');
    id.len() <= PLAIN && id.bytes().all(is_plain)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn path(place: &Place) -> String {
        let mut names: Vec<_> = place.folders().collect();
        names.push(place.file());
        names.join("/")
    }

    fn id(id: &str) -> Option<String> {
        Place::of_id(id).as_ref().map(path)
    }

    fn key(text: &str) -> StorageKey {
        StorageKey::text(text).unwrap()
    }

    #[test]
    fn an_id_is_cut_in_pieces_of_two_characters() {
        for (of, expected) in [
            ("a", "a.dat"),
            ("ab", "ab.dat"),
            ("abcde", "ab/cd/e.dat"),
            ("h778", "h7/78.dat"),
            ("ABC.x", "AB/C./x.dat"),
            (".", "..dat"),
            ("éß漢x", "éß/漢x.dat"),
        ] {
            assert_eq!(id(of).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_ktor_refuses_and_what_has_two_spellings_is_no_id() {
        let refused = [
            "",
            "..",
            "a..b",
            "...",
            "a/b",
            "a\\b",
            "a!",
            "a?",
            "a>",
            "a<",
            "a\0b",
            "a\nb",
            "a\tb",
            "a\u{301}",
            "\u{1f9e5}",
            "\u{1d400}",
            "\u{200b}",
            "\u{a0}",
            "\u{202e}a",
        ];
        for of in refused {
            assert_eq!(id(of), None, "{of:?}");
        }
    }

    #[test]
    fn a_key_that_is_no_plain_id_lies_apart() {
        assert_eq!(path(&Place::of_key(&key("777"))), "77/7.dat");
        let hash = Place::of_key(&StorageKey::hash([0xAB; 32]));
        assert_eq!(path(&hash), format!("~/ab/{}.dat", "ab".repeat(32)));
        let shout = path(&Place::of_key(&key("ID")));
        assert!(
            shout.starts_with("+/") && shout.len() == 2 + 3 + 64 + 4,
            "{shout}"
        );
        let long = path(&Place::of_key(&key(&"x".repeat(65))));
        assert!(long.starts_with("+/"), "{long}");
    }

    proptest! {
        #[test]
        fn a_place_tells_its_id(text in "\\PC{0,40}") {
            if let Some(place) = Place::of_id(&text) {
                prop_assert_eq!(place.to_id(), Some(text));
            }
        }

        #[test]
        fn no_name_of_a_place_leads_elsewhere(text in any::<String>(), bytes in any::<[u8; 32]>()) {
            let long = StorageKey::text(&text).map(|key| Place::of_key(&key)).ok();
            let places = [Place::of_id(&text), long, Some(Place::of_key(&StorageKey::hash(bytes)))];
            for place in places.into_iter().flatten() {
                for name in place.folders().chain([place.file()]) {
                    prop_assert!(!name.is_empty() && name.len() <= 68);
                    prop_assert!(name != "." && name != "..");
                    prop_assert!(!name.contains(['/', '\0']));
                }
            }
        }

        #[test]
        fn no_two_keys_share_a_file_even_where_case_is_ignored(
            texts in proptest::collection::hash_set("[aAbB.é+~0]{0,4}", 0..40),
        ) {
            let places = texts.iter().map(|text| path(&Place::of_key(&key(text))).to_lowercase());
            prop_assert_eq!(places.collect::<HashSet<_>>().len(), texts.len());
        }
    }
}
