//! Finds the values of one cookie in a line (`parseClientCookiesHeader` in `Cookie.kt`).
//!
//! Ktor looks for `(^|;)\s*(NAME+)\s*(=\s*("[^"]*"|[^;]*))?` again and again:
//!
//! * A pair begins at the line's beginning or at a `;`; what stands between the end of a pair and
//!   the next `;` is skipped. A `;` between double quotes does not end the value.
//! * Blanks before and after the name and before the value are not theirs; blanks after the value
//!   are.
//! * A name without `=` has an empty value. A name that begins with `$` is none (RFC 2109 §4.4).
//! * Double quotes around a value go, whatever the cookie's encoding.
//!
//! Ktor keeps the last value of several; here all are told, in order.

use memchr::memchr;

use crate::version::Ktor;

/// Calls `each` with every value of the cookie `name` in one line.
///
/// `name` is one that the version reads, as [`is_name_octet`] says, and does not begin with `$`.
pub(super) fn cookie_values<'a>(
    mut line: &'a [u8],
    name: &[u8],
    ktor: Ktor,
    mut each: impl FnMut(&'a [u8]),
) {
    loop {
        let (found, mut after) = name_of(line, ktor);
        if !found.is_empty() {
            let (value, rest) = value_of(after);
            if found == name {
                each(value);
            }
            after = rest;
        }
        match split_at(after, b';') {
            (_, Some(next)) => line = next,
            (_, None) => return,
        }
    }
}

/// Whether a cookie of that version may have the octet in its name, so that it reads what it wrote.
///
/// 1.6.8 reads no delimiters (RFC 9110 §5.6.2), later versions all but `=`, `{` and `}`; none writes
/// `;`, `,` and `"`.
pub(super) const fn is_name_octet(octet: u8, ktor: Ktor) -> bool {
    octet.is_ascii_graphic() && !matches!(octet, b',' | b'"') && !ends_name(octet, ktor)
}

/// The name at the beginning, which may be empty, and what is after it.
fn name_of(line: &[u8], ktor: Ktor) -> (&[u8], &[u8]) {
    let line = trim_start(line);
    let end = line
        .iter()
        .position(|octet| ends_name(*octet, ktor))
        .unwrap_or(line.len());
    line.split_at_checked(end).unwrap_or_default()
}

/// The value that follows a name, and what is after it.
fn value_of(after_name: &[u8]) -> (&[u8], &[u8]) {
    let [b'=', text @ ..] = trim_start(after_name) else {
        return (b"", after_name);
    };
    let text = trim_start(text);
    if let [b'"', quoted @ ..] = text
        && let (value, Some(after)) = split_at(quoted, b'"')
    {
        return (value, after);
    }
    let end = memchr(b';', text).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or_default()
}

/// Whether an octet ends a name that Ktor is reading.
const fn ends_name(octet: u8, ktor: Ktor) -> bool {
    match octet {
        b';' | b'=' | b'{' | b'}' => true,
        b'(' | b')' | b'<' | b'>' | b'@' | b':' | b'/' | b'\\' | b'"' | b'[' | b']' | b'?' => {
            matches!(ktor, Ktor::V1_6_8)
        }
        _ => is_blank(octet),
    }
}

/// What `\s` stands for in a Java pattern.
const fn is_blank(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t'..=b'\r')
}

fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [octet, rest @ ..] = text
        && is_blank(*octet)
    {
        text = rest;
    }
    text
}

