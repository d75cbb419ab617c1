//! What a browser keeps of a Set-Cookie header, and what it sends back.

use std::error::Error;
use std::fmt;

use cloakroom_core::SameSite;
use cloakroom_time::Timestamp;

use super::kept::JarCookie;
use super::matching::{default_path, domain_matches, path_matches};
use super::set_cookie::{SetCookie, Unreadable, parse};
use super::visit::Visit;

/// A browser's cookie jar.
///
/// Follows RFC 6265bis §5.6 to §5.8 with the prefixes of draft-ietf-httpbis-layered-cookies and the
/// partitions of CHIPS; knows no public suffix list, and forgets no cookie for want of room.
///
/// # Examples
///
/// ```
/// use cloakroom_testkit::{Ignored, Jar, Visit};
/// use cloakroom_time::Timestamp;
///
/// let now = Timestamp::from_secs(1_000);
/// let shop = Visit::to("https://shop.example/cart").unwrap();
/// let mut jar = Jar::new();
/// jar.store(&shop, b"__Host-sid=a; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60", now)
///     .unwrap();
/// assert_eq!(jar.cookie_header(&shop, now).unwrap(), "__Host-sid=a");
///
/// // Another site's form does not carry it, nor is it there a minute later.
/// let forged = shop.clone().method("POST").cross_site();
/// assert_eq!(jar.cookie_header(&forged, now), None);
/// assert_eq!(jar.cookie_header(&shop, Timestamp::from_secs(1_060)), None);
///
/// // The prefix holds the server to its word.
/// let ignored = jar.store(&shop, b"__Host-sid=b; Path=/cart; Secure", now);
/// assert_eq!(ignored, Err(Ignored::Prefix));
/// ```
#[derive(Clone, Debug)]
pub struct Jar {
    cookies: Vec<JarCookie>,
    trust_this_machine: bool,
    made: u64,
}

