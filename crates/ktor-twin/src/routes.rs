//! What the application does with its sessions: the routes of `interop/ktor/README.md`.

use axum::Router;
use axum::response::Json;
use axum::routing::get;
use cloakroom::ktor::Ktor;
use cloakroom::{ChangeError, Session, SessionValue};
use serde_json::{Value, json};

use crate::profile::Profile;
use crate::query::{BadQuery, Query};
use crate::types::{
    Defaults, Drawing, Inner, Outer, Role, Shape, Simple, TestUserSession, WithEnum,
};

/// The routes of a profile, without the sessions' layer.
pub(crate) fn routes(Profile(ktor): Profile) -> Router {
    let router = Router::new()
        .route("/none", get(OK))
        .merge(session::<Simple>("/plain", "age"))
        .merge(session::<TestUserSession>("/id", "cart"))
        .merge(session::<Outer>("/mac", "title"))
        .merge(session::<Inner>("/enc", "label"))
        .merge(session::<WithEnum>("/session", "role"))
        .merge(session::<Drawing>("/drawing", "size"))
        .route("/hdr", get(set_both))
        .route("/hdr/clear", get(clear_both))
        .route("/hdr/role", get(change::<WithEnum>))
        .route("/hdr/size", get(change::<Drawing>));
    if ktor == Ktor::V1_6_8 {
        return router
            .route("/read", get(read_six))
            .route("/clear", get(clear_six));
    }
    router
        .merge(session::<Defaults>("/every", "a"))
        .route("/read", get(read_seven))
        .route("/clear", get(clear_seven))
}

const OK: &str = "ok";

/// What the routes need to know of a session's type.
trait Routed: SessionValue + Clone {
    /// The session that a request's query asks for; without one, the recordings'.
    fn made(query: &Query) -> Result<Self, BadQuery>;
    /// The session that is there, changed.
    fn changed(&self, query: &Query) -> Self;
    /// All declared fields in their order, as the Kotlin classes have them.
    fn shown(&self) -> Value;
}

fn session<S: Routed>(path: &str, change_route: &str) -> Router {
    Router::new()
        .route(path, get(set::<S>))
        .route(&format!("{path}/{change_route}"), get(change::<S>))
        .route(&format!("{path}/clear"), get(clear::<S>))
}

/// Why a route did nothing.
#[derive(Debug)]
enum Failure {
    Query(BadQuery),
    Session(ChangeError),
}

impl From<BadQuery> for Failure {
    fn from(bad: BadQuery) -> Self {
        Self::Query(bad)
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        Self::Session(error)
    }
}

impl axum::response::IntoResponse for Failure {
    fn into_response(self) -> axum::response::Response {
        match self {
            Self::Query(bad) => bad.into_response(),
            Self::Session(error) => error.into_response(),
        }
    }
}

async fn set<S: Routed>(session: Session<S>, query: Query) -> Result<&'static str, Failure> {
    session.set(S::made(&query)?)?;
    Ok(OK)
}

async fn change<S: Routed>(session: Session<S>, query: Query) -> Result<&'static str, Failure> {
    let Some(known) = session.get() else {
        return Ok("none");
    };
    session.set(known.changed(&query))?;
    Ok(OK)
}

async fn clear<S: Routed>(session: Session<S>) -> Result<&'static str, Failure> {
    session.clear()?;
    Ok(OK)
}

async fn set_both(
    session: Session<WithEnum>,
    drawing: Session<Drawing>,
    query: Query,
) -> Result<&'static str, Failure> {
    let (with_enum, shape) = (WithEnum::made(&query)?, Drawing::made(&query)?);
    session.set(with_enum)?;
    drawing.set(shape)?;
    Ok(OK)
}

async fn clear_both(
    session: Session<WithEnum>,
    drawing: Session<Drawing>,
) -> Result<&'static str, Failure> {
    session.clear()?;
    drawing.clear()?;
    Ok(OK)
}

/// The sessions of every profile that stand before [`Defaults`] in the recordings.
type Cookies = (
    Session<Simple>,
    Session<TestUserSession>,
    Session<Outer>,
    Session<Inner>,
);
type Headers = (Session<WithEnum>, Session<Drawing>);

fn shown<S: Routed>(session: &Session<S>) -> Value {
    session.get().map_or(Value::Null, |value| value.shown())
}

fn shown_cookies((plain, id, mac, enc): &Cookies) -> Vec<Value> {
    vec![shown(plain), shown(id), shown(mac), shown(enc)]
}

fn shown_headers((session, drawing): &Headers) -> [Value; 2] {
    [shown(session), shown(drawing)]
}

