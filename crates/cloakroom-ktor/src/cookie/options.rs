//! What an application may say about a session's cookie, Ktor's `CookieConfiguration`.

use std::time::Duration;

use super::encoding::CookieEncoding;
use crate::version::Ktor;

/// How a session's cookie is set, in Ktor's words and with Ktor's defaults.
///
/// | option | default |
/// |---|---|
/// | [`encoding`](Self::encoding) | `URI_ENCODING` |
/// | [`max_age`](Self::max_age) | 7 days |
/// | [`domain`](Self::domain) | none: this host only |
/// | [`path`](Self::path) | `/` |
/// | [`secure`](Self::secure) | off |
/// | [`http_only`](Self::http_only) | on |
/// | [`extension`](Self::extension) | none: no `SameSite` |
///
/// # Security
///
/// These are Ktor's defaults, so that a cookie is the one that a Kotlin service sets. Of a new
/// service's cookie one would ask for `.secure(true)` and
/// `.extension("SameSite", Some("Lax".into()))`. Both can be added on both sides at any time: a
/// client sends back name and value only.
///
/// # Differences from Ktor
///
/// Ktor writes name, domain, path and extensions into the header as they are, so that a `;` in one
/// of them makes an attribute. Here that is a
/// [`Contradiction`](cloakroom_core::Contradiction) when sessions are built, and so is a
/// name that the version would not read, or an extension that stands for an attribute which has
/// its own option.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use cloakroom_ktor::{Ktor, KtorCookie};
///
/// // As a Kotlin service has it in `cookie<UserSession>("user_session") { … }`.
/// let cookie = KtorCookie::new(Ktor::V3)
///     .max_age(Some(Duration::from_hours(1)))
///     .secure(true)
///     .extension("SameSite", Some("lax".into()));
/// assert_eq!(
///     cookie.describe("user_session").unwrap(),
///     "user_session=…; Path=/; Secure; HttpOnly; SameSite=lax; $x-enc=URI_ENCODING",
/// );
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KtorCookie {
    pub(super) ktor: Ktor,
    pub(super) encoding: CookieEncoding,
    pub(super) max_age: Option<Duration>,
    pub(super) domain: Option<String>,
    pub(super) path: Option<String>,
    pub(super) secure: bool,
    pub(super) http_only: bool,
    /// In the order in which they were added, each name once.
    pub(super) extensions: Vec<(String, Option<String>)>,
}

impl KtorCookie {
    /// That version's cookie with its defaults.
    ///
    /// ```
    /// # use cloakroom_ktor::{Ktor, KtorCookie};
    /// assert_eq!(KtorCookie::new(Ktor::V2), KtorCookie::from(Ktor::V2));
    /// ```
    #[must_use]
    pub fn new(ktor: Ktor) -> Self {
        Self {
            ktor,
            encoding: CookieEncoding::Uri,
            max_age: Some(Duration::from_hours(7 * 24)),
            domain: None,
            path: Some("/".to_owned()),
            secure: false,
            http_only: true,
            extensions: Vec::new(),
        }
    }

    /// The version whose cookie it is.
    ///
    /// ```
    /// # use cloakroom_ktor::{Ktor, KtorCookie};
    /// assert_eq!(KtorCookie::new(Ktor::V2).ktor(), Ktor::V2);
    /// ```
    #[must_use]
    pub const fn ktor(&self) -> Ktor {
        self.ktor
    }

