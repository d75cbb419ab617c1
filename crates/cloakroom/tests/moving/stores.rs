//! Sessions that move from one storage to another: both forms are ours, and a session keeps its id.

use std::num::NonZeroU32;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use cloakroom::{
    Clock as _, CookieSession, EventKind, LayerExt, Refusal, Session, Sessions, Storage as _,
    WhenFull,
};
use cloakroom_storage::{Scope, Subject};
use cloakroom_testkit::{Call, Client, Req, When};

use crate::town::{COOKIE, Ticket, Town, seen, serve, ticket_in};

const SECOND: Duration = Duration::from_secs(1);
const OVERLAP: Duration = Duration::from_secs(30);

type Options = CookieSession<Ticket>;

/// The servers of a move, in the order in which they are put in place.
impl Town {
    fn with_the_old_store(&self) -> Router {
        self.serving(|c| owned(c.stored_in(&self.old_calls)))
    }

    fn reading_both(&self) -> Router {
        let end = self.end();
        self.serving(|c| {
            owned(c.stored_in(&self.old_calls))
                .also_reads(end, |other| other.stored_in(&self.new_calls).in_place())
        })
    }

    fn writing_the_new_store(&self) -> Router {
        serve(&self.moving_sessions())
    }

    fn moving_sessions(&self) -> Sessions {
        let end = self.end();
        self.sessions(|c| {
            owned(c.stored_in(&self.new_calls))
                .also_reads(end, |other| other.stored_in(&self.old_calls))
        })
    }

    fn with_the_new_store(&self) -> Router {
        self.serving(|c| owned(c.stored_in(&self.new_calls)))
    }

    /// A browser with a session in the old store, at the server that moves it.
    async fn about_to_move(&self) -> Client<Router> {
        let mut browser = self.browser(&self.with_the_old_store());
        browser.post("/note/old").await;
        self.forget();
        browser.served_by(self.writing_the_new_store())
    }
}

fn owned(options: Options) -> Options {
    options
        .subject_if_any(|ticket| ticket.user.clone())
        .rotation_overlap(OVERLAP)
}

/// Rules: row-60.
#[tokio::test]
async fn a_session_moves_with_the_first_request_that_reads_it_and_keeps_its_id() {
    let town = Town::new();
    let mut browser = town.about_to_move().await;
    let id = browser.cookie(COOKIE);
    let name = browser.get("/nothing").await;
    assert_eq!((name.status, town.records()), (200, (1, 0)));

    let read = browser.send(Req::get("/see").fetch()).await;
    assert_eq!(ticket_in(&read), Some(Ticket::noting("old")));
    assert!(read.set_cookies().is_empty());
    assert_eq!(town.records(), (0, 1));
    assert_eq!(town.told(), [EventKind::Moved]);

    town.forget();
    assert_eq!(seen(&mut browser).await, Some(Ticket::noting("old")));
    assert_eq!(browser.cookie(COOKIE), id);
    assert_eq!(
        town.old_calls.take_calls(),
        [Call::Read],
        "it might lie there"
    );
    assert_eq!(town.new_calls.take_calls(), [Call::Read]);
    let mut later = browser.served_by(town.with_the_new_store());
    assert_eq!(seen(&mut later).await, Some(Ticket::noting("old")));
}

/// Rules: row-61.
#[tokio::test]
async fn a_session_that_moves_keeps_its_name_its_subject_and_its_deadlines() {
    let town = Town::new();
    let mut browser = town.browser(&town.with_the_old_store());
    browser.post("/sign-in/anna").await;
    let name = browser.get("/name").await.body;
    town.clock.advance(60 * SECOND);
    let subject = Subject::new(Scope::new("town/ticket"), "anna");
    let listed = town.old.list(&subject, town.clock.now()).await.unwrap();
    assert_eq!(listed.len(), 1);

    let mut browser = browser.served_by(town.writing_the_new_store());
    browser.post("/ride").await;
    assert_eq!(town.records(), (0, 1));
    assert_eq!(browser.get("/name").await.body, name);
    let moved = town.new.list(&subject, town.clock.now()).await.unwrap();
    let dates = |of: &[cloakroom_storage::Listed]| (of[0].created, of[0].absolute_deadline);
    assert_eq!(dates(&moved), dates(&listed));
    assert_eq!(seen(&mut browser).await.map(|ticket| ticket.rides), Some(1));
}