/// What is before the first `mark`, and what is after it, if there is one.
fn split_at(text: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    memchr(mark, text)
        .and_then(|at| text.split_at_checked(at))
        .map_or((text, None), |(before, after)| (before, after.get(1..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(line: &[u8], ktor: Ktor) -> Vec<&[u8]> {
        let mut found = Vec::new();
        cookie_values(line, b"S", ktor, |value| found.push(value));
        found
    }

    /// Each row: the line, and the values of `S` in it. What the last of them is, was asked of
    /// `parseClientCookiesHeader` of 1.6.8, 2.3.13 and 3.5.2.
    #[test]
    fn pairs_are_found_as_ktor_finds_them() {
        let rows: [(&[u8], &[&[u8]]); 40] = [
            (b"", &[]),
            (b"S", &[b""]),
            (b"S=", &[b""]),
            (b"S=1", &[b"1"]),
            (b"A=1; S=2; B=3", &[b"2"]),
            (b"A=1;S=2;B=3", &[b"2"]),
            (b"S=1; S=2", &[b"1", b"2"]),
            (b"S=1; S", &[b"1", b""]),
            (b"$Version=1; S=9; $Path=/", &[b"9"]),
            (b"$S=1", &[]),
            (b";;; ;S=1;", &[b"1"]),
            (b"s=1", &[]),
            (b"SS=1", &[]),
            // Blanks before the value are not its own, and those after it are.
            (b" S = 1 ", &[b"1 "]),
            (b"\tS\t=\t1\t", &[b"1\t"]),
            (b"\x0b\x0c\r\nS=1", &[b"1"]),
            (b"\xc2\xa0S=1", &[]),
            (b"S=1 ; A=2", &[b"1 "]),
            // What follows a name without `=`, or a name that is none, is skipped up to the `;`.
            (b"S A=1", &[b""]),
            (b"A S=1", &[]),
            (b"S A; S=1", &[b"", b"1"]),
            (b"=S=1", &[]),
            (b"=1; S=2", &[b"2"]),
            (b"S{=1", &[b""]),
            (b"{S=1", &[]),
            // Only the first `=` divides.
            (b"S==", &[b"="]),
            (b"S=a=b=c", &[b"a=b=c"]),
            (b"S={\"id\":1}", &[b"{\"id\":1}"]),
            // Between double quotes a `;` is the value's.
            (b"S=\"q q\"", &[b"q q"]),
            (b"S=\"\"", &[b""]),
            (b"S= \"a;S=b\" ; S=2", &[b"a;S=b", b"2"]),
            (b"A=\"; S=1\"", &[]),
            (b"S=\"a\"b; S=2", &[b"a", b"2"]),
            // A quote that is not closed is a character like another.
            (b"S=\"", &[b"\""]),
            (b"S=\"a; S=2", &[b"\"a", b"2"]),
            (b"S=a\"b;c\"", &[b"a\"b"]),
            // A pair that has no name does not reach for quotes.
            (b"=\"a; S=1\"", &[b"1\""]),
            (b"S=\xff", &[b"\xff"]),
            (b"S=a,S=b", &[b"a,S=b"]),
            (b"S=%zz", &[b"%zz"]),
        ];
        for (line, expected) in rows {
            for ktor in [Ktor::V1_6_8, Ktor::V2, Ktor::V3] {
                assert_eq!(values(line, ktor), expected, "{ktor:?} {line:?}");
            }
        }
    }

    #[test]
    fn a_name_ends_at_what_the_version_takes_for_a_delimiter() {
        for delimiter in b"()<>@:/\\\"[]?" {
            let line = [b'S', *delimiter, b'=', b'1'];
            assert_eq!(values(&line, Ktor::V1_6_8), [b""], "{line:?}");
            assert_eq!(values(&line, Ktor::V3), [b""; 0], "{line:?}");
        }
    }

    /// A version reads each name that it may be given.
    #[test]
    fn a_name_that_is_allowed_is_read_whole() {
        for ktor in [Ktor::V1_6_8, Ktor::V2, Ktor::V3] {
            let name: Vec<u8> = (0..=255)
                .filter(|octet| is_name_octet(*octet, ktor))
                .collect();
            let line = [b"A=1; ", name.as_slice(), b"=2"].concat();
            let mut found = Vec::new();
            cookie_values(&line, &name, ktor, |value| found.push(value));
            assert_eq!(found, [b"2"], "{ktor:?}");
            assert!(name.len() > 70, "{ktor:?}");
        }
    }

    /// A quote that is never closed is looked for once, not once for each that is open.
    #[test]
    fn a_megabyte_of_hostile_pairs_is_read_in_one_go() {
        for piece in ["S=\"", "\";", "=\"", ";S", " ", "S=\";", "{\"="] {
            let line = piece.repeat(1 << 20);
            let mut count = 0;
            cookie_values(line.as_bytes(), b"S", Ktor::V3, |_| count += 1);
            assert!(count <= 1 << 20);
        }
    }
}
