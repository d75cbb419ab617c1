//! What Ktor's own tests ask of session cookies: their texts, under the names of their tests.

use std::time::Duration;

use cloakroom_core::{Lifetime, Timestamp, Transport as _};
use cloakroom_ktor::{CookieEncoding, Ktor, KtorCookie};

use crate::browser::{kept, tokens};

const EVERY: [Ktor; 3] = [Ktor::V1_6_8, Ktor::V2, Ktor::V3];

fn encoded(encoding: CookieEncoding, text: &str, ktor: Ktor) -> String {
    let value = encoding.encode(text, ktor).unwrap();
    assert_eq!(encoding.decode(value.as_bytes()).unwrap(), text.as_bytes());
    value
}

fn read(cookie: &KtorCookie, line: &str) -> Vec<Vec<u8>> {
    let cookie = cookie.transport("SESSION").unwrap();
    tokens(&cookie, line).into_iter().flatten().collect()
}

fn sent(cookie: &KtorCookie, name: &str, token: &str, now: Timestamp) -> String {
    let cookie = cookie.transport(name).unwrap();
    let sent = cookie.set(token.as_bytes(), Lifetime::default(), now);
    String::from_utf8(sent.unwrap()).unwrap()
}

fn cleared(cookie: &KtorCookie, name: &str) -> String {
    String::from_utf8(cookie.transport(name).unwrap().clear().unwrap()).unwrap()
}

