//! What of a cookie's or header's configuration is refused, and what is taken as Ktor takes it.

use std::time::Duration;

use cloakroom_core::Transport as _;
use cloakroom_ktor::{CookieEncoding, Ktor, KtorCookie, KtorHeader};

const EVERY: [Ktor; 3] = [Ktor::V1_6_8, Ktor::V2, Ktor::V3];

fn refused(cookie: &KtorCookie, name: &str) -> &'static str {
    let contradiction = cookie.transport(name).unwrap_err();
    assert!(!contradiction.problem.is_empty() && !contradiction.remedy.is_empty());
    contradiction.field
}

#[test]
fn names_that_a_version_does_not_write_or_read_are_refused() {
    let long = "n".repeat(257);
    let names = [
        "", &long, "a b", "a\tb", "a;b", "a,b", "a\"b", "a=b", "{a}", "$S", "a\r\nb", "a\0",
        "größe",
    ];
    for ktor in EVERY {
        for name in names {
            assert_eq!(refused(&KtorCookie::new(ktor), name), "name", "{name:?}");
        }
        for name in ["S", "user_session", "_S42", "my.cart-2", "a$b", &long[1..]] {
            KtorCookie::new(ktor).transport(name).unwrap();
        }
    }
    for name in [
        "384f8bdb/sessid",
        "a(b)",
        "a@b",
        "a:b",
        "a[0]",
        "a\\b",
        "a?b",
        "a<b>",
    ] {
        assert_eq!(
            refused(&KtorCookie::new(Ktor::V1_6_8), name),
            "name",
            "{name:?}"
        );
        KtorCookie::new(Ktor::V2).transport(name).unwrap();
        KtorCookie::new(Ktor::V3).transport(name).unwrap();
    }
}

#[test]
fn a_domain_brings_no_attribute_along() {
    let long = "d".repeat(1_025);
    for ktor in EVERY {
        for domain in [
            "",
            &long,
            "foo.bar; Secure",
            "foo bar",
            "foo,bar",
            "a\r\nb",
            "größe.de",
            "a=b",
        ] {
            let cookie = KtorCookie::new(ktor).domain(domain);
            assert_eq!(refused(&cookie, "S"), "domain", "{domain:?}");
        }
        for domain in ["foo.bar", ".foo.bar", "localhost", "Foo.Bar", "127.0.0.1"] {
            let described = KtorCookie::new(ktor).domain(domain).describe("S").unwrap();
            assert!(described.contains(&format!("; Domain={domain}; ")));
        }
    }
}

#[test]
fn a_path_brings_no_attribute_along() {
    let long = format!("/{}", "p".repeat(1_024));
    for ktor in EVERY {
        for path in [
            "",
            "a",
            &long,
            "/a; Domain=evil",
            "/a;Secure",
            "/a b",
            "/ä",
            "/a\r\nb",
            "/\0",
        ] {
            let cookie = KtorCookie::new(ktor).path(path);
            assert_eq!(refused(&cookie, "S"), "path", "{path:?}");
        }
        KtorCookie::new(ktor)
            .path(&long[..1_024])
            .transport("S")
            .unwrap();
    }
    // Only 3 writes these; 1.6.8 and 2 throw on every response.
    for path in ["/a,b", "/a\"b"] {
        assert_eq!(refused(&KtorCookie::new(Ktor::V2).path(path), "S"), "path");
        KtorCookie::new(Ktor::V3).path(path).transport("S").unwrap();
    }
}

#[test]
fn an_extension_brings_no_attribute_along() {
    let long = "v".repeat(1_025);
    for ktor in EVERY {
        let raw = KtorCookie::new(ktor).encoding(CookieEncoding::Raw);
        for value in ["lax; Domain=evil", "lax;Secure", "a b\r\n", "ä", &long] {
            let cookie = raw.clone().extension("SameSite", Some(value.to_owned()));
            assert_eq!(refused(&cookie, "S"), "extensions", "{value:?}");
        }
        for name in [
            "", "a b", "a=b", "a;b", "ä", "$x-enc", "$X-Enc", "$Path", "path", "DOMAIN", "max-age",
            "Expires", "secure", "HttpOnly",
        ] {
            for value in [None, Some("1".to_owned())] {
                let cookie = raw.clone().extension(name, value);
                assert_eq!(refused(&cookie, "S"), "extensions", "{name:?}");
            }
        }
    }
}

/// As Ktor: nobody looks at what an extension says.
#[test]
fn same_site_none_without_secure_and_a_bare_same_site_are_sent() {
    let none = KtorCookie::new(Ktor::V3).extension("SameSite", Some("None".into()));
    assert!(
        none.describe("S")
            .unwrap()
            .contains("; HttpOnly; SameSite=None; ")
    );
    let bare = none.extension("SameSite", None);
    assert!(
        bare.describe("S")
            .unwrap()
            .contains("; HttpOnly; SameSite; ")
    );
}

#[test]
fn a_time_is_rounded_as_kotlin_rounds_but_never_to_nothing() {
    let rows = [
        (1_000, "1"),
        (1_499, "1"),
        (1_500, "2"),
        (500, "1"),
        (59_999, "60"),
    ];
    for (millis, seconds) in rows {
        let cookie = KtorCookie::new(Ktor::V3).max_age(Some(Duration::from_millis(millis)));
        let sent = crate::browser::kept(&cookie.transport("S").unwrap(), "1");
        let max_age = ("max-age".to_owned(), seconds.to_owned());
        assert!(sent.attributes.contains(&max_age), "{sent:?}");
    }
    for short in [Duration::from_nanos(1), Duration::from_millis(499)] {
        let cookie = KtorCookie::new(Ktor::V3).max_age(Some(short));
        assert_eq!(refused(&cookie, "S"), "max_age");
    }
}

#[test]
fn a_header_has_a_name_of_its_own() {
    for name in ["X-Session", "session", "Authorization", "X_Id"] {
        let header = KtorHeader::new(name).unwrap();
        assert_eq!(header.name(), name.to_ascii_lowercase());
    }
    let long = "x".repeat(257);
    for name in [
        "",
        "X Session",
        "X:Session",
        ":path",
        "X(a)",
        "x-sessiön",
        "Cookie",
        "SET-COOKIE",
        "content-length",
        "Transfer-Encoding",
        &long,
    ] {
        assert_eq!(KtorHeader::new(name).unwrap_err().field, "name", "{name:?}");
    }
}

/// Rules: secrets.
#[test]
fn debug_shows_name_and_attributes() {
    let cookie = KtorCookie::new(Ktor::V3).transport("S").unwrap();
    assert_eq!(
        format!("{cookie:?}"),
        "KtorCookieTransport(S=…; Path=/; HttpOnly; $x-enc=URI_ENCODING)"
    );
}
