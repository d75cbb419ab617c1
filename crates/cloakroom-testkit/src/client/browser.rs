//! The client itself.

use std::borrow::Borrow;
use std::fmt::{self, Debug};
use std::future::poll_fn;
use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;
use cloakroom_core::{Clock, SystemClock, Timestamp};
use http::header::{COOKIE, HOST, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use super::answer::Answer;
use super::metadata::metadata;
use super::or_fail::OrFail;
use super::req::{Kind, Req};
use crate::jar::{Jar, Visit};

/// A browser without a network: sends requests to a tower service and keeps its cookies.
///
/// It follows no redirects: a test looks at each answer.
///
/// # Security
///
/// `Debug` shows no cookie's value.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use axum::Router;
/// use axum::http::HeaderMap;
/// use axum::routing::{get, post};
/// use cloakroom_testkit::{Client, Req};
///
/// let app = Router::new()
///     .route("/choose", post(|| async { [("set-cookie", "theme=dark; Path=/; Secure")] }))
///     .route("/", get(|headers: HeaderMap| async move {
///         headers.get("cookie").map_or("none".to_owned(), |cookie| format!("{cookie:?}"))
///     }));
///
/// let mut client = Client::new(app);
/// assert_eq!(client.get("/").await.body, "none");
/// assert!(client.post("/choose").await.sets("theme"));
/// assert_eq!(client.get("/").await.body, r#""theme=dark""#);
/// assert_eq!(client.send(Req::get("/").without_cookies()).await.body, "none");
/// # }
/// ```
pub struct Client<A, B = Full<Bytes>> {
    app: A,
    base: String,
    clock: Arc<dyn Clock>,
    jar: Jar,
    remembered: Vec<(HeaderName, Option<HeaderValue>)>,
    body: PhantomData<fn() -> B>,
}

impl<A> Client<A> {
    /// A browser that has never been at `app`, which it knows as `https://shop.example`.
    ///
    /// Its clock is the machine's; see [`with_clock`](Self::with_clock).
    ///
    /// ```
    /// # use cloakroom_testkit::Client;
    /// let client = Client::new(axum::Router::<()>::new());
    /// assert_eq!(client.jar().iter().count(), 0);
    /// ```
    #[must_use]
    pub fn new(app: A) -> Self {
        Self {
            app,
            base: "https://shop.example".to_owned(),
            clock: Arc::new(SystemClock),
            jar: Jar::new(),
            remembered: Vec::new(),
            body: PhantomData,
        }
    }
}

impl<A, B> Client<A, B> {
    /// Sends bodies of another type, for services that take no other. Default: `Full<Bytes>`.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::post("/").body("tea"));
    /// assert_eq!(request.body(), "tea");
    /// ```
    #[must_use]
    pub fn with_bodies<C>(self) -> Client<A, C> {
        Client {
            app: self.app,
            base: self.base,
            clock: self.clock,
            jar: self.jar,
            remembered: self.remembered,
            body: PhantomData,
        }
    }

    /// The same browser, with another service behind the same URL: what a visitor sees of a new
    /// version, or of a move from one server to another.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use axum::{Router, http::HeaderMap, routing::get};
    /// use cloakroom_testkit::Client;
    ///
    /// let old = Router::new().route("/", get(|| async { [("set-cookie", "a=1; Path=/")] }));
    /// let new = Router::new().route("/", get(|headers: HeaderMap| async move {
    ///     headers["cookie"].to_str().unwrap().to_owned()
    /// }));
    /// let mut client = Client::new(old);
    /// client.get("/").await;
    /// let mut client = client.served_by(new);
    /// assert_eq!(client.get("/").await.body, "a=1");
    /// # }
    /// ```
    #[must_use]
    pub fn served_by<C>(self, app: C) -> Client<C, B> {
        Client {
            app,
            base: self.base,
            clock: self.clock,
            jar: self.jar,
            remembered: self.remembered,
            body: PhantomData,
        }
    }

    /// Lets cookies expire by `clock`, which should be the server's.
    ///
    /// ```
    /// # use cloakroom_core::Clock;
    /// # use cloakroom_testkit::{Client, ManualClock, Req};
    /// # use std::time::Duration;
    /// let clock = ManualClock::default();
    /// let mut client = Client::new(()).with_clock(&clock);
    /// let headers = [("set-cookie", "a=1; Max-Age=60")];
    /// let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    /// client.receive(&Req::get("/"), &headers.into_iter().collect(), clock.now());
    /// assert_eq!(client.cookie("a").as_deref(), Some("1"));
    /// clock.advance(Duration::from_secs(60));
    /// assert_eq!(client.cookie("a"), None);
    /// ```
    #[must_use]
    pub fn with_clock(mut self, clock: &(impl Clock + Clone + 'static)) -> Self {
        self.clock = Arc::new(clock.clone());
        self
    }

    /// Knows the service by another URL: scheme, host, and a port if need be.
    ///
    /// # Panics
    ///
    /// If that is not the URL of a site.
    ///
    /// ```
    /// # use axum::body::Body;
    /// # use cloakroom_testkit::{Client, Req};
    /// let client = Client::new(()).with_bodies::<Body>().at("http://localhost:8080");
    /// assert_eq!(client.request(Req::get("/a?b")).uri(), "http://localhost:8080/a?b");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn at(mut self, base: &str) -> Self {
        let base = base.trim_end_matches('/');
        let visit = Visit::to(base).or_fail("the client's base is no URL");
        assert_eq!(visit.path(), "/", "the client's base is a site, not a page");
        base.clone_into(&mut self.base);
        self
    }

    /// The cookies.
    ///
    /// ```
    /// # use cloakroom_testkit::Client;
    /// let mut client = Client::new(());
    /// client.set_cookie("__Host-cart", "x");
    /// assert!(client.jar().get("__Host-cart").unwrap().is_secure());
    /// ```
    #[must_use]
    pub const fn jar(&self) -> &Jar {
        &self.jar
    }

    /// The cookies, to be changed.
    ///
    /// ```
    /// # use cloakroom_testkit::Client;
    /// let mut client = Client::new(());
    /// client.set_cookie("a", "1");
    /// client.jar_mut().close_browser();
    /// assert_eq!(client.cookie("a"), None);
    /// ```
    pub const fn jar_mut(&mut self) -> &mut Jar {
        &mut self.jar
    }

    /// The value of the cookie `name` (prefix included), if it has not expired.
    ///
    /// ```
    /// # use cloakroom_testkit::Client;
    /// let mut client = Client::new(());
    /// client.set_cookie("__Host-cart", "x");
    /// assert_eq!(client.cookie("__Host-cart").as_deref(), Some("x"));
    /// assert_eq!(client.cookie("cart"), None);
    /// ```
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        let now = self.clock.now();
        let mut cookies = self.jar.iter();
        let cookie = cookies.find(|cookie| {
            cookie.name() == name.as_bytes() && cookie.expires().is_none_or(|end| now < end)
        })?;
        Some(String::from_utf8_lossy(cookie.value()).into_owned())
    }

    /// Keeps a cookie as if the server had set it: `Path=/; HttpOnly; SameSite=Lax`, and `Secure`
    /// where the site is.
    ///
    /// # Panics
    ///
    /// If a browser would ignore it. What no browser keeps can be sent all the same, by
    /// [`Req::header`].
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// let mut client = Client::new(());
    /// client.set_cookie("a", "1");
    /// let request = client.with_bodies::<String>().request(Req::get("/"));
    /// assert_eq!(request.headers()["cookie"], "a=1");
    /// ```
    #[track_caller]
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        let visit = Visit::to(&self.base).or_fail("the client's base is no URL");
        let secure = if visit.is_secure(true) {
            "; Secure"
        } else {
            ""
        };
        let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}");
        let stored = self.jar.store(&visit, line.as_bytes(), self.clock.now());
        stored.or_fail("a browser ignores this cookie");
    }

    /// Sends the header `name` back as the service last sent it, as scripts of header sessions do.
    /// An empty one makes the client forget it.
    ///
    /// # Panics
    ///
    /// If that cannot be the name of a header.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use axum::{Router, http::HeaderMap, routing::get};
    /// # use cloakroom_testkit::Client;
    /// let app = Router::new().route("/", get(|headers: HeaderMap| async move {
    ///     let again = headers.contains_key("x-session");
    ///     [("x-session", if again { "second" } else { "first" })]
    /// }));
    /// let mut client = Client::new(app);
    /// client.remember_header("x-session");
    /// assert_eq!(client.get("/").await.header("x-session"), Some("first"));
    /// assert_eq!(client.get("/").await.header("x-session"), Some("second"));
    /// # }
    /// ```
    #[track_caller]
    pub fn remember_header(&mut self, name: &str) {
        let name = HeaderName::try_from(name).or_fail("not the name of a header");
        if !self.remembered.iter().any(|(known, _)| *known == name) {
            self.remembered.push((name, None));
        }
    }

    /// What the client sends back in the remembered header `name`, which is in lower case.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// # use cloakroom_time::Timestamp;
    /// let mut client = Client::new(());
    /// client.remember_header("x-session");
    /// assert_eq!(client.remembered("x-session"), None);
    /// let headers = [("x-session".parse().unwrap(), "t".parse().unwrap())];
    /// client.receive(&Req::get("/"), &headers.into_iter().collect(), Timestamp::EPOCH);
    /// assert_eq!(client.remembered("x-session"), Some("t"));
    /// ```
    #[must_use]
    pub fn remembered(&self, name: &str) -> Option<&str> {
        let mut remembered = self.remembered.iter();
        let (_, value) = remembered.find(|(known, _)| known == name)?;
        value.as_ref()?.to_str().ok()
    }

    /// A second browser that has the same cookies and headers now, and shares nothing from now on.
    ///
    /// ```
    /// # use cloakroom_testkit::Client;
    /// let mut client = Client::new(());
    /// client.set_cookie("a", "1");
    /// let mut other = client.fork();
    /// other.set_cookie("a", "2");
    /// assert_eq!(client.cookie("a").as_deref(), Some("1"));
    /// ```
    #[must_use]
    pub fn fork(&self) -> Self
    where
        A: Clone,
    {
        Self {
            app: self.app.clone(),
            base: self.base.clone(),
            clock: Arc::clone(&self.clock),
            jar: self.jar.clone(),
            remembered: self.remembered.clone(),
            body: PhantomData,
        }
    }

    /// The request as it would be sent now, for tests that drive the service themselves.
    ///
    /// Its URI is absolute, as HTTP/2 servers see it, and it has a `Host` all the same.
    ///
    /// # Panics
    ///
    /// If the path cannot be one.
    ///
    /// ```
    /// # use cloakroom_testkit::{Client, Req};
    /// let client = Client::new(()).with_bodies::<String>();
    /// let request = client.request(Req::get("/cart").fetch());
    /// assert_eq!(request.uri(), "https://shop.example/cart");
    /// assert_eq!(request.headers()["host"], "shop.example");
    /// assert_eq!(request.headers()["sec-fetch-mode"], "cors");
    /// ```
    #[track_caller]
    pub fn request(&self, req: impl Borrow<Req>) -> Request<B>
    where
        B: From<String>,
    {
        let req = req.borrow();
        let url = format!("{}{}", self.base, req.path);
        let uri = Uri::try_from(&url).or_fail("not a path");
        let visit = self.visit(req);
        let mut headers = metadata(req, &self.base, visit.is_secure(true));
        if let Some(authority) = uri.authority() {
            let host = HeaderValue::from_str(authority.as_str());
            headers.insert(HOST, host.or_fail("not a host"));
        }
        if req.with_cookies {
            self.add_kept(&mut headers, &visit);
        }
        for name in req.headers.keys().filter(|name| **name != COOKIE) {
            headers.remove(name);
        }
        for (name, value) in &req.headers {
            headers.append(name, value.clone());
        }
        let mut request = Request::new(B::from(req.body.clone()));
        *request.method_mut() = req.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        *request.extensions_mut() = req.extensions.clone();
        request
    }

    /// Takes the cookies and remembered headers of the answer to `req`, which comes at `now`.
    ///
    /// [`send`](Self::send) does so itself; this is for answers that overtake each other. A cookie
    /// that a browser ignores is ignored.
    ///
    /// # Panics
    ///
    /// If the path of `req` cannot be one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use axum::{Router, routing::get};
    /// # use cloakroom_testkit::{Client, Req};
    /// # use cloakroom_time::Timestamp;
    /// let app = Router::new()
    ///     .route("/one", get(|| async { [("set-cookie", "a=1; Path=/")] }))
    ///     .route("/two", get(|| async { [("set-cookie", "a=2; Path=/")] }));
    /// let mut client = Client::new(app);
    /// let [one, two] = [Req::get("/one"), Req::get("/two")];
    /// let (first, second) = tokio::join!(client.dispatch(&one), client.dispatch(&two));
    /// client.receive(&two, &second.headers, Timestamp::EPOCH);
    /// client.receive(&one, &first.headers, Timestamp::EPOCH);
    /// assert_eq!(client.cookie("a").as_deref(), Some("1"));
    /// # }
    /// ```
    #[track_caller]
    pub fn receive(&mut self, req: &Req, headers: &HeaderMap, now: Timestamp) {
        let visit = self.visit(req);
        for line in headers.get_all(SET_COOKIE) {
            let _ignored = self.jar.store(&visit, line.as_bytes(), now).is_err();
        }
        for (name, kept) in &mut self.remembered {
            if let Some(value) = headers.get(&*name) {
                *kept = (!value.is_empty()).then(|| value.clone());
            }
        }
    }

    /// The request as the jar sees it.
    #[track_caller]
    fn visit(&self, req: &Req) -> Visit {
        let url = format!("{}{}", self.base, req.path);
        let mut visit = Visit::to(&url)
            .or_fail("not a path")
            .method(req.method.as_str());
        if req.kind == Kind::Fetch {
            visit = visit.subresource();
        }
        if req.cross_site {
            visit = visit.cross_site();
        }
        visit
    }

    /// Cookies and remembered headers.
    fn add_kept(&self, headers: &mut HeaderMap, visit: &Visit) {
        let cookies = self.jar.cookie_header(visit, self.clock.now());
        let cookies = cookies.map(|cookies| {
            HeaderValue::from_bytes(cookies.as_bytes()).or_fail("the jar holds what is no header")
        });
        headers.extend(cookies.map(|cookies| (COOKIE, cookies)));
        for (name, value) in &self.remembered {
            headers.extend(value.clone().map(|value| (name.clone(), value)));
        }
    }
}

