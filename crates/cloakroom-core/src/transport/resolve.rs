//! From an application's options to what goes on the wire, or to what is wrong with them.

use std::time::Duration;

use super::contradiction::Contradiction;
use super::limit::MAX_AGE;
use super::name::{DEVELOPMENT, check_cookie};
use super::options::{CookieLifetime, CookieOptions, CookiePrefix, SameSite};

/// The most octets of an attribute's value; browsers ignore a longer attribute (RFC 6265bis §5.6).
const ATTRIBUTE_OCTETS: usize = 1_024;

/// The most octets of a host name as text (RFC 1034 §3.1: 255 on the wire).
const DOMAIN_OCTETS: usize = 253;

/// The most octets of one label of a host name (RFC 1034 §3.1).
const LABEL_OCTETS: usize = 63;

/// The name on the wire, and `; Path=…` with all attributes that never change.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) wire_name: String,
    pub(crate) attributes: String,
}

/// Checks `name` and `options`, and lays them out.
///
/// In development over HTTP the name is `dev-<name>` without a prefix, and the cookie is not
/// `Secure`. What browsers refuse without `Secure` goes with it: `Partitioned` is left out and
/// `SameSite=None` becomes `Lax`. The options are checked as they are for production all the same,
/// so that a contradiction is found before the first deployment.
pub(crate) fn resolve(
    name: &str,
    options: &CookieOptions,
    development: bool,
) -> Result<Resolved, Contradiction> {
    check_cookie(name)?;
    check_path(&options.path)?;
    if let Some(domain) = &options.domain {
        check_domain(domain)?;
    }
    check_without_secure(options)?;
    check_prefix(options)?;
    check_lifetime(options.lifetime)?;
    if !development {
        return Ok(Resolved {
            wire_name: format!("{}{name}", prefix(options)),
            attributes: attributes(options),
        });
    }
    let mut open = options.clone().secure(false).partitioned(false);
    if open.same_site == SameSite::None {
        open.same_site = SameSite::Lax;
    }
    Ok(Resolved {
        wire_name: format!("{DEVELOPMENT}{name}"),
        attributes: attributes(&open),
    })
}

/// What the name begins with.
fn prefix(options: &CookieOptions) -> &'static str {
    match options.prefix {
        CookiePrefix::Auto if options.secure && is_host_only(options) => "__Host-",
        CookiePrefix::Auto if options.secure => "__Secure-",
        CookiePrefix::Auto | CookiePrefix::None => "",
        CookiePrefix::Secure => "__Secure-",
        CookiePrefix::Host => "__Host-",
        CookiePrefix::Http => "__Http-",
        CookiePrefix::HostHttp => "__Host-Http-",
    }
}

/// Whether the attributes keep the cookie to one host and all of it.
fn is_host_only(options: &CookieOptions) -> bool {
    options.path == "/" && options.domain.is_none()
}

/// The attributes in a fixed order. `SameSite` is always said: without it browsers have defaults
/// of their own, with exceptions (RFC 6265bis §5.6.7.2).
fn attributes(options: &CookieOptions) -> String {
    let mut text = format!("; Path={}", options.path);
    if let Some(domain) = &options.domain {
        text.push_str("; Domain=");
        text.push_str(&domain.to_ascii_lowercase());
    }
    if options.secure {
        text.push_str("; Secure");
    }
    if options.http_only {
        text.push_str("; HttpOnly");
    }
    text.push_str(match options.same_site {
        SameSite::Strict => "; SameSite=Strict",
        SameSite::Lax => "; SameSite=Lax",
        SameSite::None => "; SameSite=None",
    });
    if options.partitioned {
        text.push_str("; Partitioned");
    }
    text
}

/// RFC 6265bis §4.1.1 (octets), §5.6.4 (a path that does not begin with `/` is ignored), §5.6
/// (1,024 octets). Stricter by the space and by octets beyond ASCII, which no request path has.
fn check_path(path: &str) -> Result<(), Contradiction> {
    let visible = |octet: u8| octet.is_ascii_graphic() && octet != b';';
    let problem = if !path.starts_with('/') {
        "the path does not begin with `/`".to_owned()
    } else if path.len() > ATTRIBUTE_OCTETS {
        format!("the path has {} octets", path.len())
    } else if !path.bytes().all(visible) {
        "the path holds `;`, a space, a control or an octet beyond ASCII".to_owned()
    } else {
        return Ok(());
    };
    let remedy = format!(
        "give a path that begins with `/`, of at most {ATTRIBUTE_OCTETS} visible ASCII octets \
         without `;`"
    );
    Err(Contradiction::new("path", problem, remedy))
}