    /// How the token becomes the cookie's value. Default: [`CookieEncoding::Uri`].
    ///
    /// The client's cookie does not say how it is encoded, so a change makes every cookie that is
    /// out there unreadable.
    ///
    /// ```
    /// # use cloakroom_ktor::{CookieEncoding, Ktor, KtorCookie};
    /// let cookie = KtorCookie::new(Ktor::V3).encoding(CookieEncoding::Base64);
    /// assert!(cookie.describe("S").unwrap().ends_with("; $x-enc=BASE64_ENCODING"));
    /// ```
    #[must_use]
    pub fn encoding(mut self, encoding: CookieEncoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// How long the browser keeps the cookie, from whenever it is sent. Default: 7 days. `None`:
    /// until it is closed.
    ///
    /// In whole seconds, rounded as Ktor rounds: half a second up. Zero is what each version makes of it:
    /// in 1.6.8 and 2 the same as `None`, in 3 `Max-Age=0`, with which the cookie dies at once.
    /// Beyond 2³¹ − 1 seconds `Max-Age` stays there, as in Ktor, while `Expires` goes on up to the year
    /// 9999; in Ktor it overflows, for long enough times into the past.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_ktor::{Ktor, KtorCookie};
    /// let blink = KtorCookie::new(Ktor::V3).max_age(Some(Duration::from_millis(400)));
    /// assert_eq!(blink.describe("S").unwrap_err().field, "max_age");
    /// ```
    #[must_use]
    pub fn max_age(mut self, max_age: Option<Duration>) -> Self {
        self.max_age = max_age;
        self
    }

    /// Sends the cookie to this domain and all hosts below it. Default: to this host only.
    ///
    /// ```
    /// # use cloakroom_ktor::{Ktor, KtorCookie};
    /// let shared = KtorCookie::new(Ktor::V3).domain("foo.bar");
    /// assert!(shared.describe("S").unwrap().starts_with("S=…; Domain=foo.bar; Path=/;"));
    /// let injected = KtorCookie::new(Ktor::V3).domain("foo.bar; HttpOnly");
    /// assert_eq!(injected.describe("S").unwrap_err().field, "domain");
    /// ```
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// The path under which the browser sends the cookie. Default: `/`.
    ///
    /// ```
    /// # use cloakroom_ktor::{Ktor, KtorCookie};
    /// let admin = KtorCookie::new(Ktor::V3).path("/admin");
    /// assert!(admin.describe("S").unwrap().starts_with("S=…; Path=/admin;"));
    /// ```
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Leaves the path out, Ktor's `path = null`: the browser takes the folder of the request that
    /// set the cookie, so that there may be a session for each folder.
    ///
    /// ```
    /// # use cloakroom_ktor::{Ktor, KtorCookie};
    /// let here = KtorCookie::new(Ktor::V3).without_path();
    /// assert_eq!(here.describe("S").unwrap(), "S=…; HttpOnly; $x-enc=URI_ENCODING");
    /// ```
    #[must_use]
    pub fn without_path(mut self) -> Self {
        self.path = None;
        self
    }

    /// Whether the browser keeps the cookie to HTTPS. Default: `false`, as in Ktor.
    ///
    /// 1.6.8 throws when it is to send such a cookie over plain HTTP, also behind a proxy that
    /// speaks HTTPS for it. Here, as in later versions, the connection is not looked at.
    ///
    /// ```
    /// # use cloakroom_ktor::{Ktor, KtorCookie};
    /// let cookie = KtorCookie::new(Ktor::V3).secure(true);
    /// assert!(cookie.describe("S").unwrap().contains("; Secure; HttpOnly;"));
    /// ```
    #[must_use]
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// Whether the browser keeps the cookie from scripts. Default: `true`.
    ///
    /// ```
    /// # use cloakroom_ktor::{Ktor, KtorCookie};
    /// let cookie = KtorCookie::new(Ktor::V3).http_only(false);
    /// assert_eq!(cookie.describe("S").unwrap(), "S=…; Path=/; $x-enc=URI_ENCODING");
    /// ```
    #[must_use]
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.http_only = http_only;
        self
    }

    /// Adds an attribute that Ktor has no option for, such as `SameSite`; without a value, a bare
    /// flag such as `Partitioned`. The same name again replaces the value.
    ///
    /// 1.6.8 writes the value in the cookie's encoding (`SameSite=bGF4` in `BASE64_ENCODING`, which
    /// browsers take for no `SameSite` at all), later versions as it is.
    ///
    /// # Security
    ///
    /// As in Ktor nobody looks at what it says. `SameSite=None` without
    /// [`secure`](Self::secure), and `SameSite` without a value (Ktor's `sameSite = null`), are
    /// sent, and browsers fall back on their default or drop the cookie.
    ///
    /// ```
    /// # use cloakroom_ktor::{Ktor, KtorCookie};
    /// let cookie = KtorCookie::new(Ktor::V3)
    ///     .extension("SameSite", Some("None".into()))
    ///     .extension("Partitioned", None);
    /// let described = cookie.describe("S").unwrap();
    /// assert!(described.contains("; SameSite=None; Partitioned; $x-enc="));
    /// ```
    #[must_use]
    pub fn extension(mut self, name: impl Into<String>, value: Option<String>) -> Self {
        let name = name.into();
        match self.extensions.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.extensions.push((name, value)),
        }
        self
    }
}

impl From<Ktor> for KtorCookie {
    fn from(ktor: Ktor) -> Self {
        Self::new(ktor)
    }
}
