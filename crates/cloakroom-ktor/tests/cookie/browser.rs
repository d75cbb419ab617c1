//! A second reader of what we write: a browser's jar by RFC 6265bis §5.6, and decoders that are
//! not the library's.

use cloakroom_core::{Lifetime, Refusal, Timestamp, Transport};

/// A cookie as a browser keeps it.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Kept {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Names in lower case, with their values.
    pub(crate) attributes: Vec<(String, String)>,
}

impl Kept {
    /// Reads a Set-Cookie header; `None` for what browsers ignore whole.
    pub(crate) fn of(header: &[u8]) -> Option<Self> {
        let is_control = |octet: &u8| (*octet < 0x20 && *octet != b'\t') || *octet == 0x7f;
        if header.iter().any(is_control) {
            return None;
        }
        let header = String::from_utf8(header.to_vec()).ok()?;
        let mut parts = header.split(';');
        let (name, value) = parts.next()?.split_once('=')?;
        let (name, value) = (trim(name), trim(value));
        if name.len() + value.len() > 4_096 {
            return None;
        }
        let attributes = parts.map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (trim(name).to_ascii_lowercase(), trim(value).to_owned())
        });
        Some(Self {
            name: name.to_owned(),
            value: value.to_owned(),
            attributes: attributes.collect(),
        })
    }

    /// What the browser sends back.
    pub(crate) fn pair(&self) -> String {
        format!("{}={}", self.name, self.value)
    }
}

/// What the client keeps of the token, and sends back.
pub(crate) fn kept(transport: &dyn Transport, token: &str) -> Kept {
    let sent = transport.set(token.as_bytes(), Lifetime::default(), Timestamp::EPOCH);
    Kept::of(&sent.unwrap()).unwrap()
}

/// Every token of the line, in order.
pub(crate) fn tokens(transport: &dyn Transport, line: &str) -> Vec<Result<Vec<u8>, Refusal>> {
    let mut found = Vec::new();
    transport.tokens(line.as_bytes(), &mut |text| {
        let mut token = Vec::new();
        found.push(transport.decode(text, &mut token).map(|()| token));
    });
    found
}

/// URI decoding by the book: `+` is a space, and what follows a `%` is an octet.
pub(crate) fn uri_decoded(value: &str) -> String {
    let spaced = value.replace('+', " ");
    String::from_utf8(percent_encoding::percent_decode_str(&spaced).collect()).unwrap()
}

/// Base64 by the book, bit by bit (RFC 4648 §4).
pub(crate) fn base64_decoded(value: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    assert_eq!(value.len() % 4, 0, "{value}");
    let bits: Vec<bool> = value
        .trim_end_matches('=')
        .chars()
        .map(|symbol| ALPHABET.find(symbol).unwrap())
        .flat_map(|number| (0..6).rev().map(move |bit| number >> bit & 1 == 1))
        .collect();
    let (octets, rest) = bits.as_chunks::<8>();
    assert!(rest.iter().all(|bit| !bit), "{value}");
    let octets = octets.iter().map(|octet| {
        octet
            .iter()
            .fold(0, |octet, bit| octet << 1 | u8::from(*bit))
    });
    String::from_utf8(octets.collect()).unwrap()
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
