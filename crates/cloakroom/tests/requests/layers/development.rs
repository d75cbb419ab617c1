//! Development over plain http, which production never takes for its own.

use axum::http::HeaderName;
use cloakroom::{LayerExt, SameSite};
use cloakroom_testkit::{Client, Req};

use crate::shop::{Browser, COOKIE, Cart, Kind, Shop, is_silent, shelves};

/// A browser at `base`, before a shop in development.
fn developing(shop: &Shop, base: &str) -> Browser {
    let builder = shop
        .builder()
        .development_over_http()
        .cookie::<Cart>("cart", |c| {
            c.sealed()
                .attributes(|a| a.same_site(SameSite::None).partitioned(true))
        });
    let sessions = builder.build().unwrap();
    Client::new(shelves().layer(sessions.layer()))
        .with_clock(&shop.clock)
        .at(base)
}

#[tokio::test]
async fn cookies_in_development_have_a_name_of_their_own_and_go_over_plain_http() {
    let shop = Shop::new();
    let mut browser = developing(&shop, "http://shop.example");
    let made = browser.post("/set/hat").await;
    let line = &made.set_cookies()[0];
    assert!(line.starts_with("dev-cart="), "{line}");
    // What browsers refuse without `Secure` goes with it.
    assert!(line.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{line}");
    assert_eq!(browser.get("/cart").await.body, "hat");
}

#[tokio::test]
async fn a_cookie_of_development_is_no_session_in_production() {
    let shop = Shop::new();
    let mut browser = developing(&shop, "http://shop.example");
    browser.post("/set/hat").await;
    let token = browser.cookie("dev-cart").unwrap();
    let mut production = shop.browser(shelves().layer(shop.sessions(Kind::Sealed).layer()));
    production.set_cookie("dev-cart", &token);
    let answer = production.get("/cart").await;
    assert_eq!((answer.body.as_str(), is_silent(&answer)), ("none", true));
    assert!(production.cookie(COOKIE).is_none());
}

#[tokio::test]
async fn a_request_that_came_over_https_is_refused_with_the_reason() {
    let shop = Shop::new();
    let signs = [
        ("forwarded", "for=192.0.2.60;proto=https;by=203.0.113.43"),
        ("forwarded", "for=a;proto=http, for=b;Proto=\"HTTPS\""),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-proto", "http, https"),
    ];
    for (name, value) in signs {
        let mut browser = developing(&shop, "http://shop.example");
        browser.post("/set/hat").await;
        let name = HeaderName::from_static(name);
        let answer = browser
            .send(Req::get("/cart").header(name.clone(), value))
            .await;
        assert_eq!(answer.status, 503, "{name}: {value}");
        assert!(answer.body.contains("development_over_http()"));
        assert!(is_silent(&answer));
        let ignored = Req::get("/ignore").header(name, value);
        assert_eq!(browser.send(ignored).await.status, 200);
        assert_eq!(
            browser.get("/cart").await.body,
            "hat",
            "over http it goes on"
        );
    }
}

/// What a nearer proxy says does not unsay it.
#[tokio::test]
async fn one_sign_of_https_among_others_is_enough() {
    let shop = Shop::new();
    let mut browser = developing(&shop, "http://shop.example");
    let request = Req::get("/cart")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-proto", "http")
        .header("forwarded", "proto=http");
    assert_eq!(browser.send(request).await.status, 503);
}

#[tokio::test]
async fn a_request_whose_uri_says_https_is_refused_too() {
    use tower::Service;

    let shop = Shop::new();
    let builder = shop.builder().development_over_http();
    let sessions = builder
        .cookie::<Cart>("cart", |c| c.sealed())
        .build()
        .unwrap();
    let mut app = shelves().layer(sessions.layer());
    for (uri, status) in [
        ("https://shop.example/cart", 503),
        ("http://shop.example/cart", 200),
        ("/cart", 200),
    ] {
        let request = axum::http::Request::get(uri).body(axum::body::Body::empty());
        let response = app.call(request.unwrap()).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{uri}");
    }
}

#[tokio::test]
async fn production_takes_requests_over_https_and_http_alike() {
    let shop = Shop::new();
    let mut browser = shop.browser(shelves().layer(shop.sessions(Kind::Sealed).layer()));
    for proto in ["https", "http"] {
        let request = Req::get("/cart").header("x-forwarded-proto", proto);
        assert_eq!(browser.send(request).await.status, 200, "{proto}");
    }
}
