//! Attributes of cookies.

use std::time::Duration;

use cloakroom::{CookieLifetime, CookieOptions, CookiePrefix, SameSite};

use super::row::{Refused, attributes};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn paths() -> Vec<Refused> {
    let long_path = format!("/{}", "a".repeat(1_024));
    let path = "begins with `/`";
    vec![
        attributes(|a| a.path(""), "path", "does not begin with `/`", path),
        attributes(|a| a.path("shop"), "path", "does not begin with `/`", path),
        attributes(|a| a.path(long_path), "path", "1025 octets", "1024"),
        attributes(|a| a.path("/a;b"), "path", "holds `;`", "without `;`"),
        attributes(|a| a.path("/a b"), "path", "a space", "visible ASCII"),
        attributes(
            |a| a.path("/a\r\nb: c"),
            "path",
            "a control",
            "visible ASCII",
        ),
        attributes(|a| a.path("/ö"), "path", "beyond ASCII", "visible ASCII"),
    ]
}

pub(super) fn domains() -> Vec<Refused> {
    let domain = |domain: String, problem, remedy| {
        attributes(|a| a.domain(domain), "domain", problem, remedy)
    };
    let none = "is no host name";
    let rows = [
        ("", none, "host name in ASCII"),
        (".a.example", "begins with a dot", "leave the dot out"),
        ("a_b.example", none, "host name"),
        ("-a.example", none, "host name"),
        ("a..example", none, "host name"),
        ("a.example.", none, "host name"),
        ("größe.example", none, "`xn--`"),
        ("https://a.example", none, "without scheme"),
        ("a.example:80", none, "port"),
        ("a.example; Secure", none, "host name"),
        ("127.0.0.1", "is an address", "leave `domain(…)` out"),
        ("localhost", "has one label", "leave `domain(…)` out"),
    ];
    let mut refused: Vec<_> = rows
        .into_iter()
        .map(|(name, problem, remedy)| domain(name.to_owned(), problem, remedy))
        .collect();
    let long_label = format!("{}.example", "a".repeat(64));
    refused.push(domain(long_label, none, "host name"));
    let long = "a.".repeat(126) + "ab";
    refused.push(domain(long, "has 254 octets", "253"));
    refused
}

pub(super) fn attributes_that_do_not_go_together() -> Vec<Refused> {
    use CookiePrefix::{Host, HostHttp, Http, Secure};
    let open = |a: CookieOptions| a.secure(false);
    let with = |prefix| move |a: CookieOptions| a.prefix(prefix);
    let secure = "set `secure(true)`";
    let mut refused = vec![
        attributes(
            |a| open(a).same_site(SameSite::None),
            "same_site",
            "SameSite=None",
            secure,
        ),
        attributes(
            |a| open(a).partitioned(true),
            "partitioned",
            "Partitioned",
            secure,
        ),
    ];
    for prefix in [Secure, Host, Http, HostHttp] {
        let set = |a| open(with(prefix)(a));
        refused.push(attributes(set, "prefix", "without Secure", secure));
    }
    for prefix in [Http, HostHttp] {
        let set = |a| with(prefix)(a).http_only(false);
        refused.push(attributes(
            set,
            "prefix",
            "without HttpOnly",
            "`http_only(true)`",
        ));
    }
    for prefix in [Host, HostHttp] {
        let set = |a| with(prefix)(a).path("/a");
        refused.push(attributes(
            set,
            "prefix",
            "another Path than `/`",
            "`path(\"/\")`",
        ));
        let set = |a| with(prefix)(a).domain("a.example");
        refused.push(attributes(
            set,
            "prefix",
            "with a Domain",
            "leave `domain(…)` out",
        ));
    }
    refused
}

pub(super) fn lifetimes() -> Vec<Refused> {
    let fixed = |span| move |a: CookieOptions| a.lifetime(CookieLifetime::Fixed(span));
    let short = "less than a second";
    let long = "longer than 400 days";
    let remedy = "from a second to 400 days";
    let follows = |a: CookieOptions| a.lifetime(CookieLifetime::FollowsIdle);
    vec![
        attributes(fixed(Duration::ZERO), "lifetime", short, remedy),
        attributes(fixed(Duration::from_millis(999)), "lifetime", short, remedy),
        attributes(fixed(400 * DAY + SECOND), "lifetime", long, remedy),
        attributes(fixed(Duration::MAX), "lifetime", long, remedy),
        attributes(follows, "lifetime", "there is none", "set `idle_timeout`"),
    ]
}
