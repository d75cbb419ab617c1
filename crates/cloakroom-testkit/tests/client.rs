//! The virtual client in front of real services.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderName, Response};
use axum::routing::{any, get};
use cloakroom_core::{Clock, Key, KeyRing, MemoryStorage, Session, Sessions};
use cloakroom_testkit::{
    Answer, Call, Client, EventLog, ManualClock, Req, SeededEntropy, SpyStorage,
};
use cloakroom_tower::LayerExt;

/// Answers with the lines of the header that the query names, as they came; a header that the
/// request names in `x-answer` is answered with `x-value`.
async fn mirror(request: Request) -> Response<String> {
    let headers = request.headers();
    let wanted = request.uri().query().unwrap_or_default();
    let lines = headers.get_all(wanted).iter();
    let lines: Vec<_> = lines.map(|line| line.to_str().unwrap()).collect();
    let mut response = Response::new(lines.join(" | "));
    if let (Some(name), Some(value)) = (headers.get("x-answer"), headers.get("x-value")) {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        response.headers_mut().append(name, value.clone());
    }
    response
}

fn client() -> Client<Router> {
    let clock = ManualClock::default();
    Client::new(Router::new().fallback(any(mirror))).with_clock(&clock)
}

/// A request whose answer has this header.
fn answered(path: &str, name: &'static str, value: &'static str) -> Req {
    Req::get(path)
        .header("x-answer", name)
        .header("x-value", value)
}

/// The cookies that come with `req`.
async fn cookies(client: &mut Client<Router>, req: Req) -> String {
    client.send(req).await.body
}

#[tokio::test]
async fn a_cookie_goes_where_a_browser_sends_it() {
    let mut client = client();
    let line = "a=1; Path=/shop; Secure; SameSite=Lax";
    client.send(answered("/", "set-cookie", line)).await;
    assert_eq!(cookies(&mut client, Req::get("/shop?cookie")).await, "a=1");
    let at_home = Req::post("/shop?cookie").fetch();
    assert_eq!(cookies(&mut client, at_home).await, "a=1");
    let link = Req::get("/shop?cookie").cross_site();
    assert_eq!(cookies(&mut client, link).await, "a=1");
    for elsewhere in [
        Req::get("/?cookie"),
        Req::post("/shop?cookie").cross_site(),
        Req::get("/shop?cookie").fetch().cross_site(),
    ] {
        assert_eq!(
            cookies(&mut client, elsewhere.clone()).await,
            "",
            "{elsewhere:?}"
        );
    }
    let mut over_http = client.fork().at("http://shop.example");
    assert_eq!(cookies(&mut over_http, Req::get("/shop?cookie")).await, "");
}

#[tokio::test]
async fn a_cookie_expires_by_the_clock_of_the_client() {
    let clock = ManualClock::default();
    let mut client = client().with_clock(&clock);
    let line = "a=1; Max-Age=60";
    client.send(answered("/", "set-cookie", line)).await;
    clock.advance(Duration::from_millis(59_999));
    assert_eq!(client.cookie("a").as_deref(), Some("1"));
    assert_eq!(cookies(&mut client, Req::get("/?cookie")).await, "a=1");
    clock.advance(Duration::from_millis(1));
    assert_eq!(client.cookie("a"), None);
    assert_eq!(cookies(&mut client, Req::get("/?cookie")).await, "");
}

#[tokio::test]
async fn a_cookie_that_a_browser_ignores_is_not_kept() {
    let mut client = client();
    let line = "__Host-a=1; Path=/shop; Secure";
    client.send(answered("/shop", "set-cookie", line)).await;
    assert_eq!(client.jar().iter().count(), 0);
}

#[tokio::test]
async fn lines_of_cookies_are_added_to_those_of_the_jar() {
    let mut client = client();
    client.set_cookie("a", "1");
    let two = Req::get("/?cookie")
        .header("cookie", "b=2")
        .header("cookie", "c=3");
    let alone = two.clone().without_cookies();
    assert_eq!(cookies(&mut client, two).await, "a=1 | b=2 | c=3");
    assert_eq!(cookies(&mut client, alone).await, "b=2 | c=3");
}

