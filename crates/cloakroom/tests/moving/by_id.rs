//! Sessions that lie in a storage, under the old system's ids and under ours.

use std::time::Duration;

use axum::Router;
use cloakroom::{EventKind, Refusal, RenewReason};
use cloakroom_testkit::{Call, Client, Req, When};

use crate::town::{COOKIE, OldIds, Ticket, Town, hex, seen, serve, ticket_in};

const SECOND: Duration = Duration::from_secs(1);

/// A browser with a session of the old server, and its id.
async fn with_old_session(town: &Town) -> (Client<Router>, String) {
    let mut browser = town.browser(&town.old_server());
    assert!(browser.post("/note/old").await.sets(COOKIE));
    town.forget();
    let id = browser.cookie(COOKIE).unwrap();
    (browser, id)
}

/// A browser at `app` that holds this id.
fn bringing(town: &Town, app: &Router, id: &str) -> Client<Router> {
    let mut browser = town.browser(app);
    browser.set_cookie(COOKIE, id);
    browser
}

/// Rules: row-55.
#[tokio::test]
async fn an_id_of_the_old_system_travels_as_its_text_and_the_record_is_bare() {
    let town = Town::new();
    let (mut browser, id) = with_old_session(&town).await;
    assert_eq!(id.len(), 2 * 17);
    assert!(id.starts_with(&hex(b"o")));
    assert_eq!(seen(&mut browser).await, Some(Ticket::noting("old")));
    assert_eq!(town.old_calls.take_calls(), [Call::Read]);

    // What cannot be an id does not reach the storage.
    let mut other = town.holding(&town.old_server(), "x0123456789abcdef");
    assert_eq!(seen(&mut other).await, None);
    town.old_calls.assert_untouched();
}

/// Rules: row-49.
#[tokio::test]
async fn rotating_an_id_without_a_proof_begins_a_new_record_and_the_old_id_is_dead() {
    let town = Town::new();
    let (mut browser, id) = with_old_session(&town).await;
    assert!(browser.post("/rotate").await.sets(COOKIE));
    assert_eq!(town.told(), [EventKind::Rotated]);
    assert_ne!(browser.cookie(COOKIE).unwrap(), id);
    assert_eq!(seen(&mut browser).await, Some(Ticket::noting("old")));
    assert_eq!(town.records(), (1, 0));

    let mut thief = bringing(&town, &town.old_server(), &id);
    assert_eq!(seen(&mut thief).await, None);
}

/// Rules: row-50.
#[tokio::test]
async fn a_session_moves_with_a_navigation_and_its_old_record_is_removed() {
    let town = Town::new();
    let (_, id) = with_old_session(&town).await;
    let app = town.new_server();
    let mut browser = bringing(&town, &app, &id);

    let fetched = browser.send(Req::get("/see").fetch()).await;
    assert_eq!(ticket_in(&fetched), Some(Ticket::noting("old")));
    assert!(fetched.set_cookies().is_empty());
    assert_eq!((town.records(), town.told()), ((1, 0), vec![]));

    assert!(browser.get("/see").await.sets(COOKIE));
    let moved = [EventKind::Moved, EventKind::Renewed(RenewReason::Outdated)];
    assert_eq!(town.told(), moved);
    assert_eq!(town.records(), (0, 1));
    town.forget();
    assert_eq!(seen(&mut browser).await, Some(Ticket::noting("old")));
    assert_eq!(town.new_calls.take_calls(), [Call::Read]);
    town.old_calls.assert_untouched();
}

/// Rules: row-51.
#[tokio::test]
async fn a_session_moves_with_its_first_change() {
    let town = Town::new();
    let (_, id) = with_old_session(&town).await;
    let mut browser = bringing(&town, &town.new_server(), &id);
    assert!(browser.send(Req::post("/ride").fetch()).await.sets(COOKIE));
    assert_eq!(town.told(), [EventKind::Moved, EventKind::Changed]);
    assert_eq!(town.records(), (0, 1));
    let ridden = Ticket {
        rides: 1,
        ..Ticket::noting("old")
    };
    assert_eq!(seen(&mut browser).await, Some(ridden));
}

/// Rules: row-56.
#[tokio::test]
async fn a_parallel_request_with_the_old_id_finds_the_session_that_was_moved() {
    let town = Town::new();
    let (_, id) = with_old_session(&town).await;
    let app = town.new_server();
    let mut first = bringing(&town, &app, &id);
    first.send(Req::post("/ride").fetch()).await;

    let mut late = bringing(&town, &app, &id);
    assert_eq!(late.get("/see").await.status, 200);
    assert_eq!(seen(&mut late).await.map(|ticket| ticket.rides), Some(1));
    assert_eq!(town.records(), (0, 1));
}

