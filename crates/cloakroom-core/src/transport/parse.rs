//! Finds the values of one cookie in a request, and of one header.
//!
//! The native parser is the smallest that reads what browsers send (RFC 6265bis §4.2.1 and §5.8.3:
//! `name=value` pairs with `; ` between them), for every cleverness is a way to be read differently
//! by a proxy or a filter in front:
//!
//! * All `Cookie` lines count, in their order: HTTP/2 clients may send several (RFC 9113 §8.2.3).
//! * A line is split at `;`, nowhere else. A pair loses space and tab at its two ends, nothing else;
//!   around its `=` nothing is trimmed.
//! * Names are compared byte for byte. A pair without `=` has no name.
//! * No `$Version`, no quotes, no percent-decoding, no UTF-8: octets.
//! * Nothing is copied or allocated.

use memchr::memchr;

/// Calls `each` with every value of the cookie `name`, in the order of the request.
///
/// `name` is a token, so it holds no `=`.
pub(crate) fn cookie_values<'a>(
    lines: impl IntoIterator<Item = &'a [u8]>,
    name: &[u8],
    mut each: impl FnMut(&'a [u8]),
) {
    for line in lines {
        let mut rest = Some(line);
        while let Some(pairs) = rest {
            let (pair, after) = split_at_semicolon(pairs);
            rest = after;
            let named = trim(pair)
                .strip_prefix(name)
                .and_then(|pair| pair.strip_prefix(b"="));
            if let Some(value) = named {
                each(value);
            }
        }
    }
}

/// Calls `each` with every value that is not empty, of the lines of one header.
///
/// Space and tab around a value belong to the line, not to the value (RFC 9110 §5.5). An empty
/// value is what we send to clear the header, so a client that echoes it has no token. A line is
/// never split: a comma in it is just not base64url.
pub(crate) fn header_values<'a>(
    lines: impl IntoIterator<Item = &'a [u8]>,
    each: impl FnMut(&'a [u8]),
) {
    lines
        .into_iter()
        .map(trim)
        .filter(|value| !value.is_empty())
        .for_each(each);
}

/// What is before the first `;`, and what is after it, if there is one.
fn split_at_semicolon(pairs: &[u8]) -> (&[u8], Option<&[u8]>) {
    memchr(b';', pairs)
        .and_then(|at| pairs.split_at_checked(at))
        .map_or((pairs, None), |(pair, after)| (pair, after.get(1..)))
}