/// RFC 6265bis §4.1.1 and §4.1.2.3: a host name as of RFC 1034 §3.5 and RFC 1123 §2.1. Stricter by
/// the addresses and single labels, for which browsers set the cookie for one host only, or not
/// at all (§5.7).
fn check_domain(domain: &str) -> Result<(), Contradiction> {
    let labels_hold = domain.split('.').all(is_label);
    let last_is_number = domain
        .rsplit('.')
        .next()
        .is_some_and(|label| label.bytes().all(|octet| octet.is_ascii_digit()));
    let (problem, remedy) = if domain.len() > DOMAIN_OCTETS {
        (
            format!("the domain has {} octets", domain.len()),
            format!("give a host name of at most {DOMAIN_OCTETS} octets"),
        )
    } else if domain.starts_with('.') {
        (
            "the domain begins with a dot".to_owned(),
            "leave the dot out: hosts below the domain are always meant".to_owned(),
        )
    } else if !labels_hold {
        (
            format!("the domain {domain:?} is no host name"),
            "give a host name in ASCII (an international one in its `xn--` form), without scheme, \
             port or path"
                .to_owned(),
        )
    } else if last_is_number {
        (
            format!("the domain `{domain}` is an address"),
            "leave `domain(…)` out: nothing lies below an address".to_owned(),
        )
    } else if !domain.contains('.') {
        (
            format!("the domain `{domain}` has one label, like a top-level domain"),
            "leave `domain(…)` out: browsers let no cookie span it".to_owned(),
        )
    } else {
        return Ok(());
    };
    Err(Contradiction::new("domain", problem, remedy))
}