/// Rules: row-60, row-61.
#[tokio::test]
async fn nobody_is_logged_out_and_nothing_is_lost_while_nodes_change_one_after_the_other() {
    let town = Town::new();
    let stages = [
        town.with_the_old_store(),
        town.reading_both(),
        town.writing_the_new_store(),
        town.with_the_new_store(),
    ];
    let mut browser = town.browser(&stages[0]);
    browser.post("/note/old").await;
    let mut rides = 0;
    // At any time two stages that follow each other serve one session in turns.
    for pair in stages.windows(2) {
        for turn in 0..6 {
            browser = browser.served_by(pair[turn % 2].clone());
            browser.post("/ride").await;
            rides += 1;
            let ticket = seen(&mut browser).await.expect("it is logged in");
            assert_eq!((ticket.rides, ticket.note.as_str()), (rides, "old"));
        }
        // What is left alone between two stages moves with the next request.
        browser = browser.served_by(pair[1].clone());
        browser.get("/see").await;
    }
    assert_eq!(town.records(), (0, 1));
}

/// Rules: row-60, rotation.
#[tokio::test]
async fn a_rotation_that_is_under_way_goes_on_in_the_new_store() {
    let town = Town::new();
    let mut browser = town
        .about_to_move()
        .await
        .served_by(town.with_the_old_store());
    let mut parallel = browser.fork().served_by(town.writing_the_new_store());
    assert!(browser.post("/rotate").await.sets(COOKIE));
    let mut browser = browser.served_by(town.writing_the_new_store());

    // By the old proof it is read and changed; neither sends anything.
    town.forget();
    let read = parallel.get("/see").await;
    assert_eq!(ticket_in(&read), Some(Ticket::noting("old")));
    assert_eq!(
        town.records(),
        (1, 0),
        "a superseded proof moves nothing by itself"
    );
    let ridden = parallel.post("/ride").await;
    assert!(ridden.set_cookies().is_empty());
    assert_eq!(town.records(), (0, 1));

    // The new proof settles the rotation, and after the overlap the old one is a thief's.
    assert_eq!(seen(&mut browser).await.map(|ticket| ticket.rides), Some(1));
    assert!(town.told().contains(&EventKind::RotationSettled));
    assert_eq!(
        seen(&mut parallel).await.map(|ticket| ticket.rides),
        Some(1)
    );
    town.clock.advance(OVERLAP);
    assert_eq!(seen(&mut parallel).await, None);
    assert!(town.told().contains(&EventKind::Reused));
    assert_eq!(seen(&mut browser).await, None);
    assert_eq!(town.records(), (0, 0));
}

/// Rules: row-61, rotation.
#[tokio::test]
async fn a_session_that_is_rotated_as_it_moves_serves_parallel_requests_too() {
    let town = Town::new();
    let mut browser = town.about_to_move().await;
    let mut parallel = browser.fork();
    assert!(browser.post("/rotate").await.sets(COOKIE));
    assert_eq!(town.records(), (0, 1));
    assert_ne!(browser.cookie(COOKIE), parallel.cookie(COOKIE));
    assert_eq!(seen(&mut parallel).await, Some(Ticket::noting("old")));
    assert_eq!(seen(&mut browser).await, Some(Ticket::noting("old")));
}

