//! What of `http` travels: every Set-Cookie, X-Session and X-Id line is read, and written again.
//!
//! What the application behind them does is the twin's to show.

use std::time::Duration;

use cloakroom_core::{Lifetime, Timestamp, Transport};
use cloakroom_ktor::{CookieEncoding, Ktor, KtorCookie, KtorHeader};

use crate::cookies::{ktor, last_token, text};
use crate::recording::{VERSIONS, entries};

#[test]
fn every_cookie_and_header_that_was_sent_is_read_and_written_again() {
    for version in VERSIONS {
        let (mut set, mut cleared, mut headers) = (0, 0, 0);
        for exchange in entries(version, "http") {
            let at = exchange["at"].as_u64().unwrap();
            for header in exchange["response_headers"].as_array().unwrap() {
                let sent = text(&header["value"]);
                match text(&header["name"]) {
                    "Set-Cookie" => {
                        let (name, rest) = sent.split_once('=').unwrap();
                        let cookie = of_the_application(ktor(version), name);
                        let cookie = cookie.transport(name).unwrap();
                        if rest.starts_with(';') {
                            assert_eq!(cookie.clear().unwrap(), sent.as_bytes());
                            cleared += 1;
                        } else {
                            assert_again(&cookie, sent, at);
                            set += 1;
                        }
                    }
                    name @ ("X-Session" | "X-Id") => {
                        assert_again(&KtorHeader::new(name).unwrap(), sent, at);
                        headers += 1;
                    }
                    _ => {}
                }
            }
        }
        println!("{version} http: {set} cookies set, {cleared} cleared, {headers} headers");
        assert!(set > 0 && cleared > 0 && headers > 0, "{version}");
    }
}

/// The cookie of this name in the recorded application.
fn of_the_application(ktor: Ktor, name: &str) -> KtorCookie {
    let cookie = KtorCookie::new(ktor);
    match name {
        "PLAIN" | "EVERY" => cookie,
        "ID" => cookie.max_age(Some(Duration::from_secs(5))),
        "MAC" => cookie
            .path("/a")
            .domain("foo.bar")
            .extension("SameSite", Some("lax".into())),
        "ENC" => cookie
            .encoding(CookieEncoding::Base64)
            .max_age(Some(Duration::ZERO)),
        _ => panic!("{name} is no cookie of the application"),
    }
}

/// Reads what was sent as a client sends it back, and sends that; the clock may have gone on by a
/// second since `at`.
fn assert_again(transport: &dyn Transport, sent: &str, at: u64) {
    let back = sent.split("; ").next().unwrap();
    let token = last_token(transport, [back]).unwrap().unwrap();
    let again = |now| {
        let now = Timestamp::from_secs(now);
        let again = transport.set(&token, Lifetime::default(), now).unwrap();
        String::from_utf8(again).unwrap()
    };
    assert!(
        [again(at), again(at + 1)].iter().any(|again| again == sent),
        "{sent}"
    );
}
