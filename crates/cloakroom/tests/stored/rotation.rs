//! Rotation: a new proof, and how long the one before is good.

use cloakroom::{Conflicts, EventKind, Passive, Refusal, Session};
use cloakroom_testkit::{Call, Req, When};

use crate::shop::{
    Browser, COOKIE, DAY, Login, MILLI, MINUTE, SECOND, Shop, assert_dead, saying, seen, setting,
    token, value_in, with_token,
};

/// A browser that has rotated once, its token before that, and calls and events forgotten.
async fn rotated(shop: &Shop) -> (Browser, String) {
    let mut browser = shop.signed_in("anna").await;
    let first = token(&browser);
    let answer = browser.post("/rotate").await;
    assert!(answer.sets(COOKIE));
    assert_ne!(token(&browser), first);
    shop.forget();
    (browser, first)
}

/// As [`rotated`], and the new token has come back once.
async fn settled(shop: &Shop) -> (Browser, String) {
    let (mut browser, first) = rotated(shop).await;
    assert!(seen(&mut browser).await.is_some());
    assert_eq!(shop.told(), [EventKind::RotationSettled]);
    shop.forget();
    (browser, first)
}

/// A read with `token`, which is served without any cookie.
async fn is_served(shop: &Shop, token: &str) -> bool {
    let answer = shop
        .browser()
        .send(with_token(Req::get("/see"), token))
        .await;
    assert!(answer.set_cookies().is_empty());
    value_in(&answer).is_some()
}

/// Rules: row-31, row-25, rotation.
#[tokio::test]
async fn a_rotation_gives_the_same_session_a_new_token() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let before = shop.sessions.list::<Login>("anna").await.unwrap();
    shop.forget();
    let answer = browser.post("/rotate").await;
    assert_eq!((answer.status, answer.sets(COOKIE)), (200, true));
    assert_eq!(shop.calls(), [Call::Read, Call::Update]);
    assert_eq!(shop.told(), [EventKind::Rotated]);
    assert_eq!(before, shop.sessions.list::<Login>("anna").await.unwrap());
    shop.forget();

    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
    assert_eq!(
        shop.calls(),
        [Call::Read, Call::Update],
        "the first use settles"
    );
    assert_eq!(shop.told(), [EventKind::RotationSettled]);
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
    assert_eq!(
        shop.calls(),
        [Call::Read],
        "the second one has nothing to do"
    );
    assert_eq!(shop.told(), []);
}

/// Rules: row-31.
#[tokio::test]
async fn a_rotation_takes_a_change_with_it_in_one_step() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.rotate().unwrap();
        login.update(|login| login.visits += 1)
    });
    shop.sign_in(&mut browser, "anna").await;
    assert!(browser.post("/act").await.sets(COOKIE));
    assert_eq!(shop.calls(), [Call::Read, Call::Update]);
    assert_eq!(shop.told(), [EventKind::Rotated]);
    assert_eq!(seen(&mut browser).await.unwrap().visits, 1);
}

/// Rules: row-23, rotation.
#[tokio::test]
async fn a_lost_response_logs_nobody_out_however_late_the_next_request_is() {
    let shop = Shop::new();
    let (_, first) = rotated(&shop).await;
    for span in [MILLI, 30 * SECOND, DAY, 5 * DAY] {
        shop.clock.advance(span);
        assert!(is_served(&shop, &first).await, "after {span:?} more");
        assert_eq!(shop.calls(), [Call::Read]);
        assert_eq!(shop.told(), [EventKind::SupersededProof]);
    }
}

/// Rules: row-24, row-25, rotation, reused-proof.
#[tokio::test]
async fn the_old_proof_ends_the_overlap_after_the_new_one_came_back_at_the_millisecond() {
    let shop = Shop::with(|login| login.rotation_overlap(10 * SECOND));
    let (mut browser, first) = rotated(&shop).await;
    shop.clock.advance(MINUTE);
    assert!(seen(&mut browser).await.is_some());
    shop.clock.advance(10 * SECOND - MILLI);
    assert!(is_served(&shop, &first).await);
    assert!(seen(&mut browser).await.is_some());
    shop.forget();

    shop.clock.advance(MILLI);
    assert_dead(&mut browser.fork(), &first).await;
    assert_eq!(shop.calls(), [Call::Read, Call::Remove]);
    assert_eq!(shop.told(), [EventKind::Reused]);
    assert_eq!(seen(&mut browser).await, None, "the session has ended");
    assert_eq!(shop.told(), [EventKind::Refused(Refusal::UnknownId)]);
    assert_eq!(shop.memory.len(), 0);
}

