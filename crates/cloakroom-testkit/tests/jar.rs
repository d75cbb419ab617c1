//! The cookie jar against RFC 6265bis, section by section.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, which the configuration does not know for tests"
)]

use std::time::Duration;

use cloakroom_core::SameSite;
use cloakroom_testkit::{Ignored, Jar, Stored, Visit};
use cloakroom_time::Timestamp;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_secs(1_000_000);

fn to(url: &str) -> Visit {
    Visit::to(url).unwrap()
}

/// A jar that took these headers of `https://shop.example/a/b`.
fn jar(set_cookies: &[&str]) -> Jar {
    let mut jar = Jar::new();
    for text in set_cookies {
        jar.store(&to("https://shop.example/a/b"), text.as_bytes(), NOW)
            .unwrap_or_else(|ignored| panic!("{text}: {ignored}"));
    }
    jar
}

fn store(jar: &mut Jar, visit: &Visit, text: &str) -> Result<Stored, Ignored> {
    jar.store(visit, text.as_bytes(), NOW)
}

fn sent(jar: &Jar, visit: &Visit) -> String {
    jar.cookie_header(visit, NOW).unwrap_or_default()
}

/// RFC 6265bis §5.7: each row a URL, a Set-Cookie header and why it is ignored, if it is.
#[test]
fn what_browsers_refuse_to_keep_is_refused_for_its_reason() {
    let https = "https://www.shop.example/a/b";
    let http = "http://www.shop.example/a/b";
    let rows = [
        (https, "a=b", None),
        (https, "a=\u{1}", Some(Ignored::Control)),
        (https, ";a=b", Some(Ignored::Empty)),
        (https, "a=b; Domain=shop.example", None),
        (https, "a=b; Domain=.SHOP.example", None),
        (https, "a=b; Domain=www.shop.example", None),
        (
            https,
            "a=b; Domain=x.www.shop.example",
            Some(Ignored::ForeignDomain),
        ),
        (
            https,
            "a=b; Domain=op.example",
            Some(Ignored::ForeignDomain),
        ),
        (
            https,
            "a=b; Domain=bücher.example",
            Some(Ignored::ForeignDomain),
        ),
        (https, "a=b; Domain=", None),
        (https, "a=b; Secure", None),
        (http, "a=b; Secure", Some(Ignored::NotSecure)),
        ("http://localhost:3000/", "a=b; Secure", None),
        ("http://127.0.0.1/", "a=b; Secure", None),
        (https, "a=b; SameSite=None; Secure", None),
        (
            https,
            "a=b; SameSite=None",
            Some(Ignored::SameSiteNoneWithoutSecure),
        ),
        (https, "a=b; Partitioned; Secure", None),
        (
            https,
            "a=b; Partitioned",
            Some(Ignored::PartitionedWithoutSecure),
        ),
        (
            "http://127.0.0.1/",
            "a=b; Domain=0.0.1",
            Some(Ignored::ForeignDomain),
        ),
        ("http://127.0.0.1/", "a=b; Domain=127.0.0.1", None),
    ];
    for (url, text, why) in rows {
        let outcome = store(&mut Jar::new(), &to(url), text);
        assert_eq!(outcome.err(), why, "{text}");
    }
    let large = format!("a={}", "b".repeat(4_096));
    assert_eq!(
        store(&mut Jar::new(), &to(https), &large),
        Err(Ignored::TooLarge)
    );
}

/// RFC 6265bis §5.4, §5.7 and draft-ietf-httpbis-layered-cookies, over HTTPS at the path `/`: a
/// path of `/` counts for `__Host-` only when it is said.
#[test]
fn a_prefix_demands_its_attributes_in_any_case() {
    let rows = [
        ("__Secure-a=b; Secure", true),
        ("__Secure-a=b", false),
        ("__SECURE-a=b", false),
        ("__Host-a=b; Secure; Path=/", true),
        ("__hOST-a=b; Secure; Path=/", true),
        ("__Host-a=b; Path=/", false),
        ("__Host-a=b; Secure", false),
        ("__Host-a=b; Secure; Path=/x", false),
        ("__host-a=b; Secure; Path=/; Domain=shop.example", false),
        ("__Http-a=b; Secure; HttpOnly", true),
        ("__Http-a=b; Secure", false),
        ("__http-a=b; HttpOnly", false),
        ("__Host-Http-a=b; Secure; HttpOnly; Path=/", true),
        ("__Host-Http-a=b; Secure; Path=/", false),
        ("__Host-Http-a=b; Secure; HttpOnly; Path=/x", false),
        (
            "__Host-Http-a=b; Secure; HttpOnly; Path=/; Domain=shop.example",
            false,
        ),
        ("=__Host-a=b; Secure; Path=/", false),
        ("__secure-a; Secure", false),
        ("_Host-a=b", true),
        ("x__Host-a=b", true),
    ];
    for (text, kept) in rows {
        let outcome = store(&mut Jar::new(), &to("https://shop.example/"), text);
        let expected = if kept {
            Ok(Stored::Added)
        } else {
            Err(Ignored::Prefix)
        };
        assert_eq!(outcome, expected, "{text}");
    }
}

