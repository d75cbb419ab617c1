//! What is too long to send, or to read, and what no encoding carries.

use cloakroom_core::{Lifetime, Refusal, Timestamp, Transport, Unsendable};
use cloakroom_ktor::{CookieEncoding, Ktor, KtorCookie, KtorCookieTransport, KtorHeader};

fn cookie(encoding: CookieEncoding) -> KtorCookieTransport {
    let cookie = KtorCookie::new(Ktor::V3).encoding(encoding);
    cookie.transport("SESSION").unwrap()
}

fn set(transport: &dyn Transport, token: &[u8]) -> Result<Vec<u8>, Unsendable> {
    transport.set(token, Lifetime::default(), Timestamp::EPOCH)
}

/// Rules: row-16, token-length.
#[test]
fn a_token_too_large_for_a_browser_is_an_error_that_says_by_how_much() {
    // 4,096 octets less 7 of the name.
    let uri = cookie(CookieEncoding::Uri);
    let fits = set(&uri, &[b'a'; 4_089]).unwrap();
    assert_eq!(fits.iter().position(|octet| *octet == b';'), Some(4_097));
    let too_large = |by| Err(Unsendable::TooLarge { by });
    assert_eq!(set(&uri, &[b'a'; 4_090]), too_large(1));
    // Each of these is three octets of text.
    set(&uri, &[b'{'; 1_363]).unwrap();
    assert_eq!(set(&uri, &[b'{'; 1_364]), too_large(3));
    let base64 = cookie(CookieEncoding::Base64);
    set(&base64, &[b'a'; 3_066]).unwrap();
    assert_eq!(set(&base64, &[b'a'; 3_067]), too_large(3));

    let header = KtorHeader::new("X-Session").unwrap();
    assert_eq!(set(&header, &[b'a'; 8_192]).unwrap().len(), 8_192);
    assert_eq!(set(&header, &[b'a'; 8_193]), too_large(1));
}

/// Rules: token-length.
#[test]
fn what_is_longer_than_any_token_sent_is_not_decoded() {
    for encoding in [
        CookieEncoding::Uri,
        CookieEncoding::Base64,
        CookieEncoding::Raw,
    ] {
        for text in [vec![b'%'; 4_090], vec![b'a'; 1 << 20]] {
            let mut out = Vec::new();
            let refused = cookie(encoding).decode(&text, &mut out);
            assert_eq!(refused, Err(Refusal::TooLong));
            assert_eq!(out.capacity(), 0);
        }
    }
    let mut out = Vec::new();
    cookie(CookieEncoding::Uri)
        .decode(&[b'a'; 4_089], &mut out)
        .unwrap();
    let header = KtorHeader::new("X-Session").unwrap();
    assert_eq!(
        header.decode(&[b'a'; 8_193], &mut out),
        Err(Refusal::TooLong)
    );
}

/// Rules: bad-input.
#[test]
fn what_ktor_answers_with_an_error_or_with_replaced_characters_is_refused() {
    let rows: [(CookieEncoding, &[u8]); 17] = [
        (CookieEncoding::Uri, b"%zz"),
        (CookieEncoding::Uri, b"%4"),
        (CookieEncoding::Uri, b"%"),
        (CookieEncoding::Uri, b"a%+1"),
        (CookieEncoding::Uri, b"%-1"),
        (CookieEncoding::Uri, b"%C3"),
        (CookieEncoding::Uri, b"%C3\xa9"),
        (CookieEncoding::Uri, b"%ED%A0%80"),
        (CookieEncoding::Uri, b"\xff"),
        (CookieEncoding::Base64, b"YQ"),
        (CookieEncoding::Base64, b"YR=="),
        (CookieEncoding::Base64, b"YW Jj"),
        (CookieEncoding::Base64, b"_-_-"),
        (CookieEncoding::Base64, b"w6k"),
        (CookieEncoding::Base64, b"/w=="),
        (CookieEncoding::Raw, b"\xc3"),
        (CookieEncoding::DQuotes, b"\"\xc3\""),
    ];
    for (encoding, value) in rows {
        assert_eq!(encoding.decode(value), Err(Refusal::Malformed), "{value:?}");
        let mut out = b"before".to_vec();
        let refused = cookie(encoding).decode(value, &mut out);
        assert_eq!(refused, Err(Refusal::Malformed), "{value:?}");
        assert_eq!(out, b"before", "{value:?}");
    }
    let header = KtorHeader::new("X-Session").unwrap();
    assert_eq!(
        header.decode(b"\xff", &mut Vec::new()),
        Err(Refusal::Malformed)
    );
}

#[test]
fn what_would_not_come_back_is_not_sent() {
    let rows: [(CookieEncoding, &[&str]); 2] = [
        (
            CookieEncoding::Raw,
            &[
                "a; HttpOnly",
                "a\r\nb",
                "a\0",
                "\x7f",
                "é",
                "日",
                " a",
                "a ",
                "a\t",
                "\"a\"",
                "\"a",
            ],
        ),
        (
            CookieEncoding::DQuotes,
            &[
                "a; HttpOnly",
                "{\"a\":1}",
                "a\r\nb",
                "a\0",
                "\x7f",
                "é",
                "\u{2003}",
            ],
        ),
    ];
    for (encoding, texts) in rows {
        for text in texts {
            for ktor in [Ktor::V1_6_8, Ktor::V2, Ktor::V3] {
                encoding.encode(text, ktor).unwrap_err();
            }
            let refused = set(&cookie(encoding), text.as_bytes());
            assert_eq!(refused, Err(Unsendable::Characters), "{text:?}");
        }
    }
    // These only 3 writes.
    for text in ["a b", "a,b", "{\"a\":1}", "a\tb"] {
        CookieEncoding::Raw.encode(text, Ktor::V1_6_8).unwrap_err();
        CookieEncoding::Raw.encode(text, Ktor::V2).unwrap_err();
        assert_eq!(CookieEncoding::Raw.encode(text, Ktor::V3).unwrap(), text);
    }
    let header = KtorHeader::new("X-Session").unwrap();
    for token in ["a\r\nSet-Cookie: b=c", "a\0", "\x7f", "é", " a", "a\t"] {
        assert_eq!(set(&header, token.as_bytes()), Err(Unsendable::Characters));
    }
}

/// Ktor's cookies carry text: what is none came of a transformer that is not Ktor's.
#[test]
fn octets_that_are_no_text_are_not_sent() {
    for encoding in [CookieEncoding::Uri, CookieEncoding::Base64] {
        assert_eq!(
            set(&cookie(encoding), b"\xff\xfe"),
            Err(Unsendable::Characters)
        );
    }
}
