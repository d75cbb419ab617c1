//! What the tests of cookies share: words of the recordings, and reading as Ktor does.

use cloakroom_core::{Refusal, Transport};
use cloakroom_ktor::{CookieEncoding, Ktor};
use serde_json::Value;

/// The version of a recording.
pub(crate) fn ktor(version: &str) -> Ktor {
    match version {
        "1.6.8" => Ktor::V1_6_8,
        "2.3.13" => Ktor::V2,
        "3.5.2" => Ktor::V3,
        _ => panic!("no version {version} was recorded"),
    }
}

/// The encoding of Ktor's name.
pub(crate) fn encoding(name: &str) -> CookieEncoding {
    [
        CookieEncoding::Raw,
        CookieEncoding::DQuotes,
        CookieEncoding::Uri,
        CookieEncoding::Base64,
    ]
    .into_iter()
    .find(|encoding| encoding.name() == name)
    .unwrap_or_else(|| panic!("Ktor has no encoding {name}"))
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The last text of the transport's name in these lines, as Ktor's map keeps it.
pub(crate) fn last_value<'a>(
    transport: &dyn Transport,
    lines: impl IntoIterator<Item = &'a str>,
) -> Option<Vec<u8>> {
    let mut last = None;
    for line in lines {
        transport.tokens(line.as_bytes(), &mut |text| last = Some(text.to_vec()));
    }
    last
}

/// The token that the last text stands for.
pub(crate) fn last_token<'a>(
    transport: &dyn Transport,
    lines: impl IntoIterator<Item = &'a str>,
) -> Option<Result<Vec<u8>, Refusal>> {
    last_value(transport, lines).map(|text| {
        let mut token = Vec::new();
        transport.decode(&text, &mut token).map(|()| token)
    })
}
