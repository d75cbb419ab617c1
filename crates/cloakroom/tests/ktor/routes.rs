//! `SessionTest`: sessions of a part of an application.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use cloakroom::ktor::{Ktor, KtorSession as _};
use cloakroom::{LayerExt as _, Session, Sessions};
use serde::{Deserialize, Serialize};

use crate::house::{COOKIE, House, TestUserSession, routes};

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Other {
    name: String,
}

fn of_users(house: &House) -> Sessions {
    let sessions = house
        .builder()
        .cookie::<TestUserSession>(COOKIE, |c| c.ktor(Ktor::V3).forgeable_by_clients());
    sessions.build().unwrap()
}

#[tokio::test]
async fn sessions_reach_every_route_below_the_layer() {
    let house = House::new();
    let app = Router::new()
        .nest("/part", routes())
        .layer(of_users(&house).layer());
    let mut browser = house.browser(&app);
    let none = browser.get("/part/see").await;
    assert_eq!((&*none.body, none.set_cookies().len()), ("no session", 0));
    assert_eq!(browser.get("/part/set/id1").await.body, "ok");
    assert_eq!(browser.get("/part/see").await.body, "ok, id1 []");
}

#[tokio::test]
async fn two_parts_have_sessions_of_their_own_under_one_name() {
    let house = House::new();
    let others = house
        .builder()
        .cookie::<Other>(COOKIE, |c| c.ktor(Ktor::V3).forgeable_by_clients());
    let set = async |other: Session<Other>| {
        let name = "id2".to_owned();
        other.set(Other { name }).unwrap();
    };
    let see =
        async |other: Session<Other>| other.get().map_or("none".to_owned(), |o| o.name.clone());
    let b = Router::new()
        .route("/set", get(set))
        .route("/see", get(see))
        .layer(others.build().unwrap().layer());
    let app = Router::new()
        .nest("/a", routes().layer(of_users(&house).layer()))
        .nest("/b", b);

    let (mut at_a, mut at_b) = (house.browser(&app), house.browser(&app));
    at_a.get("/a/set/id1").await;
    at_b.get("/b/set").await;
    assert_eq!(at_a.get("/a/see").await.body, "ok, id1 []");
    assert_eq!(at_b.get("/b/see").await.body, "id2");
    // One browser has one cookie of the name, and one type does not read the other's content.
    at_a.get("/b/see").await;
    assert_eq!(at_a.get("/a/see").await.body, "no session");
}

/// KTOR-9476 and ktor#5033.
#[tokio::test]
async fn a_cookie_of_a_part_goes_out_where_the_handler_gives_a_status_alone() {
    let house = House::new();
    let set = async |session: Session<TestUserSession>| {
        session.set(TestUserSession::of("id1")).unwrap();
        StatusCode::OK
    };
    let part = Router::new().route("/set", get(set));
    let app = Router::new().nest("/part", part.layer(of_users(&house).layer()));
    let answer = house.browser(&app).get("/part/set").await;
    assert_eq!((answer.status, answer.sets(COOKIE)), (200, true));
}
