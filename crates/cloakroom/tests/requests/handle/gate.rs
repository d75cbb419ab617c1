//! Changes that cannot take effect, each an error for who made it.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::routing::{get, post};
use cloakroom::{ChangeError, EventKind, LayerExt, Session, StorageFailure, current};
use cloakroom_testkit::{Call, FaultyStorage, Req};
use tokio::sync::{mpsc, oneshot};
use tower::Service;

use crate::shop::{Cart, Kind, Reply, Shop, gives_token, is_silent, name_of, shelves};

/// Every change that the handle offers, by name.
fn all_changes(cart: &Session<Cart>) -> Vec<(&'static str, Result<(), ChangeError>)> {
    vec![
        ("set", cart.set(Cart::of("late"))),
        ("update", cart.update(|cart| cart.items.clear())),
        (
            "update_or_default",
            cart.update_or_default(|cart| cart.items.clear()),
        ),
        (
            "update_retrying",
            cart.update_retrying(|cart| cart.items.clear()),
        ),
        ("rotate", cart.rotate()),
        ("sign_in", cart.sign_in(Cart::owned_by("eve"))),
        ("elevate", cart.elevate(Cart::owned_by("eve"))),
        ("clear", cart.clear()),
    ]
}

/// A place where a handler leaves its handle.
type Left = Arc<Mutex<Option<Session<Cart>>>>;

/// Rules: row-39, one-gate.
#[tokio::test]
async fn every_change_after_the_response_is_too_late_and_changes_nothing() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let left = Left::default();
        let leaving = Arc::clone(&left);
        let mut browser = shop.open_at(
            kind,
            get(async move |cart: Session<Cart>| *leaving.lock().unwrap() = Some(cart)),
        );
        browser.post("/set/hat").await;
        browser.get("/").await;
        shop.told();
        shop.calls();

        let cart = left.lock().unwrap().take().unwrap();
        let outcomes = all_changes(&cart);
        assert_eq!(shop.told(), vec![EventKind::TooLate; outcomes.len()]);
        for (name, outcome) in outcomes {
            assert_eq!(outcome, Err(ChangeError::TooLate), "{kind:?} {name}");
        }
        assert_eq!(cart.get().unwrap().text(), "hat", "reading goes on");
        assert_eq!(shop.calls(), []);
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
    }
}

/// Rules: row-39, one-gate.
#[tokio::test]
async fn a_change_in_a_task_that_outlives_the_response_is_too_late() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let (answered, wait) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let once = Arc::new(Mutex::new(Some((wait, tell))));
        let mut browser = shop.open_at(
            kind,
            post(async move |cart: Session<Cart>| {
                let (wait, tell) = once.lock().unwrap().take().unwrap();
                tokio::spawn(async move {
                    wait.await.unwrap();
                    tell.send(cart.set(Cart::of("late"))).unwrap();
                });
            }),
        );
        browser.post("/set/hat").await;
        browser.post("/").await;
        answered.send(()).unwrap();
        assert_eq!(told.await.unwrap(), Err(ChangeError::TooLate), "{kind:?}");
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
    }
}

/// Rules: row-38, row-39.
#[tokio::test]
async fn a_request_that_is_dropped_commits_nothing_and_later_changes_are_too_late() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let (send, mut handles) = mpsc::unbounded_channel();
        let hang = async move |cart: Session<Cart>| {
            cart.set(Cart::of("half")).unwrap();
            send.send(cart).unwrap();
            pending::<()>().await;
        };
        let sessions = shop.sessions(kind);
        let mut app = shelves().route("/", post(hang)).layer(sessions.layer());
        let mut browser = shop.browser(app.clone());
        browser.post("/set/hat").await;
        shop.told();
        shop.calls();

        let request = browser.request(Req::post("/"));
        let mut running = Box::pin(app.call(request));
        let mut polls = Context::from_waker(Waker::noop());
        assert!(matches!(running.as_mut().poll(&mut polls), Poll::Pending));
        let cart: Session<Cart> = handles.try_recv().unwrap();
        drop(running);

        assert_eq!(cart.set(Cart::of("late")), Err(ChangeError::TooLate));
        assert_eq!(shop.told(), [EventKind::TooLate], "{kind:?}");
        let reads = vec![Call::Read; usize::from(kind.is_stored())];
        assert_eq!(shop.calls(), reads, "{kind:?}");
        assert_eq!(browser.get("/cart").await.body, "hat", "{kind:?}");
    }
}

/// Rules: one-gate.
#[tokio::test]
async fn a_change_inside_a_change_is_told_so_and_does_not_wait_for_itself() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let nested = async |cart: Session<Cart>| {
            let inner = cart.clone();
            let errors = cart.update(|value| {
                value.items.push("outer".to_owned());
                // Reading is no change, and sees the value as it was.
                assert_eq!(inner.get().unwrap().text(), "hat");
                all_changes(&inner)
            });
            for (name, outcome) in errors.unwrap() {
                assert_eq!(outcome, Err(ChangeError::Reentered), "{name}");
            }
        };
        let mut browser = shop.open_at(kind, post(nested));
        browser.post("/set/hat").await;
        assert_eq!(browser.post("/").await.status, 200, "{kind:?}");
        assert_eq!(browser.get("/cart").await.body, "hat outer", "{kind:?}");
    }
}