async fn read_six(cookies: Cookies, headers: Headers) -> Json<Value> {
    let mut all = shown_cookies(&cookies);
    all.extend(shown_headers(&headers));
    Json(Value::Array(all))
}

async fn read_seven(cookies: Cookies, every: Session<Defaults>, headers: Headers) -> Json<Value> {
    let mut all = shown_cookies(&cookies);
    all.push(shown(&every));
    all.extend(shown_headers(&headers));
    Json(Value::Array(all))
}

async fn clear_six(cookies: Cookies, headers: Headers) -> Result<&'static str, Failure> {
    let (plain, id, mac, enc) = cookies;
    plain.clear()?;
    id.clear()?;
    mac.clear()?;
    enc.clear()?;
    clear_both(headers.0, headers.1).await
}

async fn clear_seven(
    cookies: Cookies,
    every: Session<Defaults>,
    headers: Headers,
) -> Result<&'static str, Failure> {
    every.clear()?;
    clear_six(cookies, headers).await
}

impl Routed for Simple {
    fn made(query: &Query) -> Result<Self, BadQuery> {
        Ok(Self {
            name: query.text("name", "a b&c=d"),
            age: query.int("age", 3)?,
        })
    }

    fn changed(&self, _: &Query) -> Self {
        Self {
            age: self.age.wrapping_add(1),
            ..self.clone()
        }
    }

    fn shown(&self) -> Value {
        json!({ "name": self.name, "age": self.age })
    }
}

impl Routed for TestUserSession {
    fn made(query: &Query) -> Result<Self, BadQuery> {
        Ok(Self {
            user_id: query.text("userId", "u1"),
            cart: query.texts("cart", &["x", "y"]),
        })
    }

    fn changed(&self, query: &Query) -> Self {
        let mut changed = self.clone();
        changed.cart.push(query.text("item", "z"));
        changed
    }

    fn shown(&self) -> Value {
        json!({ "userId": self.user_id, "cart": self.cart })
    }
}

impl Routed for Outer {
    fn made(query: &Query) -> Result<Self, BadQuery> {
        Ok(Self {
            inner: Inner {
                id: query.int("id", 1)?,
                label: query.text("label", "l"),
            },
            title: query.text("title", "t"),
        })
    }

    fn changed(&self, query: &Query) -> Self {
        Self {
            title: query.text("title", "t2"),
            ..self.clone()
        }
    }

    fn shown(&self) -> Value {
        json!({ "inner": self.inner.shown(), "title": self.title })
    }
}

impl Routed for Inner {
    fn made(query: &Query) -> Result<Self, BadQuery> {
        Ok(Self {
            id: query.int("id", 9)?,
            label: query.text("label", "ü"),
        })
    }

    fn changed(&self, query: &Query) -> Self {
        Self {
            label: query.text("label", "l2"),
            ..self.clone()
        }
    }

    fn shown(&self) -> Value {
        json!({ "id": self.id, "label": self.label })
    }
}

impl Routed for Defaults {
    fn made(query: &Query) -> Result<Self, BadQuery> {
        Ok(Self {
            a: query.int("a", 5)?,
            b: query.text("b", "x"),
            c: query.text_or_none("c"),
        })
    }

    fn changed(&self, _: &Query) -> Self {
        Self {
            a: self.a.wrapping_add(1),
            ..self.clone()
        }
    }

    fn shown(&self) -> Value {
        json!({ "a": self.a, "b": self.b, "c": self.c })
    }
}

impl Routed for WithEnum {
    fn made(query: &Query) -> Result<Self, BadQuery> {
        Ok(Self {
            role: query.role("role", Role::Admin)?,
            roles: query.roles("roles", &["User"])?,
        })
    }

    fn changed(&self, _: &Query) -> Self {
        let mut roles = self.roles.clone();
        roles.push(self.role);
        Self {
            role: self.role.other(),
            roles,
        }
    }

    fn shown(&self) -> Value {
        json!({ "role": self.role, "roles": self.roles })
    }
}

impl Routed for Drawing {
    fn made(query: &Query) -> Result<Self, BadQuery> {
        Ok(Self {
            shape: query.shape()?,
        })
    }

    fn changed(&self, _: &Query) -> Self {
        Self {
            shape: self.shape.larger(),
        }
    }

    fn shown(&self) -> Value {
        let shape = match &self.shape {
            Shape::Circle { radius } => json!({ "type": "Circle", "radius": radius }),
            Shape::Square { side } => json!({ "type": "Square", "side": side }),
        };
        json!({ "shape": shape })
    }
}
