//! A change at a node that still writes the old store, while another node moves the session away from
//! there: it follows the session, or the move waits.

use std::time::Duration;

use axum::Router;
use cloakroom::{
    Clock as _, Codec, CodecId, Conflicts, CookieSession, DecodeError, EncodeError, EventKind,
    Json, Schema, Sessions,
};
use cloakroom_testkit::{Answer, Call, Client, Req, When};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::town::{COOKIE, DAY, Ticket, Town, seen, serve};

/// JSON, the last byte first: nobody takes it for what it is not.
#[derive(Debug)]
struct Backwards;

impl Codec for Backwards {
    fn id(&self) -> CodecId {
        CodecId::new(200)
    }

    fn encode<S: Serialize>(&self, value: &S, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut forwards = Vec::new();
        Json.encode(value, &mut forwards)?;
        out.extend(forwards.iter().rev());
        Ok(())
    }

    fn decode<S: DeserializeOwned>(&self, bytes: &[u8]) -> Result<S, DecodeError> {
        let forwards: Vec<u8> = bytes.iter().rev().copied().collect();
        Json.decode(&forwards)
    }
}

type Options = CookieSession<Ticket>;

/// Two nodes in the midst of a move, of which the first is about to write.
struct Crossing {
    town: Town,
    first: Sessions,
    second: Sessions,
    /// At the first node.
    rider: Client<Router>,
    /// The same browser at the second node.
    there: Client<Router>,
}

impl Crossing {
    async fn of(owned: impl Fn(Options) -> Options) -> Self {
        let town = Town::new();
        let (end, old, new) = (town.end(), &town.old_calls, &town.new_calls);
        let owned = |c: Options| owned(c).subject_if_any(|ticket| ticket.user.clone());
        let sealed = |c: Options| c.sealed_at_rest();
        // Each store has its contents in another codec's words.
        let first = town.sessions(|c| {
            sealed(owned(c).schema(Schema::new(Backwards)).stored_in(old))
                .also_reads(end, |other| {
                    other.stored_in(new).sealed_at_rest().in_place()
                })
        });
        let second = town.sessions(|c| {
            sealed(owned(c).stored_in(new)).also_reads(end, |other| {
                other
                    .schema(Schema::new(Backwards))
                    .stored_in(old)
                    .sealed_at_rest()
            })
        });
        let mut rider = town.browser(&serve(&first));
        rider.post("/sign-in/anna").await;
        town.forget();
        let there = rider.fork().served_by(serve(&second));
        Self {
            town,
            first,
            second,
            rider,
            there,
        }
    }

    /// What the first node answers to a request whose write is held up by `meanwhile`.
    async fn crossed_by(&mut self, request: Req, meanwhile: impl AsyncFnOnce(&mut Self)) -> Answer {
        self.crossed_in(Call::Update, request, meanwhile).await
    }

    async fn crossed_in(
        &mut self,
        call: Call,
        request: Req,
        meanwhile: impl AsyncFnOnce(&mut Self),
    ) -> Answer {
        let held = self.town.old.pause_next(call);
        let rider = self.rider.fork();
        let writing = rider.dispatch(&request);
        let crossing = async {
            held.reached().await;
            meanwhile(self).await;
            held.resume();
        };
        tokio::join!(writing, crossing).0
    }

    /// The session moves, and is changed there.
    async fn moves(&mut self) {
        assert_eq!(self.there.post("/note/new").await.status, 200);
        assert_eq!(self.town.records(), (0, 1));
        self.town.forget();
    }
}

/// Rules: row-63, merging.
#[tokio::test]
async fn a_change_that_finds_its_session_moved_is_joined_with_what_lies_there() {
    let mut crossing = Crossing::of(|c| c).await;
    let ridden = crossing
        .crossed_by(Req::post("/ride"), Crossing::moves)
        .await;
    assert_eq!((ridden.status, ridden.set_cookies().len()), (200, 0));
    assert_eq!(
        crossing.town.told(),
        [EventKind::Changed, EventKind::Merged]
    );
    assert_eq!(crossing.town.records(), (0, 1));
    for browser in [&mut crossing.rider, &mut crossing.there] {
        let ticket = seen(browser).await.expect("it is logged in");
        assert_eq!((ticket.rides, ticket.note.as_str()), (1, "new"));
        assert_eq!(ticket.user.as_deref(), Some("anna"));
    }
}

/// Rules: row-60c.
#[tokio::test]
async fn a_change_that_crosses_a_move_is_not_left_behind() {
    let mut crossing = Crossing::of(|c| c).await;
    let held = crossing.town.old.pause_next(Call::Take);
    let there = crossing.there.fork();
    let request = Req::post("/note/new");
    let moving = there.dispatch(&request);
    let crossed = async {
        held.reached().await;
        assert_eq!(crossing.town.records(), (1, 1), "the copy is made");
        assert_eq!(crossing.rider.post("/ride").await.status, 200);
        held.resume();
    };
    let (noted, ()) = tokio::join!(moving, crossed);
    assert_eq!(noted.status, 200);
    assert_eq!(crossing.town.records(), (1, 0), "it is moved another time");
    let ticket = seen(&mut crossing.there).await.expect("it is logged in");
    assert_eq!((ticket.rides, ticket.note.as_str()), (1, "new"));
    assert_eq!(crossing.town.records(), (0, 1));
}

