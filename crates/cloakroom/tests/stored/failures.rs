//! A storage that fails, hangs or is full.

use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use cloakroom::{
    ChangeError, Entropy, EventKind, Key, KeyRing, LayerExt, MemoryStorage, Session, Sessions,
    StorageFailure, StoreError, ThreadEntropy,
};
use cloakroom_testkit::{
    Answer, Call, Client, EventLog, FaultyStorage, ManualClock, Req, SpyStorage, When,
};
use serde::{Deserialize, Serialize};

use crate::shop::{COOKIE, Login, SECOND, Shop, saying, seen, setting, token, value_in};

const EITHER: [When; 2] = [When::BeforeEffect, When::AfterEffect];

/// A failed request: 503 and nothing of the handler's response.
fn assert_replaced(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status);
    assert_eq!(answer.body, "");
    assert!(answer.set_cookies().is_empty());
    assert!(answer.headers.get("x-secret").is_none());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

/// Rules: row-8.
#[tokio::test]
async fn a_session_that_cannot_be_read_is_503_and_nothing_is_written_over_it() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let requests = [
        Req::get("/see"),
        Req::post("/visit"),
        Req::post("/clear"),
        saying("/sign-in", "x"),
    ];
    for request in requests {
        shop.faulty.fail_next(Call::Read, When::BeforeEffect);
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 503);
        assert!(answer.set_cookies().is_empty());
        assert_eq!(shop.calls(), [Call::Read]);
        assert_eq!(shop.told(), [EventKind::StorageFailed]);
    }
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
}

/// Rules: row-9, one-gate.
#[tokio::test]
async fn an_unread_session_that_is_treated_as_absent_cannot_be_changed() {
    let shop = Shop::with(|login| login.on_storage_failure(StorageFailure::TreatAsAbsent));
    let mut browser = shop.acting(async |login: Session<Login>| {
        let refused = [
            login.set(Login::of("x")),
            login.update_or_default(|login| login.visits += 1),
            login.sign_in(Login::of("x")),
            login.clear(),
            login.rotate(),
            login.elevate(Login::of("x")),
        ];
        assert_eq!(refused, [const { Err(ChangeError::Unavailable) }; 6]);
        assert!(login.get().is_none());
        "swallowed"
    });
    shop.sign_in(&mut browser, "anna").await;

    shop.faulty.fail_next(Call::Read, When::BeforeEffect);
    let read = browser.get("/see").await;
    assert_eq!((read.status, read.body.as_str()), (200, "none"));
    assert!(read.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::StorageFailed]);

    for (path, status) in [("/act", 200), ("/visit", 503)] {
        shop.forget();
        shop.faulty.fail_next(Call::Read, When::BeforeEffect);
        let answer = browser.post(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.set_cookies().is_empty());
        assert_eq!(shop.calls(), [Call::Read]);
        assert_eq!(shop.told(), [EventKind::StorageFailed]);
    }
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
}

/// What the application asks for itself fails as what the layer does: it is an error, and is told.
#[tokio::test]
async fn a_call_of_the_applications_that_fails_is_told() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.begin_sign_in("anna").await?;
        Ok::<_, StoreError>("begun")
    });
    shop.faulty.fail_next(Call::BeginSignIn, When::BeforeEffect);
    assert_eq!(browser.post("/act").await.status, 503);
    assert_eq!(shop.told(), [EventKind::StorageFailed]);

    shop.sign_in(&mut browser, "anna").await;
    let sessions = &shop.sessions;
    let listed = sessions.list::<Login>("anna").await.unwrap();
    let calls = [Call::List, Call::Remove, Call::RemoveAll, Call::EndBefore];
    for call in calls {
        shop.forget();
        shop.faulty.fail_next(call, When::BeforeEffect);
        let failed = match call {
            Call::List => sessions.list::<Login>("anna").await.map(drop),
            Call::Remove => sessions.end(&listed[0].reference).await.map(drop),
            Call::RemoveAll => sessions.end_all::<Login>("anna").await.map(drop),
            _ => sessions.end_everything::<Login>().await,
        };
        assert_eq!(failed.unwrap_err().status(), 503, "{call:?}");
        assert_eq!(shop.told(), [EventKind::StorageFailed], "{call:?}");
    }
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
}

