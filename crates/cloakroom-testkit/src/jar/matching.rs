//! When a cookie's host and path are a request's (RFC 6265bis §5.1.3, §5.1.4).

use std::net::Ipv4Addr;

/// §5.1.3: `host` is `domain`, or lies below it. Nothing lies below an address.
pub(super) fn domain_matches(host: &str, domain: &str) -> bool {
    let below = || {
        host.strip_suffix(domain)
            .is_some_and(|left| left.ends_with('.'))
            && !is_address(host)
    };
    host == domain || below()
}

/// Whether a host is an address; one of version 6 stands in brackets.
fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
}

/// Whether browsers take plain HTTP to this host for secure: the machine itself (W3C Secure
/// Contexts §3.1).
pub(super) fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

/// §5.1.4: `request` is `cookie`, or lies under it.
pub(super) fn path_matches(request: &str, cookie: &str) -> bool {
    request
        .strip_prefix(cookie)
        .is_some_and(|rest| rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'))
}

/// §5.1.4: the path of a cookie that says none: up to the last `/`, without it.
pub(super) fn default_path(request: &str) -> &str {
    match request.rsplit_once('/') {
        Some((directory, _)) if directory.starts_with('/') => directory,
        _ => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6265bis §5.1.3.
    #[test]
    fn a_host_matches_itself_and_what_it_lies_below() {
        let rows = [
            ("shop.example", "shop.example", true),
            ("www.shop.example", "shop.example", true),
            ("a.b.shop.example", "shop.example", true),
            ("shop.example", "www.shop.example", false),
            ("workshop.example", "shop.example", false),
            ("shop.example", "example", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "0.0.1", false),
            ("[::1]", "[::1]", true),
            ("shop.example", "", false),
        ];
        for (host, domain, expected) in rows {
            assert_eq!(domain_matches(host, domain), expected, "{host} {domain}");
        }
    }

    /// RFC 6265bis §5.1.4.
    #[test]
    fn a_path_matches_itself_and_what_lies_under_it() {
        let rows = [
            ("/", "/", true),
            ("/cart", "/", true),
            ("/cart", "/cart", true),
            ("/cart/", "/cart", true),
            ("/cart/1", "/cart", true),
            ("/cart/1", "/cart/", true),
            ("/cart", "/cart/", false),
            ("/carts", "/cart", false),
            ("/Cart", "/cart", false),
            ("/", "/cart", false),
        ];
        for (request, cookie, expected) in rows {
            assert_eq!(
                path_matches(request, cookie),
                expected,
                "{request} {cookie}"
            );
        }
    }

    /// RFC 6265bis §5.1.4.
    #[test]
    fn the_default_path_is_the_directory_of_the_request() {
        let rows = [
            ("", "/"),
            ("/", "/"),
            ("/cart", "/"),
            ("/cart/", "/cart"),
            ("/cart/1", "/cart"),
            ("/a/b/c", "/a/b"),
            ("cart/1", "/"),
        ];
        for (request, expected) in rows {
            assert_eq!(default_path(request), expected, "{request}");
        }
    }

    #[test]
    fn this_machine_has_the_names_and_addresses_that_browsers_trust() {
        for host in [
            "localhost",
            "shop.localhost",
            "127.0.0.1",
            "127.8.9.1",
            "[::1]",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "notlocalhost",
            "localhost.example",
            "128.0.0.1",
            "[::2]",
            "",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
