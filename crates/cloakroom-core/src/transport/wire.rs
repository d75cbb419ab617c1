//! A provider's way to the client and back: a cookie, a header, or another system's transport.

use cloakroom_time::Timestamp;

use super::contract::{Carrier, Lifetime, Transport, Unsendable};
use super::cookie::CookieWire;
use super::header::HeaderWire;
use crate::head::RequestHead;
use crate::refusal::Refusal;

/// How one provider's tokens travel.
#[derive(Debug)]
pub(crate) enum Wire {
    Cookie(CookieWire),
    Header(HeaderWire),
    Other(Box<dyn Transport>),
}

impl Wire {
    /// The cookie's or the header's name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Cookie(cookie) => cookie.name(),
            Self::Header(header) => header.name(),
            Self::Other(transport) => transport.name(),
        }
    }

    pub(crate) fn is_cookie(&self) -> bool {
        match self {
            Self::Cookie(_) => true,
            Self::Header(_) => false,
            Self::Other(transport) => transport.carrier() == Carrier::Cookie,
        }
    }

    /// Whether it is cloakroom's own: it carries bytes, and no text of another system.
    pub(crate) const fn is_native(&self) -> bool {
        matches!(self, Self::Cookie(_) | Self::Header(_))
    }

    /// Calls `each` with every token of this name in the request, still encoded.
    pub(crate) fn tokens(&self, head: &dyn RequestHead, each: &mut dyn FnMut(&[u8])) {
        let header = if self.is_cookie() {
            "cookie"
        } else {
            self.name()
        };
        head.header(header, &mut |line| match self {
            Self::Cookie(cookie) => cookie.values([line], &mut *each),
            Self::Header(header) => header.values([line], &mut *each),
            Self::Other(transport) => transport.tokens(line, &mut *each),
        });
    }

    /// Decodes a token, after checking its length.
    pub(crate) fn decode_into(&self, out: &mut Vec<u8>, text: &[u8]) -> Result<(), Refusal> {
        match self {
            Self::Cookie(cookie) => cookie.decode_into(out, text),
            Self::Header(header) => header.decode_into(out, text),
            Self::Other(transport) => transport.decode(text, out),
        }
    }

    /// The value of the header that sends a token of a session that lives so long.
    pub(crate) fn set(
        &self,
        token: &[u8],
        lifetime: Lifetime,
        now: Timestamp,
    ) -> Result<Vec<u8>, Unsendable> {
        match self {
            Self::Cookie(cookie) => {
                let max_age = lifetime.max_age(cookie.lifetime(), now);
                Ok(cookie.set(token, max_age, now)?)
            }
            Self::Header(header) => Ok(header.value(token)?),
            Self::Other(transport) => transport.set(token, lifetime, now),
        }
    }

    /// The value of the header that makes the client forget the token, if one is sent for that.
    pub(crate) fn clear(&self) -> Option<Vec<u8>> {
        match self {
            Self::Cookie(cookie) => Some(cookie.clear()),
            Self::Header(_) => Some(Vec::new()),
            Self::Other(transport) => transport.clear(),
        }
    }
}
