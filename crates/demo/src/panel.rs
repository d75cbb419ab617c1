//! The panel at the foot of every page: for each session what travels, where its content lives,
//! when it ends, and what it says.
//!
//! * **As the server sees it.** Everything comes from this request: the cookie that it carried, the
//!   value that was found, the deadlines that hold.
//! * **Tokens are never shown.** A page that printed them would undo `HttpOnly`; their size is
//!   enough.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use cloakroom::{Session, SessionValue, Timestamp};

use crate::state::Shop;
use crate::time;

/// What is fixed about a session: how it was configured.
#[derive(Debug)]
pub(crate) struct About {
    /// The session's name, as in the builder.
    pub(crate) name: &'static str,
    /// What it is for.
    pub(crate) title: &'static str,
    /// How it is kept, in a word.
    pub(crate) kind: &'static str,
    /// What travels.
    pub(crate) travels: &'static str,
    /// Where its content lives; `None` where that depends on the store.
    pub(crate) lives: Option<&'static str>,
    /// Who can end it.
    pub(crate) ended_by: &'static str,
}

/// Readable by the browser, and harmless.
pub(crate) const PREFERENCES: About = About {
    name: "preferences",
    title: "Preferences",
    kind: "signed",
    travels: "the content, for you to read",
    lives: Some("in this browser"),
    ended_by: "its deadline only",
};

/// Unreadable, and still with the browser.
pub(crate) const CART: About = About {
    name: "cart",
    title: "Cart",
    kind: "sealed",
    travels: "the content, encrypted",
    lives: Some("in this browser"),
    ended_by: "its deadlines only",
};

/// A ticket.
pub(crate) const LOGIN: About = About {
    name: "login",
    title: "Login",
    kind: "by id",
    travels: "a random id, nothing else",
    lives: None,
    ended_by: "its deadlines, or us at once",
};

/// One session in the panel.
#[derive(Debug)]
pub(crate) struct Entry {
    /// How it was configured.
    pub(crate) about: &'static About,
    /// Where its content lives.
    pub(crate) lives: &'static str,
    /// The cookie's name.
    pub(crate) cookie: String,
    /// What this request brought; none where there is no session.
    pub(crate) found: Option<Found>,
}

/// What this request brought.
#[derive(Debug)]
pub(crate) struct Found {
    /// Octets of the cookie, name included.
    pub(crate) octets: usize,
    /// Octets of the content.
    pub(crate) content_octets: usize,
    /// The content.
    pub(crate) content: String,
    /// When it ends at the latest.
    pub(crate) absolute: Option<End>,
    /// When it ends if it is not used.
    pub(crate) idle: Option<End>,
}

/// When a session ends.
#[derive(Debug)]
pub(crate) struct End {
    /// For the eyes.
    pub(crate) at: String,
    /// For machines.
    pub(crate) machine: String,
    /// How long until then.
    pub(crate) left: String,
}

impl End {
    /// The end at an instant, seen from now.
    pub(crate) fn new(at: Timestamp, now: Timestamp) -> Self {
        Self {
            at: time::instant(at),
            machine: time::machine(at),
            left: time::span(at.saturating_since(now)),
        }
    }
}

/// What there is to say of a session.
pub(crate) fn entry<S: SessionValue>(
    about: &'static About,
    shop: &Shop,
    session: &Session<S>,
    headers: &HeaderMap,
) -> Entry {
    let (prefix, now) = (shop.cookies.prefix(), shop.now());
    let cookie = format!("{prefix}{}", about.name);
    let found = session.get().map(|value| {
        let deadlines = session.deadlines();
        let end = |at| End::new(at, now);
        Found {
            octets: octets(headers, &cookie),
            content_octets: session.encoded_len().unwrap_or_default(),
            content: serde_json::to_string_pretty(&*value).unwrap_or_default(),
            absolute: deadlines.and_then(|ends| ends.absolute).map(end),
            idle: deadlines.and_then(|ends| ends.idle).map(end),
        }
    });
    Entry {
        about,
        lives: about.lives.unwrap_or(shop.lives),
        cookie,
        found,
    }
}

/// How many octets of the request's head a cookie takes, its name included.
fn octets(headers: &HeaderMap, name: &str) -> usize {
    let values = values(headers, name);
    values
        .map(|value| name.len() + "=".len() + value.len())
        .sum()
}

/// What the request brought under the name of a cookie.
pub(crate) fn cookie_value(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = values(headers, name).next()?;
    String::from_utf8(value.to_vec()).ok()
}

fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let lines = headers.get_all(COOKIE).iter();
    let pairs = lines.flat_map(|line| line.as_bytes().split(|&byte| byte == b';'));
    pairs.filter_map(|pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?;
        value.strip_prefix(b"=")
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_octets_of_a_cookie_are_those_of_its_name_and_value() {
        let mut headers = HeaderMap::new();
        headers.append(
            COOKIE,
            HeaderValue::from_static("dev-cart2=xxxx; dev-cart=abc"),
        );
        headers.append(COOKIE, HeaderValue::from_static("dev-login=z"));
        assert_eq!(octets(&headers, "dev-cart"), "dev-cart=abc".len());
        assert_eq!(octets(&headers, "dev-preferences"), 0);
    }
}
