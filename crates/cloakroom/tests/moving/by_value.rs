//! Sessions whose content travels, in the old form and in the new one.

use axum::Router;
use cloakroom::{CookieSession, EventKind, OtherForm, Refusal, RenewReason, Rules, Several};
use cloakroom_testkit::Req;

use crate::town::{COOKIE, Ticket, Town, WAX, hex, seen};

/// A token of the old form.
fn waxed(ticket: &Ticket) -> String {
    ticket.json() + WAX
}

fn old_form(other: OtherForm<Ticket>) -> OtherForm<Ticket> {
    other.bare().transform(crate::town::Wax)
}

fn old_server(town: &Town) -> Router {
    town.serving(|c| c.bare().transform(crate::town::Wax))
}

/// Seals, and reads until the end what the old form signed.
fn new_server(town: &Town) -> Router {
    let end = town.end();
    town.serving(|c| sealed(c).dangerous_also_reads(end, old_form))
}

fn sealed(c: CookieSession<Ticket>) -> CookieSession<Ticket> {
    c.sealed()
}

/// Rules: row-55, bare-content.
#[tokio::test]
async fn bare_content_travels_as_the_codec_wrote_it_and_has_no_deadline() {
    let town = Town::new();
    let mut browser = town.browser(&old_server(&town));
    let made = browser.post("/note/hello").await;
    let expected = hex(waxed(&Ticket::noting("hello")).as_bytes());
    assert_eq!(made.set_cookies(), [format!("{COOKIE}={expected}; Path=/")]);
    town.clock.advance(400 * crate::town::DAY);
    assert_eq!(seen(&mut browser).await, Some(Ticket::noting("hello")));
}

/// Its token says nothing that could name it; the content is all there is.
///
/// Rules: row-55.
#[tokio::test]
async fn bare_content_has_no_name_and_two_copies_of_it_are_one_session() {
    let town = Town::new();
    let app = town.serving(|c| {
        let c = c.bare().transform(crate::town::Wax);
        c.rules(|_| Rules::native().choosing(Several::OneSession))
    });
    let (hello, bye) = (Ticket::noting("hello"), Ticket::noting("bye"));
    let [hellos, byes] = [&hello, &bye].map(|ticket| hex(waxed(ticket).as_bytes()));

    let mut browser = town.browser(&app);
    browser.set_cookie(COOKIE, &hellos);
    assert_eq!(browser.get("/name").await.body, "none");
    browser.post("/ride").await;
    let [event] = &town.events.take()[..] else {
        panic!("the change is told once");
    };
    assert_eq!((event.kind, event.session), (EventKind::Changed, None));

    for (second, body) in [(&hellos, hello.json()), (&byes, "none".to_owned())] {
        let both = format!("{COOKIE}={hellos}; {COOKIE}={second}");
        let request = Req::get("/see").header("cookie", &both);
        let answer = town.browser(&app).send(request).await;
        assert_eq!(answer.body, body);
    }
    let refused = EventKind::Refused(Refusal::Ambiguous);
    assert_eq!(town.told(), [refused, EventKind::AmbiguousCookies]);
}

/// Rules: row-57, second-reader.
#[tokio::test]
async fn a_session_of_the_old_form_is_read_and_moves_with_a_navigation_or_a_change() {
    let town = Town::new();
    let app = new_server(&town);
    let ticket = Ticket::noting("hello");
    let mut browser = town.holding(&app, &waxed(&ticket));

    let fetched = browser.send(Req::get("/see").fetch()).await;
    assert_eq!(fetched.body, ticket.json());
    assert!(fetched.set_cookies().is_empty(), "parallel responses race");
    town.forget();

    let shown = browser.get("/see").await;
    assert!(shown.sets(COOKIE));
    assert_eq!(town.told(), [EventKind::Renewed(RenewReason::Outdated)]);
    let moved = browser.cookie(COOKIE).unwrap();
    assert_ne!(moved, hex(waxed(&ticket).as_bytes()));
    assert_eq!(seen(&mut browser).await, Some(ticket));
    assert_eq!(town.told(), [], "it is in its own form now");

    // Another one moves with its first change.
    let mut other = town.holding(&app, &waxed(&Ticket::noting("bye")));
    assert!(other.send(Req::post("/ride").fetch()).await.sets(COOKIE));
    assert_eq!(town.told(), [EventKind::Changed]);
    let ridden = Ticket {
        rides: 1,
        ..Ticket::noting("bye")
    };
    assert_eq!(seen(&mut other).await, Some(ridden));
}

/// Rules: row-58, second-reader.
#[tokio::test]
async fn from_its_end_on_the_old_form_is_refused_and_what_has_moved_is_not() {
    let town = Town::new();
    let app = new_server(&town);
    let mut moved = town.holding(&app, &waxed(&Ticket::noting("moved")));
    let mut late = town.holding(&app, &waxed(&Ticket::noting("late")));
    town.clock.advance(29 * crate::town::DAY);
    assert!(moved.get("/see").await.sets(COOKIE));
    town.clock.advance(crate::town::DAY);
    town.forget();

    assert_eq!(seen(&mut late).await, None);
    assert_eq!(town.told(), [EventKind::Refused(Refusal::Malformed)]);
    assert_eq!(seen(&mut moved).await, Some(Ticket::noting("moved")));
}

/// Rules: second-reader, bad-input.
#[tokio::test]
async fn what_neither_form_takes_is_no_session() {
    let town = Town::new();
    let app = new_server(&town);
    let good = waxed(&Ticket::noting("good"));
    for bad in [&good[..good.len() - 1], "{}", "", "~wax", "not json~wax"] {
        let mut browser = town.holding(&app, bad);
        assert_eq!(seen(&mut browser).await, None, "{bad:?}");
        let told = town.told();
        let [EventKind::Refused(_)] = told.as_slice() else {
            panic!("{bad:?}: {told:?}");
        };
    }
}

/// A session that is moved keeps one name, whatever copy of the token it comes in: what will be
/// ended under that name is ended for every copy.
///
/// Rules: second-reader.
#[tokio::test]
async fn every_copy_of_an_old_token_is_one_session() {
    let town = Town::new();
    let app = new_server(&town);
    let token = waxed(&Ticket::noting("copied"));
    let mut handles = Vec::new();
    for _ in 0..2 {
        assert!(town.holding(&app, &token).get("/see").await.sets(COOKIE));
        handles.extend(town.events.take().iter().map(|event| event.session));
    }
    assert!(handles[0].is_some());
    assert_eq!(handles[0], handles[1]);
    let other = waxed(&Ticket::noting("other"));
    assert!(town.holding(&app, &other).get("/see").await.sets(COOKIE));
    assert_ne!(town.events.take()[0].session, handles[0]);
}

/// Rules: row-57.
#[tokio::test]
async fn a_staged_return_reads_what_the_new_form_sealed_and_writes_the_old_one() {
    let town = Town::new();
    let (new, end) = (new_server(&town), town.end());
    let returned = town.serving(|c| {
        let c = c.bare().transform(crate::town::Wax);
        c.also_reads(end, OtherForm::sealed)
    });
    let mut browser = town.browser(&new);
    browser.post("/note/there").await;

    let mut back = town.browser(&returned);
    back.set_cookie(COOKIE, &browser.cookie(COOKIE).unwrap());
    assert_eq!(seen(&mut back).await, Some(Ticket::noting("there")));
    let token = back.cookie(COOKIE).unwrap();
    assert_eq!(token, hex(waxed(&Ticket::noting("there")).as_bytes()));
    assert_eq!(seen(&mut back).await, Some(Ticket::noting("there")));
}