impl<A, B, R> Client<A, B>
where
    A: Service<Request<B>, Response = Response<R>> + Clone,
    A::Error: Debug,
    B: From<String>,
    R: Body,
    R::Error: Debug,
{
    /// Loads the page `path`.
    ///
    /// # Panics
    ///
    /// If the service or the answer's body fails, or the path cannot be one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use axum::{Router, routing::get};
    /// # use cloakroom_testkit::Client;
    /// let app = Router::new().route("/", get(|| async { "hello" }));
    /// assert_eq!(Client::new(app).get("/").await.body, "hello");
    /// # }
    /// ```
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Req::get(path)).await
    }

    /// Sends an empty form to `path`.
    ///
    /// # Panics
    ///
    /// If the service or the answer's body fails, or the path cannot be one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use axum::{Router, routing::post};
    /// # use cloakroom_testkit::Client;
    /// let app = Router::new().route("/", post(|| async { "done" }));
    /// assert_eq!(Client::new(app).post("/").await.body, "done");
    /// # }
    /// ```
    pub async fn post(&mut self, path: &str) -> Answer {
        self.send(Req::post(path)).await
    }

    /// Sends a request, and keeps the cookies and remembered headers of its answer.
    ///
    /// # Panics
    ///
    /// If the service or the answer's body fails, or the path cannot be one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use axum::{Router, routing::post};
    /// # use cloakroom_testkit::{Client, Req};
    /// let app = Router::new().route("/", post(|body: String| async { body }));
    /// let answer = Client::new(app).send(Req::post("/").body("tea")).await;
    /// assert_eq!(answer.body, "tea");
    /// # }
    /// ```
    pub async fn send(&mut self, req: impl Borrow<Req>) -> Answer {
        let req = req.borrow();
        let answer = self.dispatch(req).await;
        self.receive(req, &answer.headers, self.clock.now());
        answer
    }

    /// Sends a request with the cookies of now, and keeps nothing of its answer: see
    /// [`receive`](Self::receive).
    ///
    /// The future borrows nothing, so that many requests can be under way at once.
    ///
    /// # Panics
    ///
    /// If the service or the answer's body fails, or the path cannot be one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use axum::{Router, routing::get};
    /// # use cloakroom_testkit::{Client, Req};
    /// let app = Router::new().route("/", get(|| async { [("set-cookie", "a=1")] }));
    /// let client = Client::new(app);
    /// let answer = client.dispatch(&Req::get("/")).await;
    /// assert!(answer.sets("a"));
    /// assert_eq!(client.cookie("a"), None);
    /// # }
    /// ```
    pub fn dispatch(&self, req: &Req) -> impl Future<Output = Answer> + use<A, B, R> {
        let mut app = self.app.clone();
        let request = self.request(req);
        async move {
            let ready = poll_fn(|cx| app.poll_ready(cx)).await;
            ready.or_fail("the service is not ready");
            let response = app.call(request).await.or_fail("the service failed");
            Answer::read(response).await
        }
    }
}

impl<A, B> Debug for Client<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.base)
            .field("jar", &self.jar)
            .finish_non_exhaustive()
    }
}
