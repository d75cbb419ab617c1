//! What the core asks of a request's head, without any framework's types.
//!
//! * A **navigation** is a page load that the user sees: only in answer to one may a token be
//!   renewed alone or cleared unasked, since parallel responses race in the browser.
//! * **Header values are bytes**: a value that is not UTF-8 is bad input, not an error.

/// A request's head, as a framework's adapter shows it.
pub trait RequestHead {
    /// Calls `each` with the value of every line of the header `name` (lower case), in order.
    fn header(&self, name: &str, each: &mut dyn FnMut(&[u8]));

    /// Whether the request's own URI says that it came over https.
    fn is_https(&self) -> bool {
        false
    }

    /// Whether the application marked the request passive: it reads sessions and neither touches
    /// nor renews them (a poll in the background must not keep a login alive).
    fn is_passive(&self) -> bool {
        false
    }
}

/// What a request says besides its tokens, read once.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct RequestFacts {
    pub(crate) navigation: bool,
    pub(crate) passive: bool,
}

impl RequestFacts {
    pub(crate) fn of(head: &dyn RequestHead) -> Self {
        Self {
            navigation: is_navigation(head),
            passive: head.is_passive(),
        }
    }
}

/// A top-level navigation: `Sec-Fetch-Mode: navigate` with `Sec-Fetch-Dest: document` and no
/// `Sec-Purpose` (a prefetch is not seen by the user), or a client that sends no
/// `Sec-Fetch-Mode` at all (W3C Fetch Metadata Request Headers, §2).
fn is_navigation(head: &dyn RequestHead) -> bool {
    let mut mode = None;
    head.header("sec-fetch-mode", &mut |value| {
        mode = Some(value == b"navigate")
    });
    let Some(navigate) = mode else { return true };
    let (mut document, mut purpose) = (false, false);
    head.header("sec-fetch-dest", &mut |value| {
        document = value == b"document"
    });
    head.header("sec-purpose", &mut |_| purpose = true);
    navigate && document && !purpose
}

/// Whether the request came over https as far as it says itself: its URI, `Forwarded` (RFC 7239
/// §5.4) or `X-Forwarded-Proto`.
pub(crate) fn came_over_https(head: &dyn RequestHead) -> bool {
    let mut https = head.is_https();
    head.header("x-forwarded-proto", &mut |value| {
        https |= list(value, b',').any(|item| item.eq_ignore_ascii_case(b"https"));
    });
    head.header("forwarded", &mut |value| {
        let mut pairs = list(value, b',').flat_map(|element| list(element, b';'));
        https |= pairs.any(is_proto_https);
    });
    https
}

fn list(value: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    value
        .split(move |byte| *byte == separator)
        .map(<[u8]>::trim_ascii)
}

fn is_proto_https(pair: &[u8]) -> bool {
    let lower = pair.to_ascii_lowercase();
    matches!(lower.as_slice(), b"proto=https" | b"proto=\"https\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Head(&'static [(&'static str, &'static str)]);

    impl RequestHead for Head {
        fn header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
            for (_, value) in self.0.iter().filter(|(key, _)| *key == name) {
                each(value.as_bytes());
            }
        }
    }

    #[test]
    fn a_page_load_is_a_navigation_and_a_fetch_a_frame_or_a_prefetch_is_none() {
        let navigate = ("sec-fetch-mode", "navigate");
        let document = ("sec-fetch-dest", "document");
        let cases: &[(&[(&str, &str)], bool)] = &[
            (&[], true),
            (&[navigate, document], true),
            (
                &[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
                false,
            ),
            (&[navigate, ("sec-fetch-dest", "iframe")], false),
            (&[navigate], false),
            (&[navigate, document, ("sec-purpose", "prefetch")], false),
        ];
        for (headers, expected) in cases {
            let head = Head(Box::leak(headers.to_vec().into_boxed_slice()));
            assert_eq!(is_navigation(&head), *expected, "{headers:?}");
        }
    }

    #[test]
    fn https_is_seen_in_the_headers_that_proxies_set() {
        let cases: &[(&[(&str, &str)], bool)] = &[
            (&[], false),
            (&[("x-forwarded-proto", "http")], false),
            (&[("x-forwarded-proto", "https")], true),
            (&[("x-forwarded-proto", "http, HTTPS")], true),
            (&[("forwarded", "for=192.0.2.1;proto=https;by=x")], true),
            (&[("forwarded", "for=a, for=b; Proto=\"https\"")], true),
            (&[("forwarded", "for=\"proto=https\"")], false),
        ];
        for (headers, expected) in cases {
            let head = Head(Box::leak(headers.to_vec().into_boxed_slice()));
            assert_eq!(came_over_https(&head), *expected, "{headers:?}");
        }
    }

    struct OneLine<'a>(&'a [u8]);

    impl RequestHead for OneLine<'_> {
        fn header(&self, _: &str, each: &mut dyn FnMut(&[u8])) {
            each(self.0);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_octets_in_any_header_make_the_readers_panic(line: Vec<u8>) {
            let head = OneLine(&line);
            let _: (bool, RequestFacts) = (came_over_https(&head), RequestFacts::of(&head));
        }
    }
}
