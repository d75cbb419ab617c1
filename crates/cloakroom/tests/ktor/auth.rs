//! `SessionAuthTest`, `SessionAuthDeferredTest` and `AuthBuildersTest`: Ktor's session
//! authentication is an extractor of the application's own, or [`Present`].

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use cloakroom::ktor::{Ktor, KtorSession as _, KtorWriter as _};
use cloakroom::{CookieSession, LayerExt as _, MemoryStorage, Present, Session};
use cloakroom_testkit::{Call, Client, FaultyStorage, Req, SpyStorage};
use serde::{Deserialize, Serialize};

use crate::house::House;

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct MySession {
    id: i32,
}

/// `session<MySession> { validate { … }; challenge { call.respondRedirect("/login") } }`.
struct Member(Arc<MySession>);

impl<S: Sync> FromRequestParts<S> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let session = Session::<MySession>::from_request_parts(parts, state).await;
        let session = session.map_err(IntoResponse::into_response)?;
        let valid = session.get().filter(|session| session.id > 0);
        let challenge = || Redirect::to("/login").into_response();
        valid.map(Self).ok_or_else(challenge)
    }
}

async fn log_out(session: Session<MySession>) -> Redirect {
    session.clear().unwrap();
    Redirect::to("/")
}

fn plain(c: CookieSession<MySession>) -> CookieSession<MySession> {
    c.ktor(Ktor::V3).forgeable_by_clients()
}

fn serving(house: &House, routes: Router) -> Client<Router> {
    let sessions = house.builder().cookie("S", plain).build().unwrap();
    house.browser(&routes.layer(sessions.layer()))
}

/// testSessionOnly, and testSessionOnlyDeprecated of 1.6.8.
#[tokio::test]
async fn a_session_opens_a_page_and_logging_out_closes_it() {
    let house = House::new();
    let page = async |session: Present<MySession>| format!("Secret of {}", session.id);
    let routes = Router::new()
        .route("/", get(page))
        .route("/logout", get(log_out))
        .route("/child/logout", get(log_out));
    for way_out in ["/child/logout", "/logout"] {
        let mut browser = serving(&house, routes.clone());
        assert_eq!(browser.get("/").await.status, 401);
        // As Ktor's test sends it: not escaped.
        let raw = Req::get("/").header("cookie", r#"S={"id":1}"#);
        assert_eq!(browser.send(raw).await.body, "Secret of 1");

        browser.set_cookie("S", "%7B%22id%22%3A1%7D");
        assert_eq!(browser.get("/").await.status, 200);
        let out = browser.get(way_out).await;
        assert_eq!((out.status, out.header("location")), (303, Some("/")));
        assert_eq!(browser.cookie("S"), None);
        assert_eq!(browser.get("/").await.status, 401);
    }
}

#[tokio::test]
async fn a_challenge_may_lead_to_the_form() {
    let house = House::new();
    let page = async |Member(session): Member| format!("Secret of {}", session.id);
    let routes = Router::new()
        .route("/", get(page))
        .route("/login", get(async || "Login form goes here."));
    let mut browser = serving(&house, routes);
    let challenged = browser.get("/").await;
    assert_eq!(challenged.header("location"), Some("/login"));
    browser.set_cookie("S", "%7B%22id%22%3A1%7D");
    assert_eq!(browser.get("/").await.status, 200);
    browser.set_cookie("S", "%7B%22id%22%3A-1%7D");
    assert_eq!(browser.get("/").await.header("location"), Some("/login"));
}

/// KTOR-5467.
#[tokio::test]
async fn without_a_challenge_of_its_own_a_page_answers_401() {
    let house = House::new();
    let routes = Router::new().route("/", get(async |_: Present<MySession>| ()));
    let answer = serving(&house, routes).get("/").await;
    assert_eq!(answer.status, 401);
    assert!(answer.set_cookies().is_empty());
}

#[tokio::test]
async fn deferred_a_storage_that_fails_is_of_no_matter_to_public_pages() {
    let house = House::new();
    let faulty = FaultyStorage::new(MemoryStorage::new());
    let spy = SpyStorage::new(faulty.clone());
    let sessions = house
        .builder()
        .cookie::<MySession>("S", |c| c.ktor(Ktor::V3).deferred().stored_in(&spy));
    let start = async |session: Session<MySession>| session.set(MySession { id: 1 });
    let app = Router::new()
        .route("/session", get(start))
        .route("/public", get(async || "public"))
        .route("/authenticated", get(async |_: Present<MySession>| ()))
        .layer(sessions.build().unwrap().layer());
    for call in [Call::Read, Call::Remove] {
        faulty.fail_always(call);
    }
    let mut browser = house.browser(&app);
    let started = browser.get("/session").await;
    assert_eq!((started.status, started.sets("S")), (200, true));
    spy.take_calls();
    let public = browser.get("/public").await;
    assert_eq!((public.status, public.set_cookies().len()), (200, 0));
    spy.assert_untouched();
    let asked = browser.get("/authenticated").await;
    assert_eq!((asked.status, asked.set_cookies().len()), (503, 0));
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct UserSession {
    name: String,
}

#[derive(Deserialize)]
struct Credentials {
    user: String,
    password: String,
}

async fn log_in(session: Session<UserSession>, Form(given): Form<Credentials>) -> String {
    if !given.password.is_empty() {
        return "Wrong.".to_owned();
    }
    let name = given.user;
    let answer = format!("Logged in successfully as {name}.");
    session.sign_in(UserSession { name }).unwrap();
    answer
}

async fn index(session: Session<UserSession>) -> String {
    match session.get() {
        Some(session) => format!("Public index. Logged in as {}.", session.name),
        None => "Public index. Not logged in.".to_owned(),
    }
}

async fn form(session: Session<UserSession>) -> Response {
    match session.get() {
        Some(_) => Redirect::to("/").into_response(),
        None => "Login form goes here.".into_response(),
    }
}

async fn file(session: Present<UserSession>, Path(name): Path<String>) -> String {
    format!("{name} of {}", session.name)
}

/// testCompleteApplication, without the Basic authentication beside the session.
#[tokio::test]
async fn a_whole_application_signs_in_by_a_form() {
    let house = House::new();
    let sessions = house
        .builder()
        .cookie::<UserSession>("S", |c| c.ktor(Ktor::V3).forgeable_by_clients());
    let app = Router::new()
        .route("/", get(index))
        .route("/login", get(form).post(log_in))
        .route("/files/{name}", get(file))
        .layer(sessions.build().unwrap().layer());
    let mut browser = house.browser(&app);
    assert_eq!(browser.get("/").await.body, "Public index. Not logged in.");
    assert_eq!(browser.get("/files/doc1.txt").await.status, 401);
    assert_eq!(browser.get("/login").await.body, "Login form goes here.");

    let form = Req::post("/login").form("user=tester&password=");
    let logged_in = browser.send(form).await;
    assert_eq!(logged_in.body, "Logged in successfully as tester.");
    let line = logged_in.set_cookies().concat();
    assert!(
        line.starts_with("S=%7B%22name%22%3A%22tester%22%7D; "),
        "{line}"
    );

    assert_eq!(
        browser.get("/").await.body,
        "Public index. Logged in as tester."
    );
    assert_eq!(browser.get("/login").await.status, 303);
    assert_eq!(
        browser.get("/files/doc1.txt").await.body,
        "doc1.txt of tester"
    );
}
