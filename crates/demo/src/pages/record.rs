//! The customer's own session as the store has it.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response, Result};
use axum::routing::get;
use cloakroom::{Present, SessionRef, Timestamp};
use cloakroom_storage::{Record, StorageKey};

use super::render::page;
use crate::frame::Frame;
use crate::panel::{LOGIN, cookie_value};
use crate::state::Shop;
use crate::time;
use crate::values::Login;

/// `/record`.
pub(crate) fn record() -> Router<Shop> {
    Router::new().route("/record", get(show))
}

#[derive(Template)]
#[template(path = "record.html")]
struct Show {
    frame: Frame,
    lives: &'static str,
    fields: Vec<(&'static str, String)>,
    id_octets: usize,
    holds_id: bool,
}

async fn show(
    State(shop): State<Shop>,
    frame: Frame,
    login: Present<Login>,
    headers: HeaderMap,
) -> Result<Response> {
    let key = login.session().reference().as_ref().and_then(key_of);
    let key = key.ok_or(StatusCode::NOT_FOUND)?;
    let stored = shop.records.read(key.clone(), shop.now()).await;
    let Ok(stored) = stored else {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    };
    let record = stored.ok_or(StatusCode::NOT_FOUND)?.record;
    let fields = fields(&key, &record);
    let id = cookie_value(
        &headers,
        &format!("{}{}", shop.cookies.prefix(), LOGIN.name),
    );
    let id = id.unwrap_or_default();
    Ok(page(&Show {
        frame,
        lives: shop.lives,
        id_octets: id.len(),
        holds_id: !id.is_empty() && fields.iter().any(|(_, text)| text.contains(id.as_str())),
        fields,
    }))
}

/// Under what the record of a session lies: what its name is made of.
fn key_of(reference: &SessionRef) -> Option<StorageKey> {
    let text = reference.to_string();
    let (_, digits) = text.rsplit_once('.')?;
    let bytes: Option<Vec<u8>> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    Some(StorageKey::hash(bytes?.try_into().ok()?))
}

fn fields(key: &StorageKey, record: &Record) -> Vec<(&'static str, String)> {
    let moment = |at: Option<Timestamp>| at.map_or("none".to_owned(), time::instant);
    vec![
        ("Key: SHA-256 of half of the id", hex(key.as_bytes())),
        (
            "Proof: SHA-256 of the other half",
            hex(record.proof.as_bytes()),
        ),
        ("Scope", record.scope.as_str().to_owned()),
        (
            "Subject",
            record.subject.as_deref().unwrap_or("none").into(),
        ),
        ("Begun", time::instant(record.created)),
        ("Last end", moment(record.absolute_deadline)),
        ("Idle end", moment(record.idle_deadline)),
        (
            "Content",
            String::from_utf8_lossy(&record.content).into_owned(),
        ),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
