//! How long a token may be: what is too large to send is an error that says by how much, and the
//! old token stays.

use cloakroom::{CommitError, EventKind, Failure, KeyRing, Refusal, Sessions};
use cloakroom_testkit::Client;

use crate::support::Kind::{self, ById, Header, Sealed, Signed};
use crate::support::{Ask, Kept, Setup, decode, encode, key, router};

/// The length of the token that holds so many letters.
async fn token_len(kind: Kind, letters: usize) -> usize {
    let site = Setup::new().site();
    let short = site.token(kind, "").await;
    let bytes = decode(short.as_bytes()).unwrap().len();
    encode(&vec![0; bytes + letters]).len()
}

/// The most letters that still fit.
async fn most_letters(kind: Kind) -> usize {
    let mut letters = kind.longest() / 4 * 3;
    while token_len(kind, letters).await > kind.longest() {
        letters -= 1;
    }
    letters
}

/// Rules: token-length, row-16.
#[tokio::test]
async fn the_longest_token_goes_out_and_comes_back() {
    for kind in [Sealed, Signed, Header] {
        let site = Setup::new().site();
        let text = "x".repeat(most_letters(kind).await);
        let token = site.token(kind, &text).await;
        assert!(kind.longest() - token.len() < 4, "{kind:?}");
        assert_eq!(site.read(kind, &token).await, text);
    }
}

/// Rules: token-length, row-16.
#[tokio::test]
async fn a_token_that_is_too_large_is_an_error_that_says_by_how_much() {
    for kind in [Sealed, Signed, Header] {
        let site = Setup::new().site();
        let token = site.token(kind, "coat").await;
        let most = most_letters(kind).await;
        for more in [1, 2, 3, 4, 1_000, 10_000] {
            let by = token_len(kind, most + more).await - kind.longest();
            let text = "x".repeat(most + more);
            for ask in [
                Ask::write(kind, &text),
                Ask::write(kind, &text).token(&token),
                Ask::sign_in(kind, &text).token(&token),
                Ask::elevate(kind, &text).token(&token),
            ] {
                site.log.clear();
                let reply = site.ask(ask).await;
                assert_eq!((reply.status, &*reply.body), (500, ""), "{kind:?}");
                assert!(reply.is_silent(kind));
                assert_eq!(reply.headers["cache-control"], "no-store");
                assert_eq!(site.log.kinds(), [EventKind::TooLarge { by }], "{kind:?}");
            }
            assert_eq!(site.read(kind, &token).await, "coat");
        }
    }
}

/// Rules: token-length, row-16.
#[tokio::test]
async fn content_beyond_the_size_limit_is_an_error_that_says_by_how_much() {
    let setup = Setup::new();
    let mut site = setup.site();
    let sessions = Sessions::builder("shop", &setup.ring)
        .cookie::<Kept<0>>("sealed", |c| c.sealed().size_limit(200))
        .cookie::<Kept<1>>("signed", |c| c.signed().size_limit(200))
        .cookie::<Kept<2>>("by-id", |c| c.stored_in(&setup.storage).size_limit(200))
        .header::<Kept<3>>("X-Kept", |h| h.sealed().size_limit(200))
        .clock(setup.clock.clone())
        .observer(site.log.clone())
        .build()
        .unwrap();
    site.router = router(&sessions);
    let most = 200 - r#"{"text":""}"#.len();
    // By value the limit holds for what the steps make of the content, so less fits.
    site.token(ById, &"x".repeat(most)).await;
    for kind in Kind::ALL {
        let token = site.token(kind, "").await;
        site.forget();
        let text = "x".repeat(most + 7);
        let reply = site.ask(Ask::write(kind, &text).fetch()).await;
        assert_eq!(reply.status, 500);
        assert!(reply.is_silent(kind));
        assert_eq!(
            site.log.kinds(),
            [EventKind::TooLarge { by: 7 }],
            "{kind:?}"
        );
        site.storage.assert_untouched();
        assert_eq!(site.read(kind, &token).await, "");
    }
}

/// Rules: token-length, row-16.
#[tokio::test]
async fn a_browser_keeps_its_old_session_when_the_new_one_is_too_large() {
    let site = Setup::new().site();
    let mut browser = Client::new(site.router.clone()).with_clock(&site.clock);
    let write = |text: String| cloakroom_testkit::Req::post("/sealed/write").body(text);
    assert_eq!(browser.send(write("coat".into())).await.status, 200);
    assert_eq!(browser.send(write("x".repeat(5_000))).await.status, 500);
    assert_eq!(browser.get("/sealed/read").await.body, "coat");
    assert_eq!(browser.send(write("hat".into())).await.status, 200);
    assert_eq!(browser.get("/sealed/read").await.body, "hat");
}

/// Middleware that wants to say more finds the reason in the response.
///
/// Rules: token-length, row-16.
#[tokio::test]
async fn the_reason_is_in_the_extensions_of_the_response() {
    use tower::ServiceExt as _;
    let site = Setup::new().site();
    let request = axum::http::Request::post("https://shop.example/sealed/write")
        .body(axum::body::Body::from("x".repeat(5_000)))
        .unwrap();
    let response = site.router.oneshot(request).await.unwrap();
    let error = response.extensions().get::<CommitError>().unwrap();
    assert_eq!(error.provider(), "sealed");
    assert!(matches!(error.failure(), Failure::TooLarge { by } if by > 2_000));
}

/// The length counts before the key, the version and the text.
///
/// Rules: token-length, row-4.
#[tokio::test]
async fn a_token_that_another_application_may_send_and_we_may_not_is_too_long() {
    let site = Setup::new().site();
    let other = Setup::new().ring(&KeyRing::single(key(2))).site();
    let text = "x".repeat(most_letters(Header).await);
    let token = other.token(Header, &text).await;
    site.refuses_token(Header, &token, Refusal::UnknownKey)
        .await;
    site.refuses_token(Sealed, &token, Refusal::TooLong).await;
    site.refuses_token(ById, &token, Refusal::TooLong).await;
}
