//! The cookies as the browser has them.

use std::time::Duration;

use cloakroom::{Clock as _, SystemClock, Timestamp};
use demo::Cookies;

use super::stage::Stage;

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// What a browser says of a cookie.
#[derive(Debug, Eq, PartialEq)]
struct Seen {
    name: String,
    http_only: bool,
    secure: bool,
    same_site: String,
    path: String,
    domain: String,
    lives_for_hours: u64,
}

/// The three cookies of someone who has all three sessions.
async fn cookies_of_a_customer(cookies: Cookies) -> Vec<Seen> {
    let mut stage = Stage::set(cookies).await;
    let ada = stage.visitor().await;
    let before = SystemClock.now();
    ada.buys("coat", 1).await;
    ada.signs_in().await;
    ada.go("/preferences").await;
    ada.press("main form button").await;
    ada.is_told("Your preferences are kept").await;
    let kept = ada.browser.get_all_cookies().await.unwrap();
    let mut seen: Vec<_> = kept
        .iter()
        .map(|cookie| Seen {
            name: cookie.name().to_owned(),
            http_only: cookie.http_only().unwrap(),
            secure: cookie.secure().unwrap(),
            same_site: cookie.same_site().unwrap().to_string(),
            path: cookie.path().unwrap().to_owned(),
            domain: cookie.domain().unwrap().to_owned(),
            lives_for_hours: {
                let expires = cookie.expires_datetime().unwrap().unix_timestamp();
                let expires = Timestamp::from_secs(expires.try_into().unwrap());
                // A test takes less than half an hour.
                let half = Duration::from_secs(HOUR / 2);
                expires
                    .saturating_add(half)
                    .saturating_since(before)
                    .as_secs()
                    / HOUR
            },
        })
        .collect();
    seen.sort_by(|one, other| one.name.cmp(&other.name));
    let shown = ada
        .browser
        .execute("return document.cookie", Vec::new())
        .await;
    assert_eq!(shown.unwrap(), "", "no script can read them");
    stage.clear().await;
    seen
}

/// All three, with this before their names.
fn expected(prefix: &str, secure: bool) -> Vec<Seen> {
    [
        ("cart", 30 * DAY),
        ("login", 12 * HOUR),
        ("preferences", 180 * DAY),
    ]
    .map(|(name, lives_for)| Seen {
        name: format!("{prefix}{name}"),
        http_only: true,
        secure,
        same_site: "Lax".to_owned(),
        path: "/".to_owned(),
        domain: "localhost".to_owned(),
        lives_for_hours: lives_for / HOUR,
    })
    .into()
}

#[tokio::test]
async fn over_http_cookies_are_named_for_development() {
    let seen = cookies_of_a_customer(Cookies::Development).await;
    assert_eq!(seen, expected("dev-", false));
}

#[tokio::test]
async fn on_localhost_a_browser_takes_the_cookies_of_production() {
    let seen = cookies_of_a_customer(Cookies::Secure).await;
    assert_eq!(seen, expected("__Host-", true));
}