/// RFC 6265bis §5.7, "leave secure cookies alone".
#[test]
fn an_insecure_connection_lays_nothing_over_a_secure_cookie() {
    let rows = [
        ("a=x; Path=/login", Some(Ignored::SecureCookieThere)),
        ("a=x; Path=/login/en", Some(Ignored::SecureCookieThere)),
        (
            "a=x; Path=/login; Domain=shop.example",
            Some(Ignored::SecureCookieThere),
        ),
        (
            "a=x; Path=/login; Max-Age=0",
            Some(Ignored::SecureCookieThere),
        ),
        ("a=x; Path=/", None),
        ("a=x; Path=/foo", None),
        ("A=x; Path=/login", None),
    ];
    for (text, why) in rows {
        let mut jar = jar(&["a=b; Secure; Path=/login"]);
        let outcome = store(&mut jar, &to("http://shop.example/login"), text);
        assert_eq!(outcome.err(), why, "{text}");
        assert_eq!(jar.get("a").unwrap().value(), b"b");
    }
    let mut jar = jar(&["a=b; Secure; Path=/; Max-Age=5"]);
    let later = NOW.saturating_add(Duration::from_secs(5));
    let outcome = jar.store(&to("http://shop.example/"), b"a=x; Path=/", later);
    assert_eq!(
        outcome,
        Ok(Stored::Added),
        "an expired cookie protects nothing"
    );
}

/// RFC 6265bis §5.7, "leave secure cookies alone": whichever of the two domains is the wider.
#[test]
fn neither_a_wider_nor_a_narrower_cookie_lies_over_a_secure_one() {
    let https = to("https://www.shop.example/");
    let http = to("http://www.shop.example/");
    let wide = "; Path=/; Domain=shop.example";
    for (secure, insecure) in [(wide, "; Path=/"), ("; Path=/", wide)] {
        let mut jar = Jar::new();
        let secure = format!("a=b{secure}; Secure");
        assert_eq!(store(&mut jar, &https, &secure), Ok(Stored::Added));
        let refused = store(&mut jar, &http, &format!("a=x{insecure}"));
        assert_eq!(refused, Err(Ignored::SecureCookieThere), "{secure}");
    }
}

/// RFC 6265bis §5.7: the same name, domain, host-only and path; CHIPS: and partition.
#[test]
fn a_cookie_replaces_the_one_in_its_place_and_no_other() {
    let shop = to("https://shop.example/a/b");
    let rows = [
        ("a=x; Path=/a", Stored::Replaced),
        ("a=x", Stored::Replaced), // the default path of /a/b is /a
        (
            "a=x; Path=/a; Secure; HttpOnly; SameSite=Strict",
            Stored::Replaced,
        ),
        ("a=x; Path=/", Stored::Added),
        ("a=x; Path=/a/", Stored::Added),
        ("a=x; Path=/a; Domain=shop.example", Stored::Added),
        ("a=x; Path=/a; Secure; Partitioned", Stored::Added),
        ("A=x; Path=/a", Stored::Added),
        ("a=; Path=/a; Max-Age=0", Stored::Removed),
        (
            "a=; Path=/a; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            Stored::Removed,
        ),
        (
            "a=; Path=/a; Domain=shop.example; Max-Age=0",
            Stored::Nothing,
        ),
        ("a=; Path=/; Max-Age=0", Stored::Nothing),
    ];
    for (text, expected) in rows {
        let mut jar = jar(&["a=b; Path=/a"]);
        assert_eq!(store(&mut jar, &shop, text), Ok(expected), "{text}");
        let values: Vec<_> = jar.iter().map(|cookie| cookie.value().to_vec()).collect();
        let left: &[&[u8]] = match expected {
            Stored::Added => &[b"b", b"x"],
            Stored::Replaced => &[b"x"],
            Stored::Removed => &[],
            _ => &[b"b"],
        };
        assert_eq!(values, left, "{text}");
    }
}