/// Without space and tab at both ends.
fn trim(mut octets: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = octets {
        octets = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = octets {
        octets = rest;
    }
    octets
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values<'a>(lines: &[&'a [u8]], name: &str) -> Vec<&'a [u8]> {
        let mut found = Vec::new();
        cookie_values(lines.iter().copied(), name.as_bytes(), |value| {
            found.push(value);
        });
        found
    }

    /// Each row: the line, and the values of `sid` in it.
    ///
    /// Rules: cookie-parsing.
    #[test]
    fn a_line_is_split_at_semicolons_and_nowhere_else() {
        let rows: [(&[u8], &[&[u8]]); 32] = [
            (b"", &[]),
            (b"sid=1", &[b"1"]),
            (b"sid=", &[b""]),
            (b"sid", &[]),
            (b"=1", &[]),
            (b"=sid=1", &[]),
            (b"a=1; sid=2; b=3", &[b"2"]),
            (b"a=1;sid=2;b=3", &[b"2"]),
            (b"sid=1; sid=2", &[b"1", b"2"]),
            (b";;; ;sid=1;", &[b"1"]),
            (b" \t sid=1 \t ; a=2", &[b"1"]),
            // Only space and tab are trimmed: not a line break, a form feed or a no-break space.
            (b"\nsid=1", &[]),
            (b"\x0csid=1", &[]),
            (b"\xa0sid=1", &[]),
            (b"sid=1\r", &[b"1\r"]),
            // Around `=` nothing is trimmed.
            (b"sid =1", &[]),
            (b"sid= 1", &[b" 1"]),
            // Names are compared byte for byte, and whole.
            (b"SID=1", &[]),
            (b"Sid=1", &[]),
            (b"xsid=1", &[]),
            (b"sid2=1", &[]),
            (b"__Host-sid=1", &[]),
            (b"sid%20=1", &[]),
            (b"s%69d=1", &[]),
            // No `$Version`, no quotes, no percent-decoding, no comma.
            (b"$Version=1; sid=2; $Path=/", &[b"2"]),
            (b"sid=\"a; sid=b\"", &[b"\"a", b"b\""]),
            (b"sid=\"a\"", &[b"\"a\""]),
            (b"sid=a%3Bb", &[b"a%3Bb"]),
            (b"a=1, sid=2", &[]),
            (b"sid=1,sid=2", &[b"1,sid=2"]),
            (b"sid=a=b=c", &[b"a=b=c"]),
            (b"sid=\xff\x00\x80", &[b"\xff\x00\x80"]),
        ];
        for (line, expected) in rows {
            assert_eq!(
                values(&[line], "sid"),
                expected,
                "{:?}",
                line.escape_ascii()
            );
        }
    }

    /// Rules: cookie-parsing.
    #[test]
    fn all_lines_count_in_their_order() {
        let lines: [&[u8]; 4] = [b"sid=1; a=b", b"", b"c=d", b"e=f; sid=2"];
        assert_eq!(values(&lines, "sid"), [b"1", b"2"]);
    }

    #[test]
    fn a_header_is_trimmed_never_split_and_nothing_when_empty() {
        let lines: [&[u8]; 5] = [b" \tabc\t ", b"", b"  ", b"a,b", b"\"q\""];
        let mut found = Vec::new();
        header_values(lines, |value| found.push(value));
        assert_eq!(found, [&b"abc"[..], b"a,b", b"\"q\""]);
    }

    /// The rule in its plainest form: split, trim, split at the first `=`, compare.
    fn naive(lines: &[Vec<u8>], name: &[u8]) -> Vec<Vec<u8>> {
        let blank = |octet: &u8| *octet == b' ' || *octet == b'\t';
        let mut found = Vec::new();
        for line in lines {
            for pair in line.split(|octet| *octet == b';') {
                let start = pair.iter().take_while(|octet| blank(octet)).count();
                let pair = &pair[start..];
                let end = pair.iter().rev().take_while(|octet| blank(octet)).count();
                let pair = &pair[..pair.len() - end];
                match pair.iter().position(|octet| *octet == b'=') {
                    Some(at) if &pair[..at] == name => found.push(pair[at + 1..].to_vec()),
                    _ => {}
                }
            }
        }
        found
    }

    /// Lines of the octets that mean something to the parser, and some that do not.
    fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let octet = prop::sample::select(&b"ab=;; \t\"$,%\x00\xff"[..]);
        prop::collection::vec(prop::collection::vec(octet, 0..40), 0..4)
    }

    fn found(lines: &[Vec<u8>], name: &[u8]) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        cookie_values(lines.iter().map(Vec::as_slice), name, |value| {
            found.push(value.to_vec());
        });
        found
    }

    proptest! {
        /// Rules: cookie-parsing.
        #[test]
        fn the_scanner_finds_what_the_plain_rule_finds(lines in lines(), name in "[ab]{1,2}") {
            let name = name.as_bytes();
            prop_assert_eq!(found(&lines, name), naive(&lines, name));
        }

        /// Rules: cookie-parsing, bad-input.
        #[test]
        fn no_octets_make_the_scanner_panic_or_differ(
            lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4),
            name in "[!#$%&'*+.^_`|~0-9a-zA-Z-]{1,3}",
        ) {
            let name = name.as_bytes();
            prop_assert_eq!(found(&lines, name), naive(&lines, name));
        }
    }
}
