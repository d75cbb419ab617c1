//! What the build accepts as a session's cookie, a browser keeps, sends back and forgets; what the
//! build refuses, a browser would have refused.

use cloakroom_core::{CookieOptions, CookiePrefix, SameSite};
use cloakroom_testkit::{Jar, Stored, Visit};
use cloakroom_time::Timestamp;

const NOW: Timestamp = Timestamp::from_secs(1_000_000);

/// One way to set an option, and what it adds to the Set-Cookie value.
type Choice = (fn(CookieOptions) -> CookieOptions, &'static str);

const ATTRIBUTES: [&[Choice]; 6] = [
    &[(|o| o, "; Path=/"), (|o| o.path("/cart"), "; Path=/cart")],
    &[
        (|o| o, ""),
        (|o| o.domain("shop.example"), "; Domain=shop.example"),
    ],
    &[(|o| o, "; Secure"), (|o| o.secure(false), "")],
    &[(|o| o, "; HttpOnly"), (|o| o.http_only(false), "")],
    &[
        (|o| o, "; SameSite=Lax"),
        (|o| o.same_site(SameSite::Strict), "; SameSite=Strict"),
        (|o| o.same_site(SameSite::None), "; SameSite=None"),
    ],
    &[(|o| o, ""), (|o| o.partitioned(true), "; Partitioned")],
];

const PREFIXES: [Choice; 5] = [
    (|o| o.prefix(CookiePrefix::None), ""),
    (|o| o.prefix(CookiePrefix::Secure), "__Secure-"),
    (|o| o.prefix(CookiePrefix::Host), "__Host-"),
    (|o| o.prefix(CookiePrefix::Http), "__Http-"),
    (|o| o.prefix(CookiePrefix::HostHttp), "__Host-Http-"),
];

/// Every combination of attributes without a prefix, and what they add to `sid=…`.
fn attributes() -> Vec<(CookieOptions, String)> {
    let start = vec![(CookieOptions::new(), String::new())];
    ATTRIBUTES.iter().fold(start, |all, choices| {
        let choose = |(options, text): &(CookieOptions, String)| -> Vec<_> {
            let chosen =
                |(choice, adds): &Choice| (choice(options.clone()), format!("{text}{adds}"));
            choices.iter().map(chosen).collect()
        };
        all.iter().flat_map(choose).collect()
    })
}

/// Every combination of attributes and named prefix, and the Set-Cookie value that it asks for.
fn combinations() -> Vec<(CookieOptions, String)> {
    let all = attributes();
    let with = |(options, text): &(CookieOptions, String)| {
        PREFIXES.map(|(choice, prefix)| {
            let set = format!("{prefix}sid=…{text}");
            (choice(options.clone()), set)
        })
    };
    all.iter().flat_map(with).collect()
}

fn shop() -> Visit {
    Visit::to("https://www.shop.example/cart/1").unwrap_or_else(|_| unreachable!())
}

/// Sets `described` in an empty jar, with a token in place of the `…`.
fn is_kept(described: &str) -> bool {
    let set = described.replace('…', "token");
    Jar::new().store(&shop(), set.as_bytes(), NOW).is_ok()
}

#[test]
fn the_build_accepts_what_a_browser_keeps_and_nothing_else() {
    for (options, asked_for) in combinations() {
        match options.describe("sid") {
            Ok(described) => {
                assert_eq!(described, asked_for);
                assert!(is_kept(&asked_for), "accepted, and not kept: {asked_for}");
            }
            Err(found) => assert!(!is_kept(&asked_for), "{found}: {asked_for}"),
        }
    }
    assert_eq!(combinations().len(), 480);
}

#[test]
fn a_prefix_chosen_for_the_attributes_is_one_that_a_browser_keeps() {
    for (options, text) in attributes() {
        let bare = format!("sid=…{text}");
        match options.describe("sid") {
            Ok(described) => assert!(is_kept(&described), "{described}"),
            Err(found) => assert!(!is_kept(&bare), "{found}: {bare}"),
        }
    }
}

#[test]
fn a_browser_sends_the_cookie_back_and_forgets_it_when_cleared() {
    for (options, _) in combinations() {
        let Ok(described) = options.describe("sid") else {
            continue;
        };
        let (name, attributes) = described.split_once("=…").unwrap();
        let set = format!("{name}=token{attributes}");
        let clear = format!("{name}=; Max-Age=0{attributes}");
        let mut jar = Jar::new();
        assert_eq!(jar.store(&shop(), set.as_bytes(), NOW), Ok(Stored::Added));
        assert_eq!(
            jar.cookie_header(&shop(), NOW),
            Some(format!("{name}=token"))
        );
        assert_eq!(
            jar.store(&shop(), clear.as_bytes(), NOW),
            Ok(Stored::Removed)
        );
        assert_eq!(jar.cookie_header(&shop(), NOW), None);
    }
}
