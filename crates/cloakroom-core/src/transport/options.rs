//! What an application may say about a session's cookie.

use std::time::Duration;

use cloakroom_time::Timestamp;

use super::limit::MAX_AGE;

/// How a session's cookie is set: where the browser sends it, who may read it, how long it stays.
///
/// | attribute | default |
/// |---|---|
/// | `Path` | `/` |
/// | `Domain` | none: this host only |
/// | `Secure` | on |
/// | `HttpOnly` | on |
/// | `SameSite` | `Lax` |
/// | `Partitioned` | off |
/// | prefix of the name | `__Host-` where the attributes allow it, else `__Secure-` where `Secure` |
/// | `Max-Age`, `Expires` | what is left of the absolute deadline |
///
/// What does not go together is a [`Contradiction`](crate::Contradiction) when sessions are built.
///
/// # Security
///
/// The defaults are the strictest that a login can live with. `SameSite=Lax` is no defence against
/// cross-site request forgery by itself. `Domain` and a missing `__Host-` let sibling hosts set
/// cookies of the same name.
///
/// # Examples
///
/// ```
/// use cloakroom_core::CookieOptions;
///
/// assert_eq!(
///     CookieOptions::new().describe("cart").unwrap(),
///     "__Host-cart=…; Path=/; Secure; HttpOnly; SameSite=Lax",
/// );
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CookieOptions {
    pub(crate) path: String,
    pub(crate) domain: Option<String>,
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    pub(crate) same_site: SameSite,
    pub(crate) partitioned: bool,
    pub(crate) prefix: CookiePrefix,
    pub(crate) lifetime: CookieLifetime,
}

impl CookieOptions {
    /// The defaults.
    ///
    /// ```
    /// # use cloakroom_core::CookieOptions;
    /// assert_eq!(CookieOptions::new(), CookieOptions::default());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self {
            path: "/".to_owned(),
            domain: None,
            secure: true,
            http_only: true,
            same_site: SameSite::Lax,
            partitioned: false,
            prefix: CookiePrefix::Auto,
            lifetime: CookieLifetime::FollowsAbsolute,
        }
    }

    /// The path under which the browser sends the cookie. Default: `/`.
    ///
    /// Begins with `/`, at most 1,024 visible ASCII octets (RFC 6265bis §5.6), no `;`.
    ///
    /// # Security
    ///
    /// A path keeps nobody out: pages of one origin can reach each other's cookies. Anything but
    /// `/` costs the `__Host-` prefix.
    ///
    /// ```
    /// # use cloakroom_core::CookieOptions;
    /// let admin = CookieOptions::new().path("/admin").describe("login").unwrap();
    /// assert_eq!(admin, "__Secure-login=…; Path=/admin; Secure; HttpOnly; SameSite=Lax");
    /// ```
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sends the cookie to this domain and all hosts below it. Default: to this host only.
    ///
    /// A host name in ASCII, without a leading dot.
    ///
    /// # Security
    ///
    /// Every host below the domain receives the session, and can set a cookie of this name.
    ///
    /// ```
    /// # use cloakroom_core::CookieOptions;
    /// let shared = CookieOptions::new().domain("shop.example").describe("cart").unwrap();
    /// assert!(shared.starts_with("__Secure-cart=…; Path=/; Domain=shop.example"));
    /// ```
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Whether the browser keeps the cookie to HTTPS. Default: `true`.
    ///
    /// # Security
    ///
    /// Without it everyone on the network reads the session. For development there is
    /// `development_over_http()`, which production never takes for its own.
    ///
    /// ```
    /// # use cloakroom_core::CookieOptions;
    /// let open = CookieOptions::new().secure(false).describe("cart").unwrap();
    /// assert_eq!(open, "cart=…; Path=/; HttpOnly; SameSite=Lax");
    /// ```
    #[must_use]
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// Whether the browser keeps the cookie from scripts. Default: `true`.
    ///
    /// # Security
    ///
    /// Without it one injected script takes the session away.
    ///
    /// ```
    /// # use cloakroom_core::CookieOptions;
    /// let readable = CookieOptions::new().http_only(false).describe("cart").unwrap();
    /// assert_eq!(readable, "__Host-cart=…; Path=/; Secure; SameSite=Lax");
    /// ```
    #[must_use]
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.http_only = http_only;
        self
    }

    /// Which requests that other sites cause carry the cookie. Default: [`SameSite::Lax`].
    ///
    /// ```
    /// # use cloakroom_core::{CookieOptions, SameSite};
    /// let strict = CookieOptions::new().same_site(SameSite::Strict).describe("cart").unwrap();
    /// assert!(strict.ends_with("; SameSite=Strict"));
    /// ```
    #[must_use]
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// Whether an embedded page has a cookie of its own for every site that embeds it (CHIPS).
    /// Default: `false`.
    ///
    /// ```
    /// # use cloakroom_core::{CookieOptions, SameSite};
    /// let embedded = CookieOptions::new().same_site(SameSite::None).partitioned(true);
    /// assert!(embedded.describe("cart").unwrap().ends_with("; SameSite=None; Partitioned"));
    /// ```
    #[must_use]
    pub fn partitioned(mut self, partitioned: bool) -> Self {
        self.partitioned = partitioned;
        self
    }

    /// What the name begins with on the wire. Default: [`CookiePrefix::Auto`].
    ///
    /// ```
    /// # use cloakroom_core::{CookieOptions, CookiePrefix};
    /// let http = CookieOptions::new().prefix(CookiePrefix::HostHttp).describe("cart").unwrap();
    /// assert!(http.starts_with("__Host-Http-cart=…"));
    /// ```
    #[must_use]
    pub fn prefix(mut self, prefix: CookiePrefix) -> Self {
        self.prefix = prefix;
        self
    }

    /// How long the browser keeps the cookie. Default: [`CookieLifetime::FollowsAbsolute`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_core::{CookieLifetime, CookieOptions};
    /// let years = CookieLifetime::Fixed(Duration::from_hours(24 * 365 * 2));
    /// let refused = CookieOptions::new().lifetime(years).describe("cart").unwrap_err();
    /// assert_eq!(refused.field, "lifetime");
    /// ```
    #[must_use]
    pub fn lifetime(mut self, lifetime: CookieLifetime) -> Self {
        self.lifetime = lifetime;
        self
    }
}

