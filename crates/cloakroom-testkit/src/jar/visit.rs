//! A request as a browser sees it: where it goes, and who caused it.

use std::error::Error;
use std::fmt;

use super::matching::is_this_machine;

/// A request of a browser: its URL, and all that decides which cookies go with it.
///
/// A new one is the ordinary case: a top-level navigation with GET, not caused by another site.
/// Without a public suffix list it is for the test to say what is another site.
///
/// # Examples
///
/// ```
/// use cloakroom_testkit::Visit;
///
/// let form_of_another_site = Visit::to("https://shop.example/buy").unwrap()
///     .method("POST")
///     .cross_site();
/// assert_eq!(form_of_another_site.host(), "shop.example");
/// assert_eq!(form_of_another_site.path(), "/buy");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Visit {
    https: bool,
    host: String,
    path: String,
    method: String,
    same_site: bool,
    navigation: bool,
    script: bool,
    embedded_in: Option<String>,
}

impl Visit {
    /// A top-level navigation to `url`: `http` or `https`, a host, perhaps a port, path, query.
    ///
    /// Ports make no difference to cookies (RFC 6265bis §8.5).
    ///
    /// # Errors
    ///
    /// [`NotAUrl`] for another scheme, a URL without a host, with a user, or with a port that is no
    /// number.
    ///
    /// ```
    /// # use cloakroom_testkit::Visit;
    /// let visit = Visit::to("http://LOCALHOST:3000/a/b?c=/d").unwrap();
    /// assert_eq!((visit.host(), visit.path()), ("localhost", "/a/b"));
    /// Visit::to("shop.example").unwrap_err();
    /// ```
    pub fn to(url: &str) -> Result<Self, NotAUrl> {
        let (scheme, rest) = url.split_once("://").ok_or(NotAUrl)?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(NotAUrl),
        };
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        Ok(Self {
            https,
            host: host_of(authority)?,
            path: format!("/{path}"),
            method: "GET".to_owned(),
            same_site: true,
            navigation: true,
            script: false,
            embedded_in: None,
        })
    }

    /// With this method. Default: `GET`.
    ///
    /// ```
    /// # use cloakroom_testkit::Visit;
    /// let visit = Visit::to("https://shop.example").unwrap();
    /// assert_ne!(visit.clone().method("POST"), visit);
    /// ```
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// Caused by another site: its link, form or script (RFC 6265bis §5.2).
    ///
    /// ```
    /// # use cloakroom_testkit::Visit;
    /// let visit = Visit::to("https://shop.example").unwrap();
    /// assert_ne!(visit.clone().cross_site(), visit);
    /// ```
    #[must_use]
    pub fn cross_site(mut self) -> Self {
        self.same_site = false;
        self
    }

    /// No navigation of the whole window: an image, a script, a `fetch`.
    ///
    /// ```
    /// # use cloakroom_testkit::Visit;
    /// let visit = Visit::to("https://shop.example").unwrap();
    /// assert_ne!(visit.clone().subresource(), visit);
    /// ```
    #[must_use]
    pub fn subresource(mut self) -> Self {
        self.navigation = false;
        self
    }

    /// No request at all: a script of the page that reads or writes `document.cookie`.
    ///
    /// ```
    /// # use cloakroom_testkit::Visit;
    /// let visit = Visit::to("https://shop.example").unwrap();
    /// assert_ne!(visit.clone().by_script(), visit.subresource());
    /// ```
    #[must_use]
    pub fn by_script(mut self) -> Self {
        self.script = true;
        self.navigation = false;
        self
    }

    /// In a frame, or for a part, of a page of another site, such as `https://news.example`, which
    /// is also the partition of `Partitioned` cookies (CHIPS).
    ///
    /// ```
    /// # use cloakroom_testkit::Visit;
    /// let visit = Visit::to("https://shop.example").unwrap();
    /// assert_ne!(visit.clone().embedded_in("https://news.example"), visit);
    /// ```
    #[must_use]
    pub fn embedded_in(mut self, site: &str) -> Self {
        self.embedded_in = Some(site.to_ascii_lowercase());
        self.same_site = false;
        self.navigation = false;
        self
    }

    /// The host, in lower case.
    ///
    /// ```
    /// # use cloakroom_testkit::Visit;
    /// assert_eq!(Visit::to("https://[::1]:80/").unwrap().host(), "[::1]");
    /// ```
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The path, without query and fragment.
    ///
    /// ```
    /// # use cloakroom_testkit::Visit;
    /// assert_eq!(Visit::to("https://shop.example").unwrap().path(), "/");
    /// ```
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether the connection counts as secure.
    pub(crate) fn is_secure(&self, trust_this_machine: bool) -> bool {
        self.https || (trust_this_machine && is_this_machine(&self.host))
    }

    /// Whether a script asks, not a request.
    pub(super) const fn is_script(&self) -> bool {
        self.script
    }

    /// Whether `Strict` and `Lax` cookies may be set by the answer (RFC 6265bis §5.7).
    pub(super) const fn may_set_same_site(&self) -> bool {
        self.same_site || self.navigation
    }

    /// Whether `Strict` cookies go along (RFC 6265bis §5.8.3).
    pub(super) const fn carries_strict(&self) -> bool {
        self.same_site
    }

    /// Whether `Lax` cookies go along: besides, with another site's navigation that changes nothing
    /// (RFC 6265bis §5.8.3; safe methods: RFC 9110 §9.2.1).
    pub(super) fn carries_lax(&self) -> bool {
        let safe = matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE");
        self.same_site || (self.navigation && safe)
    }

    /// The partition of this visit: the site of the whole window.
    pub(super) fn partition(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        self.embedded_in
            .clone()
            .unwrap_or_else(|| format!("{scheme}://{}", self.host))
    }
}

