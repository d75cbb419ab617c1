//! Every kind of response, and what goes out with its head.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::{HeaderName, SET_COOKIE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use cloakroom::{ChangeError, Clock, EventKind, HeadView, LayerExt, Session, load};
use cloakroom_testkit::{Call, Req};
use http_body::Frame;
use tokio::sync::oneshot;
use tower::{Layer, Service, service_fn};

use crate::shop::{COOKIE, Cart, Kind, Shop, gives_token, is_silent, shelves};

fn set_and_answer(response: impl IntoResponse + Clone + Send + Sync + 'static) -> MethodRouter {
    post(async move |cart: Session<Cart>| {
        cart.set(Cart::of("hat")).unwrap();
        response
    })
}

/// Rules: row-2, row-40.
#[tokio::test]
async fn a_change_takes_effect_whatever_the_handler_answers() {
    let answers = [
        (
            StatusCode::NO_CONTENT,
            set_and_answer(StatusCode::NO_CONTENT),
        ),
        (StatusCode::SEE_OTHER, set_and_answer(Redirect::to("/cart"))),
        (StatusCode::NOT_FOUND, set_and_answer(StatusCode::NOT_FOUND)),
        (
            StatusCode::INTERNAL_SERVER_ERROR,
            set_and_answer((StatusCode::INTERNAL_SERVER_ERROR, "broken")),
        ),
        (
            StatusCode::SWITCHING_PROTOCOLS,
            set_and_answer((StatusCode::SWITCHING_PROTOCOLS, [("upgrade", "websocket")])),
        ),
    ];
    for (status, route) in answers {
        for kind in Kind::ALL {
            let shop = Shop::new();
            let mut browser = shop.open_at(kind, route.clone());
            let answer = browser.post("/").await;
            assert_eq!(answer.status, status.as_u16(), "{kind:?}");
            assert!(gives_token(kind, &answer), "{kind:?} {status}");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?} {status}");
        }
    }
}

/// A body that changes the session when its first frame is asked for.
struct LateBody(Option<(Session<Cart>, Tell)>);

/// Where it tells what came of that.
type Tell = oneshot::Sender<Result<(), ChangeError>>;

impl http_body::Body for LateBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|(cart, tell)| {
            tell.send(cart.set(Cart::of("late"))).unwrap();
            Ok(Frame::data(Bytes::from_static(b"streamed")))
        }))
    }
}

/// Rules: row-39.
#[tokio::test]
async fn the_head_of_a_streamed_response_goes_first_and_its_body_is_too_late() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let (tell, mut told) = oneshot::channel();
        let once = std::sync::Mutex::new(Some(tell));
        let stream = std::sync::Arc::new(once);
        let handler = async move |cart: Session<Cart>| {
            cart.set(Cart::of("hat")).unwrap();
            let tell = stream.lock().unwrap().take().unwrap();
            Body::new(LateBody(Some((cart, tell))))
        };
        let sessions = shop.sessions(kind);
        let mut app: Router = shelves().route("/", post(handler)).layer(sessions.layer());
        let mut browser = shop.browser(app.clone());
        let req = Req::post("/");
        let response = app.call(browser.request(&req)).await.unwrap();
        let (parts, body) = response.into_parts();
        told.try_recv().unwrap_err();
        browser.receive(&req, &parts.headers, shop.clock.now());
        let text = axum::body::to_bytes(body, 100).await.unwrap();
        assert_eq!(&text[..], b"streamed");
        assert_eq!(told.await.unwrap(), Err(ChangeError::TooLate), "{kind:?}");
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
    }
}

/// Rules: row-38.
#[tokio::test]
async fn an_inner_service_that_fails_commits_nothing() {
    async fn fail(request: Request) -> Result<Response, &'static str> {
        let (mut parts, _) = request.into_parts();
        let cart = Session::<Cart>::from_request_parts(&mut parts, &()).await;
        let cart = cart.unwrap();
        cart.update_or_default(|cart| cart.items.push("lost".to_owned()))
            .unwrap();
        Err("the upstream is down")
    }
    for kind in Kind::ALL {
        let shop = Shop::new();
        let sessions = shop.sessions(kind);
        let mut browser = shop.browser(shelves().layer(sessions.layer()));
        browser.post("/set/hat").await;
        shop.told();
        shop.calls();
        let mut service = sessions.layer().layer(service_fn(fail));
        let request = browser.request(Req::post("/")).map(Body::new);
        let outcome = service.call(request).await;
        assert_eq!(outcome.unwrap_err(), "the upstream is down");
        assert_eq!(shop.told(), [], "{kind:?}");
        let reads = vec![Call::Read; usize::from(kind.is_stored())];
        assert_eq!(shop.calls(), reads, "{kind:?}");
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
    }
}