/// Rules: row-24, reused-proof.
#[tokio::test]
async fn the_overlap_is_thirty_seconds_unless_said_otherwise() {
    let shop = Shop::new();
    let (browser, first) = settled(&shop).await;
    shop.clock.advance(30 * SECOND - MILLI);
    assert!(is_served(&shop, &first).await);
    shop.clock.advance(MILLI);
    assert!(!is_served(&shop, &first).await);
    assert_dead(&mut browser.fork(), &token(&browser)).await;
}

/// Rules: row-24, reused-proof.
#[tokio::test]
async fn a_session_survives_a_reused_token_where_it_is_told_to() {
    let shop = Shop::with(|login| login.survives_reused_tokens());
    let (mut browser, first) = settled(&shop).await;
    shop.clock.advance(DAY);
    assert_dead(&mut browser.fork(), &first).await;
    assert_eq!(shop.calls(), [Call::Read]);
    assert_eq!(shop.told(), [EventKind::Reused]);
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
}

/// Rules: row-24.
#[tokio::test]
async fn a_reused_session_that_cannot_be_removed_is_told_and_changes_nothing_for_the_client() {
    let shop = Shop::new();
    let (mut browser, first) = settled(&shop).await;
    shop.clock.advance(DAY);
    shop.faulty.fail_next(Call::Remove, When::BeforeEffect);
    assert_dead(&mut browser.fork(), &first).await;
    assert_eq!(shop.told(), [EventKind::Reused, EventKind::StorageFailed]);
    assert_dead(&mut browser.fork(), &first).await;
    assert_eq!(seen(&mut browser).await, None, "the next one removes it");
}

/// Rules: row-24b.
#[tokio::test]
async fn writing_with_a_reused_proof_ends_the_session_and_begins_another() {
    for (path, told) in [
        ("/visit", EventKind::Created),
        ("/sign-in", EventKind::SignedIn),
    ] {
        let shop = Shop::new();
        let (mut browser, first) = settled(&shop).await;
        shop.clock.advance(DAY);
        let mut late = browser.fork();
        let answer = late.send(with_token(saying(path, "berta"), &first)).await;
        assert_eq!((answer.status, answer.sets(COOKIE)), (200, true));
        assert_eq!(shop.calls(), [Call::Read, Call::Remove, Call::Create]);
        assert_eq!(shop.told(), [EventKind::Reused, told]);
        assert_ne!(seen(&mut late).await.unwrap().user.as_deref(), Some("anna"));
        assert_eq!(seen(&mut browser).await, None);
        assert_eq!(shop.memory.len(), 1);
    }
}

/// Rules: row-24, row-4b.
#[tokio::test]
async fn logging_out_with_a_reused_proof_ends_the_session_and_clears() {
    let shop = Shop::new();
    let (mut browser, first) = settled(&shop).await;
    shop.clock.advance(DAY);
    let answer = browser
        .fork()
        .send(with_token(Req::post("/clear"), &first))
        .await;
    assert!(answer.clears(COOKIE));
    assert_eq!(seen(&mut browser).await, None);
}

/// Rules: row-23.
#[tokio::test]
async fn a_change_under_the_old_proof_is_kept_and_sends_nothing() {
    let shop = Shop::new();
    let (mut browser, first) = rotated(&shop).await;
    let answer = shop
        .browser()
        .send(with_token(Req::post("/visit"), &first))
        .await;
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(shop.calls(), [Call::Read, Call::Update]);
    assert_eq!(
        shop.told(),
        [EventKind::SupersededProof, EventKind::Changed]
    );
    assert_eq!(seen(&mut browser).await.unwrap().visits, 1);
}

/// Rules: row-23.
#[tokio::test]
async fn a_read_under_the_old_proof_does_not_touch() {
    let shop = Shop::with(|login| login.idle_timeout(10 * MINUTE));
    let (mut browser, first) = rotated(&shop).await;
    shop.clock.advance(5 * MINUTE);
    assert!(is_served(&shop, &first).await);
    assert_eq!(shop.calls(), [Call::Read]);
    shop.clock.advance(5 * MINUTE - MILLI);
    assert!(is_served(&shop, &first).await);
    shop.clock.advance(MILLI);
    assert!(!is_served(&shop, &first).await);
    assert_eq!(seen(&mut browser).await, None);
}

