//! The two percent encodings and the pairs that Ktor's texts are made of.
//!
//! * [`encode_form`] is `encodeURLParameter(spaceToPlus = true)`, [`encode_component`] is
//!   `encodeURLQueryComponent()`, [`decode`] reads both (`ktor-http`, `Codecs.kt`).
//! * [`Pairs`] is `parseQueryString` (`Query.kt`): at most 1000 pairs, the rest is not looked at;
//!   white space around a name and a value does not count; names are compared without regard to
//!   case (`Parameters`); of a repeated name the first value counts.
//! * An escape of what is not UTF-8 is refused. Ktor reads a replacement character there, and
//!   never writes such an escape.

use std::borrow::Cow;

use crate::failure::Unreadable;

/// How many pairs Ktor looks at.
pub(super) const MAX_PAIRS: usize = 1000;

/// Letters, digits and `-._~` as they are, a space as `+`, all else escaped.
pub(super) fn encode_form(text: &str, out: &mut String) {
    encode(
        text,
        "+",
        |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte),
        out,
    );
}

/// Letters, digits and the marks of an address as they are, all else escaped.
pub(super) fn encode_component(text: &str, out: &mut String) {
    let is_kept =
        |byte: u8| byte.is_ascii_alphanumeric() || b":/?#[]@!$&'()*,;=-._~+".contains(&byte);
    encode(text, "%20", is_kept, out);
}

fn encode(text: &str, space: &str, is_kept: impl Fn(u8) -> bool, out: &mut String) {
    let mut rest = text;
    while let Some(len) = rest.bytes().position(|byte| !is_kept(byte)) {
        // What is kept is ASCII, so this is no part of a character.
        let (kept, behind) = rest.split_at(len);
        out.push_str(kept);
        let Some(character) = behind.chars().next() else {
            break;
        };
        let (escaped, behind) = behind.split_at(character.len_utf8());
        if character == ' ' {
            out.push_str(space);
        } else {
            escaped.bytes().for_each(|byte| escape(byte, out));
        }
        rest = behind;
    }
    out.push_str(rest);
}

fn escape(byte: u8, out: &mut String) {
    out.push('%');
    for digit in [byte >> 4, byte & 15] {
        let digit = b"0123456789ABCDEF".get(usize::from(digit));
        out.push(digit.copied().map_or('0', char::from));
    }
}

/// What a `+` is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Plus {
    /// Itself.
    Kept,
    /// A space.
    Space,
}

/// The text without its escapes.
pub(super) fn decode(text: &str, plus: Plus) -> Result<Cow<'_, str>, Unreadable> {
    let special = |byte: &u8| *byte == b'%' || *byte == b'+' && plus == Plus::Space;
    if !text.as_bytes().iter().any(special) {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => escaped(bytes.next(), bytes.next())?,
            b'+' if plus == Plus::Space => b' ',
            _ => byte,
        });
    }
    String::from_utf8(decoded)
        .map(Cow::Owned)
        .map_err(|_| Unreadable::because("escapes that are not UTF-8"))
}

fn escaped(high: Option<u8>, low: Option<u8>) -> Result<u8, Unreadable> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16)?.try_into().ok();
    match (digit(high), digit(low)) {
        (Some(high), Some(low)) => Ok(16u8.wrapping_mul(high) + low),
        _ => Err(Unreadable::because("an escape without two hex digits")),
    }
}

/// The pairs of a text, in its order. A name without `=` has no value.
#[derive(Debug, Default)]
pub(super) struct Pairs(Vec<(String, Option<String>)>);

impl Pairs {
    /// The first thousand pairs of `text`.
    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        let mut pairs = Vec::new();
        for part in text.split('&').take(MAX_PAIRS) {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (trim(name), Some(trim(value))),
                None => (trim(part), None),
            };
            if name.is_empty() {
                continue;
            }
            let name = decode(name, Plus::Kept)?.into_owned();
            let value = value.map(|value| decode(value, Plus::Space));
            pairs.push((name, value.transpose()?.map(Cow::into_owned)));
        }
        Ok(Self(pairs))
    }

    /// The first value under this name.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let of_name = self.0.iter().filter(|(known, _)| is_same_name(known, name));
        of_name.filter_map(|(_, value)| value.as_deref()).next()
    }

    /// How the name is spelled where it comes first.
    pub(super) fn spelling(&self, name: &str) -> Option<&str> {
        let mut names = self.names();
        names.find(|known| is_same_name(known, name))
    }

    /// Every name, as often as it is there.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The names that have a value, each once, as its first spelling, with that value.
    pub(super) fn distinct(self) -> Vec<(String, String)> {
        let mut seen = std::collections::BTreeMap::new();
        let mut distinct: Vec<(String, Option<String>)> = Vec::new();
        for (name, value) in self.0 {
            let next = distinct.len();
            let place = *seen.entry(name.to_lowercase()).or_insert(next);
            match distinct.get_mut(place) {
                Some((_, first)) => *first = first.take().or(value),
                None => distinct.push((name, value)),
            }
        }
        let valued = |(name, value): (String, Option<String>)| value.map(|value| (name, value));
        distinct.into_iter().filter_map(valued).collect()
    }
}

