//! `SessionTest`: what is wrong with a configuration is said where it is made.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse as _;
use axum::routing::get;
use cloakroom::ktor::{Ktor, KtorSession as _};
use cloakroom::{CookieSession, LayerExt as _, LoadError, Session, SessionValue};
use serde::{Deserialize, Serialize};

use crate::house::{COOKIE, House, TestUserSession, routes};

#[derive(Clone, Debug, Deserialize, Serialize)]
struct EmptySession {}

fn plain<S: SessionValue>(c: CookieSession<S>) -> CookieSession<S> {
    c.ktor(Ktor::V3).forgeable_by_clients()
}

#[test]
fn two_providers_of_one_name_or_one_type_are_refused() {
    let house = House::new();
    let first = || house.builder().cookie::<TestUserSession>("a", plain);
    let same = first().cookie::<TestUserSession>("a", plain).build();
    assert_eq!(same.unwrap_err().field(), "type");
    let same_name = first().cookie::<EmptySession>("a", plain).build();
    assert_eq!(same_name.unwrap_err().field(), "name");
    let same_type = first().cookie::<TestUserSession>("b", plain).build();
    assert_eq!(same_type.unwrap_err().field(), "type");
    first().cookie::<EmptySession>("b", plain).build().unwrap();
}

/// In Ktor `get` and `set` of a type that is not registered throw. Here the request ends with what
/// is missing, before the handler runs.
#[tokio::test]
async fn a_type_that_is_not_registered_is_named() {
    let house = House::new();
    let sessions = house.builder().cookie::<TestUserSession>(COOKIE, plain);
    let app = routes()
        .route("/empty", get(async |_: Session<EmptySession>| ()))
        .layer(sessions.build().unwrap().layer());
    let answer = house.browser(&app).get("/empty").await;
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("EmptySession"), "{}", answer.body);
}

#[tokio::test]
async fn without_the_layer_the_answer_says_how_to_add_it() {
    let house = House::new();
    let answer = house.browser(&routes()).get("/see").await;
    assert_eq!(answer.status, 500);
    assert!(
        answer.body.contains("`.layer(sessions.layer())`"),
        "{}",
        answer.body
    );
}

/// What runs before the layer has no sessions, and may answer.
#[tokio::test]
async fn what_runs_before_the_layer_is_told_so_and_may_answer() {
    let house = House::new();
    let early = async |session: Result<Session<TestUserSession>, LoadError>,
                       request: Request,
                       next: Next| match session {
        Err(error) if request.uri().path() == "/early" => error.to_string().into_response(),
        _ => next.run(request).await,
    };
    let sessions = house.builder().cookie::<TestUserSession>(COOKIE, plain);
    let app: Router = routes()
        .layer(sessions.build().unwrap().layer())
        .layer(from_fn(early));
    let mut browser = house.browser(&app);
    let answer = browser.get("/early").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("layer"), "{}", answer.body);
    assert_eq!(browser.get("/see").await.body, "no session");
}