/// Rules: row-60b, row-64.
#[tokio::test]
async fn a_copy_of_a_move_that_broke_off_counts_for_nothing() {
    let mut crossing = Crossing::of(|c| c).await;
    crossing.town.old.fail_next(Call::Take, When::BeforeEffect);
    assert_eq!(crossing.there.post("/note/new").await.status, 200);
    assert_eq!(crossing.town.records(), (1, 1));
    for (rides, browser) in [&mut crossing.rider, &mut crossing.there]
        .into_iter()
        .enumerate()
    {
        let ticket = seen(browser).await.expect("it is logged in");
        assert_eq!(
            (ticket.rides as usize, ticket.note.as_str()),
            (rides, "new")
        );
        browser.post("/ride").await;
    }
    // Nobody knows how far the move came: its copy is left alone for a minute.
    assert_eq!(crossing.town.records(), (1, 1));
    crossing.town.clock.advance(Duration::from_secs(60));
    let ticket = seen(&mut crossing.there).await.expect("it is logged in");
    assert_eq!((ticket.rides, ticket.note.as_str()), (2, "new"));
    assert_eq!(crossing.town.records(), (0, 1));
    crossing.town.clock.advance(Duration::from_secs(60));
    let ticket = seen(&mut crossing.rider)
        .await
        .expect("it has all its time");
    assert_eq!(ticket.rides, 2);
}

/// Rules: row-60c.
#[tokio::test]
async fn a_move_whose_end_is_not_known_is_brought_to_its_end() {
    let mut crossing = Crossing::of(|c| c).await;
    crossing.town.old.fail_next(Call::Take, When::AfterEffect);
    assert_eq!(crossing.there.post("/note/new").await.status, 200);
    assert_eq!(crossing.town.records(), (0, 1));
    crossing.town.clock.advance(Duration::from_secs(60));
    let ticket = seen(&mut crossing.there).await.expect("it is logged in");
    assert_eq!(ticket.note, "new");
}

/// Rules: row-65.
#[tokio::test]
async fn a_node_that_still_writes_the_old_store_changes_a_session_where_it_lies() {
    let mut crossing = Crossing::of(|c| c).await;
    crossing.moves().await;
    crossing.rider.post("/ride").await;
    assert!(crossing.rider.post("/rotate").await.sets(COOKIE));
    assert_eq!(
        crossing.town.told(),
        [EventKind::Changed, EventKind::Rotated]
    );
    let token = crossing.rider.cookie(COOKIE).unwrap();
    crossing.there.set_cookie(COOKIE, &token);
    for browser in [&mut crossing.there, &mut crossing.rider] {
        let ticket = seen(browser).await.expect("it is logged in");
        assert_eq!((ticket.rides, ticket.note.as_str()), (1, "new"));
        assert_eq!(crossing.town.records(), (0, 1));
    }
    assert!(crossing.rider.post("/leave").await.clears(COOKIE));
    assert_eq!(crossing.town.records(), (0, 0));
    assert_eq!(seen(&mut crossing.there).await, None);
}

/// Rules: row-63, merging.
#[tokio::test]
async fn the_last_one_wins_there_too_where_that_is_wanted() {
    let mut crossing = Crossing::of(|c| c.conflicts(Conflicts::LastWins)).await;
    let ridden = crossing
        .crossed_by(Req::post("/ride"), Crossing::moves)
        .await;
    assert_eq!(ridden.status, 200);
    let ticket = seen(&mut crossing.there).await.expect("it is logged in");
    assert_eq!((ticket.rides, ticket.note.as_str()), (1, ""));
}

/// Rules: row-63, rotation.
#[tokio::test]
async fn a_rotation_that_finds_its_session_moved_takes_the_content_from_there() {
    let mut crossing = Crossing::of(|c| c).await;
    let rotated = crossing
        .crossed_by(Req::post("/rotate"), Crossing::moves)
        .await;
    assert!(rotated.sets(COOKIE));
    let now = crossing.town.clock.now();
    crossing
        .rider
        .receive(&Req::post("/rotate"), &rotated.headers, now);
    for browser in [&mut crossing.there, &mut crossing.rider] {
        let ticket = seen(browser).await.expect("it is logged in");
        assert_eq!(ticket.note, "new");
    }
}