/// Rules: row-34.
#[tokio::test]
async fn a_create_that_fails_is_503_and_leaves_no_record() {
    for when in EITHER {
        let shop = Shop::new();
        let mut browser = shop.browser();
        shop.faulty.fail_next(Call::Create, when);
        let answer = browser.post("/visit").await;
        assert_replaced(&answer, 503);
        assert_eq!(shop.told(), [EventKind::StorageFailed]);
        assert_eq!(shop.memory.len(), 0, "{when:?}: it is undone");
        assert!(browser.post("/visit").await.sets(COOKIE));
    }
}

/// Rules: row-34.
#[tokio::test]
async fn an_update_that_fails_is_503_and_the_session_lives_on() {
    for (when, visits) in [(When::BeforeEffect, 0), (When::AfterEffect, 1)] {
        let shop = Shop::new();
        let mut browser = shop.signed_in("anna").await;
        shop.faulty.fail_next(Call::Update, when);
        let answer = browser.post("/visit").await;
        assert_replaced(&answer, 503);
        assert_eq!(shop.calls(), [Call::Read, Call::Update], "tried once");
        assert_eq!(shop.told(), [EventKind::StorageFailed]);
        assert_eq!(seen(&mut browser).await.unwrap().visits, visits);
    }
}

/// Rules: row-30, row-34.
#[tokio::test]
async fn a_sign_in_that_fails_leaves_the_old_session() {
    for when in EITHER {
        let shop = Shop::new();
        let mut browser = shop.signed_in("anna").await;
        let old = token(&browser);
        shop.faulty.fail_next(Call::Create, when);
        let answer = browser.send(saying("/sign-in", "berta")).await;
        assert_replaced(&answer, 503);
        assert_eq!(shop.memory.len(), 1);
        assert_eq!(token(&browser), old);
        assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
    }
}

/// Rules: row-34.
#[tokio::test(start_paused = true)]
async fn a_storage_that_hangs_is_503_after_the_timeout() {
    let shop = Shop::with(|login| login.storage_timeout(2 * SECOND));
    let mut browser = shop.signed_in("anna").await;
    for when in EITHER {
        for (call, request) in [
            (Call::Read, Req::get("/see")),
            (Call::Update, saying("/note", &format!("{when:?}"))),
            (Call::Create, saying("/sign-in", "anna")),
            (Call::Remove, saying("/sign-in", "anna")),
        ] {
            shop.faulty.hang_next(call, when);
            let began = tokio::time::Instant::now();
            let answer = browser.send(request).await;
            assert_eq!(answer.status, 503, "{call:?} {when:?}");
            assert!(answer.set_cookies().is_empty());
            let took = began.elapsed();
            assert!(took >= 2 * SECOND && took < 3 * SECOND, "{took:?}");
            if (call, when) == (Call::Remove, When::AfterEffect) {
                assert_eq!(shop.memory.len(), 0, "old and new are gone");
            } else {
                assert_eq!(shop.memory.len(), 1);
                assert!(seen(&mut browser).await.is_some());
            }
        }
    }
}

/// Rules: row-34.
#[tokio::test(start_paused = true)]
async fn a_storage_has_five_seconds_unless_said_otherwise() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    shop.faulty.hang_next(Call::Read, When::BeforeEffect);
    let began = tokio::time::Instant::now();
    assert_eq!(browser.get("/see").await.status, 503);
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(5) && took < Duration::from_secs(6));
}

/// Rules: row-21.
#[tokio::test(start_paused = true)]
async fn a_touch_that_hangs_delays_the_response_and_changes_nothing() {
    let shop = Shop::with(|login| login.idle_timeout(10 * SECOND));
    let mut browser = shop.signed_in("anna").await;
    shop.clock.advance(5 * SECOND);
    shop.faulty.hang_next(Call::Touch, When::BeforeEffect);
    let answer = browser.get("/see").await;
    assert_eq!(value_in(&answer), Some(Login::of("anna")));
    assert_eq!(shop.told(), [EventKind::StorageFailed]);
}

