//! The sessions of the recorded application, as its Kotlin classes declare them.

use serde::{Deserialize, Serialize};

/// Cookie `PLAIN`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Simple {
    pub(crate) name: String,
    pub(crate) age: i32,
}

/// Cookie `ID`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestUserSession {
    pub(crate) user_id: String,
    pub(crate) cart: Vec<String>,
}

/// Cookie `ENC`, and inside of [`Outer`].
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Inner {
    pub(crate) id: i32,
    pub(crate) label: String,
}

/// Cookie `MAC`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Outer {
    pub(crate) inner: Inner,
    pub(crate) title: String,
}

/// Cookie `EVERY`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Defaults {
    #[serde(default = "one")]
    pub(crate) a: i32,
    #[serde(default = "x")]
    pub(crate) b: String,
    #[serde(default)]
    pub(crate) c: Option<String>,
}

const fn one() -> i32 {
    1
}

fn x() -> String {
    "x".to_owned()
}

/// What a [`WithEnum`] holds.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) enum Role {
    Admin,
    User,
}

impl Role {
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Admin => Self::User,
            Self::User => Self::Admin,
        }
    }
}

/// Header `X-Session`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct WithEnum {
    pub(crate) role: Role,
    pub(crate) roles: Vec<Role>,
}

/// A sealed class. Which of its classes a value is, the codecs say where Ktor's serializers do.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) enum Shape {
    Circle {
        radius: f64,
    },
    #[serde(rename = "sq")]
    Square {
        side: i32,
    },
}

/// The name that reflection writes for `sq`: the class's.
pub(crate) const SQUARE: (&str, &str) = ("sq", "Square");

impl Shape {
    /// Twice the radius, or one more of the side.
    pub(crate) fn larger(&self) -> Self {
        match self {
            Self::Circle { radius } => Self::Circle {
                radius: radius * 2.0,
            },
            Self::Square { side } => Self::Square {
                side: side.wrapping_add(1),
            },
        }
    }
}

/// Header `X-Id`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Drawing {
    pub(crate) shape: Shape,
}
