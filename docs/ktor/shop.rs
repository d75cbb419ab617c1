// The application of the examples in this folder: a session type and four routes. What Kotlin and Rust
// services differ in is how the session is configured.

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use cloakroom::ktor::{EncryptionKey, SigningKey};
use cloakroom::{ChangeError, Key, KeyRing, LayerExt, Session, Sessions, ThreadEntropy};
use serde::{Deserialize, Serialize};

/// `@Serializable data class UserSession(val userId: String, val cart: List<String>)`
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserSession {
    pub user_id: String,
    pub cart: Vec<String>,
}

async fn log_in(session: Session<UserSession>, Path(user_id): Path<String>) -> Result<(), ChangeError> {
    let cart = Vec::new();
    session.sign_in(UserSession { user_id, cart })
}

async fn cart(session: Session<UserSession>) -> String {
    match session.get() {
        Some(session) => format!("{} {:?}", session.user_id, session.cart),
        None => "nobody".to_owned(),
    }
}

async fn add(session: Session<UserSession>, Path(item): Path<String>) -> Result<(), ChangeError> {
    session.update(|session| session.cart.push(item))
}

async fn log_out(session: Session<UserSession>) -> Result<(), ChangeError> {
    session.clear()
}

/// The application with these sessions.
pub fn shop(sessions: &Sessions) -> Router {
    Router::new()
        .route("/login/{user}", post(log_in))
        .route("/cart", get(cart))
        .route("/cart/{item}", post(add))
        .route("/logout", post(log_out))
        .layer(sessions.layer())
}

/// In production: `KeyRing::from_env("SESSION_KEYS")`.
pub fn ring() -> KeyRing {
    KeyRing::single(Key::generate(&ThreadEntropy))
}

/// The keys of the Kotlin service's configuration.
pub fn ktors_keys() -> (EncryptionKey, SigningKey) {
    let encryption = EncryptionKey::from_hex("00112233445566778899aabbccddeeff");
    let signing = SigningKey::from_hex("02030405060708090a0b0c");
    (encryption.unwrap(), signing.unwrap())
}