/// Rules: row-3b.
#[tokio::test]
async fn a_full_storage_is_503_for_new_sessions_and_serves_the_others() {
    let memory = MemoryStorage::builder().max_with_subject(1).build();
    let shop = Shop::on(memory, |login| login);
    let mut anna = shop.signed_in("anna").await;
    let mut berta = shop.browser();
    let answer = berta.send(saying("/sign-in", "berta")).await;
    assert_replaced(&answer, 503);
    assert_eq!(shop.told(), [EventKind::StorageFull]);
    assert_eq!(anna.post("/visit").await.status, 200);
    assert_eq!(seen(&mut anna).await.unwrap().visits, 1);
}

/// Gives the same bytes again and again, after some good ones.
#[derive(Debug)]
struct Stuck;

impl Entropy for Stuck {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Rules: row-3, row-3b.
#[tokio::test]
async fn the_ninth_id_that_is_taken_is_503_and_touches_nobodys_session() {
    let (events, spy) = (EventLog::new(), SpyStorage::new(MemoryStorage::new()));
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let sessions = Sessions::builder("shop", &keys)
        .clock(ManualClock::default())
        .entropy(Stuck)
        .observer(events.clone())
        .cookie::<Login>("login", |login| login.stored_in(&spy))
        .build()
        .unwrap();
    let app = Router::new()
        .route(
            "/sign-in",
            post(async |login: Session<Login>, user: String| login.sign_in(Login::of(&user))),
        )
        .route(
            "/see",
            get(async |login: Session<Login>| login.get().unwrap().user.clone().unwrap()),
        )
        .layer(sessions.layer());
    let mut first = Client::new(app.clone()).with_clock(&ManualClock::default());
    assert!(first.send(saying("/sign-in", "anna")).await.sets(COOKIE));
    let _known = (events.take(), spy.take_calls());

    let mut second = Client::new(app).with_clock(&ManualClock::default());
    let answer = second.send(saying("/sign-in", "berta")).await;
    assert_replaced(&answer, 503);
    assert_eq!(spy.take_calls(), [Call::Create; 9], "and nothing is undone");
    assert_eq!(events.kinds(), [EventKind::IdCollision; 9]);
    assert_eq!(first.get("/see").await.body, "anna");
}

/// A second stored session beside the login.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Cart {
    items: Vec<String>,
}

/// A third session, whose content travels.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Look {
    theme: String,
}

type Faulty = FaultyStorage<MemoryStorage>;

/// Two stored sessions in storages of their own, and a sealed one.
struct Both {
    carts: MemoryStorage,
    cart_calls: SpyStorage<MemoryStorage>,
    logins: MemoryStorage,
    login_faults: Faulty,
    events: EventLog,
    browser: Client<Router>,
}

fn both() -> Both {
    let (carts, logins) = (MemoryStorage::new(), MemoryStorage::new());
    let cart_calls = SpyStorage::new(carts.clone());
    let login_faults = FaultyStorage::new(logins.clone());
    let events = EventLog::new();
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let sessions = Sessions::builder("shop", &keys)
        .observer(events.clone())
        .cookie::<Cart>("cart", |cart| cart.stored_in(&cart_calls))
        .cookie::<Login>("login", |login| {
            login
                .stored_in(&login_faults)
                .validate(|login| login.note != "invalid")
        })
        .cookie::<Look>("look", |look| look.sealed())
        .build()
        .unwrap();
    let all =
        async |cart: Session<Cart>, login: Session<Login>, look: Session<Look>, note: String| {
            let theme = "dark".to_owned();
            look.set(Look { theme })?;
            cart.update_or_default(|cart| cart.items.push("hat".to_owned()))?;
            login.update_or_default(|login| {
                login.visits += 1;
                login.note = note;
            })?;
            let secret = [("x-secret", "s"), ("set-cookie", "handler=1")];
            Ok::<_, ChangeError>((secret, "secret"))
        };
    let leave = async |cart: Session<Cart>, login: Session<Login>| {
        cart.clear()?;
        login.clear()
    };
    let swap = async |cart: Session<Cart>, login: Session<Login>| {
        cart.clear()?;
        login.update(|login| login.visits += 1)
    };
    let app = Router::new()
        .route("/all", post(all))
        .route("/leave", post(leave))
        .route("/swap", post(swap))
        .layer(sessions.layer());
    Both {
        carts,
        cart_calls,
        logins,
        login_faults,
        events,
        browser: Client::new(app),
    }
}

