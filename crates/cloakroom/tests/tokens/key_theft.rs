//! A stolen key: what was forged under it, and all that was ever renewed from that, is refused as
//! soon as the key is revoked; what has nothing to do with it lives on.

use std::time::Duration;

use axum::http::StatusCode;
use cloakroom::{
    Clock as _, DatedKey, EventKind, Key, KeyRing, KeySet, LayerExt as _, Refusal, RenewReason,
    Session, Sessions,
};
use cloakroom_testkit::Call;

use crate::key_change::key_of;
use crate::support::Kind::{self, ById, Header, Sealed, Signed};
use crate::support::{Ask, HOUR, Kept, MINUTE, Setup, Site, decode, key};

/// The keys 1 to `count`, of which one begins to issue each hour.
fn hourly(setup: &Setup, count: u64) -> KeySet {
    let now = setup.clock.now();
    (1..=count).fold(KeySet::new(), |set, number| {
        let hours = u32::try_from(number - 1).unwrap();
        set.with(DatedKey::from(key(number)).issue_from(now.saturating_add(hours * HOUR)))
    })
}

fn site_with(set: KeySet, setup: &Setup) -> (Site, KeyRing) {
    let ring = KeyRing::from_keys(set).unwrap();
    (setup.clone().ring(&ring).site(), ring)
}

/// How a key is revoked.
#[derive(Clone, Copy, Debug)]
enum Revoked {
    /// By a call, which takes effect in the running process.
    AtRunTime,
    /// By the source of keys, read again.
    BySource,
    /// By the source, in a process that begins with it.
    ByRestart,
}

impl Revoked {
    const ALL: [Self; 3] = [Self::AtRunTime, Self::BySource, Self::ByRestart];

    /// The site after `stolen` was revoked.
    fn revoke(self, stolen: &Key, site: Site, ring: &KeyRing, set: &KeySet, setup: &Setup) -> Site {
        let set = set.clone().with_revoked(stolen.id());
        match self {
            Self::AtRunTime => ring.revoke(stolen.id()),
            Self::BySource => ring.replace(set).unwrap(),
            Self::ByRestart => {
                let ring = KeyRing::from_text(&set.expose_text()).unwrap();
                return setup.clone().ring(&ring).site();
            }
        }
        site
    }
}

/// Rules: key-revocation, clearing, row-5.
#[tokio::test]
async fn what_was_forged_under_a_stolen_key_is_refused_at_once() {
    for how in Revoked::ALL {
        let setup = Setup::new();
        let set = hourly(&setup, 2);
        let (site, ring) = site_with(set.clone(), &setup);
        // The thief has the key, the program and its configuration, and no access to the storage.
        let thief = Setup::new()
            .ring(&KeyRing::single(key(1)))
            .entropy(9)
            .site();
        site.clock.advance(HOUR);
        let mut forged = Vec::new();
        let mut honest = Vec::new();
        for kind in Kind::ALL {
            forged.push((kind, thief.token(kind, "admin").await));
            honest.push((kind, site.token(kind, "coat").await));
        }
        for (kind, token) in &forged {
            let reply = site.ask(Ask::read(*kind).token(token).fetch()).await;
            let expected = if *kind == ById { "none" } else { "admin" };
            assert_eq!(reply.body, expected);
        }
        let site = how.revoke(&key(1), site, &ring, &set, &setup);
        for (kind, token) in &forged {
            site.refuses_token(*kind, token, Refusal::KeyRevoked).await;
        }
        for (kind, token) in &honest {
            assert_eq!(site.read(*kind, token).await, "coat", "{how:?}");
        }
    }
}

/// What moves a token to the key that issues now.
fn moving(way: usize, kind: Kind, text: &str) -> Ask {
    match way {
        0 => Ask::read(kind),
        1 => Ask::write(kind, text).fetch(),
        2 => Ask::rotate(kind).fetch(),
        _ => Ask::elevate(kind, text).fetch(),
    }
}