/// Rules: row-23.
#[tokio::test]
async fn logging_out_under_the_old_proof_ends_the_session_for_both() {
    let shop = Shop::new();
    let (mut browser, first) = rotated(&shop).await;
    let mut late = browser.fork();
    let answer = late.send(with_token(Req::post("/clear"), &first)).await;
    assert!(answer.clears(COOKIE));
    assert_eq!(shop.told(), [EventKind::SupersededProof, EventKind::Ended]);
    assert_eq!(seen(&mut browser).await, None);
}

/// Rules: row-23b.
#[tokio::test]
async fn rotating_under_the_old_proof_soon_after_the_rotation_does_nothing() {
    let shop = Shop::new();
    let (mut browser, first) = rotated(&shop).await;
    shop.clock.advance(30 * SECOND - MILLI);
    let again = with_token(Req::post("/rotate"), &first);
    let answer = browser.fork().send(again).await;
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(shop.calls(), [Call::Read]);
    assert_eq!(shop.told(), [EventKind::SupersededProof]);
    assert!(
        seen(&mut browser).await.is_some(),
        "the new one was not replaced"
    );
}

/// Rules: row-23b.
#[tokio::test]
async fn rotating_under_the_old_proof_after_the_new_one_came_back_does_nothing() {
    let shop = Shop::with(|login| login.rotation_overlap(10 * MINUTE));
    let (mut browser, first) = rotated(&shop).await;
    shop.clock.advance(20 * MINUTE);
    assert!(seen(&mut browser).await.is_some());
    let again = with_token(Req::post("/rotate"), &first);
    let answer = browser.fork().send(again).await;
    assert!(answer.set_cookies().is_empty());
    assert!(seen(&mut browser).await.is_some());
}

/// Rules: row-23c, rotation.
#[tokio::test]
async fn a_lost_rotation_is_made_again_and_the_presented_proof_stays_good() {
    let shop = Shop::new();
    let (_, first) = rotated(&shop).await;
    shop.clock.advance(30 * SECOND);
    let mut browser = shop.browser();
    let again = with_token(Req::post("/rotate"), &first);
    let answer = browser.send(again).await;
    assert!(answer.sets(COOKIE));
    assert_eq!(shop.calls(), [Call::Read, Call::Update]);
    assert_eq!(
        shop.told(),
        [EventKind::SupersededProof, EventKind::Rotated]
    );
    shop.clock.advance(DAY);
    assert!(
        is_served(&shop, &first).await,
        "until the newer one came back"
    );
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
    assert!(is_served(&shop, &first).await, "and for the overlap");
}

/// Rules: row-23c, row-24, reused-proof.
#[tokio::test]
async fn the_proof_that_was_never_presented_is_no_good_once_it_is_replaced() {
    let shop = Shop::new();
    let (mut lost, first) = rotated(&shop).await;
    shop.clock.advance(30 * SECOND);
    let mut browser = shop.browser();
    browser.send(with_token(Req::post("/rotate"), &first)).await;
    shop.forget();
    assert_eq!(seen(&mut lost).await, None);
    assert_eq!(shop.told(), [EventKind::Reused]);
    assert_eq!(seen(&mut browser).await, None);
}

/// Rules: row-32, rotation.
#[tokio::test]
async fn of_concurrent_rotations_one_wins_and_the_other_is_served_without_a_cookie() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let first = token(&browser);
    let mut tab = browser.fork();
    let (slow, quick) = shop
        .overtake(Call::Update, tab.post("/rotate"), browser.post("/rotate"))
        .await;
    assert_eq!((slow.status, quick.status), (200, 200));
    assert!(quick.sets(COOKIE));
    assert!(slow.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::Rotated]);
    assert!(
        is_served(&shop, &first).await,
        "the late tab has the old one"
    );
    assert!(seen(&mut browser).await.is_some());
    assert!(seen(&mut tab).await.is_some());
}

/// Rules: row-32, row-27, rotation.
#[tokio::test]
async fn a_rotation_that_loses_to_another_still_keeps_its_change() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.rotate().unwrap();
        login.update(|login| login.visits += 1)
    });
    shop.sign_in(&mut browser, "anna").await;
    let mut tab = browser.fork();
    let (slow, quick) = shop
        .overtake(Call::Update, tab.post("/act"), browser.post("/rotate"))
        .await;
    assert!(quick.sets(COOKIE));
    assert_eq!(slow.status, 200);
    assert!(slow.set_cookies().is_empty());
    let told = [EventKind::Rotated, EventKind::Changed, EventKind::Merged];
    assert_eq!(shop.told(), told);
    assert_eq!(seen(&mut browser).await.unwrap().visits, 1);
}