#[tokio::test]
async fn any_other_header_takes_the_place_of_the_clients_own() {
    let mut client = client();
    client.remember_header("X-Session");
    client.send(answered("/", "x-session", "kept")).await;
    for (name, own) in [
        ("x-session", "kept"),
        ("host", "shop.example"),
        ("sec-fetch-mode", "navigate"),
    ] {
        let path = format!("/?{name}");
        assert_eq!(client.get(&path).await.body, own);
        let other = Req::get(&path).header(name, "one").header(name, "two");
        assert_eq!(client.send(other).await.body, "one | two");
    }
}

#[tokio::test]
async fn a_remembered_header_is_sent_back_until_it_comes_empty() {
    let mut client = client();
    client.remember_header("x-session");
    client.send(answered("/", "x-session", "one")).await;
    assert_eq!(client.get("/?x-session").await.body, "one");
    let as_a_stranger = Req::get("/?x-session").without_cookies();
    assert_eq!(client.send(as_a_stranger).await.body, "");
    client.send(answered("/", "x-session", "two")).await;
    // An answer without the header changes nothing, nor does remembering it again.
    client.get("/").await;
    client.remember_header("x-session");
    assert_eq!(client.remembered("x-session"), Some("two"));
    client.send(answered("/", "x-session", "")).await;
    assert_eq!(client.remembered("x-session"), None);
    assert_eq!(client.get("/?x-session").await.body, "");
}

#[tokio::test]
async fn a_header_that_nobody_asked_to_remember_is_not() {
    let mut client = client();
    client.send(answered("/", "x-session", "one")).await;
    assert_eq!(client.remembered("x-session"), None);
    assert_eq!(client.get("/?x-session").await.body, "");
}

#[tokio::test]
async fn a_fork_begins_with_what_there_is_and_shares_nothing() {
    let mut client = client();
    client.remember_header("x-session");
    client.send(answered("/", "x-session", "one")).await;
    client.set_cookie("a", "1");
    let mut fork = client.fork();
    fork.send(answered("/", "x-session", "two")).await;
    fork.set_cookie("a", "2");
    assert_eq!(cookies(&mut fork, Req::get("/?cookie")).await, "a=2");
    assert_eq!(cookies(&mut client, Req::get("/?cookie")).await, "a=1");
    assert_eq!(client.remembered("x-session"), Some("one"));
}

#[tokio::test]
async fn answers_are_taken_in_the_order_of_the_test() {
    let mut client = client();
    let now = ManualClock::default().now();
    let [one, two] = ["a=1", "a=2"].map(|line| answered("/", "set-cookie", line));
    let (first, second) = tokio::join!(client.dispatch(&one), client.dispatch(&two));
    assert_eq!(client.cookie("a"), None);
    client.receive(&two, &second.headers, now);
    assert_eq!(client.cookie("a").as_deref(), Some("2"));
    client.receive(&one, &first.headers, now);
    assert_eq!(client.cookie("a").as_deref(), Some("1"));
}

#[tokio::test]
async fn requests_are_under_way_in_other_tasks() {
    let mut client = client();
    client.set_cookie("a", "1");
    let tab = tokio::spawn(client.dispatch(&Req::get("/?cookie")));
    let mut fork = client.fork();
    let other = tokio::spawn(async move { fork.get("/?cookie").await });
    assert_eq!(tab.await.unwrap().body, "a=1");
    assert_eq!(other.await.unwrap().body, "a=1");
}

#[tokio::test]
async fn a_request_can_be_made_for_a_service_that_the_test_drives() {
    let mut client = client();
    client.set_cookie("a", "1");
    let req = Req::post("/cart?x").body("tea").extension(7_u8);
    let request = client.request(&req);
    assert_eq!(request.uri(), "https://shop.example/cart?x");
    assert_eq!(request.headers()["cookie"], "a=1");
    assert_eq!(request.extensions().get(), Some(&7_u8));
    let response = Response::builder().header(SET_COOKIE, "a=2");
    let answer = Answer::read(response.body("hello".to_owned()).unwrap()).await;
    client.receive(&req, &answer.headers, ManualClock::default().now());
    assert_eq!(client.cookie("a").as_deref(), Some("2"));
}

#[tokio::test]
async fn a_service_that_takes_one_kind_of_body_only_is_given_it() {
    let app = tower::service_fn(|request: Request<Body>| async {
        Ok::<_, Infallible>(Response::new(request.into_body()))
    });
    let mut client = Client::new(app).with_bodies::<Body>();
    let answer = client.send(Req::post("/").body("tea")).await;
    assert_eq!(answer.body, "tea");
}

