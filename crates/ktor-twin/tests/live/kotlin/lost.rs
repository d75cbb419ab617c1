//! What Ktor loses the twin refuses to write.

use serde_json::json;

use super::cases::path;
use super::client::{Client, sessions};
use super::provider::Provider;
use super::site::Site;

/// Items of a cart that reflection text does not give back.
const LOST: [&str; 4] = ["&", "a&", "a&b", " \"&=#;+%"];

#[test]
fn a_cart_that_ktor_does_not_read_back_the_twin_does_not_write() {
    for item in LOST {
        let set = path("/id", &[("userId", "u"), ("cart", item), ("cart", "z")]);
        let wanted = json!({ "userId": "u", "cart": [item, "z"] });
        for ktor in [Site::Ktor1, Site::Ktor3Reflection] {
            let mut client = Client::default();
            client.does(ktor, &set);
            let answer = client.ask(ktor, "/read");
            let is_lost =
                answer.status == 500 || sessions(ktor, &answer) != [(Provider::Id, wanted.clone())];
            assert!(is_lost, "{ktor:?} keeps {item}");
        }
        for twin in [Site::Twin1, Site::Twin2] {
            let mut client = Client::default();
            assert_eq!(client.ask(twin, &set).status, 500, "{item}");
            assert!(!client.has(Provider::Id), "{item}");
        }
    }
}

#[test]
fn a_change_that_would_lose_a_cart_leaves_it_as_it_was() {
    for (ktor, twin) in [
        (Site::Ktor1, Site::Twin1),
        (Site::Ktor3Reflection, Site::Twin2),
    ] {
        let cart = [(Provider::Id, json!({ "userId": "u1", "cart": ["x", "y"] }))];
        let mut client = Client::default();
        client.does(ktor, "/id");
        for item in LOST {
            let change = path("/id/cart", &[("item", item)]);
            assert_eq!(client.ask(twin, &change).status, 500, "{item}");
            assert_eq!(client.reads(twin), cart);
            assert_eq!(client.reads(ktor), cart);
        }
    }
}

/// Browsers drop a longer cookie without a word.
#[test]
fn a_cookie_that_no_browser_keeps_ktor_sends_and_the_twin_refuses() {
    let set = path("/plain", &[("name", &"x".repeat(4_097))]);
    for ktor in [Site::Ktor1, Site::Ktor3] {
        let mut client = Client::default();
        client.does(ktor, &set);
        assert!(client.token(Provider::Plain).len() > 4_096);
    }
    for twin in [Site::Twin1, Site::Twin2, Site::Twin3] {
        let mut client = Client::default();
        client.does(twin, "/plain");
        let before = client.reads(twin);
        assert_eq!(client.ask(twin, &set).status, 500);
        assert_eq!(client.reads(twin), before);
    }
}
