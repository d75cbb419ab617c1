//! What of a cookie's configuration cannot work, or would make attributes of its own.

use std::time::Duration;

use cloakroom_core::Contradiction;

use super::options::KtorCookie;
use super::parse::is_name_octet;
use crate::version::Ktor;

/// The longest name, in octets. Our own bound: a name takes its octets from the value's.
const NAME_OCTETS: usize = 256;

/// The most octets of an attribute's value; browsers ignore a longer attribute (RFC 6265bis §5.6).
const ATTRIBUTE_OCTETS: usize = 1_024;

/// The attributes that have an option of their own, or that say how the value is encoded.
const TAKEN: [&str; 7] = [
    "Max-Age", "Expires", "Domain", "Path", "Secure", "HttpOnly", "$x-enc",
];

/// Checks a cookie's name and options.
pub(super) fn check(name: &str, options: &KtorCookie) -> Result<(), Contradiction> {
    check_name(name, options.ktor)?;
    if let Some(domain) = &options.domain {
        check_domain(domain)?;
    }
    if let Some(path) = &options.path {
        check_path(path, options.ktor)?;
    }
    for (name, value) in &options.extensions {
        check_extension(name, value.as_deref(), options)?;
    }
    check_max_age(options.max_age)
}

/// A name that the version writes, and reads again. Ktor finds out when it first writes, or never.
fn check_name(name: &str, ktor: Ktor) -> Result<(), Contradiction> {
    let (problem, remedy) = if name.is_empty() {
        (
            "the name is empty".to_owned(),
            "choose a name of ASCII letters, digits, `-` or `_`".to_owned(),
        )
    } else if name.len() > NAME_OCTETS {
        (
            format!("the name has {} octets", name.len()),
            format!("choose a name of at most {NAME_OCTETS} octets"),
        )
    } else if name.starts_with('$') {
        (
            format!("the name {name:?} begins with `$`, and Ktor skips such cookies when it reads"),
            "choose a name that begins otherwise".to_owned(),
        )
    } else if !name.bytes().all(|octet| is_name_octet(octet, ktor)) {
        (
            format!("this version of Ktor does not write or does not read the name {name:?}"),
            "choose a name of ASCII letters, digits, `-` or `_`".to_owned(),
        )
    } else {
        return Ok(());
    };
    Err(Contradiction::new("name", problem, remedy))
}

/// Looser than a host name: Ktor's users also write a dot before it, which browsers ignore (RFC
/// 6265bis §5.6.3), or `localhost`.
fn check_domain(domain: &str) -> Result<(), Contradiction> {
    let allowed = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_');
    let problem = if domain.is_empty() {
        "the domain is empty"
    } else if domain.len() > ATTRIBUTE_OCTETS {
        "the domain is longer than any host's name"
    } else if !domain.bytes().all(allowed) {
        "the domain holds more than letters, digits, `-`, `.` and `_`"
    } else {
        return Ok(());
    };
    Err(Contradiction::new(
        "domain",
        problem,
        "give a host name in ASCII, or leave `domain(…)` out",
    ))
}

/// 1.6.8 and 2 refuse what they refuse in a `RAW` value when they write; 3 refuses nothing. Browsers
/// ignore a path that does not begin with `/` (RFC 6265bis §5.6.4).
fn check_path(path: &str, ktor: Ktor) -> Result<(), Contradiction> {
    let problem = if !path.starts_with('/') {
        "the path does not begin with `/`"
    } else if path.len() > ATTRIBUTE_OCTETS {
        "the path is longer than browsers take it"
    } else if !path.bytes().all(|octet| is_attribute_octet(octet, ktor)) {
        "the path holds a character that ends an attribute or that Ktor refuses there"
    } else {
        return Ok(());
    };
    Err(Contradiction::new(
        "path",
        problem,
        "give a path of visible ASCII characters that begins with `/`, without `;`, `,` and `\"`; \
         or say `without_path()` for the folder of the request",
    ))
}

/// The name is a token (RFC 9110 §5.6.2) without `$`, which marks Ktor's own.
fn check_extension(
    name: &str,
    value: Option<&str>,
    options: &KtorCookie,
) -> Result<(), Contradiction> {
    let is_taken = TAKEN.iter().any(|taken| taken.eq_ignore_ascii_case(name));
    let is_token = !name.is_empty()
        && name
            .bytes()
            .all(|octet| octet != b'$' && is_name_octet(octet, Ktor::V1_6_8));
    let (problem, remedy) = if is_taken {
        (
            format!("the extension {name:?} stands for another option"),
            "say it by that option",
        )
    } else if !is_token || name.len() > NAME_OCTETS {
        (
            format!("the extension {name:?} is no name of an attribute"),
            "name an attribute that browsers know, such as `SameSite`",
        )
    } else if value.is_some_and(|value| !is_extension_value(value, options)) {
        (
            format!(
                "the extension {name:?} has a value that ends an attribute, or that Ktor refuses"
            ),
            "give a value of visible ASCII characters without `;`, `,` and `\"`",
        )
    } else {
        return Ok(());
    };
    Err(Contradiction::new("extensions", problem, remedy))
}

/// 1.6.8 encodes the value as it encodes the cookie's.
fn is_extension_value(value: &str, options: &KtorCookie) -> bool {
    let is_written = match options.ktor {
        Ktor::V1_6_8 => options.encoding.encode(value, options.ktor).is_ok(),
        Ktor::V2 | Ktor::V3 => value
            .bytes()
            .all(|octet| is_attribute_octet(octet, options.ktor)),
    };
    is_written && value.len() <= ATTRIBUTE_OCTETS
}

/// Whether an attribute's value may have the octet.
const fn is_attribute_octet(octet: u8, ktor: Ktor) -> bool {
    octet.is_ascii_graphic()
        && octet != b';'
        && (matches!(ktor, Ktor::V3) || !matches!(octet, b',' | b'"'))
}

/// In Ktor 400 ms are 0 s, and in 3 a cookie that dies at once.
fn check_max_age(max_age: Option<Duration>) -> Result<(), Contradiction> {
    match max_age {
        Some(max_age) if !max_age.is_zero() && max_age < Duration::from_millis(500) => {
            Err(Contradiction::new(
                "max_age",
                "the time is less than half a second, which Ktor makes none at all",
                "give at least a second; or zero, if you mean it; or `None` for as long as the \
                 browser is open",
            ))
        }
        _ => Ok(()),
    }
}
