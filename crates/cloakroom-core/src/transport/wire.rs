//! A provider's way to the client and back: a cookie or a header.

use cloakroom_time::Timestamp;

use super::cookie::CookieWire;
use super::header::HeaderWire;
use super::limit::TooLarge;
use crate::head::RequestHead;
use crate::refusal::Refusal;

/// A provider's way to the client and back.
#[derive(Debug)]
pub(crate) enum Wire {
    Cookie(CookieWire),
    Header(HeaderWire),
}

impl Wire {
    /// The name on the wire.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Cookie(cookie) => cookie.name(),
            Self::Header(header) => header.name(),
        }
    }

    pub(crate) const fn is_cookie(&self) -> bool {
        matches!(self, Self::Cookie(_))
    }

    /// Calls `each` with every token of this name in a request's head.
    pub(crate) fn tokens(&self, head: &dyn RequestHead, each: &mut dyn FnMut(&[u8])) {
        match self {
            Self::Cookie(cookie) => {
                head.header("cookie", &mut |line| cookie.values([line], &mut *each));
            }
            Self::Header(header) => {
                head.header(header.name(), &mut |line| header.values([line], &mut *each));
            }
        }
    }

    /// Appends the token that `text` stands for to `out`; the length is looked at first.
    pub(crate) fn decode_into(&self, out: &mut Vec<u8>, text: &[u8]) -> Result<(), Refusal> {
        match self {
            Self::Cookie(cookie) => cookie.decode_into(out, text),
            Self::Header(header) => header.decode_into(out, text),
        }
    }

    /// The value of the response's header that gives the client `token`.
    pub(crate) fn set(
        &self,
        token: &[u8],
        absolute: Option<Timestamp>,
        idle: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Vec<u8>, TooLarge> {
        match self {
            Self::Cookie(cookie) => {
                let max_age = cookie.lifetime().max_age(absolute, idle, now);
                cookie.set(token, max_age, now)
            }
            Self::Header(header) => header.value(token),
        }
    }

    /// The value of the response's header that makes the client forget.
    pub(crate) fn clear(&self) -> Vec<u8> {
        match self {
            Self::Cookie(cookie) => cookie.clear(),
            Self::Header(_) => Vec::new(),
        }
    }
}