/// Rules: row-32b, rotation.
#[tokio::test]
async fn a_rotation_that_meets_a_change_goes_with_it() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let first = token(&browser);
    let mut tab = browser.fork();
    let (slow, quick) = shop
        .overtake(Call::Update, tab.post("/rotate"), browser.post("/visit"))
        .await;
    assert!(slow.sets(COOKIE));
    assert!(quick.set_cookies().is_empty());
    assert_ne!(token(&tab), first);
    assert_eq!(shop.told(), [EventKind::Changed, EventKind::Rotated]);
    assert_eq!(seen(&mut tab).await.unwrap().visits, 1);
}

/// Rules: row-32b, row-27.
#[tokio::test]
async fn a_rotation_with_content_that_meets_the_same_content_still_rotates() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.rotate().unwrap();
        login.update(|login| login.visits += 1)
    });
    shop.sign_in(&mut browser, "anna").await;
    let first = token(&browser);
    let mut tab = browser.fork();
    let (slow, _) = shop
        .overtake(Call::Update, tab.post("/act"), browser.post("/visit"))
        .await;
    assert!(slow.sets(COOKIE));
    assert_ne!(token(&tab), first);
    assert_eq!(shop.told(), [EventKind::Changed, EventKind::Rotated]);
    assert_eq!(seen(&mut tab).await.unwrap().visits, 1);
    assert_eq!(seen(&mut browser).await.unwrap().visits, 1);
}

/// Rules: row-27, rotation.
#[tokio::test]
async fn a_change_that_meets_a_rotation_is_joined_and_leaves_the_new_proof() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let mut tab = browser.fork();
    let (slow, quick) = shop
        .overtake(Call::Update, tab.post("/visit"), browser.post("/rotate"))
        .await;
    assert!(quick.sets(COOKIE));
    assert!(slow.set_cookies().is_empty());
    assert_eq!(seen(&mut browser).await.unwrap().visits, 1);
}

/// Rules: row-31.
#[tokio::test]
async fn rotating_while_the_proof_before_is_good_is_only_a_write() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.rotate().unwrap();
        login.update(|login| login.visits += 1)
    });
    shop.sign_in(&mut browser, "anna").await;
    let first = token(&browser);
    assert!(browser.post("/act").await.sets(COOKIE));
    let second = token(&browser);
    shop.forget();

    // Unsettled, then overlapping: twice only a write.
    for told in [
        vec![EventKind::RotationSettled, EventKind::Changed],
        vec![EventKind::Changed],
    ] {
        assert!(browser.post("/act").await.set_cookies().is_empty());
        assert_eq!(shop.told(), told);
    }
    assert!(is_served(&shop, &first).await);
    shop.clock.advance(30 * SECOND);
    assert!(browser.post("/act").await.sets(COOKIE), "now it rotates");
    assert_ne!(token(&browser), second);
    assert_eq!(seen(&mut browser).await.unwrap().visits, 4);
    assert!(is_served(&shop, &second).await);
}

/// Rules: row-20b, row-25.
#[tokio::test]
async fn a_passive_request_settles_a_rotation_too() {
    let shop = Shop::new();
    let (mut browser, first) = rotated(&shop).await;
    let poll = Req::get("/see").fetch().extension(Passive);
    assert!(value_in(&browser.send(poll).await).is_some());
    assert_eq!(shop.told(), [EventKind::RotationSettled]);
    shop.clock.advance(30 * SECOND);
    assert!(!is_served(&shop, &first).await);
}

/// Rules: row-25b.
#[tokio::test]
async fn settling_that_fails_changes_nothing_for_the_client() {
    let shop = Shop::new();
    let (mut browser, first) = rotated(&shop).await;
    shop.faulty.fail_next(Call::Update, When::BeforeEffect);
    assert!(seen(&mut browser).await.is_some());
    assert_eq!(shop.told(), [EventKind::StorageFailed]);
    shop.clock.advance(DAY);
    assert!(is_served(&shop, &first).await, "it is not settled");
    shop.forget();
    assert!(seen(&mut browser).await.is_some());
    assert_eq!(shop.told(), [EventKind::RotationSettled]);
}