/// The host of `host` or `host:port`, in lower case.
fn host_of(authority: &str) -> Result<String, NotAUrl> {
    let after_bracket = authority.rfind(']').unwrap_or(0);
    let host = match authority.rfind(':') {
        Some(colon) if colon >= after_bracket => {
            let (host, port) = authority.split_at_checked(colon).ok_or(NotAUrl)?;
            let port = port.strip_prefix(':').ok_or(NotAUrl)?;
            if !port.is_empty() {
                port.parse::<u16>().map_err(|_| NotAUrl)?;
            }
            host
        }
        _ => authority,
    };
    let is_host = |octet: u8| {
        octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'[' | b']' | b':')
    };
    let bare = !host.starts_with('[') && host.contains(':');
    if host.is_empty() || bare || !host.bytes().all(is_host) {
        return Err(NotAUrl);
    }
    Ok(host.to_ascii_lowercase())
}

/// A text is not the URL of an HTTP request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct NotAUrl;

impl fmt::Display for NotAUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the URL of an HTTP request: scheme http or https, a host, a path")
    }
}

impl Error for NotAUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_come_apart_into_what_cookies_look_at() {
        let rows = [
            ("https://shop.example", "shop.example", "/"),
            ("HTTPS://Shop.Example/", "shop.example", "/"),
            ("http://shop.example:8080/a?b#c", "shop.example", "/a"),
            ("http://shop.example:/a/b", "shop.example", "/a/b"),
            ("http://shop.example?a=/b", "shop.example", "/"),
            ("http://[2001:db8::1]/a", "[2001:db8::1]", "/a"),
            ("http://[2001:db8::1]:80/a", "[2001:db8::1]", "/a"),
        ];
        for (url, host, path) in rows {
            let visit = Visit::to(url).unwrap();
            assert_eq!((visit.host(), visit.path()), (host, path), "{url}");
        }
    }

    #[test]
    fn what_is_no_url_of_http_is_refused() {
        let texts = [
            "",
            "/",
            "shop.example",
            "ftp://shop.example",
            "https://",
            "https:///a",
            "https://user@shop.example",
            "https://shop.example:x/",
            "https://shop.example:65536/",
            "https://a:b:1/",
            "https://sh op.example/",
        ];
        for text in texts {
            assert_eq!(Visit::to(text), Err(NotAUrl), "{text:?}");
        }
    }
}
