//! Names, keys, and what there can only be one of.

use std::time::Duration;

use cloakroom::{Clock, DatedKey, Key, KeyRing, KeySet, Sessions, SessionsBuilder};
use cloakroom_testkit::SeededEntropy;

use super::row::{Refused, built, header, named, whole};
use crate::shop::{Cart, Shop};

const SIXTY_FIVE: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(super) fn applications() -> Vec<Refused> {
    let application = |name: &str| {
        let builder = Sessions::builder(name, &Shop::new().keys);
        builder.cookie::<Cart>("cart", |c| c.sealed())
    };
    let remedy = "1 to 64 bytes, without `/`";
    vec![
        whole(application(""), "application", "no name", remedy),
        whole(
            application(SIXTY_FIVE),
            "application",
            "longer than 64",
            remedy,
        ),
        whole(application("shop/eu"), "application", "holds a `/`", remedy),
    ]
}

/// Keys of which none issues today.
pub(super) fn keys() -> Vec<Refused> {
    let shop = Shop::new();
    let now = shop.clock.now();
    let key = || Key::generate(&SeededEntropy::new(2));
    let next_year = DatedKey::from(key()).issue_from(now.saturating_add(YEAR));
    let last_year = DatedKey::from(key()).accept_until(now.saturating_sub(YEAR));
    let sets = [
        KeySet::new().with(next_year),
        KeySet::new().with(last_year),
        KeySet::new().with(key()).with_revoked(key().id()),
    ];
    let remedy = "`issue_from` of one accepted key lie in the past";
    let refused = sets.map(|set| {
        let ring = KeyRing::from_keys(set).unwrap();
        let builder = Sessions::builder("shop", &ring).clock(shop.clock.clone());
        let builder = builder.cookie::<Cart>("cart", |c| c.sealed());
        whole(builder, "keys", "no key of the ring issues now", remedy)
    });
    refused.into()
}

pub(super) fn cookie_names() -> Vec<Refused> {
    let remedy = "1 to 64 ASCII letters";
    vec![
        named("", "the name is empty", remedy),
        named(SIXTY_FIVE, "the name has 65 octets", remedy),
        named("my cart", "holds more than letters, digits", remedy),
        named("cart=1", "holds more than letters, digits", remedy),
        named("cart;", "holds more than letters, digits", remedy),
        named("größe", "holds more than letters, digits", remedy),
        named("cart\r\n", "holds more than letters, digits", remedy),
        named("__Host-cart", "begins with `__Host-`", "`prefix(…)`"),
        named("__hOST-cart", "begins with `__Host-`", "`prefix(…)`"),
        named("__Secure-cart", "begins with `__Secure-`", "`prefix(…)`"),
        named("__Http-cart", "begins with `__Http-`", "`prefix(…)`"),
        named("__Host-Http-cart", "begins with `__Host-`", "`prefix(…)`"),
        named("dev-cart", "begins with `dev-`", "choose another name"),
        named("DEV-cart", "begins with `dev-`", "choose another name"),
    ]
}

pub(super) fn header_names() -> Vec<Refused> {
    let token = "1 to 64 ASCII letters";
    let taken = ["has a meaning of its own", "such as `X-Session`"];
    let mut refused = vec![
        header("", "the name is empty", token),
        header(SIXTY_FIVE, "the name has 65 octets", token),
        header("X Session", "holds more than letters, digits", token),
        header("X-Session:", "holds more than letters, digits", token),
    ];
    let names = [
        "Cookie",
        "set-cookie",
        "AUTHORIZATION",
        "Host",
        "Vary",
        "Cache-Control",
        "Content-Length",
        "Sec-Session",
        "Proxy-Session",
        "If-Session",
        "X-Forwarded-Session",
        "Accept-Session",
        "Access-Control-Session",
    ];
    refused.extend(names.map(|name| header(name, taken[0], taken[1])));
    refused
}

pub(super) fn twice() -> Vec<Refused> {
    let type_twice = |builder: SessionsBuilder| {
        let builder = builder.cookie::<Cart>("basket", |c| c.sealed());
        builder.cookie::<Cart>("cart", |c| c.sealed())
    };
    let name = |error, provider| Refused {
        error,
        provider: Some(provider),
        field: "name",
        problem: "another session has the same name",
        remedy: "a name of its own",
    };
    let builder = || Shop::new().builder();
    let with_cookie = || builder().cookie::<String>("cart", |c| c.sealed());
    let with_header = || builder().header::<String>("X-Cart", |h| h.sealed());
    vec![
        Refused {
            error: built(type_twice(builder())),
            provider: Some("cart"),
            field: "type",
            problem: "session `basket` has the same type",
            remedy: "a type of its own",
        },
        name(
            built(with_cookie().cookie::<Cart>("cart", |c| c.sealed())),
            "cart",
        ),
        name(
            built(with_cookie().header::<Cart>("cart", |h| h.sealed())),
            "cart",
        ),
        name(
            built(with_header().header::<Cart>("x-cart", |h| h.sealed())),
            "x-cart",
        ),
    ]
}
