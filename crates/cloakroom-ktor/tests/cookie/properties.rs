//! What holds for every text, every encoding and every version.

use cloakroom_core::{Lifetime, Timestamp, Transport as _};
use cloakroom_ktor::{CookieEncoding, Ktor, KtorCookie, KtorHeader};
use proptest::prelude::*;

use crate::browser::{Kept, base64_decoded, kept, tokens, uri_decoded};

fn encodings() -> impl Strategy<Value = CookieEncoding> {
    prop::sample::select(vec![
        CookieEncoding::Raw,
        CookieEncoding::DQuotes,
        CookieEncoding::Uri,
        CookieEncoding::Base64,
    ])
}

fn versions() -> impl Strategy<Value = Ktor> {
    prop::sample::select(vec![Ktor::V1_6_8, Ktor::V2, Ktor::V3])
}

/// Texts of characters that mean something to one of the encodings, of visible ones, and of any.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\"';,= \t%+\\\\{}$a-c0-2\r\n\0\x7f\u{85}\u{a0}é日🎉]{0,40}",
        "[ -~]{0,60}",
        "[a-z0-9 ,]{0,60}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(encoding in encodings(), ktor in versions(), text in texts()) {
        let Ok(value) = encoding.encode(&text, ktor) else {
            prop_assert!(matches!(encoding, CookieEncoding::Raw | CookieEncoding::DQuotes));
            return Ok(());
        };
        prop_assert_eq!(encoding.decode(value.as_bytes()), Ok(text.into_bytes()));
        prop_assert!(!value.contains([';', '\r', '\n', '\0']));
        prop_assert!(value.bytes().all(|octet| octet == b'\t' || (b' '..=b'~').contains(&octet)));
    }

    /// Through the jar of a browser, beside other cookies, back into any version.
    #[test]
    fn a_token_comes_back_through_a_browser(
        encoding in encodings(),
        writer in versions(),
        reader in versions(),
        text in texts(),
        others in ("(A=1; )?", "(; B=\"2\")?"),
    ) {
        let cookie = |ktor| KtorCookie::new(ktor).encoding(encoding).transport("S").unwrap();
        let sent = cookie(writer).set(text.as_bytes(), Lifetime::default(), Timestamp::EPOCH);
        let Ok(sent) = sent else { return Ok(()) };
        let kept = Kept::of(&sent).unwrap();
        let attributes: Vec<&str> = kept.attributes.iter().map(|(name, _)| name.as_str()).collect();
        prop_assert_eq!(attributes, ["max-age", "expires", "path", "httponly", "$x-enc"]);
        let line = format!("{}{}{}", others.0, kept.pair(), others.1);
        prop_assert_eq!(tokens(&cookie(reader), &line), [Ok(text.into_bytes())]);
    }

    /// A second decoder, which is not ours.
    #[test]
    fn another_reader_reads_what_is_written(ktor in versions(), text in "\\PC{0,100}") {
        let cookie = |encoding| KtorCookie::new(ktor).encoding(encoding).transport("S").unwrap();
        let uri = kept(&cookie(CookieEncoding::Uri), &text);
        prop_assert_eq!(&uri_decoded(&uri.value), &text);
        let base64 = kept(&cookie(CookieEncoding::Base64), &text);
        prop_assert_eq!(&base64_decoded(&base64.value), &text);
    }

    /// Rules: bad-input.
    #[test]
    fn any_octets_are_read_or_refused(
        encoding in encodings(),
        ktor in versions(),
        line in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "[S=;\"\\$ %+a-f0-9\t]{0,100}".prop_map(String::into_bytes),
        ],
    ) {
        let cookie = KtorCookie::new(ktor).encoding(encoding).transport("S").unwrap();
        let mut out = Vec::new();
        cookie.tokens(&line, &mut |text| {
            let before = out.clone();
            if cookie.decode(text, &mut out).is_err() {
                assert_eq!(out, before);
            }
        });
        prop_assert!(std::str::from_utf8(&out).is_ok());
    }

    /// What is read of a value would be written so, but for the spellings that are listed: plain
    /// characters that Ktor escapes, lower-case digits, quotes and blanks around a value.
    #[test]
    fn base64_has_one_spelling(value in "[A-Za-d+/=]{0,16}") {
        if let Ok(text) = CookieEncoding::Base64.decode(value.as_bytes()) {
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(CookieEncoding::Base64.encode(&text, Ktor::V3).unwrap(), value);
        }
    }

    #[test]
    fn a_headers_token_comes_back(text in texts(), blanks in "[ \t]{0,3}") {
        let header = KtorHeader::new("X-Session").unwrap();
        let Ok(sent) = header.set(text.as_bytes(), Lifetime::default(), Timestamp::EPOCH) else {
            return Ok(());
        };
        let line = format!("{blanks}{}{blanks}", String::from_utf8(sent).unwrap());
        prop_assert_eq!(tokens(&header, &line), [Ok(text.into_bytes())]);
    }
}