/// RFC 6265bis §5.8.3: host, path and connection.
#[test]
fn a_cookie_goes_where_its_scope_lies() {
    let rows = [
        ("a=b", "https://shop.example/a", true),
        ("a=b", "https://shop.example:8443/a/x", true),
        ("a=b", "http://shop.example/a", true),
        ("a=b", "https://shop.example/", false),
        ("a=b", "https://www.shop.example/a", false),
        (
            "a=b; Domain=shop.example",
            "https://www.shop.example/a",
            true,
        ),
        ("a=b; Domain=shop.example", "https://shop.example/a", true),
        (
            "a=b; Domain=shop.example",
            "https://workshop.example/a",
            false,
        ),
        ("a=b; Path=/", "https://shop.example/z", true),
        ("a=b; Secure", "https://shop.example/a", true),
        ("a=b; Secure", "http://shop.example/a", false),
    ];
    for (text, url, expected) in rows {
        let sent = sent(&jar(&[text]), &to(url));
        assert_eq!(sent == "a=b", expected, "{text} to {url}: {sent:?}");
    }
}

/// RFC 6265bis §5.8.3, as Chromium: without `SameSite` as with `Lax`.
#[test]
fn same_site_decides_by_who_caused_the_request() {
    let jar = jar(&[
        "strict=1; SameSite=Strict",
        "lax=1; SameSite=Lax",
        "none=1; SameSite=None; Secure",
        "unset=1",
    ]);
    let shop = || to("https://shop.example/a");
    let all = "strict=1; lax=1; none=1; unset=1";
    let rows = [
        (shop(), all),
        (shop().method("POST"), all),
        (shop().subresource(), all),
        (shop().by_script(), all),
        (shop().cross_site(), "lax=1; none=1; unset=1"),
        (shop().cross_site().method("HEAD"), "lax=1; none=1; unset=1"),
        (shop().cross_site().method("POST"), "none=1"),
        (shop().cross_site().method("get"), "none=1"),
        (shop().cross_site().subresource(), "none=1"),
        (shop().embedded_in("https://news.example"), "none=1"),
    ];
    for (visit, expected) in rows {
        assert_eq!(sent(&jar, &visit), expected, "{visit:?}");
    }
    assert_eq!(
        jar.get("strict").unwrap().same_site(),
        Some(SameSite::Strict)
    );
    assert_eq!(jar.get("unset").unwrap().same_site(), None);
}

/// RFC 6265bis §5.7.
#[test]
fn another_site_sets_lax_cookies_by_a_navigation_only() {
    let shop = || to("https://shop.example/");
    let rows = [
        (shop().cross_site(), "a=b; SameSite=Lax", None),
        (
            shop().cross_site().method("POST"),
            "a=b; SameSite=Strict",
            None,
        ),
        (
            shop().cross_site().subresource(),
            "a=b; SameSite=Lax",
            Some(Ignored::CrossSite),
        ),
        (
            shop().cross_site().subresource(),
            "a=b",
            Some(Ignored::CrossSite),
        ),
        (
            shop().cross_site().subresource(),
            "a=b; SameSite=None; Secure",
            None,
        ),
        (shop().subresource(), "a=b; SameSite=Strict", None),
        (
            shop().embedded_in("https://news.example"),
            "a=b",
            Some(Ignored::CrossSite),
        ),
    ];
    for (visit, text, why) in rows {
        assert_eq!(
            store(&mut Jar::new(), &visit, text).err(),
            why,
            "{visit:?} {text}"
        );
    }
}

/// RFC 6265bis §5.7, §5.8.3.
#[test]
fn scripts_neither_see_nor_set_nor_replace_http_only_cookies() {
    let script = to("https://shop.example/a").by_script();
    let mut jar = jar(&["hidden=1; HttpOnly", "open=1"]);
    assert_eq!(sent(&jar, &script), "open=1");
    assert_eq!(
        sent(&jar, &to("https://shop.example/a")),
        "hidden=1; open=1"
    );
    for text in [
        "new=1; HttpOnly",
        "hidden=2; Path=/a",
        "hidden=; Path=/a; Max-Age=0",
    ] {
        assert_eq!(
            store(&mut jar, &script, text),
            Err(Ignored::HttpOnly),
            "{text}"
        );
    }
    assert_eq!(
        store(&mut jar, &script, "open=2; Path=/a"),
        Ok(Stored::Replaced)
    );
    assert_eq!(jar.get("hidden").unwrap().value(), b"1");
}

