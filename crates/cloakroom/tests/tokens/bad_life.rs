//! Genuine tokens that are no session: too old, too young, ended, or with content that this
//! application does not read.

use std::time::Duration;

use cloakroom::{EventKind, LayerExt as _, Refusal, Session, Sessions};
use cloakroom_testkit::Call;
use serde::{Deserialize, Serialize};

use crate::support::Kind::{ById, Header, Sealed, Signed};
use crate::support::{Ask, HOUR, Kept, Kind, MINUTE, Setup, Site, router};

const MILLI: Duration = Duration::from_millis(1);

/// Why a session whose deadline passed is refused: of a record that is over nothing is known.
const fn over(kind: Kind, why: Refusal) -> Refusal {
    match kind {
        ById => Refusal::UnknownId,
        Sealed | Signed | Header => why,
    }
}

/// Rules: bad-input, clearing, row-4, row-5.
#[tokio::test]
async fn a_session_ends_at_its_absolute_deadline_to_the_millisecond() {
    for kind in Kind::ALL {
        let site = Setup::new().absolute(HOUR).site();
        let token = site.token(kind, "coat").await;
        site.clock.advance(HOUR - MILLI);
        assert_eq!(site.read(kind, &token).await, "coat");
        site.clock.advance(MILLI);
        let why = over(kind, Refusal::AbsoluteDeadline);
        site.refuses_token(kind, &token, why).await;
        site.clock.advance(1_000 * HOUR);
        site.refuses_token(kind, &token, why).await;
    }
}

/// Rules: bad-input, clearing, row-5.
#[tokio::test]
async fn a_session_ends_at_its_idle_deadline_to_the_millisecond_and_is_not_cleared() {
    for kind in Kind::ALL {
        let site = Setup::new().idle(10 * MINUTE).site();
        let token = site.token(kind, "coat").await;
        site.clock.advance(10 * MINUTE - MILLI);
        // By id a fetch is a use; by value nothing could be sent for it.
        if kind != Header && kind != ById {
            assert_eq!(site.read(kind, &token).await, "coat");
        }
        site.clock.advance(MILLI);
        site.refuses_token(kind, &token, over(kind, Refusal::IdleDeadline))
            .await;
    }
}

/// Rules: bad-input, clearing, row-4.
#[tokio::test]
async fn use_moves_the_idle_deadline_and_never_the_absolute_one() {
    for kind in Kind::ALL {
        let site = Setup::new().absolute(HOUR).idle(10 * MINUTE).site();
        let mut token = site.token(kind, "coat").await;
        for _ in 0..11 {
            site.clock.advance(5 * MINUTE);
            let reply = site.ask(Ask::read(kind).token(&token)).await;
            assert_eq!(reply.body, "coat", "{kind:?}");
            token = reply.token(kind).unwrap_or(token);
        }
        site.clock.advance(5 * MINUTE - MILLI);
        let reply = site.ask(Ask::read(kind).token(&token)).await;
        assert_eq!(reply.body, "coat", "{kind:?}");
        site.clock.advance(MILLI);
        let why = over(kind, Refusal::AbsoluteDeadline);
        site.refuses_token(kind, &token, why).await;
    }
}

/// The last step of the idle deadline is shorter than the step that is otherwise worth a touch.
///
/// Rules: row-11, row-20.
#[tokio::test]
async fn a_session_in_use_does_not_end_just_before_its_absolute_deadline() {
    for kind in Kind::ALL {
        let site = Setup::new().absolute(HOUR).idle(10 * MINUTE).site();
        let mut token = site.token(kind, "coat").await;
        let begun = cloakroom::Clock::now(&site.clock);
        // Used every 90 seconds, it is touched at 49:30 up to 59:30.
        for uses in 1..40 {
            site.clock.set(begun.saturating_add(uses * MINUTE * 3 / 2));
            let reply = site.ask(Ask::read(kind).token(&token)).await;
            assert_eq!(reply.body, "coat", "{kind:?} {uses}");
            token = reply.token(kind).unwrap_or(token);
        }
        site.clock.set(begun.saturating_add(HOUR - MILLI));
        assert_eq!(site.read(kind, &token).await, "coat", "{kind:?}");
    }
}

