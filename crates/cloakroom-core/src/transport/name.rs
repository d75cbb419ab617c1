//! What cookies and headers may be called.

use super::contradiction::Contradiction;

/// The longest name, in octets. Our own bound: a name takes its octets from the value's.
const LONGEST: usize = 64;

/// What a development name begins with. Production names may not, so that a cookie made without
/// HTTPS is never read by a production provider.
pub(crate) const DEVELOPMENT: &str = "dev-";

/// What browsers attach a meaning to at the beginning of a cookie's name (RFC 6265bis §5.4;
/// `__Http-` and `__Host-Http-`: draft-ietf-httpbis-layered-cookies, Store a Cookie). `__Host-`
/// stands for `__Host-Http-` too.
const PREFIXES: [&str; 3] = ["__Secure-", "__Host-", "__Http-"];

/// Checks the name of a cookie, without a prefix.
///
/// RFC 6265bis §4.1.1: a cookie's name is a token. Browsers compare prefixes without regard to case
/// (§5.4), so a name that already begins with one is refused in every spelling.
pub(crate) fn check_cookie(name: &str) -> Result<(), Contradiction> {
    check_token(name)?;
    if let Some(prefix) = PREFIXES.iter().find(|prefix| begins_with(name, prefix)) {
        return Err(Contradiction::new(
            "name",
            format!("the cookie name `{name}` already begins with `{prefix}`"),
            "leave the prefix out of the name and choose it with `prefix(…)`",
        ));
    }
    if begins_with(name, DEVELOPMENT) {
        return Err(Contradiction::new(
            "name",
            format!("the cookie name `{name}` begins with `{DEVELOPMENT}`"),
            "choose another name: this beginning marks cookies of development over HTTP",
        ));
    }
    Ok(())
}

/// Checks the name of a header that is to carry a session.
///
/// RFC 9110 §5.1: a field name is a token, compared without regard to case. Names that have a
/// meaning of their own are refused.
pub(crate) fn check_header(name: &str) -> Result<(), Contradiction> {
    check_token(name)?;
    let taken = TAKEN.iter().any(|taken| taken.eq_ignore_ascii_case(name))
        || TAKEN_FAMILIES
            .iter()
            .any(|family| begins_with(name, family));
    if taken {
        return Err(Contradiction::new(
            "name",
            format!("the header `{name}` has a meaning of its own"),
            "choose a name of your own, such as `X-Session`",
        ));
    }
    Ok(())
}

/// Headers that HTTP, its caches, its proxies or browsers give a meaning to (RFC 9110 to 9114,
/// RFC 6265bis, RFC 7239, RFC 6797, Fetch).
const TAKEN: [&str; 58] = [
    "Accept",
    "Age",
    "Allow",
    "Alt-Svc",
    "Authentication-Info",
    "Authorization",
    "Cache-Control",
    "Clear-Site-Data",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Range",
    "Content-Security-Policy",
    "Content-Type",
    "Cookie",
    "Cookie2",
    "Date",
    "DNT",
    "ETag",
    "Expect",
    "Expires",
    "Forwarded",
    "From",
    "Host",
    "HTTP2-Settings",
    "Keep-Alive",
    "Last-Modified",
    "Link",
    "Location",
    "Max-Forwards",
    "Origin",
    "Pragma",
    "Priority",
    "Range",
    "Referer",
    "Referrer-Policy",
    "Refresh",
    "Retry-After",
    "Server",
    "Server-Timing",
    "Set-Cookie",
    "Set-Cookie2",
    "Strict-Transport-Security",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "User-Agent",
    "Vary",
    "Via",
    "Warning",
    "WWW-Authenticate",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-Real-IP",
];

/// Beginnings of names that belong to HTTP, to browsers (a script cannot set `Sec-` and `Proxy-`:
/// Fetch §2.2.2), to CORS or to proxies.
const TAKEN_FAMILIES: [&str; 6] = [
    "Accept-",
    "Access-Control-",
    "If-",
    "Proxy-",
    "Sec-",
    "X-Forwarded-",
];

/// Checks that `name` is a token of 1 to [`LONGEST`] octets (RFC 9110 §5.6.2).
fn check_token(name: &str) -> Result<(), Contradiction> {
    let problem = if name.is_empty() {
        "the name is empty".to_owned()
    } else if name.len() > LONGEST {
        format!("the name has {} octets", name.len())
    } else if !name.bytes().all(is_token_octet) {
        format!("the name {name:?} holds more than letters, digits and !#$%&'*+-.^_`|~")
    } else {
        return Ok(());
    };
    let remedy = format!("choose a name of 1 to {LONGEST} ASCII letters, digits, `-` or `_`");
    Err(Contradiction::new("name", problem, remedy))
}

/// Whether `octet` may be in a token (RFC 9110 §5.6.2).
const fn is_token_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

/// Whether `name` begins with `start`, in any case.
fn begins_with(name: &str, start: &str) -> bool {
    name.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9110 §5.6.2, octet by octet.
    #[test]
    fn a_token_has_the_octets_of_the_grammar_and_no_others() {
        let allowed: Vec<u8> = (0..=255).filter(|octet| is_token_octet(*octet)).collect();
        let mut expected = b"!#$%&'*+-.^_`|~".to_vec();
        expected.extend(b'0'..=b'9');
        expected.extend(b'a'..=b'z');
        expected.extend(b'A'..=b'Z');
        expected.sort_unstable();
        assert_eq!(allowed, expected);
    }

    #[test]
    fn cookie_names_are_refused_with_a_remedy() {
        let long = "n".repeat(65);
        let names = [
            "",
            &long,
            "two words",
            "a=b",
            "a;b",
            "a,b",
            "größe",
            "\"a\"",
            "a\r\nb",
            "a\0",
            "__Host-cart",
            "__host-cart",
            "__SECURE-cart",
            "__hTTP-cart",
            "__Host-Http-cart",
            "dev-cart",
            "Dev-cart",
        ];
        for name in names {
            let refused = check_cookie(name).unwrap_err();
            assert_eq!(refused.field, "name", "{name:?}");
            assert!(!refused.problem.is_empty() && !refused.remedy.is_empty());
        }
    }

    #[test]
    fn ordinary_cookie_names_are_taken() {
        for name in [
            "cart",
            "SESSION",
            "a",
            "my.cart_2-x",
            "$Version",
            "__Hostess",
            "dev",
            &"n".repeat(64),
        ] {
            assert_eq!(check_cookie(name), Ok(()), "{name:?}");
        }
    }

    #[test]
    fn headers_with_a_meaning_of_their_own_are_refused_in_any_case() {
        let names = [
            "Cookie",
            "set-cookie",
            "HOST",
            "content-length",
            "Transfer-Encoding",
            "connection",
            "te",
            "Sec-Fetch-Mode",
            "proxy-authorization",
            "x-forwarded-proto",
            "accept-language",
            "",
            "X Session",
            "X:Session",
            ":path",
            "x-sessiön",
        ];
        for name in names {
            let refused = check_header(name).unwrap_err();
            assert_eq!(refused.field, "name", "{name:?}");
            assert!(!refused.problem.is_empty() && !refused.remedy.is_empty());
        }
    }

    #[test]
    fn headers_of_ones_own_are_taken() {
        for name in ["X-Session", "session", "cart_id", "Security-Token", "Iffy"] {
            assert_eq!(check_header(name), Ok(()), "{name:?}");
        }
    }
}