impl Jar {
    /// An empty jar that takes `http://localhost` for secure, as most browsers do.
    ///
    /// ```
    /// # use cloakroom_testkit::Jar;
    /// assert_eq!(Jar::new().iter().count(), 0);
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            cookies: Vec::new(),
            trust_this_machine: true,
            made: 0,
        }
    }

    /// Whether plain HTTP to this machine (`localhost`, what lies below it, loopback addresses)
    /// counts as secure. Default: `true`; Safari says `false`.
    ///
    /// ```
    /// # use cloakroom_testkit::{Ignored, Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// let local = Visit::to("http://localhost:3000").unwrap();
    /// let secure = b"a=b; Secure";
    /// Jar::new().store(&local, secure, Timestamp::EPOCH).unwrap();
    /// let refused = Jar::new().trusting_localhost(false).store(&local, secure, Timestamp::EPOCH);
    /// assert_eq!(refused, Err(Ignored::NotSecure));
    /// ```
    #[must_use]
    pub const fn trusting_localhost(mut self, trust: bool) -> Self {
        self.trust_this_machine = trust;
        self
    }

    /// Takes the value of one Set-Cookie header of the answer to `visit`, at `now`.
    ///
    /// # Errors
    ///
    /// [`Ignored`] says why a browser ignores it; then the jar is as it was.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Stored, Visit};
    /// # use cloakroom_time::Timestamp;
    /// let shop = Visit::to("https://shop.example").unwrap();
    /// let mut jar = Jar::new();
    /// let now = Timestamp::EPOCH;
    /// assert_eq!(jar.store(&shop, b"a=1", now), Ok(Stored::Added));
    /// assert_eq!(jar.store(&shop, b"a=2", now), Ok(Stored::Replaced));
    /// assert_eq!(jar.store(&shop, b"a=; Max-Age=0", now), Ok(Stored::Removed));
    /// assert_eq!(jar.store(&shop, b"a=; Max-Age=0", now), Ok(Stored::Nothing));
    /// ```
    pub fn store(
        &mut self,
        visit: &Visit,
        set_cookie: &[u8],
        now: Timestamp,
    ) -> Result<Stored, Ignored> {
        let parsed = parse(set_cookie, now)?;
        let has_path = parsed.path.is_some();
        let mut cookie = scoped(parsed, visit)?;
        cookie.created = (now, self.made);
        self.judge(&cookie, visit, has_path, now)?;

        self.made += 1;
        self.cookies.retain(|kept| !kept.is_expired(now));
        let old = self.cookies.iter().position(|kept| is_same(kept, &cookie));
        if let Some(old) = old {
            // §5.7: a replaced cookie keeps its creation time, and so its place in the header.
            cookie.created = self.cookies.remove(old).created;
        }
        let expired = cookie.is_expired(now);
        if !expired {
            self.cookies.push(cookie);
            self.cookies.sort_by_key(|kept| kept.created);
        }
        Ok(match (expired, old.is_some()) {
            (false, false) => Stored::Added,
            (false, true) => Stored::Replaced,
            (true, true) => Stored::Removed,
            (true, false) => Stored::Nothing,
        })
    }

    /// The value of the Cookie header of `visit` at `now`, or what a script reads; `None` where
    /// there is nothing to send (§5.8.3).
    ///
    /// What is not UTF-8 is replaced; [`JarCookie::value`] has the octets.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// let shop = Visit::to("https://shop.example/a/b").unwrap();
    /// let mut jar = Jar::new();
    /// jar.store(&shop, b"wide=1; Path=/", Timestamp::EPOCH).unwrap();
    /// jar.store(&shop, b"near=2; Path=/a", Timestamp::EPOCH).unwrap();
    /// let header = jar.cookie_header(&shop, Timestamp::EPOCH);
    /// assert_eq!(header.as_deref(), Some("near=2; wide=1"));
    /// ```
    #[must_use]
    pub fn cookie_header(&self, visit: &Visit, now: Timestamp) -> Option<String> {
        let mut sent: Vec<&JarCookie> = self
            .cookies
            .iter()
            .filter(|cookie| !cookie.is_expired(now) && self.goes_with(cookie, visit))
            .collect();
        // Stable, and the jar is in order of creation: §5.8.3, longer paths first, then older ones.
        sent.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<Vec<u8>> = sent.into_iter().map(pair).collect();
        (!pairs.is_empty()).then(|| String::from_utf8_lossy(&pairs.join(&b"; "[..])).into_owned())
    }

    /// The first cookie of this name, in order of creation.
    ///
    /// An expired cookie leaves the jar when another is stored, or by
    /// [`forget_expired`](Self::forget_expired).
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// let shop = Visit::to("https://shop.example").unwrap();
    /// let mut jar = Jar::new();
    /// jar.store(&shop, b"a=1; HttpOnly", Timestamp::EPOCH).unwrap();
    /// assert!(jar.get("a").unwrap().is_http_only());
    /// assert!(jar.get("A").is_none());
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&JarCookie> {
        self.cookies
            .iter()
            .find(|cookie| cookie.name == name.as_bytes())
    }

    /// All cookies, in order of creation.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// let shop = Visit::to("https://shop.example").unwrap();
    /// let mut jar = Jar::new();
    /// jar.store(&shop, b"a=1", Timestamp::EPOCH).unwrap();
    /// jar.store(&shop, b"b=2", Timestamp::EPOCH).unwrap();
    /// let names: Vec<_> = jar.iter().map(|cookie| cookie.name()).collect();
    /// assert_eq!(names, [b"a", b"b"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &JarCookie> {
        self.cookies.iter()
    }

    /// Forgets what has expired at `now`.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// let shop = Visit::to("https://shop.example").unwrap();
    /// let mut jar = Jar::new();
    /// jar.store(&shop, b"a=1; Max-Age=5", Timestamp::EPOCH).unwrap();
    /// jar.forget_expired(Timestamp::from_millis(4_999));
    /// assert!(jar.get("a").is_some());
    /// jar.forget_expired(Timestamp::from_secs(5));
    /// assert!(jar.get("a").is_none());
    /// ```
    pub fn forget_expired(&mut self, now: Timestamp) {
        self.cookies.retain(|cookie| !cookie.is_expired(now));
    }

    /// Closes the browser: forgets the cookies that have no Max-Age and no Expires.
    ///
    /// ```
    /// # use cloakroom_testkit::{Jar, Visit};
    /// # use cloakroom_time::Timestamp;
    /// let shop = Visit::to("https://shop.example").unwrap();
    /// let mut jar = Jar::new();
    /// jar.store(&shop, b"goes=1", Timestamp::EPOCH).unwrap();
    /// jar.store(&shop, b"stays=1; Max-Age=5", Timestamp::EPOCH).unwrap();
    /// jar.close_browser();
    /// assert!(jar.get("goes").is_none() && jar.get("stays").is_some());
    /// ```
    pub fn close_browser(&mut self) {
        self.cookies.retain(|cookie| cookie.expires.is_some());
    }

    /// §5.7, in its order: whether a browser keeps `cookie` from the answer to `visit`.
    fn judge(
        &self,
        cookie: &JarCookie,
        visit: &Visit,
        has_path: bool,
        now: Timestamp,
    ) -> Result<(), Ignored> {
        if visit.is_script() && cookie.http_only {
            return Err(Ignored::HttpOnly);
        }
        let alive = || self.cookies.iter().filter(|kept| !kept.is_expired(now));
        if !visit.is_secure(self.trust_this_machine) {
            if cookie.secure {
                return Err(Ignored::NotSecure);
            }
            if alive().any(|kept| is_overlaid(kept, cookie)) {
                return Err(Ignored::SecureCookieThere);
            }
        }
        if cookie.same_site != Some(SameSite::None) && !visit.may_set_same_site() {
            return Err(Ignored::CrossSite);
        }
        if cookie.same_site == Some(SameSite::None) && !cookie.secure {
            return Err(Ignored::SameSiteNoneWithoutSecure);
        }
        if cookie.partition.is_some() && !cookie.secure {
            return Err(Ignored::PartitionedWithoutSecure);
        }
        if !prefix_holds(cookie, has_path) {
            return Err(Ignored::Prefix);
        }
        if visit.is_script() && alive().any(|kept| is_same(kept, cookie) && kept.http_only) {
            return Err(Ignored::HttpOnly);
        }
        Ok(())
    }

    /// §5.8.3: whether `cookie` goes with `visit`.
    fn goes_with(&self, cookie: &JarCookie, visit: &Visit) -> bool {
        let host = if cookie.host_only {
            visit.host() == cookie.domain
        } else {
            domain_matches(visit.host(), &cookie.domain)
        };
        let site = match cookie.same_site {
            Some(SameSite::None) => true,
            Some(SameSite::Strict) => visit.carries_strict(),
            _ => visit.carries_lax(),
        };
        let partition = match &cookie.partition {
            Some(partition) => *partition == visit.partition(),
            None => true,
        };
        host && site
            && partition
            && path_matches(visit.path(), &cookie.path)
            && (!cookie.secure || visit.is_secure(self.trust_this_machine))
            && !(cookie.http_only && visit.is_script())
    }
}

