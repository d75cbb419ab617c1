//! A sign-in while other requests are under way with the old cookie: whatever order they are
//! served in, and whatever order their responses reach the browser in, the login survives.
//!
//! Two things are left to the application on purpose, and are not here: a page load may renew or
//! clear a cookie for itself, and of two responses that both *change* a session by value the last
//! one wins.

use axum::http::HeaderMap;
use cloakroom::{DatedKey, EventKind, KeyRing, KeySet, MemoryStorage, Refusal, Sessions};
use cloakroom_testkit::{Call, Client, FaultyStorage, ManualClock, Req, SeededEntropy};

use crate::support::Kind::{self, ById, Sealed, Signed};
use crate::support::{Ask, HOUR, Kept, MINUTE, Setup, Site, decode, encode, key, router};

/// What has become of the old cookie by the time of the sign-in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Old {
    Fresh,
    /// Its idle deadline is to be moved.
    Due,
    /// Another key issues now.
    Outdated,
    IdleOver,
    AbsoluteOver,
    Ended,
    Revoked,
    Forged,
}

impl Old {
    const ALL: [Self; 8] = [
        Self::Fresh,
        Self::Due,
        Self::Outdated,
        Self::IdleOver,
        Self::AbsoluteOver,
        Self::Ended,
        Self::Revoked,
        Self::Forged,
    ];

    /// Whether a page load leaves the cookie as it is.
    fn is_kept_by_page_loads(self, kind: Kind) -> bool {
        match self {
            Self::Fresh | Self::IdleOver | Self::Ended | Self::Revoked => true,
            // Of what is over in the storage nothing is known; a touch sends nothing.
            Self::Due | Self::AbsoluteOver => kind == ById,
            Self::Outdated | Self::Forged => false,
        }
    }
}

/// A site at which the browser's cookie has become `old`.
async fn aged(kind: Kind, old: Old) -> (Site, Client<axum::Router>) {
    let clock = ManualClock::default();
    let later = cloakroom::Clock::now(&clock).saturating_add(MINUTE);
    let set = KeySet::new().with(key(1));
    let ring = KeyRing::from_keys(set.with(DatedKey::from(key(2)).issue_from(later))).unwrap();
    let mut setup = Setup::new().absolute(HOUR).idle(30 * MINUTE).ring(&ring);
    setup.clock = clock;
    let site = setup.site();
    let mut browser = Client::new(site.router.clone()).with_clock(&site.clock);
    if !matches!(old, Old::Outdated | Old::Revoked) {
        site.clock.advance(MINUTE);
    }
    let token = site.token(kind, "anonymous").await;
    browser.set_cookie(kind.wire(), &token);
    match old {
        Old::Fresh => {}
        Old::Due => site.clock.advance(20 * MINUTE),
        Old::Outdated => site.clock.advance(MINUTE),
        Old::IdleOver => site.clock.advance(30 * MINUTE),
        Old::AbsoluteOver => site.clock.advance(HOUR),
        Old::Ended => drop(site.ask(Ask::end(kind).token(&token)).await),
        Old::Revoked => {
            site.clock.advance(MINUTE);
            ring.revoke(key(1).id());
        }
        Old::Forged => {
            let mut bytes = decode(token.as_bytes()).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            browser.set_cookie(kind.wire(), &encode(&bytes));
        }
    }
    (site, browser)
}

/// The numbers from 0, in an order of this seed (Fisher and Yates).
fn shuffled(len: usize, entropy: &SeededEntropy) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    for last in (1..len).rev() {
        let mut random = [0; 8];
        cloakroom::Entropy::fill(entropy, &mut random);
        let pick = u64::from_be_bytes(random) % (last as u64 + 1);
        order.swap(last, usize::try_from(pick).unwrap());
    }
    order
}

const PARALLEL: usize = 20;

/// Serves twenty reads and a sign-in, all with the old cookie, in an order of the seed, and hands
/// the responses to the browser in several others.
async fn sign_in_among_reads(kind: Kind, old: Old, seed: u64) {
    let entropy = SeededEntropy::new(seed);
    let (site, browser) = aged(kind, old).await;
    let path = |wish| format!("/{}/{wish}", kind.route());
    let read = |number| {
        let page_load = number % 2 == 0 && old.is_kept_by_page_loads(kind);
        let read = Req::get(&path("read"));
        if page_load { read } else { read.fetch() }
    };
    let mut requests: Vec<Req> = (0..PARALLEL).map(read).collect();
    requests.push(Req::post(&path("sign-in")).body("alice"));

    let mut served: Vec<Option<HeaderMap>> = vec![None; requests.len()];
    for index in shuffled(requests.len(), &entropy) {
        let answer = browser.dispatch(&requests[index]).await;
        assert_eq!(answer.status, 200, "{kind:?} {old:?} {seed}");
        assert_eq!(
            answer.sets(kind.wire()),
            index == PARALLEL,
            "{kind:?} {old:?}"
        );
        assert!(!answer.clears(kind.wire()), "{kind:?} {old:?}");
        served[index] = Some(answer.headers);
    }

    let mut orders = vec![
        (0..=PARALLEL).collect::<Vec<_>>(),
        (0..=PARALLEL).rev().collect(),
    ];
    orders.extend((0..10).map(|_| shuffled(requests.len(), &entropy)));
    let now = cloakroom::Clock::now(&site.clock);
    for order in orders {
        let mut browser = browser.fork();
        for index in order {
            let headers = served[index].as_ref().unwrap();
            browser.receive(&requests[index], headers, now);
        }
        let answer = browser.get(&path("read")).await;
        assert_eq!(answer.body, "alice", "{kind:?} {old:?} {seed}");
    }
}

