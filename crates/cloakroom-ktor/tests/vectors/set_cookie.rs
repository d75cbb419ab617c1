//! `set_cookie`: a cookie's fields and the header that Ktor renders of them.
//!
//! Ktor's `Cookie` was rendered without an expiry, which a session's cookie has; it is taken out
//! here and compared with the clock. `http` has whole headers.

use std::time::{Duration, SystemTime};

use cloakroom_core::{Lifetime, Timestamp, Transport as _};
use cloakroom_ktor::{Ktor, KtorCookie, KtorCookieTransport};
use serde_json::Value;

use crate::cookies::{encoding, ktor, last_token, text};
use crate::recording::{VERSIONS, entries};

const NOW: Timestamp = Timestamp::from_millis(1_795_311_532_999);

#[test]
fn a_cookie_is_rendered_and_read_as_recorded() {
    for version in VERSIONS {
        for entry in entries(version, "set_cookie") {
            let cookie = cookie(ktor(version), &entry);
            let value = text(&entry["value"]);
            let sent = cookie.set(value.as_bytes(), Lifetime::default(), NOW);
            let sent = String::from_utf8(sent.unwrap()).unwrap();
            assert_eq!(
                without_expiry(&sent, max_age(&entry)),
                text(&entry["header"]),
                "{version} {entry}"
            );

            let read = last_token(&cookie, [sent.split_once("; ").unwrap().0]);
            assert_eq!(
                read,
                Some(Ok(value.as_bytes().to_vec())),
                "{version} {entry}"
            );
        }
    }
}

fn cookie(ktor: Ktor, entry: &Value) -> KtorCookieTransport {
    let mut cookie = KtorCookie::new(ktor)
        .encoding(encoding(text(&entry["encoding"])))
        .max_age(max_age(entry))
        .secure(entry["secure"].as_bool().unwrap())
        .http_only(entry["http_only"].as_bool().unwrap())
        .without_path();
    if let Some(domain) = entry["domain"].as_str() {
        cookie = cookie.domain(domain);
    }
    if let Some(path) = entry["path"].as_str() {
        cookie = cookie.path(path);
    }
    for (name, value) in entry["extensions"].as_object().unwrap() {
        cookie = cookie.extension(name, value.as_str().map(str::to_owned));
    }
    cookie.transport(text(&entry["name"])).unwrap()
}

fn max_age(entry: &Value) -> Option<Duration> {
    entry["max_age"].as_u64().map(Duration::from_secs)
}

/// The header without its expiry, which must be there and right if there is a time to live.
fn without_expiry(sent: &str, max_age: Option<Duration>) -> String {
    let Some(max_age) = max_age.filter(|max_age| !max_age.is_zero()) else {
        assert!(!sent.contains("Expires"), "{sent}");
        return sent.to_owned();
    };
    let end = SystemTime::from(NOW) + max_age;
    let expiry = format!("; Expires={}", httpdate::fmt_http_date(end));
    let (before, after) = sent.split_once(&expiry).unwrap();
    format!("{before}{after}")
}