/// Rules: row-12, row-35.
#[tokio::test]
async fn a_handler_that_sets_the_cookie_itself_is_outdone_by_a_change_and_not_by_a_renewal() {
    const OWN: [(HeaderName, &str); 1] = [(SET_COOKIE, "__Host-cart=own; Path=/; Secure")];
    let shop = Shop::new();
    let idle = std::time::Duration::from_secs(100);
    let builder = shop
        .builder()
        .cookie::<Cart>("cart", |c| c.sealed().idle_timeout(idle));
    let sessions = builder.build().unwrap();
    let app = shelves()
        .route("/read", get(async |_: Session<Cart>| (OWN, "read")))
        .route(
            "/change",
            post(async |cart: Session<Cart>| {
                cart.set(Cart::of("scarf")).unwrap();
                OWN
            }),
        );
    let mut browser = shop.browser(app.layer(sessions.layer()));
    browser.post("/set/hat").await;
    let changed = browser.post("/change").await.set_cookies();
    assert_eq!(changed.len(), 2);
    assert_eq!(
        changed[0], OWN[0].1,
        "ours comes last, so the browser keeps it"
    );
    assert_eq!(browser.get("/cart").await.body, "scarf");

    shop.later(50);
    shop.told();
    assert_eq!(browser.get("/read").await.set_cookies(), [OWN[0].1]);
    assert_eq!(shop.told(), []);
}

/// Rules: row-4, clearing.
#[tokio::test]
async fn a_cookie_that_the_handler_sets_is_not_cleared_along_with_the_forgery_it_replaces() {
    const OWN: [(HeaderName, &str); 1] = [(SET_COOKIE, "__Host-cart=own; Path=/; Secure")];
    let shop = Shop::new();
    let replace = get(async |cart: Session<Cart>| {
        assert_eq!(cart.get(), None);
        OWN
    });
    let mut browser = shop.open_at(Kind::Sealed, replace);
    browser.set_cookie(COOKIE, "forged");
    assert_eq!(browser.get("/").await.set_cookies(), [OWN[0].1]);
    assert!(browser.get("/cart").await.clears(COOKIE));
}

/// Rules: row-16.
#[tokio::test]
async fn nothing_of_a_response_whose_sessions_could_not_be_committed_goes_out() {
    for kind in [Kind::Sealed, Kind::Signed, Kind::Header] {
        let shop = Shop::new();
        let fill = async |cart: Session<Cart>| {
            cart.set(Cart::of(&"x".repeat(9_000))).unwrap();
            let headers = [("x-secret", "1"), ("set-cookie", "other=1")];
            (StatusCode::CREATED, headers, "your order is paid")
        };
        let mut browser = shop.open_at(kind, post(fill));
        browser.post("/set/hat").await;
        shop.told();
        let answer = browser.post("/").await;
        assert_eq!((answer.status, answer.body.as_str()), (500, ""), "{kind:?}");
        assert!(is_silent(&answer), "{kind:?}");
        assert_eq!(answer.header("x-secret"), None);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let told = shop.told();
        assert!(matches!(told[..], [EventKind::TooLarge { .. }]), "{told:?}");
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
    }
}

/// Rules: row-2.
#[tokio::test]
async fn a_service_may_begin_its_work_before_its_future_is_polled() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        // The session is looked up in `call`; only its storage is waited for.
        let eager = service_fn(|request: Request| {
            let (parts, _) = request.into_parts();
            let loading = load::<Cart>(&HeadView::new(&parts), None);
            async move {
                loading.await.unwrap().set(Cart::of("hat")).unwrap();
                Ok::<_, Infallible>(Response::new(Body::empty()))
            }
        });
        let sessions = shop.sessions(kind);
        let mut browser = shop.browser(shelves().layer(sessions.layer()));
        // Not as a route: axum calls those when their future is polled.
        let mut service = sessions.layer().layer(eager);
        let request = Req::get("/");
        let response = service.call(browser.request(&request).map(Body::new)).await;
        let headers = response.unwrap().headers().clone();
        browser.receive(&request, &headers, shop.clock.now());
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
    }
}