/// Rules: clearing, row-4, row-41.
#[tokio::test]
async fn a_shorter_absolute_timeout_takes_hold_of_sessions_that_are_there() {
    for kind in Kind::ALL {
        let setup = Setup::new().absolute(5 * HOUR);
        let token = setup.site().token(kind, "coat").await;
        let stricter = setup.clone().absolute(HOUR).site();
        stricter.clock.advance(HOUR - MILLI);
        assert_eq!(stricter.read(kind, &token).await, "coat");
        stricter.clock.advance(MILLI);
        stricter
            .refuses_token(kind, &token, Refusal::AbsoluteDeadline)
            .await;
        // A longer one does not make the recorded deadline later.
        let laxer = setup.clone().absolute(50 * HOUR).site();
        laxer.clock.advance(4 * HOUR);
        let why = over(kind, Refusal::AbsoluteDeadline);
        laxer.refuses_token(kind, &token, why).await;
    }
}

/// Rules: bad-input, clearing, row-5, row-41.
#[tokio::test]
async fn a_token_from_a_minute_ahead_is_of_now_and_one_from_later_is_kept_for_later() {
    for kind in [Sealed, Signed, Header] {
        let site = Setup::new().idle(10 * MINUTE).site();
        let made = cloakroom::Clock::now(&site.clock);
        let token = site.token(kind, "coat").await;
        site.clock.set(made.saturating_sub(MINUTE));
        assert_eq!(site.read(kind, &token).await, "coat");
        site.clock.set(made.saturating_sub(MINUTE + MILLI));
        site.refuses_token(kind, &token, Refusal::FromTheFuture)
            .await;
        site.clock.set(made.saturating_sub(HOUR));
        site.refuses_token(kind, &token, Refusal::FromTheFuture)
            .await;
        site.clock.set(made);
        assert_eq!(site.read(kind, &token).await, "coat");
    }
}

/// The record is what counts, and it is there.
///
/// Rules: row-41.
#[tokio::test]
async fn an_id_has_no_time_of_its_own() {
    let site = Setup::new().site();
    let made = cloakroom::Clock::now(&site.clock);
    let token = site.token(ById, "coat").await;
    site.clock.set(made.saturating_sub(HOUR));
    assert_eq!(site.read(ById, &token).await, "coat");
}

/// Rules: bad-input, clearing, row-5, row-33.
#[tokio::test]
async fn an_ended_id_is_unknown_and_stays_with_the_browser() {
    let site = Setup::new().site();
    let token = site.token(ById, "coat").await;
    assert!(site.ask(Ask::end(ById).token(&token)).await.clears(ById));
    site.refuses_token(ById, &token, Refusal::UnknownId).await;
}

/// Rules: no-upsert, bad-input, row-6, row-28.
#[tokio::test]
async fn an_ended_id_is_never_taken_up_again() {
    let site = Setup::new().site();
    let ended = site.token(ById, "coat").await;
    site.ask(Ask::end(ById).token(&ended)).await;
    site.forget();
    let reply = site.ask(Ask::write(ById, "hat").token(&ended)).await;
    let token = reply.token(ById).unwrap();
    assert_eq!(site.storage.take_calls(), [Call::Read, Call::Create]);
    assert_eq!(
        site.log.kinds(),
        [EventKind::Refused(Refusal::UnknownId), EventKind::Created]
    );
    assert_eq!(site.read(ById, &token).await, "hat");
    site.refuses_token(ById, &ended, Refusal::UnknownId).await;
}

