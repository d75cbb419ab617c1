//! A cookie in the jar.

use std::fmt;

use cloakroom_core::SameSite;
use cloakroom_time::Timestamp;

/// A cookie as a browser keeps it.
///
/// # Security
///
/// `Debug` does not show the value: it may be a session.
#[derive(Clone, Eq, PartialEq)]
pub struct JarCookie {
    pub(super) name: Vec<u8>,
    pub(super) value: Vec<u8>,
    pub(super) domain: String,
    pub(super) host_only: bool,
    pub(super) path: String,
    pub(super) secure: bool,
    pub(super) http_only: bool,
    pub(super) same_site: Option<SameSite>,
    pub(super) partition: Option<String>,
    pub(super) expires: Option<Timestamp>,
    /// When it was made, and which one of those made at this instant.
    pub(super) created: (Timestamp, u64),
}

impl JarCookie {
    /// The name, prefix included.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// # let mut jar = Jar::new();
    /// # let shop = Visit::to("https://shop.example").unwrap();
    /// jar.store(&shop, b"a=b", Timestamp::EPOCH).unwrap();
    /// let cookie = jar.get("a").unwrap();
    /// assert_eq!(cookie.name(), b"a");
    /// ```
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// The value.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// # let mut jar = Jar::new();
    /// # let shop = Visit::to("https://shop.example").unwrap();
    /// jar.store(&shop, b"a=b", Timestamp::EPOCH).unwrap();
    /// let cookie = jar.get("a").unwrap();
    /// assert_eq!(cookie.value(), b"b");
    /// ```
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// The host that it is for, or the domain that it spans.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// # let mut jar = Jar::new();
    /// # let shop = Visit::to("https://shop.example").unwrap();
    /// jar.store(&shop, b"a=b; Domain=example", Timestamp::EPOCH).unwrap();
    /// let cookie = jar.get("a").unwrap();
    /// assert_eq!(cookie.domain(), "example");
    /// ```
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Whether it is for [`domain`](Self::domain) only, not for the hosts below.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// # let mut jar = Jar::new();
    /// # let shop = Visit::to("https://shop.example").unwrap();
    /// jar.store(&shop, b"a=b", Timestamp::EPOCH).unwrap();
    /// let cookie = jar.get("a").unwrap();
    /// assert!(cookie.is_host_only());
    /// ```
    #[must_use]
    pub const fn is_host_only(&self) -> bool {
        self.host_only
    }

    /// The path that it is for.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// # let mut jar = Jar::new();
    /// # let shop = Visit::to("https://shop.example").unwrap();
    /// jar.store(&shop, b"a=b; Path=/x", Timestamp::EPOCH).unwrap();
    /// let cookie = jar.get("a").unwrap();
    /// assert_eq!(cookie.path(), "/x");
    /// ```
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it goes over secure connections only.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// # let mut jar = Jar::new();
    /// # let shop = Visit::to("https://shop.example").unwrap();
    /// jar.store(&shop, b"a=b; Secure", Timestamp::EPOCH).unwrap();
    /// let cookie = jar.get("a").unwrap();
    /// assert!(cookie.is_secure());
    /// ```
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether scripts cannot see it.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// # let mut jar = Jar::new();
    /// # let shop = Visit::to("https://shop.example").unwrap();
    /// jar.store(&shop, b"a=b; HttpOnly", Timestamp::EPOCH).unwrap();
    /// let cookie = jar.get("a").unwrap();
    /// assert!(cookie.is_http_only());
    /// ```
    #[must_use]
    pub const fn is_http_only(&self) -> bool {
        self.http_only
    }

    /// Its `SameSite`; `None` where it was not said, or not understood.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// # let mut jar = Jar::new();
    /// # let shop = Visit::to("https://shop.example").unwrap();
    /// jar.store(&shop, b"a=b; SameSite=Lax", Timestamp::EPOCH).unwrap();
    /// let cookie = jar.get("a").unwrap();
    /// assert_eq!(cookie.same_site(), Some(cloakroom_core::SameSite::Lax));
    /// ```
    #[must_use]
    pub const fn same_site(&self) -> Option<SameSite> {
        self.same_site
    }

    /// The site in whose pages alone it lives, if `Partitioned`.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// # let mut jar = Jar::new();
    /// # let shop = Visit::to("https://shop.example").unwrap();
    /// jar.store(&shop, b"a=b; Secure; Partitioned", Timestamp::EPOCH).unwrap();
    /// let cookie = jar.get("a").unwrap();
    /// assert_eq!(cookie.partition(), Some("https://shop.example"));
    /// ```
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        self.partition.as_deref()
    }

    /// When it expires; `None` if it goes with the browser.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// # let mut jar = Jar::new();
    /// # let shop = Visit::to("https://shop.example").unwrap();
    /// jar.store(&shop, b"a=b; Max-Age=5", Timestamp::EPOCH).unwrap();
    /// let cookie = jar.get("a").unwrap();
    /// assert_eq!(cookie.expires(), Some(Timestamp::from_secs(5)));
    /// ```
    #[must_use]
    pub const fn expires(&self) -> Option<Timestamp> {
        self.expires
    }

    /// Whether it is no more at `now`.
    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

impl fmt::Debug for JarCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JarCookie")
            .field("name", &String::from_utf8_lossy(&self.name))
            .field("domain", &self.domain)
            .field("host_only", &self.host_only)
            .field("path", &self.path)
            .field("secure", &self.secure)
            .field("http_only", &self.http_only)
            .field("same_site", &self.same_site)
            .field("partition", &self.partition)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