/// Rules: row-51b, merging.
#[tokio::test]
async fn of_two_requests_that_move_and_change_it_at_once_both_changes_are_kept() {
    let town = Town::new();
    let (_, id) = with_old_session(&town).await;
    let app = town.new_server();
    let (mut rider, mut writer) = (bringing(&town, &app, &id), bringing(&town, &app, &id));

    // The rider has read the old record, and is held up before its own is made.
    let held = town.new.pause_next(Call::Create);
    let riding = rider.dispatch(&Req::post("/ride").fetch());
    let noting = async {
        held.reached().await;
        let noted = writer.send(Req::post("/note/new").fetch()).await;
        assert!(noted.sets(COOKIE));
        held.resume();
    };
    let (ridden, ()) = tokio::join!(riding, noting);
    assert_eq!(ridden.status, 200);
    assert!(town.told().contains(&EventKind::Merged));
    assert_eq!(town.records(), (0, 1));
    let both = Ticket {
        rides: 1,
        ..Ticket::noting("new")
    };
    assert_eq!(seen(&mut writer).await, Some(both.clone()));
    assert_eq!(seen(&mut rider).await, Some(both));
}

/// Rules: row-51.
#[tokio::test]
async fn a_session_that_was_moved_and_ended_does_not_come_back_by_its_old_id() {
    let town = Town::new();
    let (_, id) = with_old_session(&town).await;
    let app = town.new_server();
    let (mut browser, mut late) = (bringing(&town, &app, &id), bringing(&town, &app, &id));

    // The late one has read the old record when the other moves the session and ends it.
    let held = town.new.pause_next(Call::Create);
    let riding = late.dispatch(&Req::post("/ride").fetch());
    let leaving = async {
        held.reached().await;
        assert!(browser.get("/see").await.sets(COOKIE));
        assert!(browser.post("/leave").await.clears(COOKIE));
        held.resume();
    };
    let (ridden, ()) = tokio::join!(riding, leaving);
    assert_eq!(ridden.status, 200);
    assert!(ridden.set_cookies().is_empty());
    assert!(town.told().contains(&EventKind::EndedMeanwhile));
    assert_eq!(town.records(), (0, 0));
    assert_eq!(seen(&mut bringing(&town, &app, &id)).await, None);
    assert_eq!(seen(&mut late).await, None);
}

/// Rules: row-52.
#[tokio::test]
async fn signing_in_or_out_ends_the_session_where_it_lies() {
    let town = Town::new();
    let app = town.new_server();
    for (path, left) in [("/sign-in/anna", (0, 1)), ("/leave", (0, 1))] {
        let (_, id) = with_old_session(&town).await;
        let mut browser = bringing(&town, &app, &id);
        let answer = browser.post(path).await;
        assert!(answer.sets(COOKIE) || answer.clears(COOKIE));
        assert_eq!(town.records(), left, "{path}");
        assert_eq!(seen(&mut bringing(&town, &app, &id)).await, None, "{path}");
    }
}

/// Rules: row-50b.
#[tokio::test]
async fn a_move_that_nobody_asked_for_may_fail_and_loses_nothing() {
    let town = Town::new();
    let (_, id) = with_old_session(&town).await;
    let app = town.new_server();
    let mut browser = bringing(&town, &app, &id);

    town.new.fail_next(Call::Create, When::BeforeEffect);
    let read = browser.get("/see").await;
    assert_eq!(ticket_in(&read), Some(Ticket::noting("old")));
    assert!(read.set_cookies().is_empty());
    assert_eq!(town.records(), (1, 0));

    town.old.fail_next(Call::Remove, When::BeforeEffect);
    let read = browser.get("/see").await;
    assert_eq!(ticket_in(&read), Some(Ticket::noting("old")));
    assert!(read.set_cookies().is_empty());
    assert_eq!(town.records(), (1, 0), "the new record is removed again");

    assert!(browser.get("/see").await.sets(COOKIE));
    assert_eq!(town.records(), (0, 1));
}

/// Rules: row-51, row-34.
#[tokio::test]
async fn a_move_with_a_change_that_fails_is_told_to_who_changed() {
    let town = Town::new();
    let (_, id) = with_old_session(&town).await;
    let app = town.new_server();
    let mut browser = bringing(&town, &app, &id);
    for (storage, call) in [(&town.new, Call::Create), (&town.old, Call::Remove)] {
        storage.fail_next(call, When::BeforeEffect);
        assert_eq!(browser.post("/ride").await.status, 503);
        assert_eq!(town.records(), (1, 0));
    }
    assert!(browser.post("/ride").await.sets(COOKIE));
    assert_eq!(seen(&mut browser).await.map(|ticket| ticket.rides), Some(1));
}