/// Rules: row-25b.
#[tokio::test]
async fn settling_that_meets_a_change_or_an_end_changes_nothing_for_the_client() {
    for (path, told) in [
        (
            "/visit",
            vec![EventKind::RotationSettled, EventKind::Changed],
        ),
        ("/clear", vec![EventKind::Ended, EventKind::Ended]),
    ] {
        let shop = Shop::new();
        let (mut browser, _) = rotated(&shop).await;
        let mut tab = browser.fork();
        let (slow, quick) = shop
            .overtake(Call::Update, tab.get("/see"), browser.post(path))
            .await;
        assert_eq!((slow.status, quick.status), (200, 200));
        assert!(slow.set_cookies().is_empty());
        assert!(value_in(&slow).is_some(), "it was there when it was read");
        assert_eq!(shop.told(), told);
    }
}

/// Rules: row-34, row-23.
#[tokio::test]
async fn a_rotation_whose_outcome_is_unknown_leaves_the_client_its_proof() {
    for when in [When::BeforeEffect, When::AfterEffect] {
        let shop = Shop::new();
        let mut browser = shop.signed_in("anna").await;
        let first = token(&browser);
        shop.faulty.fail_next(Call::Update, when);
        let failed = browser.post("/rotate").await;
        assert_eq!(failed.status, 503);
        assert!(failed.set_cookies().is_empty());
        assert_eq!(token(&browser), first);
        shop.clock.advance(DAY);
        assert!(seen(&mut browser).await.is_some(), "{when:?}");
        let again = browser.post("/rotate").await;
        assert!(again.sets(COOKIE), "{when:?}");
        assert!(seen(&mut browser).await.is_some());
    }
}

/// Rules: row-7, several-cookies.
#[tokio::test]
async fn of_two_proofs_of_one_session_the_newer_counts_in_either_order() {
    let shop = Shop::new();
    let (browser, first) = settled(&shop).await;
    let second = token(&browser);
    for both in [[&first, &second], [&second, &first]] {
        let cookies = both.map(|token| format!("{COOKIE}={token}")).join("; ");
        let request = Req::post("/visit").without_cookies();
        let answer = shop.browser().send(request.header("cookie", cookies)).await;
        assert_eq!(answer.status, 200);
        assert_eq!(shop.told(), [EventKind::Changed], "not superseded");
    }
}

/// Rules: row-32b.
#[tokio::test]
async fn a_rotation_alone_and_a_change_go_together_under_any_policy() {
    let policies: [fn() -> Conflicts<Login>; 3] = [
        || Conflicts::Reject,
        || Conflicts::LastWins,
        || Conflicts::With(Box::new(|_, _, _| None)),
    ];
    for policy in policies {
        let shop = Shop::with(|login| login.conflicts(policy()));
        let mut browser = shop.signed_in("anna").await;
        let mut tab = browser.fork();
        let (slow, _) = shop
            .overtake(Call::Update, tab.post("/rotate"), browser.post("/visit"))
            .await;
        assert_eq!((slow.status, slow.sets(COOKIE)), (200, true));
        assert_eq!(shop.told(), [EventKind::Changed, EventKind::Rotated]);
        assert_eq!(seen(&mut tab).await.unwrap().visits, 1);
    }
}

/// Rules: row-23b, row-23c.
#[tokio::test]
async fn a_rotation_that_is_made_again_counts_as_the_last_one() {
    let shop = Shop::new();
    let (_, first) = rotated(&shop).await;
    shop.clock.advance(30 * SECOND);
    let again = with_token(Req::post("/rotate"), &first);
    let mut browser = shop.browser();
    assert!(browser.send(&again).await.sets(COOKIE));
    shop.clock.advance(30 * SECOND - MILLI);
    let soon = shop.browser().send(&again).await;
    assert!(
        soon.set_cookies().is_empty(),
        "inside the overlap of the second"
    );
    shop.clock.advance(MILLI);
    assert!(shop.browser().send(&again).await.sets(COOKIE));
}

/// Rules: row-24b.
#[tokio::test]
async fn writing_with_a_reused_proof_what_the_ended_session_held_begins_another_too() {
    let shop = Shop::new();
    let mut browser = shop.browser();
    browser.post("/visit").await;
    let first = token(&browser);
    browser.post("/rotate").await;
    let held = seen(&mut browser).await.unwrap();
    shop.clock.advance(DAY);
    shop.forget();
    let mut late = browser.fork();
    let answer = late.send(with_token(setting(&held), &first)).await;
    assert!(answer.sets(COOKIE));
    assert_eq!(shop.told(), [EventKind::Reused, EventKind::Created]);
    assert_eq!(seen(&mut late).await, Some(held));
    assert_eq!(seen(&mut browser).await, None);
}