/// Whether `label` is one label of a host name: letters, digits and inner hyphens.
fn is_label(label: &str) -> bool {
    let within = 1..=LABEL_OCTETS;
    within.contains(&label.len())
        && label
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// RFC 6265bis §5.7: browsers ignore `SameSite=None` without `Secure`; CHIPS: and `Partitioned`.
fn check_without_secure(options: &CookieOptions) -> Result<(), Contradiction> {
    let refused = |field, what: &str| {
        Err(Contradiction::new(
            field,
            format!("browsers refuse {what} without Secure"),
            "set `secure(true)`, or leave it out",
        ))
    };
    match options.secure {
        false if options.same_site == SameSite::None => refused("same_site", "SameSite=None"),
        false if options.partitioned => refused("partitioned", "Partitioned"),
        _ => Ok(()),
    }
}

/// RFC 6265bis §5.7 (`__Secure-`, `__Host-`); draft-ietf-httpbis-layered-cookies, Store a Cookie
/// (`__Http-`, `__Host-Http-`): browsers ignore a cookie whose attributes do not fit its prefix.
fn check_prefix(options: &CookieOptions) -> Result<(), Contradiction> {
    let (host, http) = match options.prefix {
        CookiePrefix::Auto | CookiePrefix::None => return Ok(()),
        CookiePrefix::Secure => (false, false),
        CookiePrefix::Host => (true, false),
        CookiePrefix::Http => (false, true),
        CookiePrefix::HostHttp => (true, true),
    };
    let (clash, remedy) = if !options.secure {
        (
            "without Secure",
            "set `secure(true)`, or choose `CookiePrefix::None`",
        )
    } else if http && !options.http_only {
        (
            "without HttpOnly",
            "set `http_only(true)`, or choose a prefix without `Http`",
        )
    } else if host && options.path != "/" {
        (
            "with another Path than `/`",
            "set `path(\"/\")`, or choose a prefix without `Host`",
        )
    } else if host && options.domain.is_some() {
        (
            "with a Domain",
            "leave `domain(…)` out, or choose a prefix without `Host`",
        )
    } else {
        return Ok(());
    };
    let problem = format!("browsers refuse `{}` {clash}", prefix(options));
    Err(Contradiction::new("prefix", problem, remedy))
}

/// RFC 6265bis §5.5: browsers keep a cookie for 400 days at most. Less than a second would be
/// Max-Age=0, which removes it.
fn check_lifetime(lifetime: CookieLifetime) -> Result<(), Contradiction> {
    let CookieLifetime::Fixed(span) = lifetime else {
        return Ok(());
    };
    let problem = if span < Duration::from_secs(1) {
        "less than a second removes the cookie"
    } else if span > MAX_AGE {
        "browsers keep no cookie for longer than 400 days"
    } else {
        return Ok(());
    };
    Err(Contradiction::new(
        "lifetime",
        problem,
        "give from a second to 400 days, or `CookieLifetime::FollowsAbsolute`",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(span: Duration) -> CookieOptions {
        CookieOptions::new().lifetime(CookieLifetime::Fixed(span))
    }

    /// The options, the field that is refused, and a word of the remedy.
    type Row = (CookieOptions, &'static str, &'static str);

    fn refusals() -> Vec<Row> {
        [
            paths(),
            domains(),
            attributes_without_secure(),
            prefixes(),
            lifetimes(),
        ]
        .concat()
    }

    /// RFC 6265bis §4.1.1, §5.6.4: what a path is; §5.6: 1,024 octets of an attribute's value.
    fn paths() -> Vec<Row> {
        let new = CookieOptions::new;
        vec![
            (new().path(""), "path", "begins with `/`"),
            (new().path("shop"), "path", "begins with `/`"),
            (new().path("/a;b"), "path", "without `;`"),
            (new().path("/a\r\nSet-Cookie: b=c"), "path", "visible"),
            (new().path("/\u{7f}"), "path", "visible"),
            (new().path("/a b"), "path", "visible"),
            (new().path("/größe"), "path", "ASCII"),
            (
                new().path(format!("/{}", "a".repeat(1_024))),
                "path",
                "1024",
            ),
        ]
    }

    /// RFC 6265bis §4.1.2.3, RFC 1034 §3.1 and §3.5: what a domain is.
    fn domains() -> Vec<Row> {
        let new = CookieOptions::new;
        vec![
            (new().domain(""), "domain", "host name"),
            (new().domain(".shop.example"), "domain", "dot"),
            (new().domain("shop.example."), "domain", "host name"),
            (new().domain("shop..example"), "domain", "host name"),
            (new().domain("-shop.example"), "domain", "host name"),
            (new().domain("shop-.example"), "domain", "host name"),
            (new().domain("sh_op.example"), "domain", "host name"),
            (new().domain("größe.example"), "domain", "xn--"),
            (new().domain("https://shop.example"), "domain", "scheme"),
            (new().domain("shop.example:80"), "domain", "port"),
            (new().domain("shop.example; Secure"), "domain", "host name"),
            (
                new().domain(format!("{}.example", "a".repeat(64))),
                "domain",
                "host name",
            ),
            (new().domain("a.".repeat(126) + "ab"), "domain", "253"),
            (new().domain("a.".repeat(550) + "b"), "domain", "253"),
            (new().domain("127.0.0.1"), "domain", "address"),
            (new().domain("[::1]"), "domain", "host name"),
            (new().domain("localhost"), "domain", "leave"),
        ]
    }

    /// RFC 6265bis §5.7; CHIPS.
    fn attributes_without_secure() -> Vec<Row> {
        let open = || CookieOptions::new().secure(false);
        vec![
            (
                open().same_site(SameSite::None),
                "same_site",
                "secure(true)",
            ),
            (open().partitioned(true), "partitioned", "secure(true)"),
        ]
    }

    /// RFC 6265bis §5.7, draft-ietf-httpbis-layered-cookies: prefix against attributes.
    fn prefixes() -> Vec<Row> {
        let prefixed = |prefix| CookieOptions::new().prefix(prefix);
        vec![
            (
                prefixed(CookiePrefix::Secure).secure(false),
                "prefix",
                "secure(true)",
            ),
            (
                prefixed(CookiePrefix::Host).secure(false),
                "prefix",
                "secure(true)",
            ),
            (prefixed(CookiePrefix::Host).path("/a"), "prefix", "path"),
            (
                prefixed(CookiePrefix::Host).domain("a.example"),
                "prefix",
                "domain",
            ),
            (
                prefixed(CookiePrefix::Http).secure(false),
                "prefix",
                "secure(true)",
            ),
            (
                prefixed(CookiePrefix::Http).http_only(false),
                "prefix",
                "http_only(true)",
            ),
            (
                prefixed(CookiePrefix::HostHttp).secure(false),
                "prefix",
                "secure(true)",
            ),
            (
                prefixed(CookiePrefix::HostHttp).http_only(false),
                "prefix",
                "http_only(true)",
            ),
            (
                prefixed(CookiePrefix::HostHttp).path("/a"),
                "prefix",
                "path",
            ),
            (
                prefixed(CookiePrefix::HostHttp).domain("a.example"),
                "prefix",
                "domain",
            ),
        ]
    }

    /// RFC 6265bis §5.5: 400 days.
    fn lifetimes() -> Vec<Row> {
        vec![
            (fixed(Duration::ZERO), "lifetime", "second"),
            (fixed(Duration::from_millis(999)), "lifetime", "second"),
            (
                fixed(MAX_AGE + Duration::from_nanos(1)),
                "lifetime",
                "400 days",
            ),
            (fixed(Duration::MAX), "lifetime", "400 days"),
        ]
    }

    #[test]
    fn every_contradiction_names_its_field_and_a_remedy() {
        for (options, field, word) in refusals() {
            let refused = resolve("cart", &options, false).unwrap_err();
            assert_eq!(refused.field, field, "{options:?}");
            assert!(refused.remedy.contains(word), "{refused}");
            assert!(!refused.problem.is_empty(), "{refused}");
        }
    }

    #[test]
    fn a_contradiction_is_found_in_development_too() {
        for (options, field, _) in refusals() {
            let refused = resolve("cart", &options, true).unwrap_err();
            assert_eq!(refused.field, field, "{options:?}");
        }
        assert_eq!(
            resolve("", &CookieOptions::new(), true).unwrap_err().field,
            "name"
        );
    }

    #[test]
    fn the_prefix_is_the_strongest_that_the_attributes_allow() {
        let new = CookieOptions::new;
        let prefixed = |prefix| CookieOptions::new().prefix(prefix);
        let rows = [
            (new(), "__Host-cart"),
            (new().http_only(false), "__Host-cart"),
            (new().path("/shop"), "__Secure-cart"),
            (new().domain("shop.example"), "__Secure-cart"),
            (new().secure(false), "cart"),
            (prefixed(CookiePrefix::None), "cart"),
            (prefixed(CookiePrefix::Secure), "__Secure-cart"),
            (
                prefixed(CookiePrefix::Secure).domain("shop.example"),
                "__Secure-cart",
            ),
            (prefixed(CookiePrefix::Host), "__Host-cart"),
            (prefixed(CookiePrefix::Http).path("/shop"), "__Http-cart"),
            (prefixed(CookiePrefix::HostHttp), "__Host-Http-cart"),
        ];
        for (options, expected) in rows {
            assert_eq!(
                resolve("cart", &options, false).unwrap().wire_name,
                expected
            );
        }
    }

    #[test]
    fn what_is_at_its_bound_is_taken() {
        let longest_path = CookieOptions::new().path(format!("/{}", "a".repeat(1_023)));
        resolve("cart", &longest_path, false).unwrap();
        let longest_domain = CookieOptions::new().domain("a.".repeat(126) + "a");
        resolve("cart", &longest_domain, false).unwrap();
        resolve("cart", &fixed(MAX_AGE), false).unwrap();
        resolve("cart", &fixed(Duration::from_secs(1)), false).unwrap();
    }

    #[test]
    fn in_development_the_name_is_marked_and_nothing_needs_https() {
        let embedded = CookieOptions::new()
            .same_site(SameSite::None)
            .partitioned(true)
            .prefix(CookiePrefix::Host);
        let resolved = resolve("cart", &embedded, true).unwrap();
        assert_eq!(resolved.wire_name, "dev-cart");
        assert_eq!(resolved.attributes, "; Path=/; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn the_attributes_are_as_chosen() {
        let all = CookieOptions::new()
            .path("/a/b")
            .domain("Shop.EXAMPLE")
            .same_site(SameSite::None)
            .partitioned(true);
        assert_eq!(
            resolve("cart", &all, false).unwrap().attributes,
            "; Path=/a/b; Domain=shop.example; Secure; HttpOnly; SameSite=None; Partitioned"
        );
        let strict = CookieOptions::new()
            .same_site(SameSite::Strict)
            .http_only(false);
        assert_eq!(
            resolve("cart", &strict, false).unwrap().attributes,
            "; Path=/; Secure; SameSite=Strict"
        );
    }
}