impl FromIterator<(String, String)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let valued = |(name, value)| (name, Some(value));
        Self(pairs.into_iter().map(valued).collect())
    }
}

/// Whether two names are one to Ktor's `Parameters`.
pub(super) fn is_same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || !(one.is_ascii() && other.is_ascii()) && one.to_lowercase() == other.to_lowercase()
}

/// Kotlin's white space: that of Unicode without U+0085, and the four separators of ASCII.
fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() && c != '\u{85}' || ('\u{1c}'..='\u{1f}').contains(&c)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(text: &str) -> String {
        let mut out = String::new();
        encode_form(text, &mut out);
        out
    }

    fn component(text: &str) -> String {
        let mut out = String::new();
        encode_component(text, &mut out);
        out
    }

    #[test]
    fn the_two_encodings_differ_in_what_they_leave() {
        assert_eq!(form("a-b.c_d~ é/&"), "a-b.c_d~+%C3%A9%2F%26");
        assert_eq!(component("a-b é/&=#+%"), "a-b%20%C3%A9/&=#+%25");
    }

    #[test]
    fn a_plus_is_a_space_only_where_a_value_is_read() {
        assert_eq!(decode("a+b%2b", Plus::Kept).unwrap(), "a+b+");
        assert_eq!(decode("a+b%2b", Plus::Space).unwrap(), "a b+");
    }

    /// Rules: bad-input.
    #[test]
    fn cut_off_and_wrong_escapes_are_refused() {
        for text in [
            "%",
            "a%4",
            "%zz",
            "%4",
            "%%41",
            "%+1",
            "%C3",
            "%E2%82",
            "%ED%A0%80",
        ] {
            decode(text, Plus::Kept).unwrap_err();
            Pairs::parse(&format!("other={text}")).unwrap_err();
        }
    }

    #[test]
    fn white_space_around_names_and_values_does_not_count() {
        let pairs = Pairs::parse("\u{1c}a\u{a0}=\u{a0}1 2\u{2003}& b&=c&\u{85}d=\u{85}").unwrap();
        assert_eq!(pairs.value("a"), Some("1 2"));
        assert_eq!(pairs.value("b"), None);
        assert_eq!(pairs.value("\u{85}d"), Some("\u{85}"));
        assert_eq!(pairs.names().count(), 3);
    }

    #[test]
    fn of_a_repeated_name_in_any_case_the_first_value_counts() {
        let pairs = Pairs::parse("é&É=1&é=2").unwrap();
        assert_eq!(pairs.value("É"), Some("1"));
        assert_eq!(pairs.spelling("É"), Some("é"));
        let pairs = pairs.distinct();
        assert_eq!(pairs, [("é".to_owned(), "1".to_owned())]);
    }

    /// Rules: bad-input.
    #[test]
    fn pairs_behind_the_thousandth_are_not_looked_at() {
        let text = "a=1&".repeat(999);
        assert_eq!(
            Pairs::parse(&format!("{text}b=1")).unwrap().value("b"),
            Some("1")
        );
        let behind = format!("a=1&{text}b=%zz");
        assert_eq!(Pairs::parse(&behind).unwrap().value("b"), None);
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(text: String) {
            let (form, component) = (form(&text), component(&text));
            prop_assert_eq!(decode(&form, Plus::Space).unwrap(), text.as_str());
            prop_assert_eq!(decode(&component, Plus::Kept).unwrap(), text.as_str());
        }

        /// Rules: bad-input.
        #[test]
        fn no_text_makes_it_panic(text: String) {
            if let Ok(pairs) = Pairs::parse(&text) {
                prop_assert!(pairs.names().count() <= MAX_PAIRS);
                prop_assert!(pairs.distinct().len() <= MAX_PAIRS);
            }
        }
    }
}
