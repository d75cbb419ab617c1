//! The values that a request's query gives to a session.

use axum::extract::{FromRequestParts, Query as Pairs};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::types::{Role, Shape};

/// The parameters of a request's query, decoded, in their order.
pub(crate) struct Query(Vec<(String, String)>);

/// A query whose value says nothing that a session can hold.
#[derive(Debug)]
pub(crate) struct BadQuery {
    name: &'static str,
    wanted: &'static str,
}

impl IntoResponse for BadQuery {
    fn into_response(self) -> Response {
        let body = format!("{}: not {}", self.name, self.wanted);
        (StatusCode::BAD_REQUEST, body).into_response()
    }
}

const ROLES: &str = "Admin or User";

impl Query {
    pub(crate) fn text_or_none(&self, name: &str) -> Option<String> {
        self.all(name).next().map(str::to_owned)
    }

    pub(crate) fn text(&self, name: &str, otherwise: &str) -> String {
        self.text_or_none(name)
            .unwrap_or_else(|| otherwise.to_owned())
    }

    pub(crate) fn int(&self, name: &'static str, otherwise: i32) -> Result<i32, BadQuery> {
        self.parsed(name, "a whole number of 32 bits", otherwise, |text| {
            text.parse().ok()
        })
    }

    /// The list of a session: the recording's if there is no query at all.
    pub(crate) fn texts(&self, name: &str, otherwise: &[&str]) -> Vec<String> {
        if self.0.is_empty() {
            return otherwise.iter().map(|&text| text.to_owned()).collect();
        }
        self.all(name).map(str::to_owned).collect()
    }

    pub(crate) fn role(&self, name: &'static str, otherwise: Role) -> Result<Role, BadQuery> {
        self.parsed(name, ROLES, otherwise, role)
    }

    pub(crate) fn roles(
        &self,
        name: &'static str,
        otherwise: &[&str],
    ) -> Result<Vec<Role>, BadQuery> {
        let wanted = ROLES;
        let roles = self.texts(name, otherwise);
        let roles = roles.iter().map(|text| role(text));
        let roles: Option<_> = roles.collect();
        roles.ok_or(BadQuery { name, wanted })
    }

    pub(crate) fn shape(&self) -> Result<Shape, BadQuery> {
        match self.text("shape", "Circle").as_str() {
            "Circle" => {
                let radius = self.parsed("radius", "a number", 1.5, |text| {
                    text.parse().ok().filter(|radius: &f64| radius.is_finite())
                })?;
                Ok(Shape::Circle { radius })
            }
            "Square" => Ok(Shape::Square {
                side: self.int("side", 2)?,
            }),
            _ => Err(BadQuery {
                name: "shape",
                wanted: "Circle or Square",
            }),
        }
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    fn parsed<T>(
        &self,
        name: &'static str,
        wanted: &'static str,
        otherwise: T,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, BadQuery> {
        match self.all(name).next() {
            None => Ok(otherwise),
            Some(text) => parse(text).ok_or(BadQuery { name, wanted }),
        }
    }
}

fn role(text: &str) -> Option<Role> {
    match text {
        "Admin" => Some(Role::Admin),
        "User" => Some(Role::User),
        _ => None,
    }
}

impl<St: Send + Sync> FromRequestParts<St> for Query {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &St) -> Result<Self, Response> {
        let pairs = Pairs::from_request_parts(parts, state).await;
        pairs
            .map(|Pairs(pairs)| Self(pairs))
            .map_err(IntoResponse::into_response)
    }
}