/// Rules: subkeys, bad-input, clearing, row-4.
#[tokio::test]
async fn two_providers_in_one_storage_never_take_each_others_ids() {
    let setup = Setup::new();
    let site = setup.site();
    let sessions = Sessions::builder("shop", &setup.ring)
        .cookie::<Kept<2>>("other", |c| c.stored_in(&setup.storage))
        .cookie::<Kept<0>>("sealed", |c| c.sealed())
        .cookie::<Kept<1>>("signed", |c| c.signed())
        .header::<Kept<3>>("X-Kept", |h| h.sealed())
        .clock(setup.clock.clone())
        .build()
        .unwrap();
    let reply = Site {
        router: router(&sessions),
        ..setup.site()
    }
    .ask(Ask::write(ById, "hat"))
    .await;
    let line = reply.headers["set-cookie"].to_str().unwrap();
    let token = line.strip_prefix("__Host-other=").unwrap();
    let token = token.split(';').next().unwrap();
    site.refuses_token(ById, token, Refusal::Forged).await;
}

/// What the type of the sessions was before, or will be.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Counted<const P: usize> {
    count: u64,
}

async fn count<const P: usize>(session: Session<Counted<P>>) -> String {
    let counted = session.get();
    counted.map_or_else(|| "none".to_owned(), |counted| counted.count.to_string())
}

async fn recount<const P: usize>(
    session: Session<Counted<P>>,
) -> Result<(), cloakroom::ChangeError> {
    session.set(Counted { count: 7 })
}

/// The same site with a changed type.
fn changed_type(setup: &Setup) -> Site {
    let mut site = setup.site();
    let sessions = Sessions::builder("shop", &setup.ring)
        .cookie::<Counted<0>>("sealed", |c| c.sealed())
        .cookie::<Counted<1>>("signed", |c| c.signed())
        .cookie::<Counted<2>>("by-id", |c| c.stored_in(&setup.storage))
        .header::<Counted<3>>("X-Kept", |h| h.sealed())
        .clock(setup.clock.clone())
        .observer(site.log.clone())
        .build()
        .unwrap();
    macro_rules! routes {
        ($kind:literal) => {
            axum::Router::new()
                .route("/read", axum::routing::get(count::<$kind>))
                .route("/write", axum::routing::post(recount::<$kind>))
        };
    }
    site.router = axum::Router::new()
        .nest("/sealed", routes!(0))
        .nest("/signed", routes!(1))
        .nest("/by-id", routes!(2))
        .nest("/header", routes!(3))
        .layer(sessions.layer());
    site
}

/// A node with the other version of the application may read it still.
///
/// Rules: bad-input, clearing, row-5, row-6.
#[tokio::test]
async fn content_of_another_type_is_refused_and_kept() {
    for kind in Kind::ALL {
        let setup = Setup::new();
        let before = setup.site();
        let after = changed_type(&setup);
        let token = before.token(kind, "coat").await;
        after.refuses_token(kind, &token, Refusal::Content).await;
        assert_eq!(before.read(kind, &token).await, "coat");
        // Written over, it is a session of its own, and the old record is left alone.
        let reply = after.ask(Ask::write(kind, "").token(&token)).await;
        assert_eq!(after.read(kind, &reply.token(kind).unwrap()).await, "7");
        assert_eq!(before.read(kind, &token).await, "coat");
    }
}

/// Rules: bad-input, clearing, row-5.
#[tokio::test]
async fn a_value_that_is_not_valid_any_more_is_refused_and_kept() {
    for kind in Kind::ALL {
        let setup = Setup::new();
        let before = setup.site();
        let token = before.token(kind, "coat").await;
        let mut after = setup.site();
        let sessions = Sessions::builder("shop", &setup.ring)
            .cookie::<Kept<0>>("sealed", |c| c.sealed().validate(|v| v.text != "coat"))
            .cookie::<Kept<1>>("signed", |c| c.signed().validate(|v| v.text != "coat"))
            .cookie::<Kept<2>>("by-id", |c| {
                c.stored_in(&setup.storage).validate(|v| v.text != "coat")
            })
            .header::<Kept<3>>("X-Kept", |h| h.sealed().validate(|v| v.text != "coat"))
            .clock(setup.clock.clone())
            .observer(after.log.clone())
            .build()
            .unwrap();
        after.router = router(&sessions);
        after.refuses_token(kind, &token, Refusal::Invalid).await;
        assert_eq!(before.read(kind, &token).await, "coat");
    }
}
