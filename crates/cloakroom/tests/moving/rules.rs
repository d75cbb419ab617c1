//! Providers that load, write, clear and choose by other rules than ours.

use axum::Router;
use cloakroom::{Clears, EventKind, Loads, Refusal, RenewReason, Rules, Several, Writes};
use cloakroom_testkit::{Call, Req};

use crate::town::{COOKIE, OldIds, Ticket, Town, WAX, Wax, hex, seen};

fn by_value(town: &Town, rules: Rules) -> Router {
    town.serving(|c| c.bare().transform(Wax).rules(|_| rules))
}

fn by_id(town: &Town, rules: Rules) -> Router {
    town.serving(|c| {
        c.bare()
            .ids(OldIds)
            .stored_in(&town.old_calls)
            .rules(|_| rules)
    })
}

/// Rules: row-47.
#[tokio::test]
async fn written_when_set_also_equal_bytes_are_written_and_sent() {
    let town = Town::new();
    let rules = Rules::native().writing(Writes::WhenSet);
    for (app, calls) in [
        (by_value(&town, rules), vec![]),
        (by_id(&town, rules), vec![Call::Read, Call::Update]),
    ] {
        let mut browser = town.browser(&app);
        browser.post("/note/same").await;
        let token = browser.cookie(COOKIE);
        town.forget();
        assert!(browser.post("/note/same").await.sets(COOKIE));
        assert_eq!(town.old_calls.take_calls(), calls);
        assert_eq!(town.told(), [EventKind::Changed]);
        assert_eq!(browser.cookie(COOKIE), token);
        assert!(browser.get("/see").await.set_cookies().is_empty());
    }
}

/// Rules: row-48, row-54.
#[tokio::test]
async fn written_always_a_session_is_sent_with_every_response_that_it_was_loaded_for() {
    let town = Town::new();
    let rules = Rules::native()
        .writing(Writes::Always)
        .loading(Loads::Always);
    for (app, calls) in [
        (by_value(&town, rules), vec![]),
        (by_id(&town, rules), vec![Call::Read]),
    ] {
        let mut browser = town.browser(&app);
        assert!(browser.get("/nothing").await.set_cookies().is_empty());
        browser.post("/note/hello").await;
        town.forget();
        let answer = browser.send(Req::get("/nothing").fetch()).await;
        assert_eq!(
            (answer.body.as_str(), answer.sets(COOKIE)),
            ("nothing", true)
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(town.told(), [EventKind::Renewed(RenewReason::Always)]);
        assert_eq!(town.old_calls.take_calls(), calls);
        assert_eq!(seen(&mut browser).await, Some(Ticket::noting("hello")));
    }
}

/// Rules: row-46, row-46b, row-54.
#[tokio::test]
async fn what_is_unusable_is_cleared_in_answer_to_any_request_and_what_never_came_is_not() {
    let town = Town::new();
    let rules = Rules::native()
        .clearing(Clears::Unusable)
        .loading(Loads::Always);
    let (value, id) = (by_value(&town, rules), by_id(&town, rules));
    let unusable = [
        (&value, format!("garbage{WAX}"), Refusal::Content),
        (&id, "o0123456789abcdef".to_owned(), Refusal::UnknownId),
    ];
    for (app, token, refusal) in &unusable {
        for path in ["/nothing", "/see"] {
            let mut browser = town.holding(app, token);
            let answer = browser.send(Req::get(path).fetch()).await;
            assert!(answer.clears(COOKIE), "{path} {token}");
            assert_eq!(town.told(), [EventKind::Refused(*refusal)]);
        }
    }
    let untrusted = [(&value, "{}", "/see"), (&value, "{}", "/leave")];
    for (app, token, path) in untrusted {
        let mut browser = town.holding(app, token);
        let answer = match path {
            "/see" => browser.get(path).await,
            _ => browser.post(path).await,
        };
        assert!(answer.set_cookies().is_empty(), "{path} {token}");
    }
}

/// Another program may write that record, and not be done.
///
/// Rules: row-46c.
#[tokio::test]
async fn an_id_whose_record_is_no_session_is_cleared_only_by_the_application() {
    let town = Town::new();
    let rules = Rules::native().clearing(Clears::Unusable);
    let stored = |valid: bool| {
        town.serving(|c| {
            c.bare()
                .ids(OldIds)
                .stored_in(&town.old_calls)
                .validate(move |_| valid)
                .rules(|_| rules)
        })
    };
    let (taking, refusing) = (stored(true), stored(false));
    let mut browser = town.browser(&taking);
    browser.post("/note/same").await;
    let token = browser.cookie(COOKIE).unwrap();
    town.forget();

    let mut browser = town.browser(&refusing);
    browser.set_cookie(COOKIE, &token);
    let answer = browser.get("/see").await;
    assert!(answer.set_cookies().is_empty());
    assert_eq!(town.told(), [EventKind::Refused(Refusal::Invalid)]);
    assert!(browser.post("/leave").await.clears(COOKIE));

    let mut browser = town.browser(&taking);
    browser.set_cookie(COOKIE, &token);
    assert_eq!(seen(&mut browser).await, Some(Ticket::noting("same")));
}

/// Rules: row-53.
#[tokio::test]
async fn where_the_first_or_the_last_counts_the_others_are_not_looked_at() {
    let town = Town::new();
    let of = |text: &str| hex((Ticket::noting(text).json() + WAX).as_bytes());
    let (one, two) = (of("one"), of("two"));
    let rows = [
        (vec![&*one, &*two], Some("one"), Some("two")),
        (vec![&*two, &*one], Some("two"), Some("one")),
        (vec!["zz", &*one], None, Some("one")),
        (vec![&*one, "zz"], Some("one"), None),
        (vec!["zz", "zz", "zz", "zz", "zz", &*two], None, Some("two")),
    ];
    for (values, first, last) in rows {
        let pair = |value: &&str| format!("{COOKIE}={value}");
        let line = values.iter().map(pair).collect::<Vec<_>>().join("; ");
        for (several, expected) in [(Several::First, first), (Several::Last, last)] {
            let app = by_value(&town, Rules::native().choosing(several));
            let request = Req::get("/see").header("cookie", &*line);
            let answer = town.browser(&app).send(request).await;
            let note = crate::town::ticket_in(&answer).map(|ticket| ticket.note);
            assert_eq!(note.as_deref(), expected, "{several:?} {line}");
        }
    }
}

/// Rules: caches.
#[tokio::test]
async fn without_cache_headers_the_application_has_the_say() {
    let town = Town::new();
    let silent = town.serving(|c| c.sealed().dangerous_without_cache_headers());
    let answer = town.browser(&silent).post("/note/hello").await;
    assert!(answer.sets(COOKIE));
    assert_eq!(answer.header("cache-control"), None);
    assert_eq!(answer.header("vary"), None);
}