/// The tokens of one session through `changes` changes of key, one an hour, and beside each the
/// token of a session that begins in that hour.
async fn through(site: &Site, kind: Kind, way: usize, changes: usize) -> Vec<[String; 2]> {
    let first = site.token(kind, "0").await;
    let mut tokens = vec![[first.clone(), first]];
    for change in 1..=changes {
        site.clock.advance(HOUR);
        let [last, _] = &tokens[change - 1];
        let ask = moving(way, kind, &change.to_string());
        let reply = site.ask(ask.token(last)).await;
        let token = reply.token(kind).unwrap();
        assert_eq!(
            key_of(&token),
            key(change as u64 + 1).id(),
            "{kind:?} {way}"
        );
        tokens.push([token, site.token(kind, "fresh").await]);
    }
    tokens
}

/// Rules: key-revocation, clearing, row-5, row-11, row-12, row-13, row-14.
#[tokio::test]
async fn every_token_renewed_from_a_revoked_key_is_refused_through_four_changes() {
    for kind in [Sealed, Signed, Header] {
        for way in 0..4 {
            for stolen in 1..=5 {
                let setup = Setup::new();
                let (site, ring) = site_with(hourly(&setup, 5), &setup);
                let tokens = through(&site, kind, way, 4).await;
                ring.revoke(key(stolen).id());
                for (number, [renewed, fresh]) in (1..).zip(&tokens) {
                    if stolen <= number {
                        site.refuses_token(kind, renewed, Refusal::KeyRevoked).await;
                    } else {
                        let reply = site.ask(Ask::read(kind).token(renewed).fetch()).await;
                        assert_ne!(reply.body, "none");
                    }
                    let reply = site.ask(Ask::read(kind).token(fresh).fetch()).await;
                    assert_eq!(reply.body == "none", stolen == number, "{kind:?} {way}");
                }
            }
        }
    }
}

/// Rules: key-revocation, row-5, row-22.
#[tokio::test]
async fn ids_of_a_revoked_key_are_refused_without_a_read_and_their_records_stay() {
    for how in Revoked::ALL {
        let setup = Setup::new();
        let set = hourly(&setup, 2);
        let (site, ring) = site_with(set.clone(), &setup);
        let token = site.token(ById, "coat").await;
        let never_renewed = site.token(ById, "hat").await;
        site.clock.advance(HOUR);
        let reply = site.ask(Ask::read(ById).token(&token)).await;
        let renewed = reply.token(ById).unwrap();
        // The same locator and proof, under another key.
        let parts = |token: &str| decode(token.as_bytes()).unwrap()[9..41].to_vec();
        assert_eq!(parts(&renewed), parts(&token));
        let site = how.revoke(&key(1), site, &ring, &set, &setup);
        for old in [&token, &never_renewed] {
            site.refuses_token(ById, old, Refusal::KeyRevoked).await;
        }
        let reply = site.ask(Ask::end(ById).token(&never_renewed)).await;
        assert!(reply.clears(ById));
        assert_eq!(site.read(ById, &renewed).await, "coat");
        assert!(!site.storage.take_calls().contains(&Call::Remove));
    }
}

/// Credentials were checked for it, so nothing of the stolen key is in it.
///
/// Rules: key-revocation, row-14.
#[tokio::test]
async fn a_sign_in_over_a_token_of_a_stolen_key_outlives_the_revocation() {
    for kind in Kind::ALL {
        let setup = Setup::new();
        let (site, ring) = site_with(hourly(&setup, 2), &setup);
        let forged = site.token(kind, "anonymous").await;
        site.clock.advance(HOUR);
        let reply = site.ask(Ask::sign_in(kind, "alice").token(&forged)).await;
        let token = reply.token(kind).unwrap();
        ring.revoke(key(1).id());
        assert_eq!(site.read(kind, &token).await, "alice");
    }
}

