//! A cache over each of two stores while sessions move from one to the other, node by node.

use axum::Router;
use cloakroom::{
    Cached, CookieSession, EventKind, Key, KeyRing, LayerExt as _, MemoryStorage, Sessions,
    ThreadEntropy, Timestamp,
};
use cloakroom_testkit::{Client, EventLog, ManualClock, Req};

use crate::{COOKIE, Login, STALENESS, app, follow};

/// A node that still writes to the old store, and one that writes to the new one. Both read both,
/// each through caches of its own.
struct Move {
    clock: ManualClock,
    events: EventLog,
    old: MemoryStorage,
    new: MemoryStorage,
    first: Client<Router>,
    second: Client<Router>,
}

impl Move {
    /// Somebody is signed in at the first node, which has a copy of the session.
    async fn begun() -> Self {
        let (clock, events) = (ManualClock::default(), EventLog::new());
        let (old, new) = (MemoryStorage::new(), MemoryStorage::new());
        let keys = KeyRing::single(Key::generate(&ThreadEntropy));
        let until = Timestamp::from_secs(u64::from(u32::MAX));
        let node = |writes: &MemoryStorage, reads: &MemoryStorage, in_place| {
            let cached = |storage: &MemoryStorage| Cached::new(storage.clone(), STALENESS).unwrap();
            let (writes, reads) = (cached(writes), cached(reads));
            let form = |login: CookieSession<Login>| {
                login
                    .stored_in(&writes)
                    .subject(|login| login.user.clone())
                    .also_reads(until, |other| match other.stored_in(&reads) {
                        other if in_place => other.in_place(),
                        other => other,
                    })
            };
            let sessions = Sessions::builder("shop", &keys)
                .clock(clock.clone())
                .observer(events.clone())
                .cookie::<Login>("login", form)
                .build()
                .unwrap();
            Client::new(app().layer(sessions.layer())).with_clock(&clock)
        };
        let (mut first, mut second) = (node(&old, &new, true), node(&new, &old, false));
        assert!(first.post("/sign-in").await.sets(COOKIE));
        assert_eq!(first.get("/see").await.body, "ada  0");
        follow(&first, &mut second);
        Self {
            clock,
            events,
            old,
            new,
            first,
            second,
        }
    }

    /// The second node sees the session, and so moves it.
    async fn moved() -> Self {
        let mut town = Self::begun().await;
        assert_eq!((town.old.len(), town.new.len()), (1, 0));
        assert_eq!(town.second.get("/see").await.body, "ada  0");
        assert_eq!((town.old.len(), town.new.len()), (0, 1));
        town.events.clear();
        town
    }
}

/// Rules: staleness, merging.
#[tokio::test]
async fn a_change_made_of_a_copy_of_where_the_session_was_follows_it() {
    let mut town = Move::moved().await;
    let noted = town.second.send(Req::post("/note").body("tea")).await;
    assert_eq!(noted.status, 200);
    assert_eq!(town.first.get("/see").await.body, "ada  0", "stale");
    assert_eq!(town.first.post("/visit").await.status, 200);
    town.clock.advance(STALENESS);
    for node in [&mut town.first, &mut town.second] {
        assert_eq!(node.get("/see").await.body, "ada tea 1");
    }
    assert_eq!(town.old.len() + town.new.len(), 1);
}

/// Rules: staleness.
#[tokio::test]
async fn a_session_that_moved_and_was_ended_is_brought_back_by_no_copy() {
    let mut town = Move::moved().await;
    assert!(town.second.post("/leave").await.clears(COOKIE));
    assert_eq!(town.first.get("/see").await.body, "ada  0", "stale");
    town.first.post("/visit").await;
    assert_eq!((town.old.len(), town.new.len()), (0, 0));
    assert_eq!(town.first.get("/see").await.body, "none");
    town.clock.advance(STALENESS);
    assert_eq!(town.first.get("/see").await.body, "none");
}

/// Rules: latest-word.
#[tokio::test]
async fn a_logout_where_only_a_copy_of_the_old_place_is_known_ends_it_in_the_new_one() {
    let mut town = Move::moved().await;
    assert!(town.first.post("/leave").await.clears(COOKIE));
    assert_eq!((town.old.len(), town.new.len()), (0, 0));
    town.clock.advance(STALENESS);
    assert_eq!(town.second.get("/see").await.body, "none");
}

/// Rules: latest-word, reused-proof.
#[tokio::test]
async fn a_session_that_moved_and_changed_its_token_is_no_theft_under_a_copy() {
    let mut town = Move::moved().await;
    assert!(town.second.post("/rotate").await.sets(COOKIE));
    follow(&town.second, &mut town.first);
    assert_eq!(town.first.get("/see").await.body, "ada  0");
    assert_eq!(town.second.get("/see").await.body, "ada  0");
    assert!(!town.events.kinds().contains(&EventKind::Reused));
}