/// Rules: row-63, merging.
#[tokio::test]
async fn of_two_requests_that_move_and_change_it_at_once_both_changes_are_kept() {
    let town = Town::new();
    let rider = town.about_to_move().await;
    let mut writer = rider.fork();
    let held = town.old.pause_next(Call::Update);
    let riding = rider.dispatch(&Req::post("/ride").fetch());
    let noting = async {
        held.reached().await;
        assert_eq!(writer.post("/note/new").await.status, 200);
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
    assert_eq!(seen(&mut writer).await, Some(both));
}

/// Rules: row-60c.
#[tokio::test]
async fn a_session_that_is_ended_while_it_moves_does_not_come_back() {
    let town = Town::new();
    let late = town.about_to_move().await;
    let mut browser = late.fork();
    let held = town.new.pause_next(Call::Create);
    let riding = late.dispatch(&Req::post("/ride").fetch());
    let leaving = async {
        held.reached().await;
        assert!(browser.post("/leave").await.clears(COOKIE));
        held.resume();
    };
    let mut replayed = late.fork();
    let (ridden, ()) = tokio::join!(riding, leaving);
    assert_eq!(ridden.status, 200);
    assert!(town.told().contains(&EventKind::EndedMeanwhile));
    assert_eq!(town.records(), (0, 0));
    assert_eq!(seen(&mut replayed).await, None);
}

/// A move that broke off: the record lies in both stores.
async fn in_both_stores(town: &Town) -> Client<Router> {
    let mut browser = town.about_to_move().await;
    town.old.fail_next(Call::Take, When::BeforeEffect);
    assert_eq!(browser.post("/ride").await.status, 200);
    assert_eq!(town.records(), (1, 1));
    assert!(town.told().contains(&EventKind::StorageFailed));
    browser
}

/// Rules: row-62, row-64.
#[tokio::test]
async fn what_a_move_left_behind_ends_with_the_session() {
    for end in ["/leave", "/sign-in/anna"] {
        let town = Town::new();
        let mut browser = in_both_stores(&town).await;
        let mut replayed = browser.fork();
        assert_eq!(seen(&mut browser).await.map(|ticket| ticket.rides), Some(1));
        browser.post(end).await;
        let (old, _) = town.records();
        assert_eq!(old, 0, "{end}");
        assert_eq!(seen(&mut replayed).await, None, "{end}");
    }
}

/// Rules: row-62, row-33.
#[tokio::test]
async fn who_cannot_end_it_in_both_stores_is_told_and_may_try_again() {
    let town = Town::new();
    let mut browser = in_both_stores(&town).await;
    let mut replayed = browser.fork();
    for store in [&town.old, &town.new] {
        store.fail_next(Call::Remove, When::BeforeEffect);
        let failed = browser.post("/leave").await;
        assert_eq!((failed.status, failed.set_cookies().len()), (503, 0));
    }
    assert!(browser.post("/leave").await.clears(COOKIE));
    assert_eq!(town.records(), (0, 0));
    assert_eq!(seen(&mut replayed).await, None);
}

/// Rules: row-62, reused-proof.
#[tokio::test]
async fn a_stolen_proof_does_not_open_what_a_move_left_behind() {
    let town = Town::new();
    let mut browser = in_both_stores(&town).await;
    let mut thief = browser.fork();
    browser.post("/rotate").await;
    browser.get("/see").await;
    town.clock.advance(OVERLAP);
    assert_eq!(seen(&mut thief).await, None);
    assert!(town.told().contains(&EventKind::Reused));
    assert_eq!(town.records(), (0, 0), "the session has ended in both");
    assert_eq!(seen(&mut thief).await, None);
}

/// Rules: reused-proof, row-24.
#[tokio::test]
async fn a_reused_proof_ends_a_session_that_has_not_moved_yet() {
    let town = Town::new();
    let mut browser = town
        .about_to_move()
        .await
        .served_by(town.with_the_old_store());
    let thief = browser.fork();
    browser.post("/rotate").await;
    browser.get("/see").await;
    town.clock.advance(OVERLAP);
    let mut thief = thief.served_by(town.writing_the_new_store());
    assert_eq!(seen(&mut thief).await, None);
    assert_eq!(town.records(), (0, 0));
    assert_eq!(seen(&mut browser).await, None);
}

/// Rules: row-60b.
#[tokio::test]
async fn a_move_that_nobody_asked_for_may_fail_and_loses_nothing() {
    let town = Town::new();
    let mut browser = town.about_to_move().await;
    for (call, when) in [
        (Call::Create, When::BeforeEffect),
        (Call::Create, When::AfterEffect),
    ] {
        town.new.fail_next(call, when);
        assert_eq!(seen(&mut browser).await, Some(Ticket::noting("old")));
    }
    town.old.fail_next(Call::Read, When::BeforeEffect);
    assert_eq!(browser.get("/see").await.status, 503);
    assert_eq!(seen(&mut browser).await, Some(Ticket::noting("old")));
}

/// Rules: sealed-at-rest.
#[tokio::test]
async fn content_that_is_encrypted_at_rest_moves_as_well() {
    let town = Town::new();
    let mut browser =
        town.browser(&town.serving(|c| c.stored_in(&town.old_calls).sealed_at_rest()));
    browser.post("/note/secret").await;
    let end = town.end();
    let moving = |c: Options| {
        c.stored_in(&town.new_calls)
            .sealed_at_rest()
            .also_reads(end, |other| {
                other.stored_in(&town.old_calls).sealed_at_rest()
            })
    };
    let mut browser = browser.served_by(town.serving(moving));
    assert_eq!(seen(&mut browser).await, Some(Ticket::noting("secret")));
    assert_eq!(town.records(), (0, 1));
    let moved = town.serving(|c| c.stored_in(&town.new_calls).sealed_at_rest());
    let mut browser = browser.served_by(moved);
    assert_eq!(seen(&mut browser).await, Some(Ticket::noting("secret")));
}

/// Rules: row-64, row-60.
#[tokio::test]
async fn ending_all_of_a_subject_reaches_what_has_not_moved_and_what_a_move_left_behind() {
    let town = Town::new();
    let mut old = town.browser(&town.with_the_old_store());
    let mut left = town.browser(&town.with_the_old_store());
    for browser in [&mut old, &mut left] {
        browser.post("/sign-in/anna").await;
    }
    let sessions = town.moving_sessions();
    let (mut old, mut left) = (
        old.served_by(serve(&sessions)),
        left.served_by(serve(&sessions)),
    );
    town.old.fail_next(Call::Take, When::BeforeEffect);
    left.post("/ride").await;
    town.clock.advance(SECOND);
    sessions.end_all::<Ticket>("anna").await.unwrap();
    for browser in [&mut old, &mut left] {
        assert_eq!(seen(browser).await, None);
    }
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_name_wherever_they_lie() {
    let town = Town::new();
    let mut browsers = Vec::new();
    for _ in 0..3 {
        let mut browser = town.browser(&town.with_the_old_store());
        browser.post("/sign-in/anna").await;
        town.clock.advance(SECOND);
        browsers.push(browser);
    }
    let sessions = town.moving_sessions();
    let app = serve(&sessions);
    let [one, two, three] = browsers.try_into().map_err(drop).unwrap();
    let (mut one, mut two, mut three) = (
        one.served_by(app.clone()),
        two.served_by(app.clone()),
        three.served_by(app),
    );
    two.get("/see").await;
    // The third one's move broke off.
    town.old.fail_next(Call::Take, When::BeforeEffect);
    three.get("/see").await;
    assert_eq!(town.records(), (2, 2));

    let listed = sessions.list::<Ticket>("anna").await.unwrap();
    let created: Vec<_> = listed.iter().map(|session| session.created).collect();
    assert_eq!(listed.len(), 3);
    assert!(created.is_sorted());
    for session in &listed {
        assert!(sessions.end(&session.reference).await.unwrap());
        assert!(!sessions.end(&session.reference).await.unwrap());
    }
    assert_eq!(town.records(), (0, 0));
    for browser in [&mut one, &mut two, &mut three] {
        assert_eq!(seen(browser).await, None);
    }
}

#[tokio::test]
async fn a_session_that_moves_is_not_one_more_for_the_limit() {
    let town = Town::new();
    let mut old = town.browser(&town.with_the_old_store());
    old.post("/sign-in/anna").await;
    let end = town.end();
    let moving = town.serving(|c| {
        owned(c.stored_in(&town.new_calls))
            .sessions_per_subject(NonZeroU32::MIN, WhenFull::RejectNew)
            .also_reads(end, |other| other.stored_in(&town.old_calls))
    });
    let mut another = town.browser(&moving);
    assert_eq!(another.post("/sign-in/anna").await.status, 200);
    let mut old = old.served_by(moving.clone());
    assert_eq!(old.post("/ride").await.status, 200);
    assert_eq!(town.records(), (0, 2));
    let mut third = town.browser(&moving);
    assert_eq!(third.post("/sign-in/anna").await.status, 429);
}

#[tokio::test]
async fn ending_all_others_spares_a_session_that_has_not_moved_yet() {
    let town = Town::new();
    let mut browser = town.browser(&town.with_the_old_store());
    let mut other = town.browser(&town.with_the_old_store());
    for browser in [&mut browser, &mut other] {
        browser.post("/sign-in/anna").await;
    }
    town.clock.advance(SECOND);
    let sessions = town.moving_sessions();
    let app = with_ending_others(&sessions);
    let (mut browser, mut other) = (browser.served_by(app.clone()), other.served_by(app));
    assert_eq!(browser.post("/end-others").await.body, "1");
    assert_eq!(town.records(), (0, 1));
    town.clock.advance(SECOND);
    let kept = seen(&mut browser).await.expect("it was spared");
    assert_eq!(kept.user.as_deref(), Some("anna"));
    assert_eq!(seen(&mut other).await, None);

    // So it does where another request ended them, before this one moved.
    let mut late = town.browser(&town.with_the_old_store());
    late.post("/sign-in/anna").await;
    town.clock.advance(SECOND);
    let mut late = late.served_by(with_ending_others(&sessions));
    town.new.fail_next(Call::Create, When::BeforeEffect);
    assert_eq!(late.post("/end-others").await.body, "1");
    assert_eq!(town.records(), (1, 0));
    town.clock.advance(SECOND);
    let kept = seen(&mut late).await.expect("it was spared");
    assert_eq!(kept.user.as_deref(), Some("anna"));
    assert_eq!(town.records(), (0, 1));
}

/// The town's server, with a way to end all other sessions of a subject.
fn with_ending_others(sessions: &Sessions) -> Router {
    let ending = sessions.clone();
    let end_others = async move |ticket: Session<Ticket>| {
        let ended = ending.end_others(&ticket).await.unwrap();
        ended.to_string()
    };
    Router::new()
        .route("/end-others", post(end_others))
        .layer(sessions.layer())
        .merge(serve(sessions))
}

/// Rules: row-58.
#[tokio::test]
async fn from_its_end_on_what_has_not_moved_is_unknown() {
    let town = Town::new();
    let mut browser = town.about_to_move().await;
    // By default a session lasts no longer than the reader: this one was read by nobody.
    town.clock.advance(30 * crate::town::DAY);
    town.forget();
    assert_eq!(seen(&mut browser).await, None);
    assert_eq!(town.told(), [EventKind::Refused(Refusal::UnknownId)]);
    town.old_calls.assert_untouched();
}
