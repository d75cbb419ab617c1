//! A request that ignores its session.

use axum::routing::get;
use cloakroom::LayerExt;
use cloakroom_testkit::Req;

use crate::shop::{COOKIE, Kind, Shop, shelves};

#[tokio::test]
async fn a_request_that_ignores_its_session_touches_nothing() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let sessions = shop.sessions(kind);
        let route = || shelves().route("/plain", get(async || "plain"));
        let mut bare = shop.browser(route());
        let mut browser = shop.browser(route().layer(sessions.layer()));
        let mut across = shop.browser(route().layer(sessions.layer().across_tasks()));
        browser.post("/set/hat").await;
        let live = browser.cookie(COOKIE).unwrap_or_default();
        shop.told();
        shop.calls();

        let forged = "A".repeat(100);
        let many = format!("{COOKIE}=a; ").repeat(50);
        for cookies in ["", live.as_str(), forged.as_str(), "%", many.as_str()] {
            let cookies = format!("{COOKIE}={cookies}");
            let request = |path| Req::get(path).without_cookies().header("cookie", &cookies);
            let expected = bare.send(request("/plain")).await;
            for browser in [&mut browser, &mut across] {
                let answer = browser.send(request("/plain")).await;
                assert_eq!(answer.status, 200);
                assert_eq!(answer.headers, expected.headers, "{kind:?} {cookies:.40}");
            }
        }
        assert_eq!(browser.get("/nowhere").await.status, 404);
        assert_eq!(shop.told(), [], "{kind:?}");
        assert_eq!(shop.calls(), [], "{kind:?}");
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
    }
}
