//! `SessionTest`: sessions whose content travels.

use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use cloakroom::ktor::{Ktor, KtorCookie, KtorSession as _};
use cloakroom::{LayerExt as _, Session};
use cloakroom_testkit::Req;

use crate::house::{COOKIE, House, TestUserSession, cookie_value, routes};

fn plain(house: &House, ktor: Ktor) -> Router {
    house.serving(|c| c.ktor(ktor).forgeable_by_clients())
}

#[tokio::test]
async fn a_session_that_is_set_and_cleared_in_one_request_sends_nothing() {
    let house = House::new();
    for ktor in [Ktor::V1_6_8, Ktor::V2, Ktor::V3] {
        let mut browser = house.browser(&plain(&house, ktor));
        assert!(browser.get("/set-and-clear").await.set_cookies().is_empty());
    }
}

#[tokio::test]
async fn the_content_travels_in_the_serializers_text() {
    let house = House::new();
    let rows = [
        (Ktor::V1_6_8, "cart%3D%2523cl%26userId%3D%2523sid1"),
        (Ktor::V2, "cart%3D%2523cl%26userId%3D%2523sid1"),
        (
            Ktor::V3,
            "%7B%22userId%22%3A%22id1%22%2C%22cart%22%3A%5B%5D%7D",
        ),
    ];
    for (ktor, expected) in rows {
        let hour = KtorCookie::new(ktor).max_age(Some(Duration::from_hours(1)));
        let cookie = hour.domain("foo.bar");
        let app = house.serving(|c| c.ktor(cookie).forgeable_by_clients());
        let mut browser = house.browser(&app).at("https://foo.bar");
        let before = browser.get("/see").await;
        assert_eq!(before.body, "no session");
        assert!(before.set_cookies().is_empty());

        let set = browser.get("/set/id1").await;
        assert_eq!(cookie_value(&set), expected);
        let line = set.set_cookies().concat();
        assert!(line.contains("; Max-Age=3600; Expires="), "{line}");
        assert!(
            line.contains(" GMT; Domain=foo.bar; Path=/; HttpOnly; $x-enc=URI_ENCODING"),
            "{line}"
        );
        assert_eq!(browser.get("/see").await.body, "ok, id1 []");
    }
}

#[tokio::test]
async fn a_value_that_the_client_did_not_escape_is_read() {
    let house = House::new();
    let raw = [
        (Ktor::V2, "cart=#cl&userId=#sid1"),
        (Ktor::V3, r#"{"userId":"id1","cart":[]}"#),
    ];
    for (ktor, value) in raw {
        let app = plain(&house, ktor);
        let request = Req::get("/see").header("cookie", &*format!("{COOKIE}={value}"));
        let answer = house.browser(&app).send(request).await;
        assert_eq!(answer.body, "ok, id1 []", "{ktor:?}");
    }
}

/// KTOR-912: the cookie goes out whatever answers, and with nothing that did not set it.
#[tokio::test]
async fn a_cookie_is_sent_with_an_error_page_too_and_only_when_it_was_set() {
    let house = House::new();
    let sessions = house
        .builder()
        .cookie::<TestUserSession>(COOKIE, |c| c.ktor(Ktor::V3).forgeable_by_clients());
    let app = routes()
        .route(
            "/unanswered",
            get(async |session: Session<TestUserSession>| {
                session.set(TestUserSession::of("id1")).unwrap();
                axum::http::StatusCode::NOT_FOUND
            }),
        )
        .layer(sessions.build().unwrap().layer());
    let mut browser = house.browser(&app);
    let unanswered = browser.get("/unanswered").await;
    assert_eq!((unanswered.status, unanswered.sets(COOKIE)), (404, true));
    let unhandled = browser.get("/nowhere").await;
    assert_eq!(unhandled.status, 404);
    assert!(unhandled.set_cookies().is_empty());
}

/// `OAuth2Test`: what the callback sets is there where it redirects to.
#[tokio::test]
async fn a_session_that_is_set_before_a_redirect_is_there_after_it() {
    let house = House::new();
    let sessions = house
        .builder()
        .cookie::<TestUserSession>(COOKIE, |c| c.ktor(Ktor::V3).forgeable_by_clients());
    let app = routes()
        .route(
            "/callback",
            get(async |session: Session<TestUserSession>| {
                session.set(TestUserSession::of("id1")).unwrap();
                Redirect::to("/see")
            }),
        )
        .layer(sessions.build().unwrap().layer());
    let mut browser = house.browser(&app);
    let redirected = browser.get("/callback").await;
    assert_eq!(redirected.status, 303);
    let location = redirected.header("location").unwrap().to_owned();
    assert_eq!(browser.get(&location).await.body, "ok, id1 []");
}

/// `TestApplicationEngineTest`: testCookiesSession.
#[tokio::test]
async fn every_browser_counts_for_itself() {
    let house = House::new();
    let sessions = house
        .builder()
        .cookie::<u32>("count", |c| c.ktor(Ktor::V3).forgeable_by_clients());
    let count = async |count: Session<u32>| {
        let seen = *count.get_or_set_with(|| 0).unwrap();
        count.set(seen + 1).unwrap();
        seen.to_string()
    };
    let app = Router::new()
        .route("/", get(count))
        .layer(sessions.build().unwrap().layer());
    for _ in 0..2 {
        let mut browser = house.browser(&app);
        for expected in ["0", "1", "2"] {
            assert_eq!(browser.get("/").await.body, expected);
        }
        let stranger = browser.send(Req::get("/").without_cookies()).await;
        assert_eq!(stranger.body, "0");
    }
}