/// Rules: row-34.
#[tokio::test]
async fn a_failure_of_one_session_undoes_what_the_request_made_of_the_others() {
    for when in EITHER {
        let mut both = both();
        both.login_faults.fail_next(Call::Create, when);
        let answer = both.browser.post("/all").await;
        assert_replaced(&answer, 503);
        assert_eq!((both.carts.len(), both.logins.len()), (0, 0), "{when:?}");
        assert_eq!(both.cart_calls.take_calls(), [Call::Create, Call::Remove]);
        assert_eq!(
            both.events.kinds_of("cart"),
            [],
            "what is undone is not told"
        );
        assert_eq!(both.events.kinds_of("login"), [EventKind::StorageFailed]);

        let again = both.browser.post("/all").await;
        assert_eq!((again.status, again.body.as_str()), (200, "secret"));
        assert_eq!(
            again.set_cookies().len(),
            4,
            "three sessions and the handler's own"
        );
    }
}

/// Rules: row-17, row-34.
#[tokio::test]
async fn a_value_that_is_not_valid_stops_every_session_before_any_storage_is_asked() {
    let mut both = both();
    let answer = both.browser.send(saying("/all", "invalid")).await;
    assert_replaced(&answer, 500);
    both.cart_calls.assert_untouched();
    assert_eq!((both.carts.len(), both.logins.len()), (0, 0));
    assert_eq!(both.events.kinds_of("login"), [EventKind::EncodeFailed]);
    assert_eq!(both.events.kinds_of("cart"), []);
}

/// Rules: row-33, row-34.
#[tokio::test]
async fn an_end_that_fails_clears_no_cookie_of_any_session() {
    let mut both = both();
    both.browser.post("/all").await;
    both.login_faults
        .fail_next(Call::Remove, When::BeforeEffect);
    let failed = both.browser.post("/leave").await;
    assert_replaced(&failed, 503);
    let again = both.browser.post("/leave").await;
    assert_eq!(again.status, 200);
    assert!(again.clears(COOKIE) && again.clears("__Host-cart"));
    assert_eq!((both.carts.len(), both.logins.len()), (0, 0));
}

/// Rules: row-17.
#[tokio::test]
async fn a_value_that_validate_refuses_is_500_and_the_old_one_stays() {
    let shop = Shop::with(|login| login.validate(|login| login.visits < 2));
    let mut browser = shop.signed_in("anna").await;
    assert_eq!(browser.post("/visit").await.status, 200);
    shop.forget();
    assert_replaced(&browser.post("/visit").await, 500);
    assert_eq!(shop.calls(), [Call::Read]);
    assert_eq!(shop.told(), [EventKind::EncodeFailed]);
    assert_eq!(seen(&mut browser).await.unwrap().visits, 1);
    let fine = Login {
        visits: 0,
        ..Login::of("anna")
    };
    assert_eq!(browser.send(setting(&fine)).await.status, 200);
}

/// Rules: row-34.
#[tokio::test]
async fn nothing_is_removed_before_all_else_is_written() {
    let mut both = both();
    both.browser.post("/all").await;
    let _made = both.cart_calls.take_calls();
    both.login_faults
        .fail_next(Call::Update, When::BeforeEffect);
    let failed = both.browser.post("/swap").await;
    assert_replaced(&failed, 503);
    assert_eq!(both.cart_calls.take_calls(), [Call::Read]);
    assert_eq!(both.carts.len(), 1, "the cart is still there");
    let again = both.browser.post("/swap").await;
    assert_eq!((again.status, again.clears("__Host-cart")), (200, true));
    assert_eq!(both.carts.len(), 0);
}
