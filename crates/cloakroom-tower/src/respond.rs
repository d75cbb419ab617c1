//! What becomes of a response: the sessions' headers put in, or the whole replaced.

use bytes::Bytes;
use cloakroom_core::{Caching, CommitError, Effects, HeaderLine};
use http::header::{CACHE_CONTROL, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

/// The response that goes out instead when the sessions of a request could not be committed: empty,
/// with the error's status, and the error in its extensions for middleware that wants to say more.
pub(crate) fn replacement<B: Default>(error: CommitError) -> Response<B> {
    let mut response = Response::new(B::default());
    *response.status_mut() =
        StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.extensions_mut().insert(error);
    response
}

/// Puts the sessions' headers in.
///
/// `no-store` where a token goes out, whatever the application said; else `private`, unless it said
/// something. `Vary` names what the response depends on, found or not.
pub(crate) fn apply(mut effects: Effects, headers: &mut HeaderMap) {
    for name in effects.vary() {
        vary(headers, name);
    }
    match effects.caching() {
        Caching::NoStore => {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        Caching::Private => {
            let private = || HeaderValue::from_static("private");
            headers.entry(CACHE_CONTROL).or_insert_with(private);
        }
        Caching::Untold => {}
    }
    effects.header_lines(|line| match line {
        HeaderLine::SetCookie(value) => {
            if let Some(value) = header_value(value) {
                headers.append(SET_COOKIE, value);
            }
        }
        HeaderLine::Session(name, value) => {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Some(value)) = (name, header_value(value)) {
                headers.insert(name, value);
            }
        }
        _ => {}
    });
}

/// The core makes nothing but visible ASCII and spaces, so this never fails.
fn header_value(value: Vec<u8>) -> Option<HeaderValue> {
    HeaderValue::from_maybe_shared(Bytes::from(value)).ok()
}

/// Adds a name to `Vary`, unless it is there or `*` is (RFC 9110 §12.5.5).
fn vary(headers: &mut HeaderMap, name: &str) {
    let named = headers.get_all(VARY).iter().any(|line| {
        let mut names = line
            .as_bytes()
            .split(|byte| *byte == b',')
            .map(<[u8]>::trim_ascii);
        names.any(|known| known == b"*" || known.eq_ignore_ascii_case(name.as_bytes()))
    });
    if named {
        return;
    }
    let value = match name {
        // The one that nearly all responses name: not copied.
        "cookie" => Ok(HeaderValue::from_static("cookie")),
        _ => HeaderValue::from_str(name),
    };
    if let Ok(value) = value {
        headers.append(VARY, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rules: row-40, caches.
    #[test]
    fn vary_names_a_header_once() {
        let mut headers = HeaderMap::new();
        headers.append(VARY, HeaderValue::from_static("accept, Cookie"));
        vary(&mut headers, "cookie");
        vary(&mut headers, "x-session");
        vary(&mut headers, "x-session");
        let lines: Vec<_> = headers.get_all(VARY).iter().collect();
        assert_eq!(lines, ["accept, Cookie", "x-session"]);
    }
}