/// Rules: one-gate.
#[tokio::test]
async fn a_change_inside_a_change_is_told_so_while_another_thread_waits_its_turn() {
    let shop = Shop::new();
    let nested = async |cart: Session<Cart>| {
        let (mine, theirs) = (cart.clone(), cart.clone());
        let waiting = cart.update(|value| {
            value.items.push("first".to_owned());
            let (begun, begins) = std::sync::mpsc::channel();
            let waiting = std::thread::spawn(move || {
                begun.send(()).unwrap();
                theirs.update(|value| value.items.push("second".to_owned()))
            });
            begins.recv().unwrap();
            assert_eq!(mine.clear(), Err(ChangeError::Reentered));
            waiting
        });
        let other = waiting.unwrap().join().unwrap();
        assert_eq!(other, Ok(()));
    };
    let mut browser = shop.open_at(Kind::Sealed, post(nested));
    browser.post("/set/hat").await;
    assert_eq!(browser.post("/").await.status, 200);
    assert_eq!(browser.get("/cart").await.body, "hat first second");
}

/// Rules: row-9, one-gate.
#[tokio::test]
async fn what_could_not_be_read_is_never_written_over() {
    let shop = Shop::new();
    let storage = FaultyStorage::new(shop.storage.clone());
    let sessions = shop
        .builder()
        .cookie::<Cart>("cart", |c| {
            c.stored_in(&storage)
                .on_storage_failure(StorageFailure::TreatAsAbsent)
        })
        .build()
        .unwrap();
    let every = async |cart: Session<Cart>| {
        assert_eq!(cart.get(), None);
        assert_eq!(cart.reference(), None);
        for (name, outcome) in all_changes(&cart) {
            assert_eq!(outcome, Err(ChangeError::Unavailable), "{name}");
        }
        let made = cart.get_or_set_with(|| Cart::of("over it"));
        name_of(&made)
    };
    let app = shelves().route("/", post(every)).layer(sessions.layer());
    let mut browser = shop.browser(app);
    browser.post("/set/hat").await;
    shop.told();
    shop.calls();

    storage.fail_always(Call::Read);
    let answer = browser.post("/").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "Unavailable"));
    assert!(is_silent(&answer));
    assert_eq!(shop.told(), [EventKind::StorageFailed]);
    assert_eq!(
        browser.post("/set/over").await.status,
        503,
        "the error is a response"
    );
    storage.heal();
    assert!(!shop.calls().contains(&Call::Update));
    assert_eq!(browser.get("/cart").await.body, "hat");
}

#[tokio::test]
async fn a_snapshot_stays_as_it_was_and_may_live_across_an_await() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let handler = async |cart: Session<Cart>| {
            let before = cart.get().unwrap();
            cart.set(Cart::of("scarf")).unwrap();
            tokio::task::yield_now().await;
            let after = cart.get().unwrap();
            format!("{} then {}", before.text(), after.text())
        };
        let mut browser = shop.open_at(kind, post(handler));
        browser.post("/set/hat").await;
        assert_eq!(browser.post("/").await.body, "hat then scarf", "{kind:?}");
    }
}

/// Rules: row-10.
#[tokio::test]
async fn asking_twice_gives_one_session_that_was_read_once() {
    for kind in Kind::ALL {
        let shop = Shop::new();
        let twice = async |first: Session<Cart>, second: Session<Cart>| {
            first
                .update(|cart| cart.items.push("pin".to_owned()))
                .unwrap();
            second
                .update(|cart| cart.items.push("cap".to_owned()))
                .unwrap();
            first.get().unwrap().text()
        };
        let mut browser = shop.open_at(kind, post(twice));
        browser.post("/set/hat").await;
        shop.calls();
        let answer = browser.post("/").await;
        assert_eq!(answer.body, "hat pin cap", "{kind:?}");
        assert!(answer.set_cookies().len() <= 1, "{kind:?}");
        if kind.is_stored() {
            assert_eq!(shop.calls(), [Call::Read, Call::Update]);
        }
    }
}

/// Rules: one-gate.
#[tokio::test]
async fn code_deep_in_the_call_stack_finds_what_the_request_has_loaded() {
    fn deep() -> Option<Reply> {
        let cart = current::<Cart>()?;
        Some(cart.update(|cart| {
            cart.items.push("deep".to_owned());
            cart.text()
        }))
    }
    assert!(current::<Cart>().is_none(), "outside a request");
    for kind in Kind::ALL {
        let shop = Shop::new();
        let routes = Router::new()
            .route("/asked", post(async |_: Session<Cart>| deep().unwrap()))
            .route("/unasked", post(async || assert!(deep().is_none())))
            .route(
                "/of-another-type",
                post(async |_: Session<Cart>| assert!(current::<String>().is_none())),
            );
        let mut browser = shop.open(kind, routes);
        browser.post("/set/hat").await;
        let asked = browser.post("/asked").await;
        assert_eq!(asked.body, "hat deep", "{kind:?}");
        assert_eq!(gives_token(kind, &asked), !kind.is_stored());
        assert_eq!(browser.post("/unasked").await.status, 200, "{kind:?}");
        assert_eq!(browser.post("/of-another-type").await.status, 200);
        assert_eq!(browser.get("/cart").await.body, "hat deep", "{kind:?}");
        assert!(current::<Cart>().is_none(), "nothing is left on the thread");
    }
}