#[tokio::test]
async fn what_is_no_text_in_a_body_is_replaced() {
    let app = Router::new().route("/", get(|| async { b"caf\xe9".to_vec() }));
    assert_eq!(Client::new(app).get("/").await.body, "caf\u{fffd}");
}

#[tokio::test]
async fn a_service_is_asked_whether_it_is_ready() {
    /// Busy when it is first asked, and broken when it is called before it was ready.
    #[derive(Default)]
    struct Busy(AtomicBool);

    impl Clone for Busy {
        fn clone(&self) -> Self {
            Self::default()
        }
    }

    impl tower::Service<Request<String>> for Busy {
        type Response = Response<String>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Response<String>, Infallible>>;

        fn poll_ready(
            &mut self,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), Infallible>> {
            if self.0.swap(true, Ordering::SeqCst) {
                return std::task::Poll::Ready(Ok(()));
            }
            cx.waker().wake_by_ref();
            std::task::Poll::Pending
        }

        fn call(&mut self, _request: Request<String>) -> Self::Future {
            assert!(self.0.load(Ordering::SeqCst));
            std::future::ready(Ok(Response::new("ready".to_owned())))
        }
    }

    let mut client = Client::new(Busy::default()).with_bodies::<String>();
    assert_eq!(client.get("/").await.body, "ready");
}

#[tokio::test]
#[should_panic(expected = "the service failed: \"out of order\"")]
async fn a_service_that_fails_fails_the_test() {
    let app = tower::service_fn(|_request: Request<String>| async {
        Err::<Response<String>, _>("out of order")
    });
    Client::new(app).with_bodies::<String>().get("/").await;
}

#[test]
#[should_panic(expected = "not the value of a header")]
fn a_header_that_cannot_be_fails_the_test() {
    let _req = Req::get("/").header("x-a", "1\n2");
}

#[test]
#[should_panic(expected = "a browser ignores this cookie: Prefix")]
fn a_cookie_that_no_server_could_set_fails_the_test() {
    Client::new(())
        .at("http://shop.example")
        .set_cookie("__Host-a", "1");
}

#[test]
#[should_panic(expected = "the client's base is a site, not a page")]
fn a_base_that_is_a_page_fails_the_test() {
    let _client = Client::new(()).at("https://shop.example/cart");
}

/// Rules: secrets.
#[tokio::test]
async fn debug_shows_no_value_of_a_cookie_or_header() {
    let mut client = client();
    client.set_cookie("a", "secret");
    client.remember_header("x-session");
    client.send(answered("/", "x-session", "secret")).await;
    assert!(!format!("{client:?}").contains("secret"));
    let req = Req::get("/secret").header("x-a", "secret").body("secret");
    assert!(!format!("{req:?}").contains("secret"), "{req:?}");
}

#[derive(Clone, Default, serde::Deserialize, serde::Serialize)]
struct Cart(Vec<String>);

/// The doubles together, around sessions as an application has them.
#[tokio::test]
async fn the_doubles_see_all_that_a_request_does() {
    let run = || async {
        let (clock, events) = (ManualClock::default(), EventLog::new());
        let (storage, entropy) = (SpyStorage::new(MemoryStorage::new()), SeededEntropy::new(1));
        let sessions = Sessions::builder("shop", &KeyRing::single(Key::generate(&entropy)))
            .clock(clock.clone())
            .entropy(entropy)
            .observer(events.clone())
            .cookie::<Cart>("cart", |c| c.stored_in(&storage))
            .build()
            .unwrap();
        let add = |cart: Session<Cart>| async move {
            cart.update_or_default(|cart| cart.0.push("tea".to_owned()))
        };
        let app = Router::new()
            .route("/", get(|| async {}).post(add))
            .layer(sessions.layer());
        let mut client = Client::new(app).with_clock(&clock);
        client.get("/").await;
        storage.assert_untouched();
        client.post("/").await;
        client.post("/").await;
        let expected = [Call::Create, Call::Read, Call::Update];
        assert_eq!(storage.take_calls(), expected);
        let taken = events.take();
        assert_eq!(taken.len(), 2);
        assert!(taken.iter().all(|event| event.provider == "cart"));
        (client.cookie("__Host-cart").unwrap(), taken)
    };
    // Clock and randomness are the test's, so all of it is the same again.
    assert_eq!(run().await, run().await);
}