/// CHIPS.
#[test]
fn a_partitioned_cookie_lives_in_the_pages_of_one_site() {
    let news = to("https://shop.example/").embedded_in("https://news.example");
    let blog = to("https://shop.example/").embedded_in("https://blog.example");
    let text = "a=b; SameSite=None; Secure; Partitioned; Path=/";
    let mut jar = Jar::new();
    assert_eq!(store(&mut jar, &news, text), Ok(Stored::Added));
    assert_eq!(
        jar.get("a").unwrap().partition(),
        Some("https://news.example")
    );
    assert_eq!(sent(&jar, &news), "a=b");
    assert_eq!(sent(&jar, &blog), "");
    assert_eq!(sent(&jar, &to("https://shop.example/")), "");
    assert_eq!(store(&mut jar, &blog, text), Ok(Stored::Added));
    assert_eq!(sent(&jar, &blog), "a=b");
    let clear = "a=; SameSite=None; Secure; Partitioned; Path=/; Max-Age=0";
    assert_eq!(store(&mut jar, &news, clear), Ok(Stored::Removed));
    assert_eq!(
        (sent(&jar, &news), sent(&jar, &blog)),
        (String::new(), "a=b".to_owned())
    );
}

/// RFC 6265bis §5.8.3: longer paths first, then older ones; a replaced cookie keeps its age.
#[test]
fn the_header_has_longer_paths_first_then_older_cookies() {
    let mut jar = jar(&[
        "a=1; Path=/",
        "b=1; Path=/a/b",
        "c=1; Path=/",
        "d=1; Path=/a",
    ]);
    let shop = to("https://shop.example/a/b");
    assert_eq!(sent(&jar, &shop), "b=1; d=1; a=1; c=1");
    assert_eq!(store(&mut jar, &shop, "a=2; Path=/"), Ok(Stored::Replaced));
    assert_eq!(sent(&jar, &shop), "b=1; d=1; a=2; c=1");
    assert_eq!(
        store(&mut jar, &shop, "a=; Path=/; Max-Age=0"),
        Ok(Stored::Removed)
    );
    assert_eq!(store(&mut jar, &shop, "a=3; Path=/"), Ok(Stored::Added));
    assert_eq!(
        store(&mut jar, &shop, "nameless; Path=/"),
        Ok(Stored::Added)
    );
    assert_eq!(sent(&jar, &shop), "b=1; d=1; c=1; a=3; nameless");
}

/// RFC 6265bis §5.5, §5.7.
#[test]
fn a_cookie_lives_until_the_millisecond_of_its_end() {
    let shop = to("https://shop.example/");
    let at = |millis| NOW.saturating_add(Duration::from_millis(millis));
    let jar = jar(&["a=b; Path=/; Max-Age=10", "b=c; Path=/"]);
    assert_eq!(jar.get("a").unwrap().expires(), Some(at(10_000)));
    assert_eq!(jar.cookie_header(&shop, at(9_999)).unwrap(), "a=b; b=c");
    assert_eq!(jar.cookie_header(&shop, at(10_000)).unwrap(), "b=c");
    assert_eq!(jar.get("b").unwrap().expires(), None);
}

/// Rules: secrets.
#[test]
fn debug_shows_no_value() {
    let jar = jar(&["a=very-secret; Path=/"]);
    let shown = format!("{jar:?}");
    assert!(
        shown.contains("\"a\"") && !shown.contains("very-secret"),
        "{shown}"
    );
}

proptest! {
    /// Rules: bad-input.
    #[test]
    fn no_octets_make_the_jar_panic_and_what_it_sends_it_was_given(
        octets in prop::collection::vec(any::<u8>(), 0..120),
        text in "(__Host-)?[a-c]{0,2}=?[a-c]{0,3}(; ?(Path=/?[ab]?|Secure|Max-Age=-?[0-9]{0,3}|Domain=\\.?shop\\.example|Partitioned)){0,4}",
    ) {
        let shop = to("https://shop.example/a/b");
        for input in [octets.as_slice(), text.as_bytes()] {
            let mut jar = Jar::new();
            let stored = jar.store(&shop, input, NOW);
            let header = jar.cookie_header(&shop, NOW);
            prop_assert_eq!(jar.iter().count(), usize::from(stored == Ok(Stored::Added)));
            if stored.is_err() {
                prop_assert_eq!(header, None);
            }
        }
    }
}