impl Default for CookieOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Which requests that other sites cause carry a cookie (RFC 6265bis §5.6.7, §5.8.3).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SameSite {
    /// None: also not the first navigation from elsewhere, such as the return from a sign-in
    /// at another site.
    Strict,
    /// Top-level navigations with a safe method.
    Lax,
    /// All of them. Needs `Secure`.
    None,
}

/// What a cookie's name begins with, for the browser to enforce (RFC 6265bis §4.1.3; `Http` and
/// `HostHttp`: draft-ietf-httpbis-layered-cookies). A browser that does not know a prefix takes it
/// for a part of the name, so none of them does harm.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum CookiePrefix {
    /// `__Host-` where the attributes allow it, else `__Secure-` where `Secure`, else none.
    Auto,
    /// No prefix.
    None,
    /// `__Secure-`: set over HTTPS with `Secure`.
    Secure,
    /// `__Host-`: besides for this host only, with `Path=/` and without `Domain`.
    Host,
    /// `__Http-`: set by a response, with `Secure` and `HttpOnly`; no script made it.
    Http,
    /// `__Host-Http-`: both.
    HostHttp,
}

/// How long the browser keeps the cookie. The server's deadlines hold whatever the browser does.
///
/// At most 400 days, which is what browsers keep (RFC 6265bis §5.5).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum CookieLifetime {
    /// Until the session's absolute deadline. Without one: until the idle deadline.
    FollowsAbsolute,
    /// Until the session's idle deadline, so a touch has to reach the browser. Without one: until
    /// the absolute deadline.
    ///
    /// A touch by a background request moves the server's deadline and not the browser's, which
    /// only a page load or a change moves: where most requests are of that sort, choose
    /// `FollowsAbsolute`.
    FollowsIdle,
    /// Until the browser is closed: no Max-Age. Browsers that restore their windows keep it longer.
    Browser,
    /// This long from whenever it is sent; from a second to 400 days.
    Fixed(Duration),
}

impl CookieLifetime {
    /// The Max-Age of a cookie sent at `now` for a session with these deadlines; `None` for a
    /// cookie that goes with the browser.
    ///
    /// A session without any deadline is to outlive the browser: 400 days.
    pub(crate) fn max_age(
        self,
        absolute: Option<Timestamp>,
        idle: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Duration> {
        let until = |deadline: Option<Timestamp>| {
            Some(deadline.map_or(MAX_AGE, |deadline| deadline.saturating_since(now)))
        };
        match self {
            Self::FollowsAbsolute => until(absolute.or(idle)),
            Self::FollowsIdle => until(idle.or(absolute)),
            Self::Browser => None,
            Self::Fixed(span) => Some(span),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_lives_as_long_as_the_deadline_that_it_follows() {
        let now = Timestamp::from_secs(100);
        let at = |secs| Some(Timestamp::from_secs(secs));
        let secs = |secs| Some(Duration::from_secs(secs));
        let fixed = CookieLifetime::Fixed(Duration::from_secs(7));
        let rows = [
            (CookieLifetime::FollowsAbsolute, at(190), at(110), secs(90)),
            (CookieLifetime::FollowsAbsolute, None, at(110), secs(10)),
            (CookieLifetime::FollowsAbsolute, None, None, Some(MAX_AGE)),
            (CookieLifetime::FollowsAbsolute, at(50), None, secs(0)),
            (CookieLifetime::FollowsIdle, at(190), at(110), secs(10)),
            (CookieLifetime::FollowsIdle, at(190), None, secs(90)),
            (CookieLifetime::FollowsIdle, None, None, Some(MAX_AGE)),
            (CookieLifetime::Browser, at(190), at(110), None),
            (fixed, at(190), at(110), secs(7)),
        ];
        for (lifetime, absolute, idle, expected) in rows {
            assert_eq!(
                lifetime.max_age(absolute, idle, now),
                expected,
                "{lifetime:?}"
            );
        }
    }
}
