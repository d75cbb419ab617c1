//! What several wishes of one request come to.

use axum::extract::Path;
use axum::routing::post;
use cloakroom::{ChangeError, EventKind, Session};
use cloakroom_testkit::Answer;

use crate::shop::{Browser, Cart, Kind, Shop, gives_token, is_silent, takes_token};

/// Does what `wishes` says, in order; gives the names of the outcomes.
async fn wish(cart: Session<Cart>, Path(wishes): Path<String>) -> String {
    let outcomes = wishes.split('-').map(|wish| {
        let outcome: Result<(), ChangeError> = match wish {
            "write" => cart.set(Cart::of("new")),
            "restore" => cart.set(Cart::of("old")),
            "rotate" => cart.rotate(),
            "elevate" => cart.elevate(Cart::of("new")),
            "signin" => cart.sign_in(Cart::of("new")),
            "clear" => cart.clear(),
            other => panic!("no wish is called {other}"),
        };
        outcome.map_or_else(|error| format!("{error:?}"), |()| "ok".to_owned())
    });
    outcomes.collect::<Vec<_>>().join(" ")
}

/// What the client gets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Gets {
    Nothing,
    Token,
    Clearing,
}

fn gets(kind: Kind, answer: &Answer) -> Gets {
    if takes_token(kind, answer) {
        Gets::Clearing
    } else if gives_token(kind, answer) {
        Gets::Token
    } else {
        assert!(is_silent(answer));
        Gets::Nothing
    }
}

struct Row {
    wishes: &'static str,
    outcomes: &'static str,
    told: &'static [EventKind],
    gets: Gets,
    then: &'static str,
}

const fn row(
    wishes: &'static str,
    outcomes: &'static str,
    told: &'static [EventKind],
    gets: Gets,
    then: &'static str,
) -> Row {
    Row {
        wishes,
        outcomes,
        told,
        gets,
        then,
    }
}

use EventKind::{Created, Elevated, Ended, Rotated, SignedIn};

const OF_A_SESSION: &[Row] = &[
    row("rotate-write", "ok ok", &[Rotated], Gets::Token, "new"),
    row("write-rotate", "ok ok", &[Rotated], Gets::Token, "new"),
    row("elevate-rotate", "ok ok", &[Elevated], Gets::Token, "new"),
    row("rotate-elevate", "ok ok", &[Elevated], Gets::Token, "new"),
    row("signin-rotate", "ok ok", &[SignedIn], Gets::Token, "new"),
    row("signin-elevate", "ok ok", &[SignedIn], Gets::Token, "new"),
    row("elevate-signin", "ok ok", &[SignedIn], Gets::Token, "new"),
    row("signin-write", "ok ok", &[SignedIn], Gets::Token, "new"),
    row("clear-write", "ok ok", &[SignedIn], Gets::Token, "new"),
    row("clear-restore", "ok ok", &[SignedIn], Gets::Token, "old"),
    row("clear-signin", "ok ok", &[SignedIn], Gets::Token, "new"),
    row("clear-elevate", "ok ok", &[SignedIn], Gets::Token, "new"),
    row(
        "clear-rotate",
        "ok NoSession",
        &[Ended],
        Gets::Clearing,
        "none",
    ),
    row("write-clear", "ok ok", &[Ended], Gets::Clearing, "none"),
    row("rotate-clear", "ok ok", &[Ended], Gets::Clearing, "none"),
    row("elevate-clear", "ok ok", &[Ended], Gets::Clearing, "none"),
    row("signin-clear", "ok ok", &[Ended], Gets::Clearing, "none"),
    row(
        "clear-write-clear",
        "ok ok ok",
        &[Ended],
        Gets::Clearing,
        "none",
    ),
    row("write-restore", "ok ok", &[], Gets::Nothing, "old"),
];

const OF_NO_SESSION: &[Row] = &[
    row("write-rotate", "ok ok", &[Created], Gets::Token, "new"),
    row(
        "rotate-write",
        "NoSession ok",
        &[Created],
        Gets::Token,
        "new",
    ),
    row(
        "elevate-write",
        "NoSession ok",
        &[Created],
        Gets::Token,
        "new",
    ),
    row(
        "write-elevate",
        "ok NoSession",
        &[Created],
        Gets::Token,
        "new",
    ),
    row("write-signin", "ok ok", &[SignedIn], Gets::Token, "new"),
    row("write-clear", "ok ok", &[], Gets::Nothing, "none"),
    row("signin-clear", "ok ok", &[], Gets::Nothing, "none"),
    row("clear-rotate", "ok NoSession", &[], Gets::Nothing, "none"),
    row("clear-write", "ok ok", &[SignedIn], Gets::Token, "new"),
];

async fn check(kind: Kind, rows: &[Row], begin: bool) {
    for row in rows {
        let shop = Shop::new();
        let routes = axum::Router::new().route("/wish/{wishes}", post(wish));
        let mut browser: Browser = shop.open(kind, routes);
        if begin {
            browser.post("/set/old").await;
        }
        shop.told();
        let name = row.wishes;
        let answer = browser.post(&format!("/wish/{name}")).await;
        assert_eq!(answer.body, row.outcomes, "{kind:?} {name}");
        assert_eq!(shop.told(), row.told, "{kind:?} {name}");
        assert_eq!(gets(kind, &answer), row.gets, "{kind:?} {name}");
        assert_eq!(browser.get("/cart").await.body, row.then, "{kind:?} {name}");
    }
}

/// Rules: row-13, row-14, row-15, row-29, row-31, row-33, one-gate.
#[tokio::test]
async fn several_wishes_for_a_session_come_to_the_strongest() {
    for kind in Kind::ALL {
        check(kind, OF_A_SESSION, true).await;
    }
}

/// Rules: row-1, row-1b, row-2, row-2b, one-gate.
#[tokio::test]
async fn several_wishes_where_there_is_no_session_come_to_one_or_to_nothing() {
    for kind in Kind::ALL {
        check(kind, OF_NO_SESSION, false).await;
    }
}
