//! `cookie::PrivateJar`, with the cookie's text percent-coded as axum-extra does it, or as it is.

use cloakroom_bench::Must as _;
use cookie::{Cookie, CookieJar, Key, SameSite};

use super::values::{Changing as _, Text, cookie_header};

const NAME: &str = "__Host-cart";

/// A jar's key and a request that brings a cookie under it.
pub(crate) struct PrivateJar {
    key: Key,
    cookies: String,
    percent: bool,
}

impl PrivateJar {
    /// A request that brings `value`.
    pub(crate) fn new(value: Text, percent: bool) -> Self {
        let mut new = Self {
            key: Key::generate(),
            cookies: String::new(),
            percent,
        };
        let line = new.write(CookieJar::new(), value);
        new.cookies = cookie_header(line.split(';').next().must());
        new
    }

    /// Reads, changes and writes the session; gives the Set-Cookie line.
    pub(crate) fn change(&self) -> String {
        let jar = self.parse(&self.cookies);
        let mut value = self.read(&jar);
        value.change();
        self.write(jar, value)
    }

    /// The value of a Set-Cookie line.
    pub(crate) fn value_of(&self, line: &str) -> Text {
        self.read(&self.parse(line.split(';').next().must()))
    }

    fn parse(&self, cookies: &str) -> CookieJar {
        let mut jar = CookieJar::new();
        if self.percent {
            for cookie in Cookie::split_parse_encoded(cookies.to_owned()) {
                jar.add_original(cookie.must());
            }
        } else {
            for cookie in Cookie::split_parse(cookies.to_owned()) {
                jar.add_original(cookie.must());
            }
        }
        jar
    }

    fn read(&self, jar: &CookieJar) -> Text {
        let cookie = jar.private(&self.key).get(NAME).must();
        Text(cookie.value().to_owned())
    }

    fn write(&self, mut jar: CookieJar, value: Text) -> String {
        let cookie = Cookie::build((NAME, value.0))
            .path("/")
            .http_only(true)
            .secure(true)
            .same_site(SameSite::Lax);
        jar.private_mut(&self.key).add(cookie);
        let cookie = jar.delta().next().must();
        if self.percent {
            cookie.encoded().to_string()
        } else {
            cookie.to_string()
        }
    }
}