/// Rules: key-revocation, clearing, row-5, row-11, row-12.
#[tokio::test]
async fn a_token_with_four_keys_behind_it_stays_under_its_own_key_until_that_is_over() {
    for kind in [Sealed, Signed, Header] {
        let setup = Setup::new().absolute(48 * HOUR).idle(24 * HOUR);
        let until = setup.clock.now().saturating_add(10 * HOUR);
        let mut set = hourly(&setup, 4);
        for number in [5, 6] {
            let from = setup.clock.now();
            let from = from.saturating_add(u32::try_from(number - 1).unwrap() * HOUR);
            let dated = DatedKey::from(key(number)).issue_from(from);
            set = set.with(match number {
                5 => dated.accept_until(until),
                _ => dated,
            });
        }
        let (site, _) = site_with(set, &setup);
        let mut token = through(&site, kind, 0, 4).await[4][0].clone();
        // The sixth key issues, and the idle deadline is due: both would renew another token.
        site.clock.advance(4 * HOUR);
        site.log.clear();
        let reply = site.ask(Ask::read(kind).token(&token)).await;
        assert_eq!((&*reply.body, reply.is_silent(kind)), ("0", true));
        for ask in [
            Ask::write(kind, "1"),
            Ask::rotate(kind),
            Ask::elevate(kind, "1"),
            Ask::write(kind, "2"),
        ] {
            token = site.ask(ask.token(&token)).await.token(kind).unwrap();
            assert_eq!(key_of(&token), key(5).id());
        }
        assert_eq!(
            site.log.kinds(),
            [
                EventKind::Changed,
                EventKind::Rotated,
                EventKind::Elevated,
                EventKind::Changed,
            ]
        );
        site.clock
            .set(until.saturating_sub(Duration::from_millis(1)));
        assert_eq!(site.read(kind, &token).await, "2");
        site.clock.set(until);
        site.refuses_token(kind, &token, Refusal::KeyOutOfTime)
            .await;
        // A sign-in begins anew, under the key that issues.
        let reply = site.ask(Ask::sign_in(kind, "3").token(&token)).await;
        assert_eq!(key_of(&reply.token(kind).unwrap()), key(6).id());
    }
}

/// Rules: key-revocation.
#[tokio::test]
async fn each_of_the_four_keys_behind_a_token_still_ends_it() {
    for stolen in 1..=5 {
        let setup = Setup::new();
        let (site, ring) = site_with(hourly(&setup, 6), &setup);
        let token = through(&site, Sealed, 0, 4).await[4][0].clone();
        site.clock.advance(HOUR);
        let reply = site.ask(Ask::write(Sealed, "hat").token(&token)).await;
        let changed = reply.token(Sealed).unwrap();
        ring.revoke(key(stolen).id());
        for token in [&token, &changed] {
            site.refuses_token(Sealed, token, Refusal::KeyRevoked).await;
        }
    }
}

/// Going back to a key does not take up another place in the lineage.
///
/// Rules: key-revocation, key-change.
#[tokio::test]
async fn a_key_is_named_once_however_often_it_came_back() {
    let setup = Setup::new().idle(10 * HOUR);
    let now = setup.clock.now();
    let turn = |first: u64, hours: u32| {
        let from = now.saturating_add(hours * HOUR);
        let [one, other] = [first, 3 - first].map(key);
        KeySet::new()
            .with(other)
            .with(DatedKey::from(one).issue_from(from))
    };
    let (site, ring) = site_with(KeySet::new().with(key(1)), &setup);
    let mut token = site.token(Sealed, "coat").await;
    let mut lengths = Vec::new();
    for hours in 0..8 {
        let number = if hours % 2 == 0 { 2 } else { 1 };
        ring.replace(turn(number, hours)).unwrap();
        site.log.clear();
        let reply = site.ask(Ask::read(Sealed).token(&token)).await;
        token = reply.token(Sealed).unwrap();
        assert_eq!(key_of(&token), key(number).id());
        let renewed = EventKind::Renewed(RenewReason::Outdated);
        assert_eq!(site.log.kinds(), [renewed]);
        lengths.push(decode(token.as_bytes()).unwrap().len());
        site.clock.advance(HOUR);
    }
    // One key in the lineage at first, then both, and never more.
    assert!(lengths[1..].iter().all(|len| *len == lengths[0] + 8));
}