/// Rules: clearing, row-4, row-5, row-14, row-20, row-29.
#[tokio::test]
async fn a_login_survives_twenty_parallel_requests_with_the_old_cookie() {
    for kind in Kind::COOKIES {
        for old in Old::ALL {
            if old == Old::Ended && kind != ById {
                continue;
            }
            for seed in 0..12 {
                sign_in_among_reads(kind, old, seed).await;
            }
        }
    }
}

/// The requests overlap inside the server too: each has read the old session before the sign-in,
/// and goes on after it.
///
/// Rules: clearing, no-upsert, row-21, row-28.
#[tokio::test]
async fn a_login_survives_requests_that_loaded_the_old_session_before_it() {
    for (call, wish, told) in [
        (Call::Update, "write", EventKind::EndedMeanwhile),
        (Call::Update, "rotate", EventKind::EndedMeanwhile),
        (Call::Touch, "read", EventKind::Ended),
    ] {
        let storage = FaultyStorage::new(MemoryStorage::new());
        let setup = Setup::new();
        let site = setup.site();
        let sessions = Sessions::builder("shop", &setup.ring)
            .cookie::<Kept<0>>("sealed", |c| c.sealed())
            .cookie::<Kept<1>>("signed", |c| c.signed())
            .cookie::<Kept<2>>("by-id", |c| c.stored_in(&storage).idle_timeout(HOUR))
            .header::<Kept<3>>("X-Kept", |h| h.sealed())
            .clock(setup.clock.clone())
            .observer(site.log.clone())
            .build()
            .unwrap();
        let mut browser = Client::new(router(&sessions)).with_clock(&setup.clock);
        browser.post("/by-id/write").await;
        setup.clock.advance(HOUR / 2);

        let late = match wish {
            "read" => Req::get("/by-id/read").fetch(),
            _ => Req::post(&format!("/by-id/{wish}")).body("late").fetch(),
        };
        let paused = storage.pause_next(call);
        let under_way = tokio::spawn(browser.dispatch(&late));
        paused.reached().await;
        let sign_in = Req::post("/by-id/sign-in").body("alice");
        let signed_in = browser.dispatch(&sign_in).await;
        assert_eq!(signed_in.status, 200);
        site.log.clear();
        paused.resume();
        let answer = under_way.await.unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(site.log.kinds(), [told], "{wish}");

        let now = cloakroom::Clock::now(&setup.clock);
        let both = [(&late, &answer), (&sign_in, &signed_in)];
        for order in [[0, 1], [1, 0]] {
            let mut browser = browser.fork();
            for (req, answer) in order.map(|index| both[index]) {
                browser.receive(req, &answer.headers, now);
            }
            assert_eq!(browser.get("/by-id/read").await.body, "alice");
        }
    }
}

/// Logging out with parallel reads: nothing brings the session back.
///
/// Rules: clearing, row-15, row-33.
#[tokio::test]
async fn a_log_out_survives_twenty_parallel_requests_with_the_old_cookie() {
    for kind in [Sealed, Signed, ById] {
        for seed in 0..12 {
            let entropy = SeededEntropy::new(seed);
            let (_, browser) = aged(kind, Old::Fresh).await;
            let path = |wish| format!("/{}/{wish}", kind.route());
            let mut requests = vec![Req::get(&path("read")); PARALLEL];
            requests.push(Req::post(&path("end")));
            let mut served = vec![HeaderMap::new(); requests.len()];
            for index in shuffled(requests.len(), &entropy) {
                let answer = browser.dispatch(&requests[index]).await;
                assert_eq!(answer.clears(kind.wire()), index == PARALLEL);
                served[index] = answer.headers;
            }
            let mut browser = browser.fork();
            for index in shuffled(requests.len(), &entropy) {
                let now = cloakroom::Clock::now(&ManualClock::default());
                browser.receive(&requests[index], &served[index], now);
            }
            assert_eq!(browser.cookie(kind.wire()), None);
            assert_eq!(browser.get(&path("read")).await.body, "none");
        }
    }
}

/// The other order of the same: the old cookie is used again after the login, by a stale tab.
///
/// Rules: clearing, row-5, row-29.
#[tokio::test]
async fn a_stale_tab_with_the_old_id_neither_ends_nor_clears_the_login() {
    let (site, mut browser) = aged(ById, Old::Fresh).await;
    let old = browser.cookie(ById.wire()).unwrap();
    let answer = browser
        .send(Req::post("/by-id/sign-in").body("alice"))
        .await;
    assert_eq!(answer.status, 200);
    site.refuses_token(ById, &old, Refusal::UnknownId).await;
    assert_eq!(browser.get("/by-id/read").await.body, "alice");
}