/// `CookiesTest`: "simple cookies", "old fashioned obsolete cookies syntax", "missing space",
/// "decode encoded cookies", "decode dquotes encoded cookies"; `ParseClientCookiesHeaderTest`.
#[test]
fn cookies_are_read_in_old_and_new_spellings() {
    for ktor in EVERY {
        let uri = KtorCookie::new(ktor);
        let lines = [
            ("SESSION=123; HOST=abc", "123"),
            ("$Version=1; SESSION=456; $Path=/; HOST=def", "456"),
            ("SESSION=456;$Path=/; HOST=def", "456"),
            ("SESSION=1+2", "1 2"),
            ("SESSION=\"aaa; bbb = ccc\"", "aaa; bbb = ccc"),
            (r#"SESSION={"id":1}"#, r#"{"id":1}"#),
        ];
        for (line, expected) in lines {
            assert_eq!(read(&uri, line), [expected.as_bytes()], "{ktor:?} {line}");
        }
        let quoted = uri.encoding(CookieEncoding::DQuotes);
        assert_eq!(read(&quoted, "SESSION=\"1 2\""), [b"1 2"]);
        assert_eq!(read(&quoted, "SESSION=1; SESSION=2"), [b"1", b"2"]);
        assert_eq!(read(&quoted, ""), [b""; 0]);
    }
}

/// `DQuotesEncodingTest`, `Base64EncodingTest`, `URIEncodingTest`, `RawCookieTest` of 1.6.8.
#[test]
fn every_encoding_writes_the_texts_of_ktors_tests() {
    let rows = [
        (CookieEncoding::DQuotes, "abc", "abc"),
        (CookieEncoding::DQuotes, "abc 123", "\"abc 123\""),
        (CookieEncoding::DQuotes, "abc=123", "abc=123"),
        (CookieEncoding::DQuotes, "abc,123", "\"abc,123\""),
        (CookieEncoding::DQuotes, "abc\t123", "\"abc\t123\""),
        (CookieEncoding::DQuotes, "", ""),
        (CookieEncoding::Base64, "abc", "YWJj"),
        (CookieEncoding::Base64, "abc 123", "YWJjIDEyMw=="),
        (CookieEncoding::Base64, "abc=123", "YWJjPTEyMw=="),
        (CookieEncoding::Uri, "abc", "abc"),
        (CookieEncoding::Uri, "abc 123", "abc+123"),
        (CookieEncoding::Uri, "abc=123", "abc%3D123"),
        (
            CookieEncoding::Raw,
            "my.value.key=my.value.value+my.value.id=5",
            "my.value.key=my.value.value+my.value.id=5",
        ),
    ];
    for (encoding, text, expected) in rows {
        for ktor in EVERY {
            assert_eq!(encoded(encoding, text, ktor), expected, "{ktor:?}");
        }
    }
}

/// No test of Ktor's: what `decodeCookieValue` of all three makes of spellings that it does not write.
#[test]
fn spellings_that_clients_may_send_are_read_as_ktor_reads_them() {
    let rows = [
        (CookieEncoding::DQuotes, "\"abc", "\"abc"),
        (CookieEncoding::DQuotes, " \"a b\"\t", "a b"),
        (CookieEncoding::DQuotes, "\u{a0}\"a b\"\u{2003}", "a b"),
        (CookieEncoding::DQuotes, "\u{85}\"a\"", "\u{85}\"a\""),
        (CookieEncoding::DQuotes, " \"", "\""),
        (CookieEncoding::DQuotes, " a ", " a "),
        (CookieEncoding::DQuotes, "\"\"", ""),
        (CookieEncoding::Raw, "\"a\"", "a"),
        (CookieEncoding::Raw, "é", "é"),
        (CookieEncoding::Uri, "%c3%A9%C3%a9é", "ééé"),
        (CookieEncoding::Uri, "%00%7F%0d", "\0\x7f\r"),
        (
            CookieEncoding::Uri,
            " {\"a\":\"b+c\"} ",
            " {\"a\":\"b c\"} ",
        ),
        (CookieEncoding::Uri, "\"a\"", "\"a\""),
        (CookieEncoding::Base64, "", ""),
    ];
    for (encoding, value, expected) in rows {
        let text = encoding.decode(value.as_bytes());
        assert_eq!(text.unwrap(), expected.as_bytes(), "{value:?}");
    }
}

/// `URIEncodingCookiesTest` of 3, and "add cookies bad characters" of both.
#[test]
fn later_versions_keep_the_unreserved_marks_that_1_6_8_escapes() {
    let rows = [
        ("abc-123", "abc%2D123"),
        ("abc_123", "abc%5F123"),
        ("abc.123", "abc%2E123"),
        ("abc~123", "abc%7E123"),
    ];
    for (text, escaped) in rows {
        let uri = CookieEncoding::Uri;
        assert_eq!(encoded(uri, text, Ktor::V1_6_8), escaped);
        assert_eq!(encoded(uri, text, Ktor::V2), text);
        assert_eq!(encoded(uri, text, Ktor::V3), text);
        // Either is read by either.
        assert_eq!(uri.decode(escaped.as_bytes()).unwrap(), text.as_bytes());
    }
    assert_eq!(encoded(CookieEncoding::Uri, "1:2", Ktor::V1_6_8), "1%3A2");
}

/// `SessionTest`: testSessionByValue, testSessionByIdCookie.
#[test]
fn max_age_and_expires_stand_side_by_side() {
    let now = Timestamp::from_millis(784_111_777_999);
    for ktor in EVERY {
        let cookie = KtorCookie::new(ktor).max_age(Some(Duration::from_secs(5)));
        assert_eq!(
            sent(&cookie, "_S1", "777", now),
            "_S1=777; Max-Age=5; Expires=Sun, 06 Nov 1994 08:49:42 GMT; Path=/; HttpOnly; \
             $x-enc=URI_ENCODING"
        );
        let cookie = cookie
            .domain("foo.bar")
            .max_age(Some(Duration::from_hours(1)));
        assert!(sent(&cookie, "_S1", "777", now).starts_with(
            "_S1=777; Max-Age=3600; Expires=Sun, 06 Nov 1994 09:49:37 GMT; Domain=foo.bar; Path=/;"
        ));
    }
}

/// `SessionTest`: testHttpSessionCookie; `RenderSetCookieTest` of 3.
#[test]
fn without_a_time_the_cookie_goes_with_the_browser_and_zero_is_each_versions_own() {
    for ktor in EVERY {
        let open = KtorCookie::new(ktor).max_age(None);
        let expected = "name=value; Path=/; HttpOnly; $x-enc=URI_ENCODING";
        assert_eq!(sent(&open, "name", "value", Timestamp::EPOCH), expected);

        let zero = open.max_age(Some(Duration::ZERO));
        let zero = sent(&zero, "name", "value", Timestamp::EPOCH);
        match ktor {
            Ktor::V3 => assert_eq!(
                zero,
                "name=value; Max-Age=0; Path=/; HttpOnly; $x-enc=URI_ENCODING"
            ),
            _ => assert_eq!(zero, expected),
        }
    }
}

/// `SessionTest`: testSessionLongDuration, testSessionOverflowDuration. Ktor's own Expires of the
/// second is a second before now.
#[test]
fn a_time_beyond_kotlins_int_stays_there_and_never_ends_in_the_past() {
    let now = Timestamp::from_secs(1_795_311_532);
    for ktor in EVERY {
        let century = Duration::from_hours(365 * 100 * 24);
        let cookie = KtorCookie::new(ktor).max_age(Some(century));
        let long = sent(&cookie, "S", "1", now);
        assert!(
            long.contains("; Max-Age=2147483647; Expires=Tue, 29 Oct 2126 "),
            "{long}"
        );

        for max_age in [Duration::from_secs(i64::MAX as u64), Duration::MAX] {
            let cookie = cookie.clone().max_age(Some(max_age));
            for now in [now, Timestamp::MAX] {
                let longest = sent(&cookie, "S", "1", now);
                let end = "; Max-Age=2147483647; Expires=Fri, 31 Dec 9999 23:59:59 GMT;";
                assert!(longest.contains(end), "{longest}");
            }
        }
    }
}

/// `SessionTest`: secureCookie; `CookiesTest`: "add cookies with flags and extensions";
/// `RenderSetCookieTest` of 3.
#[test]
fn attributes_stand_in_ktors_order() {
    for ktor in EVERY {
        let cookie = KtorCookie::new(ktor)
            .path("/token")
            .secure(true)
            .max_age(Some(Duration::from_secs(86_400)))
            .extension("Test", Some("0".into()))
            .extension("SameSite", Some("strict".into()))
            .extension("Flag", None)
            .extension("Test", Some("1".into()));
        assert_eq!(
            sent(&cookie, "token", "t", Timestamp::EPOCH),
            "token=t; Max-Age=86400; Expires=Fri, 02 Jan 1970 00:00:00 GMT; Path=/token; Secure; \
             HttpOnly; Test=1; SameSite=strict; Flag; $x-enc=URI_ENCODING"
        );
    }
    let cookie = KtorCookie::new(Ktor::V3)
        .encoding(CookieEncoding::Base64)
        .max_age(None)
        .without_path()
        .http_only(false)
        .extension("foo", Some("b,ar".into()));
    assert_eq!(
        sent(&cookie, "name", "value", Timestamp::EPOCH),
        "name=dmFsdWU=; foo=b,ar; $x-enc=BASE64_ENCODING"
    );
}

/// KTOR-4722: until 2.1.3 an extension's value was encoded as the cookie's.
#[test]
fn an_extension_of_1_6_8_has_the_cookies_encoding() {
    let expected = [
        (Ktor::V1_6_8, "SameSite=bGF4"),
        (Ktor::V2, "SameSite=lax"),
        (Ktor::V3, "SameSite=lax"),
    ];
    for (ktor, expected) in expected {
        let cookie = KtorCookie::new(ktor)
            .encoding(CookieEncoding::Base64)
            .extension("SameSite", Some("lax".into()));
        let described = cookie.describe("S").unwrap();
        assert!(described.contains(expected), "{described}");
    }
}

/// `CookiesTest`: "add cookies expired"; `SessionTransportCookieTest` of 3: testClearBypassSecure,
/// testClearBypassExtensions, testClearZerosMaxAge; ktor#5033.
#[test]
fn each_version_clears_with_its_own_attributes() {
    let expired = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    let all = |ktor| {
        let cookie = KtorCookie::new(ktor)
            .encoding(CookieEncoding::Base64)
            .domain("foo.bar")
            .path("/a")
            .secure(true)
            .extension("SameSite", Some("None".into()));
        cleared(&cookie, "token")
    };
    assert_eq!(
        all(Ktor::V1_6_8),
        format!("token=; {expired}; Domain=foo.bar; Path=/a; $x-enc=URI_ENCODING")
    );
    let kept = "Domain=foo.bar; Path=/a; Secure; HttpOnly; SameSite=None; $x-enc=BASE64_ENCODING";
    assert_eq!(all(Ktor::V2), format!("token=; {expired}; {kept}"));
    assert_eq!(
        all(Ktor::V3),
        format!("token=; Max-Age=0; {expired}; {kept}")
    );
    assert_eq!(
        cleared(&KtorCookie::new(Ktor::V3), "token"),
        format!("token=; Max-Age=0; {expired}; Path=/; HttpOnly; $x-enc=URI_ENCODING")
    );
}

/// commonSignedChecks of 3 sends the whole Set-Cookie header back: attributes are other cookies.
#[test]
fn a_whole_set_cookie_header_is_a_cookie_header_too() {
    for ktor in EVERY {
        let cookie = KtorCookie::new(ktor)
            .domain("foo.bar")
            .extension("SameSite", Some("lax".into()));
        let line = sent(
            &cookie,
            "SESSION",
            r#"{"userId":"id 2"}/0adc"#,
            Timestamp::EPOCH,
        );
        assert_eq!(read(&cookie, &line), [br#"{"userId":"id 2"}/0adc"#]);
    }
}

/// `SessionTest`: testSessionWithEncodedCookie; and values that travel in Ktor's MAC tests.
#[test]
fn session_values_travel_as_in_ktors_tests() {
    let json = r#"{"userId":"id 2","cart":[]}/0adc94dc"#;
    let cookie = KtorCookie::new(Ktor::V3).transport("S").unwrap();
    assert_eq!(
        kept(&cookie, json).value,
        "%7B%22userId%22%3A%22id+2%22%2C%22cart%22%3A%5B%5D%7D%2F0adc94dc"
    );
    let cookie = KtorCookie::new(Ktor::V1_6_8).transport("S").unwrap();
    assert_eq!(
        kept(&cookie, "cart=%23cl&userId=%23sid2/eda508bd").value,
        "cart%3D%2523cl%26userId%3D%2523sid2%2Feda508bd"
    );
    let id = "a1b2c3";
    let cookie = KtorCookie::new(Ktor::V3).encoding(CookieEncoding::Base64);
    let cookie = cookie.transport("S").unwrap();
    let kept = kept(&cookie, id);
    assert!(
        kept.attributes
            .contains(&("$x-enc".into(), "BASE64_ENCODING".into()))
    );
    assert_eq!(tokens(&cookie, &kept.pair()), [Ok(id.as_bytes().to_vec())]);
}