/// Rules: row-8.
#[tokio::test]
async fn an_old_storage_that_cannot_be_read_is_no_anonymous_session() {
    let town = Town::new();
    let (_, id) = with_old_session(&town).await;
    let mut browser = bringing(&town, &town.new_server(), &id);
    town.old.fail_next(Call::Read, When::BeforeEffect);
    assert_eq!(browser.get("/see").await.status, 503);
    assert_eq!(seen(&mut browser).await, Some(Ticket::noting("old")));
}

/// Rules: row-58.
#[tokio::test]
async fn from_its_end_on_an_id_of_the_old_system_is_refused() {
    let town = Town::new();
    let (_, id) = with_old_session(&town).await;
    let mut browser = bringing(&town, &town.new_server(), &id);
    town.clock.advance(30 * crate::town::DAY);
    assert_eq!(seen(&mut browser).await, None);
    assert_eq!(town.told(), [EventKind::Refused(Refusal::Malformed)]);
    town.old_calls.assert_untouched();
}

/// Rules: row-50, row-51.
#[tokio::test]
async fn a_staged_return_takes_sessions_back_under_ids_of_the_old_system() {
    let town = Town::new();
    let mut browser = town.browser(&town.new_server());
    browser.post("/note/there").await;
    let end = town.end();
    let returned = town.serving(|c| {
        c.bare()
            .ids(OldIds)
            .stored_in(&town.old_calls)
            .also_reads(end, |other| other.stored_in(&town.new_calls))
    });
    let mut back = bringing(&town, &returned, &browser.cookie(COOKIE).unwrap());
    assert_eq!(seen(&mut back).await, Some(Ticket::noting("there")));
    assert_eq!(town.records(), (1, 0));
    assert_eq!(back.cookie(COOKIE).unwrap().len(), 2 * 17);
    assert_eq!(seen(&mut back).await, Some(Ticket::noting("there")));
}

/// Rules: row-56, second-reader.
#[tokio::test]
async fn ending_all_of_a_subject_reaches_what_has_not_moved_yet() {
    let town = Town::new();
    let sessions = town.new_sessions();
    let app = serve(&sessions);
    let mut ids = Vec::new();
    for user in ["anna", "anna", "ben"] {
        let mut browser = town.browser(&town.old_server());
        browser.post(&format!("/sign-in/{user}")).await;
        ids.push(browser.cookie(COOKIE).unwrap());
    }
    // One of Anna's has moved, the other one lies where it lay.
    assert!(
        bringing(&town, &app, &ids[0])
            .get("/see")
            .await
            .sets(COOKIE)
    );
    town.clock.advance(SECOND);
    assert_eq!(sessions.end_all::<Ticket>("anna").await.unwrap(), 1);
    for id in &ids[..2] {
        town.forget();
        assert_eq!(seen(&mut bringing(&town, &app, id)).await, None);
        assert_eq!(town.told(), [EventKind::Refused(Refusal::UnknownId)]);
    }
    let ben = seen(&mut bringing(&town, &app, &ids[2])).await.unwrap();
    assert_eq!(ben.user.as_deref(), Some("ben"));

    // Who signs in at the old server afterwards is no one who was ended.
    let mut later = town.browser(&town.old_server());
    later.post("/sign-in/anna").await;
    let id = later.cookie(COOKIE).unwrap();
    assert!(seen(&mut bringing(&town, &app, &id)).await.is_some());
}

/// Rules: row-51, second-reader.
#[tokio::test]
async fn a_move_that_is_under_way_while_all_are_ended_does_not_survive_it() {
    let town = Town::new();
    let sessions = town.new_sessions();
    let app = serve(&sessions);
    let mut old = town.browser(&town.old_server());
    old.post("/sign-in/anna").await;
    let id = old.cookie(COOKIE).unwrap();

    let held = town.new.pause_next(Call::Create);
    let riding = bringing(&town, &app, &id).dispatch(&Req::post("/ride"));
    let ending = async {
        held.reached().await;
        town.clock.advance(SECOND);
        sessions.end_all::<Ticket>("anna").await.unwrap();
        held.resume();
    };
    let (ridden, ()) = tokio::join!(riding, ending);
    assert_eq!(ridden.status, 401);
    assert_eq!(seen(&mut bringing(&town, &app, &id)).await, None);
}

/// Rules: second-reader.
#[tokio::test]
async fn ending_everything_ends_what_has_not_moved_yet() {
    let town = Town::new();
    let sessions = town.new_sessions();
    let app = serve(&sessions);
    let (_, id) = with_old_session(&town).await;
    town.clock.advance(SECOND);
    sessions.end_everything::<Ticket>().await.unwrap();
    assert_eq!(seen(&mut bringing(&town, &app, &id)).await, None);
}
