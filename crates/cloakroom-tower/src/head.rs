//! The head of a response, as the core wants to see it.

use cloakroom_core::ResponseHead;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, SET_COOKIE};

/// The head of the response that the inner service made.
pub(crate) struct MadeHead<'a>(pub(crate) &'a HeaderMap);

impl ResponseHead for MadeHead<'_> {
    fn is_public(&self) -> bool {
        let values = self.0.get_all(CACHE_CONTROL);
        let mut directives = values
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        // `s-maxage` lets shared caches keep the response as `public` does (RFC 9111 §5.2.2.10).
        directives.any(|directive| {
            let directive = directive.trim_ascii().to_ascii_lowercase();
            directive == b"public" || directive.starts_with(b"s-maxage")
        })
    }

    fn carries(&self, name: &str, is_cookie: bool) -> bool {
        if !is_cookie {
            return self.0.contains_key(name);
        }
        self.0.get_all(SET_COOKIE).iter().any(|line| {
            let rest = line.as_bytes().strip_prefix(name.as_bytes());
            rest.is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b'='))
        })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn head(lines: &[(http::HeaderName, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, HeaderValue::from_static(value));
        }
        headers
    }

    /// Rules: row-36, caches.
    #[test]
    fn a_response_that_shared_caches_may_keep_is_public() {
        for (value, public) in [
            ("public", true),
            ("max-age=60, Public", true),
            ("s-maxage=60", true),
            ("private", false),
            ("max-age=60", false),
        ] {
            let headers = head(&[(CACHE_CONTROL, value)]);
            assert_eq!(MadeHead(&headers).is_public(), public, "{value}");
        }
    }

    /// Rules: row-35.
    #[test]
    fn a_cookie_is_carried_by_its_whole_name_only() {
        let headers = head(&[
            (SET_COOKIE, "other=1"),
            (SET_COOKIE, "__Host-cart=1; Path=/"),
        ]);
        let made = MadeHead(&headers);
        assert!(made.carries("__Host-cart", true));
        assert!(!made.carries("__Host-car", true));
        assert!(!made.carries("cart", true));
        assert!(!made.carries("x-session", false));
    }
}
