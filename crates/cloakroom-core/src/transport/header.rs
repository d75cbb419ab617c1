//! A header that carries a session, for clients without a cookie jar.
//!
//! * The same header in both directions: the client sends back what it was last sent.
//! * An empty value clears: the client forgets the session, and what sends it back has none.
//! * Several lines are several tokens, as several cookies of one name are.

use super::contradiction::Contradiction;
use super::limit::{HEADER_OCTETS, TooLarge};
use super::name::check_header;
use super::parse::header_values;
use super::text::{decode_token, encode_into, encoded_len};
use crate::refusal::Refusal;

/// A header's name, checked and in lower case.
#[derive(Debug)]
pub(crate) struct HeaderWire {
    name: Box<str>,
}

impl HeaderWire {
    /// The header of this name.
    ///
    /// # Errors
    ///
    /// A [`Contradiction`] for what is no field name (RFC 9110 §5.1), and for a name that has a
    /// meaning of its own.
    pub(crate) fn resolve(name: &str) -> Result<Self, Contradiction> {
        check_header(name)?;
        Ok(Self {
            name: name.to_ascii_lowercase().into(),
        })
    }

    /// The name, in lower case as HTTP/2 writes it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The most octets of text that the value can have: 8 KiB.
    pub(crate) const fn max_text_len(&self) -> usize {
        HEADER_OCTETS
    }

    /// Calls `each` with every value that is not empty, in the request's lines of this header.
    pub(crate) fn values<'a>(
        &self,
        lines: impl IntoIterator<Item = &'a [u8]>,
        each: impl FnMut(&'a [u8]),
    ) {
        header_values(lines, each);
    }

    /// Appends the token that `text` stands for to `out`; the length is looked at first.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooLong`], [`Refusal::Malformed`]; then `out` is as it was.
    pub(crate) fn decode_into(&self, out: &mut Vec<u8>, text: &[u8]) -> Result<(), Refusal> {
        decode_token(out, text, self.max_text_len())
    }

    /// The value that gives the client `token`. An empty one, without any token, clears.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] if the value has more than 8 KiB.
    pub(crate) fn value(&self, token: &[u8]) -> Result<Vec<u8>, TooLarge> {
        let octets = encoded_len(token.len());
        TooLarge::check(octets, self.max_text_len())?;
        let mut value = Vec::with_capacity(octets);
        encode_into(&mut value, token);
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wire() -> HeaderWire {
        HeaderWire::resolve("X-Session").unwrap()
    }

    #[test]
    fn the_name_is_in_lower_case() {
        assert_eq!(wire().name(), "x-session");
        assert_eq!(HeaderWire::resolve("Set-Cookie").unwrap_err().field, "name");
    }

    /// Rules: row-16, token-length.
    #[test]
    fn a_token_too_large_for_a_header_is_an_error_that_says_by_how_much() {
        // 8,192 octets of text are 6,144 bytes.
        assert_eq!(wire().value(&[0; 6_144]).unwrap().len(), 8_192);
        assert_eq!(wire().value(&[0; 6_145]), Err(TooLarge { by: 2 }));
    }

    /// Rules: token-length, bad-input.
    #[test]
    fn what_is_too_long_or_no_base64_is_refused() {
        let wire = wire();
        let mut out = Vec::new();
        let long = vec![b'A'; wire.max_text_len() + 1];
        assert_eq!(wire.decode_into(&mut out, &long), Err(Refusal::TooLong));
        assert_eq!(
            wire.decode_into(&mut out, b"Zm9v,Zm9v"),
            Err(Refusal::Malformed)
        );
        assert_eq!(
            wire.decode_into(&mut out, b"Zm9v Zm9v"),
            Err(Refusal::Malformed)
        );
        assert_eq!(out, b"");
    }

    #[test]
    fn the_value_that_clears_is_no_token_when_it_comes_back() {
        let wire = wire();
        let cleared = wire.value(b"").unwrap();
        assert_eq!(cleared, b"");
        let mut seen = 0;
        wire.values([cleared.as_slice()], |_| seen += 1);
        assert_eq!(seen, 0);
    }

    #[test]
    fn two_lines_are_two_tokens() {
        let lines: [&[u8]; 2] = [b"Zm9v", b" YmFy "];
        let mut seen = Vec::new();
        wire().values(lines, |text| seen.push(text));
        assert_eq!(seen, [b"Zm9v", b"YmFy"]);
    }

    proptest! {
        #[test]
        fn a_token_comes_back_through_a_client(
            token in prop::collection::vec(any::<u8>(), 1..6_000),
            blanks in "[ \t]{0,3}",
        ) {
            let wire = wire();
            let value = wire.value(&token).unwrap();
            prop_assert_eq!(value.len(), value.capacity());
            let mut line = blanks.into_bytes();
            line.extend_from_slice(&value);
            let mut tokens = Vec::new();
            wire.values([line.as_slice()], |text| {
                let mut out = Vec::new();
                tokens.push(wire.decode_into(&mut out, text).map(|()| out));
            });
            prop_assert_eq!(tokens, [Ok(token)]);
        }
    }
}