impl Default for Jar {
    fn default() -> Self {
        Self::new()
    }
}

/// What became of a Set-Cookie header that a browser took.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Stored {
    /// A cookie that was not there.
    Added,
    /// In place of one of the same name, domain, path and partition.
    Replaced,
    /// It had expired already, and the one in its place is gone.
    Removed,
    /// It had expired already, and there was none in its place.
    Nothing,
}

/// Why a browser ignores a Set-Cookie header (RFC 6265bis §5.6, §5.7).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Ignored {
    /// It holds a control character.
    Control,
    /// It has neither name nor value.
    Empty,
    /// Name and value have more than 4,096 octets.
    TooLarge,
    /// The host does not lie in its `Domain`.
    ForeignDomain,
    /// It is `Secure`, and the connection is not.
    NotSecure,
    /// It is not `Secure` and would lie over one that is ("leave secure cookies alone").
    SecureCookieThere,
    /// It is not `SameSite=None`, and the request was another site's, and no navigation.
    CrossSite,
    /// `SameSite=None` without `Secure`.
    SameSiteNoneWithoutSecure,
    /// `Partitioned` without `Secure` (CHIPS).
    PartitionedWithoutSecure,
    /// Its name begins with a prefix that its attributes do not fit.
    Prefix,
    /// A script sets one that is `HttpOnly`, or would replace one.
    HttpOnly,
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Control => "a control character",
            Self::Empty => "neither name nor value",
            Self::TooLarge => "name and value of more than 4,096 octets",
            Self::ForeignDomain => "the host does not lie in its Domain",
            Self::NotSecure => "Secure over a connection that is not",
            Self::SecureCookieThere => "it would lie over a Secure cookie",
            Self::CrossSite => "a request of another site may set SameSite=None only",
            Self::SameSiteNoneWithoutSecure => "SameSite=None without Secure",
            Self::PartitionedWithoutSecure => "Partitioned without Secure",
            Self::Prefix => "the prefix of its name does not fit its attributes",
            Self::HttpOnly => "HttpOnly, and set by a script",
        })
    }
}