/// Rules: key-revocation, row-4b, row-34.
#[tokio::test]
async fn without_a_key_that_issues_nothing_is_made_and_ending_still_works() {
    for kind in Kind::ALL {
        let setup = Setup::new().idle(HOUR);
        let (site, ring) = site_with(KeySet::new().with(key(1)), &setup);
        let token = site.token(kind, "coat").await;
        ring.revoke(key(1).id());
        site.refuses_token(kind, &token, Refusal::KeyRevoked).await;
        for ask in [
            Ask::write(kind, "hat"),
            Ask::sign_in(kind, "hat"),
            Ask::write(kind, "hat").token(&token),
        ] {
            site.forget();
            let reply = site.ask(ask).await;
            assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE.as_u16());
            assert!(reply.is_silent(kind));
            assert_eq!(site.log.kinds().last(), Some(&EventKind::NoIssuingKey));
            site.storage.assert_untouched();
        }
        let reply = site.ask(Ask::end(kind).token(&token)).await;
        assert!(reply.clears(kind));
    }
}

/// Rules: key-revocation, row-12.
#[tokio::test]
async fn a_change_during_which_the_key_is_revoked_does_not_carry_the_session_over() {
    let setup = Setup::new();
    let (mut site, ring) = site_with(hourly(&setup, 2), &setup);
    let token = site.token(Sealed, "coat").await;
    let sessions = Sessions::builder("shop", &ring)
        .cookie::<Kept<0>>("sealed", |c| c.sealed())
        .clock(site.clock.clone())
        .build()
        .unwrap();
    let revoking = ring.clone();
    let write = move |session: Session<Kept<0>>| async move {
        let text = "hat".to_owned();
        session.set(Kept { text }).unwrap();
        revoking.revoke(key(1).id());
    };
    let plain = std::mem::replace(
        &mut site.router,
        axum::Router::new()
            .route("/sealed/write", axum::routing::post(write))
            .layer(sessions.layer()),
    );
    site.clock.advance(HOUR);
    let reply = site.ask(Ask::write(Sealed, "").token(&token)).await;
    let changed = reply.token(Sealed).unwrap();
    assert_eq!(key_of(&changed), key(2).id());
    site.router = plain;
    site.refuses_token(Sealed, &changed, Refusal::KeyRevoked)
        .await;
}

/// The key that issues is over before the next one begins: what is there is still read.
///
/// Rules: key-change, row-26.
#[tokio::test]
async fn in_a_gap_between_keys_sessions_are_read_and_changes_wait() {
    let setup = Setup::new().idle(HOUR);
    let now = setup.clock.now();
    let gap = now.saturating_add(10 * MINUTE);
    let later = DatedKey::from(key(2)).issue_from(now.saturating_add(HOUR));
    let set = KeySet::new().with(DatedKey::from(key(1)).accept_until(gap));
    let (site, ring) = site_with(set.with(later.clone()), &setup);
    let ahead = setup.clone().ring(&KeyRing::single(key(2))).site();
    let token = ahead.token(Sealed, "coat").await;
    let id = ahead.token(ById, "coat").await;
    site.clock.set(gap);
    let reply = site.ask(Ask::read(Sealed).token(&token)).await;
    assert_eq!((&*reply.body, reply.is_silent(Sealed)), ("coat", true));
    let reply = site.ask(Ask::write(Sealed, "hat").token(&token)).await;
    assert_eq!(reply.status, 503);
    // A change by id sends no token, so it needs no key.
    let reply = site.ask(Ask::write(ById, "hat").token(&id)).await;
    assert_eq!((reply.status, reply.is_silent(ById)), (200, true));
    let reply = site.ask(Ask::rotate(ById).token(&id)).await;
    assert_eq!(reply.status, 503);
    assert_eq!(site.read(ById, &id).await, "hat");
    drop(ring);
}
