//! The parts of a JSON text.
//!
//! RFC 8259 to the letter. kotlinx takes more (leading zeros, raw control characters, half of a
//! surrogate pair, numbers such as `1f`), writes none of it, and it is refused here.

use std::borrow::Cow;

use super::scalar::{MAX_DEPTH, TYPE, plain_len};
use crate::failure::Unreadable;

/// So many digits are never too large for 64 bits.
const MAX_DIGITS: usize = 19;

/// A text, and how far it is read.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    depth: u8,
}

impl<'t> Lexer<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    /// The line and the byte in it where reading stopped, both counted from 1.
    pub(super) fn position(&self) -> (usize, usize) {
        let read = self.text.get(..self.at).unwrap_or_default();
        let line = read.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = read.len() - read.rfind('\n').map_or(0, |newline| newline + 1);
        (line, column.max(1))
    }

    /// The next byte that is no white space; it is not consumed.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        match self.byte() {
            Some(byte) if byte <= b' ' => self.peek_behind_space(),
            byte => byte,
        }
    }

    /// Kotlin writes no white space, so this is hardly ever called.
    #[cold]
    fn peek_behind_space(&mut self) -> Option<u8> {
        while self.byte().is_some_and(is_space) {
            self.at += 1;
        }
        self.byte()
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Consumes this byte, which has to be next.
    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Unreadable> {
        if self.byte() != Some(byte) && self.peek() != Some(byte) {
            return Err(Unreadable::because("another character was expected"));
        }
        self.at += 1;
        Ok(())
    }

    /// Refuses anything but white space.
    pub(super) fn end(&mut self) -> Result<(), Unreadable> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Unreadable::because("something behind the value")),
        }
    }

    /// Goes into an array or an object.
    #[inline]
    pub(super) fn open(&mut self, byte: u8) -> Result<(), Unreadable> {
        self.expect(byte)?;
        if self.depth >= MAX_DEPTH {
            return Err(Unreadable::because(
                "values more than 128 deep in each other",
            ));
        }
        self.depth += 1;
        Ok(())
    }

    /// Goes out of it again.
    #[inline]
    pub(super) fn close(&mut self, byte: u8) -> Result<(), Unreadable> {
        self.expect(byte)?;
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    /// Whether there is one more behind a comma, or the first one; else `end` is next.
    #[inline]
    pub(super) fn more(&mut self, is_first: bool, end: u8) -> Result<bool, Unreadable> {
        let next = self.peek();
        if next == Some(end) {
            return Ok(false);
        }
        if !is_first {
            self.expect(b',')?;
        }
        Ok(true)
    }

    /// A word or a number: all that may be part of one.
    pub(super) fn literal(&mut self) -> Result<&'t str, Unreadable> {
        let _next = self.peek();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.bytes().take_while(is_of_literal).count();
        if len == 0 {
            return Err(Unreadable::because("a value is missing"));
        }
        self.at += len;
        Ok(rest.get(..len).unwrap_or_default())
    }

    /// A number, with or without quotes: kotlinx reads both.
    #[inline]
    pub(super) fn number(&mut self) -> Result<Cow<'t, str>, Unreadable> {
        if self.peek() == Some(b'"') {
            self.string()
        } else {
            self.literal().map(Cow::Borrowed)
        }
    }

    /// A whole number as Kotlin writes it, without a sign, if it is one of `N`. Any other is not
    /// consumed.
    #[inline]
    pub(super) fn plain_integer<N: TryFrom<u64>>(&mut self) -> Option<N> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let (mut number, mut len) = (0, 0);
        for byte in rest.iter().take(MAX_DIGITS) {
            if !byte.is_ascii_digit() {
                break;
            }
            number = number * 10 + u64::from(byte - b'0');
            len += 1;
        }
        let has_zeros = len > 1 && rest.first() == Some(&b'0');
        if len == 0 || has_zeros || rest.get(len).is_some_and(is_of_literal) {
            return None;
        }
        let number = N::try_from(number).ok()?;
        self.at += len;
        Some(number)
    }

    /// Whether this name in quotes and a colon come next, as Kotlin writes them; then they are
    /// consumed.
    #[inline]
    pub(super) fn plain_name(&mut self, name: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let Some((b'"', text)) = rest.split_first() else {
            return false;
        };
        let Some((text, [b'"', b':', ..])) = text.split_at_checked(plain_len(text)) else {
            return false;
        };
        let is_next = text == name.as_bytes();
        if is_next {
            self.at += text.len() + 3;
        }
        is_next
    }

    /// A text in quotes.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Cow<'t, str>, Unreadable> {
        match self.plain_string() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.escaped_string().map(Cow::Owned),
        }
    }

    /// A text in which nothing is escaped. Any other is not consumed.
    #[inline]
    fn plain_string(&mut self) -> Option<&'t str> {
        if self.byte() != Some(b'"') && self.peek() != Some(b'"') {
            return None;
        }
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let rest = bytes.get(start..)?;
        let end = start + plain_len(rest);
        if bytes.get(end) != Some(&b'"') {
            return None;
        }
        self.at = end + 1;
        self.text.get(start..end)
    }

    #[cold]
    fn escaped_string(&mut self) -> Result<String, Unreadable> {
        self.expect(b'"')?;
        let mut text = String::new();
        loop {
            text.push_str(self.plain_run());
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(Unreadable::because("a text without an end")),
            }
        }
        self.at += 1;
        Ok(text)
    }

    /// What comes before the next quote, escape or control character, or the end.
    fn plain_run(&mut self) -> &'t str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let run = rest.get(..plain_len(rest.as_bytes())).unwrap_or_default();
        self.at += run.len();
        run
    }

    fn escape(&mut self) -> Result<char, Unreadable> {
        let letter = self.text.as_bytes().get(self.at + 1);
        let escaped = match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(Unreadable::because("an unknown escape")),
        };
        self.at += 2;
        Ok(escaped)
    }

    /// One or two `\uXXXX` as one character.
    fn unicode(&mut self) -> Result<char, Unreadable> {
        let first = self.unit()?;
        let units = if (0xd800..0xdc00).contains(&first) {
            vec![first, self.unit()?]
        } else {
            vec![first]
        };
        let mut characters = char::decode_utf16(units);
        match (characters.next(), characters.next()) {
            (Some(Ok(character)), None) => Ok(character),
            _ => Err(Unreadable::because("half of a surrogate pair")),
        }
    }

    fn unit(&mut self) -> Result<u16, Unreadable> {
        let escape = self.text.get(self.at..self.at + 6);
        let digits = escape.and_then(|escape| escape.strip_prefix("\\u"));
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        self.at += 6;
        unit.ok_or_else(|| Unreadable::because("an escape without four hex digits"))
    }

    /// Which class of a sealed one the object is, whose `{` was consumed; nothing else is.
    pub(super) fn class(&self) -> Result<Cow<'t, str>, Unreadable> {
        let mut ahead = self.clone();
        while ahead.peek() != Some(b'}') {
            let name = ahead.string()?;
            ahead.expect(b':')?;
            if name == TYPE {
                return ahead.string();
            }
            ahead.skip()?;
            if ahead.peek() == Some(b',') {
                ahead.expect(b',')?;
            }
        }
        Err(Unreadable::because("no class of the sealed one"))
    }

    /// Skips a value, of which no more is checked than where it ends.
    fn skip(&mut self) -> Result<(), Unreadable> {
        let mut open = 0usize;
        loop {
            match self.peek() {
                Some(b'"') => drop(self.string()?),
                Some(b'{' | b'[') => {
                    self.at += 1;
                    open += 1;
                }
                Some(b'}' | b']') if open > 0 => {
                    self.at += 1;
                    open -= 1;
                }
                Some(b',' | b':') if open > 0 => self.at += 1,
                Some(b'}' | b']' | b',' | b':') | None => {
                    return Err(Unreadable::because("a value is missing"));
                }
                Some(_) => drop(self.literal()?),
            }
            if open == 0 {
                return Ok(());
            }
        }
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether the byte is one of those that words and numbers are made of.
const fn is_of_literal(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

/// Whether `text` is a number without a point and an exponent.
pub(super) fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    begins_as_integer(text) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether what `str::parse` takes for an integer is one of JSON too: no `+`, no zeros in front.
pub(super) fn begins_as_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    matches!(digits.as_bytes(), [b'0'] | [b'1'..=b'9', ..])
}

/// Whether `text` is a number (RFC 8259, section 6).
pub(super) fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    is_integer(whole) && fraction.is_none_or(digits) && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_json() {
        for text in [
            "0", "-0", "12", "-1.50", "1e5", "1.0E-4", "1E+9", "4.9E-324",
        ] {
            assert!(is_number(text), "{text}");
        }
        for text in [
            "", "-", "01", "-01", "+1", "1.", ".5", "1e", "1e+", "0x1", "1f", "NaN", "--1", "1.-5",
            "1e5.0", "١",
        ] {
            assert!(!is_number(text), "{text}");
        }
        assert!(is_integer("-0") && !is_integer("1.0") && !is_integer("1e2"));
    }

    #[test]
    fn a_plain_integer_is_read_and_any_other_left() {
        for (text, number) in [
            ("0", 0),
            ("7,", 7),
            ("255}", 255),
            ("9999999999999999999 ", 9_999_999_999_999_999_999_u64),
        ] {
            let mut lexer = Lexer::new(text);
            assert_eq!(lexer.plain_integer(), Some(number));
            assert_eq!(lexer.at, number.to_string().len());
        }
        for text in [
            "",
            "-1",
            "+1",
            "01",
            "00",
            "1.0",
            "1e2",
            "1f",
            " 1",
            "\"1\"",
            "x",
            "18446744073709551615",
            "99999999999999999999",
        ] {
            let mut lexer = Lexer::new(text);
            assert_eq!(lexer.plain_integer::<u64>(), None, "{text}");
            assert_eq!(lexer.at, 0);
        }
        let mut lexer = Lexer::new("256");
        assert_eq!(lexer.plain_integer::<u8>(), None);
        assert_eq!(lexer.plain_integer::<u16>(), Some(256));
    }

    #[test]
    fn a_plain_name_is_consumed_with_its_colon_and_nothing_else_is() {
        let mut lexer = Lexer::new("\"name\":1");
        assert!(lexer.plain_name("name"));
        assert_eq!(lexer.at, 7);
        for (text, name) in [
            ("\"name\":", "names"),
            ("\"names\":", "name"),
            ("\"name\" :", "name"),
            (" \"name\":", "name"),
            ("\"name", "name"),
            ("\"name\"", "name"),
            ("\"n\\u0061me\":", "name"),
            ("\"na\"me\":", "na\"me"),
            ("\"a\\b\":", "a\\b"),
            ("", ""),
        ] {
            let mut lexer = Lexer::new(text);
            assert!(!lexer.plain_name(name), "{text}");
            assert_eq!(lexer.at, 0);
        }
    }

    #[test]
    fn texts_lose_their_escapes() {
        let text = r#" "a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00" "#;
        let mut lexer = Lexer::new(text);
        assert_eq!(lexer.string().unwrap(), "a\"\\/\u{8}\u{c}\n\r\té😀");
        lexer.end().unwrap();
    }

    /// Rules: bad-input.
    #[test]
    fn texts_without_end_and_wrong_escapes_are_refused() {
        for text in [
            "\"a",
            "\"\\",
            "\"\\\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "\"\\u123é\"",
            "\"\\ud83d\"",
            "\"\\ud83d\\u0041\"",
            "\"\\ude00\"",
            "\"a\nb\"",
            "\"\\ud83d\\",
        ] {
            Lexer::new(text).string().unwrap_err();
        }
    }

    #[test]
    fn the_class_is_found_wherever_it_is_and_nothing_is_consumed() {
        let lexer = Lexer::new(r#""a":[{"type":"no"},"}"],"b":-1,"type":"yes"}"#);
        assert_eq!(lexer.class().unwrap(), "yes");
        assert_eq!(lexer.position(), (1, 1));
        for text in [
            "}",
            r#""a":}"#,
            r#""a":1"#,
            r#""a":[1"#,
            r#""a":]"#,
            r#""type":1}"#,
        ] {
            Lexer::new(text).class().unwrap_err();
        }
    }

    #[test]
    fn the_position_counts_lines_and_bytes() {
        let mut lexer = Lexer::new("{\n\n  \"é\": x");
        lexer.open(b'{').unwrap();
        drop(lexer.string().unwrap());
        assert_eq!(lexer.position(), (3, 6));
    }
}