impl Error for Ignored {}

impl From<Unreadable> for Ignored {
    fn from(why: Unreadable) -> Self {
        match why {
            Unreadable::Control => Self::Control,
            Unreadable::Empty => Self::Empty,
            Unreadable::TooLarge => Self::TooLarge,
        }
    }
}

/// The cookie with its host and path (§5.7: an empty Domain is none).
fn scoped(parsed: SetCookie, visit: &Visit) -> Result<JarCookie, Ignored> {
    let domain = parsed.domain.filter(|domain| !domain.is_empty());
    let host_only = domain.is_none();
    let domain = domain.unwrap_or_else(|| visit.host().to_owned());
    if !domain_matches(visit.host(), &domain) {
        return Err(Ignored::ForeignDomain);
    }
    let path = parsed
        .path
        .unwrap_or_else(|| default_path(visit.path()).to_owned());
    Ok(JarCookie {
        name: parsed.name,
        value: parsed.value,
        domain,
        host_only,
        path,
        secure: parsed.secure,
        http_only: parsed.http_only,
        same_site: parsed.same_site,
        partition: parsed.partitioned.then(|| visit.partition()),
        expires: parsed.expires,
        created: (Timestamp::EPOCH, 0),
    })
}

/// §5.7: whether the new cookie takes the place of the kept one.
fn is_same(kept: &JarCookie, new: &JarCookie) -> bool {
    kept.name == new.name
        && kept.domain == new.domain
        && kept.host_only == new.host_only
        && kept.path == new.path
        && kept.partition == new.partition
}

/// §5.7: whether the new cookie, which is not `Secure`, would hide the kept one, which is.
fn is_overlaid(kept: &JarCookie, new: &JarCookie) -> bool {
    kept.secure
        && kept.name == new.name
        && (domain_matches(&kept.domain, &new.domain) || domain_matches(&new.domain, &kept.domain))
        && path_matches(&new.path, &kept.path)
}

/// §5.4 and §5.7; `__Http-` and `__Host-Http-`: draft-ietf-httpbis-layered-cookies. A cookie
/// without a name counts by its value, for it is sent as if that were its name.
fn prefix_holds(cookie: &JarCookie, has_path: bool) -> bool {
    let begins = |octets: &[u8], prefix: &[u8]| {
        octets
            .get(..prefix.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    };
    let prefixes: [&[u8]; 4] = [b"__Secure-", b"__Host-", b"__Http-", b"__Host-Http-"];
    if cookie.name.is_empty() {
        return !prefixes.iter().any(|prefix| begins(&cookie.value, prefix));
    }
    let host = cookie.secure && cookie.host_only && has_path && cookie.path == "/";
    let http = cookie.secure && cookie.http_only;
    let holds = [cookie.secure, host, http, host && http];
    prefixes
        .iter()
        .zip(holds)
        .all(|(prefix, holds)| holds || !begins(&cookie.name, prefix))
}

/// `name=value`; without a name the value alone (§5.8.3).
fn pair(cookie: &JarCookie) -> Vec<u8> {
    let mut pair = cookie.name.clone();
    if !pair.is_empty() {
        pair.push(b'=');
    }
    pair.extend_from_slice(&cookie.value);
    pair
}