/// Rules: row-62.
#[tokio::test]
async fn a_logout_that_crosses_a_move_ends_the_session_where_it_is_by_then() {
    let mut crossing = Crossing::of(|c| c).await;
    let left = crossing
        .crossed_in(Call::Remove, Req::post("/leave"), Crossing::moves)
        .await;
    assert!(left.clears(COOKIE));
    assert_eq!(crossing.town.records(), (0, 0));
    assert_eq!(seen(&mut crossing.there).await, None);

    // So it is for one that is ended by its name.
    let mut crossing = Crossing::of(|c| c).await;
    let listed = crossing.first.list::<Ticket>("anna").await.unwrap();
    let (first, held) = (
        crossing.first.clone(),
        crossing.town.old.pause_next(Call::Remove),
    );
    let ending = first.end(&listed[0].reference);
    let crossed = async {
        held.reached().await;
        crossing.moves().await;
        held.resume();
    };
    let (ended, ()) = tokio::join!(ending, crossed);
    assert!(ended.unwrap());
    assert_eq!(crossing.town.records(), (0, 0));
}

/// Rules: row-63, no-upsert.
#[tokio::test]
async fn a_session_that_moved_and_ended_is_not_brought_back_by_a_change() {
    let mut crossing = Crossing::of(|c| c).await;
    let ridden = crossing
        .crossed_by(Req::post("/ride"), async |crossing| {
            crossing.moves().await;
            crossing.there.post("/leave").await;
        })
        .await;
    assert_eq!((ridden.status, ridden.set_cookies().len()), (200, 0));
    assert!(crossing.town.told().contains(&EventKind::EndedMeanwhile));
    assert_eq!(crossing.town.records(), (0, 0));
}

/// Rules: row-63, no-upsert.
#[tokio::test]
async fn a_session_that_moved_before_all_were_ended_is_not_brought_back_by_a_change() {
    let mut crossing = Crossing::of(|c| c).await;
    let ridden = crossing
        .crossed_by(Req::post("/ride"), async |crossing| {
            crossing.moves().await;
            crossing.town.clock.advance(Duration::from_secs(1));
            // The new store is out of reach, so what lies there stays.
            crossing
                .town
                .new
                .fail_next(Call::RemoveAll, When::BeforeEffect);
            let ending = crossing.first.end_all::<Ticket>("anna").await;
            ending.unwrap_err();
            assert_eq!(crossing.town.records(), (0, 1));
        })
        .await;
    assert_eq!((ridden.status, ridden.set_cookies().len()), (200, 0));
    assert!(crossing.town.told().contains(&EventKind::EndedMeanwhile));
    assert_eq!(crossing.town.records(), (0, 1));
    assert_eq!(seen(&mut crossing.rider).await, None);
    crossing.second.end_all::<Ticket>("anna").await.unwrap();
    assert_eq!(crossing.town.records(), (0, 0));
}

/// Rules: row-63, row-34.
#[tokio::test]
async fn a_change_that_cannot_follow_its_session_is_told_so_and_may_come_again() {
    for call in [Call::Read, Call::Update] {
        let mut crossing = Crossing::of(|c| c).await;
        let ridden = crossing
            .crossed_by(Req::post("/ride"), async |crossing| {
                crossing.moves().await;
                crossing.town.new.fail_next(call, When::BeforeEffect);
            })
            .await;
        assert_eq!(ridden.status, 503, "{call:?}");
        assert_eq!(crossing.town.records(), (0, 1), "{call:?}");
        assert_eq!(crossing.rider.post("/ride").await.status, 200);
        let ticket = seen(&mut crossing.there).await.expect("it is logged in");
        assert_eq!((ticket.rides, ticket.note.as_str()), (1, "new"), "{call:?}");
    }
}

/// Rules: row-63b, rotation.
#[tokio::test]
async fn what_nobody_asked_for_does_not_follow_a_session() {
    let mut crossing = Crossing::of(|c| c).await;
    assert!(crossing.rider.post("/rotate").await.sets(COOKIE));
    let token = crossing.rider.cookie(COOKIE).unwrap();
    crossing.there.set_cookie(COOKIE, &token);
    // The new proof is presented for the first time, which settles the rotation.
    let read = crossing.crossed_by(Req::get("/see"), Crossing::moves).await;
    assert_eq!((read.status, read.set_cookies().len()), (200, 0));
    assert_eq!(crossing.town.told(), []);
    assert_eq!(crossing.town.records(), (0, 1));
    let ticket = seen(&mut crossing.rider).await.expect("it is logged in");
    assert_eq!(ticket.note, "new");
}

/// Rules: row-63b.
#[tokio::test]
async fn a_session_that_moved_is_not_told_to_have_ended_because_its_deadline_cannot_be_moved() {
    let mut crossing = Crossing::of(|c| c.idle_timeout(2 * DAY)).await;
    crossing.town.clock.advance(DAY);
    let request = Req::get("/see");
    let read = crossing.crossed_in(Call::Touch, request, Crossing::moves);
    assert_eq!(read.await.status, 200);
    assert_eq!(crossing.town.told(), []);
    assert_eq!(crossing.town.records(), (0, 1));
}
