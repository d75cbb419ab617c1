//! What the client sends.

use std::fmt::{self, Debug};

use http::header::CONTENT_TYPE;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method};

use super::or_fail::OrFail;

/// A request that a [`Client`](crate::Client) sends: by default a page load, as a browser sends it.
///
/// # Security
///
/// `Debug` shows the method, and the names of the headers.
///
/// # Examples
///
/// ```
/// use cloakroom_testkit::{Client, Req};
///
/// let client = Client::new(()).with_bodies::<String>();
/// let request = client.request(Req::put("/cart").fetch().header("accept", "text/html").body("x"));
/// assert_eq!(request.method(), "PUT");
/// assert_eq!(request.headers()["accept"], "text/html");
/// assert_eq!(request.headers()["sec-fetch-dest"], "empty");
/// assert_eq!(request.headers()["origin"], "https://shop.example");
/// ```
#[derive(Clone)]
#[must_use]
pub struct Req {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) kind: Kind,
    pub(super) cross_site: bool,
    pub(super) with_cookies: bool,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
    pub(super) extensions: Extensions,
}

/// What makes a browser send a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Navigation,
    Fetch,
    Prefetch,
    Bare,
}

impl Req {
    /// A GET of `path`, with its query.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::get("/cart?page=2"));
    /// assert_eq!(request.uri().query(), Some("page=2"));
    /// ```
    pub fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    /// A POST to `path`.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::post("/"));
    /// assert_eq!(request.method(), "POST");
    /// ```
    pub fn post(path: &str) -> Self {
        Self::new(Method::POST, path)
    }

    /// A PUT to `path`.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::put("/"));
    /// assert_eq!(request.method(), "PUT");
    /// ```
    pub fn put(path: &str) -> Self {
        Self::new(Method::PUT, path)
    }

    /// A DELETE of `path`.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::delete("/"));
    /// assert_eq!(request.method(), "DELETE");
    /// ```
    pub fn delete(path: &str) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// A request of any method.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::new(http::Method::HEAD, "/"));
    /// assert_eq!(request.method(), "HEAD");
    /// ```
    pub fn new(method: Method, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            kind: Kind::Navigation,
            cross_site: false,
            with_cookies: true,
            headers: HeaderMap::new(),
            body: String::new(),
            extensions: Extensions::new(),
        }
    }

    /// A page load of the whole window (the default): `Sec-Fetch-Mode: navigate`, `Sec-Fetch-Dest:
    /// document`.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::get("/").navigate());
    /// assert_eq!(request.headers()["sec-fetch-mode"], "navigate");
    /// ```
    pub const fn navigate(mut self) -> Self {
        self.kind = Kind::Navigation;
        self
    }

    /// A script's `fetch`: `Sec-Fetch-Mode: cors`, `Sec-Fetch-Dest: empty`.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::get("/").fetch());
    /// assert_eq!(request.headers()["sec-fetch-mode"], "cors");
    /// ```
    pub const fn fetch(mut self) -> Self {
        self.kind = Kind::Fetch;
        self
    }

    /// A page loaded before anybody asks for it: as a page load, with `Sec-Purpose: prefetch`.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::get("/").prefetch());
    /// assert_eq!(request.headers()["sec-purpose"], "prefetch");
    /// ```
    pub const fn prefetch(mut self) -> Self {
        self.kind = Kind::Prefetch;
        self
    }

    /// Without fetch metadata, as programs and old browsers send it.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::get("/").bare());
    /// assert!(!request.headers().contains_key("sec-fetch-mode"));
    /// ```
    pub const fn bare(mut self) -> Self {
        self.kind = Kind::Bare;
        self
    }

    /// Caused by another site: `Sec-Fetch-Site: cross-site`, another `Origin`, and without the
    /// cookies that do not cross sites.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::post("/").cross_site());
    /// assert_eq!(request.headers()["sec-fetch-site"], "cross-site");
    /// ```
    pub const fn cross_site(mut self) -> Self {
        self.cross_site = true;
        self
    }

    /// With one more line of this header; instead of what the client would send in it, cookies
    /// apart, to which lines of `Cookie` are added.
    ///
    /// # Panics
    ///
    /// If that cannot be a header.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::get("/").header("x-a", "1").header("x-a", b"2".to_vec()));
    /// assert_eq!(request.headers().get_all("x-a").iter().count(), 2);
    /// ```
    #[track_caller]
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        N::Error: Debug,
        V: TryInto<HeaderValue>,
        V::Error: Debug,
    {
        let name = name.try_into().or_fail("not the name of a header");
        let value = value.try_into().or_fail("not the value of a header");
        self.headers.append(name, value);
        self
    }

    /// With this body.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::post("/").body("tea"));
    /// assert_eq!(request.body(), "tea");
    /// ```
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    /// With this body as a form sends it, such as `name=Ada&city=London`, encoded by the caller.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::post("/").form("item=tea&count=2"));
    /// assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    /// ```
    pub fn form(mut self, body: impl Into<String>) -> Self {
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        self.headers.insert(CONTENT_TYPE, form);
        self.body(body)
    }

    /// With this in the request's extensions, such as cloakroom's `Passive` mark.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::get("/").extension(cloakroom_core::Passive));
    /// assert!(request.extensions().get::<cloakroom_core::Passive>().is_some());
    /// ```
    pub fn extension<T: Clone + Send + Sync + 'static>(mut self, extension: T) -> Self {
        self.extensions.insert(extension);
        self
    }

    /// Without what the client keeps: neither its cookies nor its remembered headers.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # let mut client = Client::new(()).with_bodies::<String>();
    /// client.set_cookie("a", "1");
    /// let request = client.request(Req::get("/").without_cookies());
    /// assert!(!request.headers().contains_key("cookie"));
    /// ```
    pub const fn without_cookies(mut self) -> Self {
        self.with_cookies = false;
        self
    }
}

impl Debug for Req {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Req")
            .field("method", &self.method)
            .field("kind", &self.kind)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
