//! Signing in and rising: always a new id, and the old one dead at once.

use std::num::NonZeroU32;
use std::sync::Arc;

use cloakroom::{EventKind, Refusal, Session, WhenFull, commit};
use cloakroom_testkit::{Call, Req, When};

use crate::shop::{
    COOKIE, Cell, Login, MINUTE, Shop, assert_dead, saying, seen, setting, token, with_token,
};

/// Rules: row-29.
#[tokio::test]
async fn signing_in_makes_a_new_id_and_ends_the_old_one_also_for_an_equal_value() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let old = token(&browser);
    let answer = browser.send(saying("/sign-in", "anna")).await;
    assert_eq!((answer.status, answer.sets(COOKIE)), (200, true));
    assert_eq!(shop.calls(), [Call::Read, Call::Create, Call::Remove]);
    assert_eq!(shop.told(), [EventKind::SignedIn]);
    assert_ne!(token(&browser), old);
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
    assert_eq!(shop.memory.len(), 1);
    assert_dead(&mut browser, &old).await;
}

/// Rules: row-2b, row-6.
#[tokio::test]
async fn signing_in_never_adopts_an_id_that_the_client_brings() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("mallory").await;
    let planted = token(&browser);
    browser.post("/clear").await;
    shop.forget();

    let mut victim = shop.browser();
    victim.set_cookie(COOKIE, &planted);
    let answer = victim.send(saying("/sign-in", "anna")).await;
    assert!(answer.sets(COOKIE));
    let told = [EventKind::Refused(Refusal::UnknownId), EventKind::SignedIn];
    assert_eq!(shop.told(), told);
    assert_ne!(token(&victim), planted);
    assert_dead(&mut browser, &planted).await;
}

/// Rules: row-29.
#[tokio::test]
async fn a_change_of_the_subject_is_a_sign_in_in_every_direction() {
    let shop = Shop::new();
    let mut browser = shop.browser();
    browser.post("/visit").await;
    shop.forget();
    let anna = Login::of("anna");
    for next in [anna.clone(), Login::of("berta"), Login::default(), anna] {
        let old = token(&browser);
        let answer = browser.send(setting(&next)).await;
        assert_eq!((answer.status, answer.sets(COOKIE)), (200, true));
        assert_eq!(shop.calls(), [Call::Read, Call::Create, Call::Remove]);
        assert_eq!(shop.told(), [EventKind::SignedIn]);
        assert_eq!(seen(&mut browser).await, Some(next));
        assert_dead(&mut browser, &old).await;
        shop.forget();
    }
    assert_eq!(shop.memory.len(), 1);
}

/// Rules: row-29.
#[tokio::test]
async fn an_update_that_changes_the_subject_is_a_sign_in_too() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.update(|login| login.user = Some("berta".to_owned()))
    });
    shop.sign_in(&mut browser, "anna").await;
    let old = token(&browser);
    let answer = browser.post("/act").await;
    assert!(answer.sets(COOKIE));
    assert_eq!(shop.told(), [EventKind::SignedIn]);
    assert_dead(&mut browser, &old).await;
}

/// Rules: row-29.
#[tokio::test]
async fn rising_keeps_the_beginning_and_the_absolute_deadline_and_ends_the_old_id() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let old = token(&browser);
    let before = shop.sessions.list::<Login>("anna").await.unwrap();
    shop.clock.advance(10 * MINUTE);
    shop.forget();

    let answer = browser.post("/elevate").await;
    assert_eq!((answer.status, answer.sets(COOKIE)), (200, true));
    assert_eq!(shop.calls(), [Call::Read, Call::Create, Call::Remove]);
    assert_eq!(shop.told(), [EventKind::Elevated]);
    let after = shop.sessions.list::<Login>("anna").await.unwrap();
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_eq!(after[0].created, before[0].created);
    assert_eq!(after[0].deadlines, before[0].deadlines);
    assert_ne!(after[0].reference, before[0].reference);
    assert!(seen(&mut browser).await.unwrap().admin);
    assert_dead(&mut browser, &old).await;
}

/// Rules: row-29.
#[tokio::test]
async fn signing_in_moves_the_absolute_deadline() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let before = shop.sessions.list::<Login>("anna").await.unwrap();
    shop.clock.advance(10 * MINUTE);
    browser.send(saying("/sign-in", "anna")).await;
    let after = shop.sessions.list::<Login>("anna").await.unwrap();
    let later = before[0].created.saturating_add(10 * MINUTE);
    assert_eq!(after[0].created, later);
    assert!(after[0].deadlines.absolute > before[0].deadlines.absolute);
}

/// Rules: row-1b.
#[tokio::test]
async fn rising_and_rotating_without_a_session_are_errors() {
    let shop = Shop::new();
    let mut browser = shop.browser();
    for path in ["/elevate", "/rotate", "/note", "/count"] {
        let answer = browser.post(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.body, "there is no session to change");
        assert!(answer.set_cookies().is_empty());
    }
    shop.spy.assert_untouched();
    assert_eq!(shop.told(), []);
}

/// Rules: row-1b, row-5.
#[tokio::test]
async fn rising_with_an_ended_session_is_an_error_and_clears_nothing() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let mut tab = browser.fork();
    browser.post("/clear").await;
    let answer = tab.post("/elevate").await;
    assert_eq!(answer.status, 401);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(shop.memory.len(), 0);
}

/// Rules: row-30b, no-upsert.
#[tokio::test]
async fn rights_are_not_raised_on_a_session_that_is_ended_meanwhile() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let mut tab = browser.fork();
    let old = token(&browser);
    let slow = tab.post("/elevate");
    let (slow, quick) = shop
        .overtake(Call::Create, slow, browser.post("/clear"))
        .await;
    assert!(quick.clears(COOKIE));
    assert_eq!(slow.status, 200, "the handler's response stays");
    assert!(slow.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::Ended, EventKind::EndedMeanwhile]);
    assert_eq!(shop.memory.len(), 0, "the new record is removed");
    assert_dead(&mut tab, &old).await;
}

/// Rules: row-30b.
#[tokio::test]
async fn a_handler_that_commits_a_rise_on_an_ended_session_sees_none() {
    let shop = Shop::new();
    let sessions = shop.sessions.clone();
    let mut browser = shop.acting(async move |login: Session<Login>| {
        sessions.end(&login.reference().unwrap()).await.unwrap();
        login.elevate(Login::of("anna")).unwrap();
        commit().await.unwrap();
        format!("{:?} {:?}", login.reference(), login.deadlines())
    });
    shop.sign_in(&mut browser, "anna").await;
    let answer = browser.post("/act").await;
    assert_eq!(answer.body, "None None");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(shop.memory.len(), 0);
}

/// Rules: row-29.
#[tokio::test]
async fn signing_in_succeeds_although_the_old_session_is_ended_meanwhile() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let mut tab = browser.fork();
    let slow = tab.send(saying("/sign-in", "anna"));
    let (slow, _) = shop
        .overtake(Call::Remove, slow, browser.post("/clear"))
        .await;
    assert!(slow.sets(COOKIE));
    assert_eq!(seen(&mut tab).await, Some(Login::of("anna")));
    assert_eq!(shop.memory.len(), 1);
}

/// Rules: row-30.
#[tokio::test]
async fn an_old_session_that_cannot_be_removed_undoes_the_sign_in() {
    for (path, when) in [
        ("/sign-in", When::BeforeEffect),
        ("/elevate", When::BeforeEffect),
    ] {
        let shop = Shop::new();
        let mut browser = shop.signed_in("anna").await;
        let old = token(&browser);
        shop.faulty.fail_next(Call::Remove, when);
        let answer = browser.send(saying(path, "anna")).await;
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.set_cookies().is_empty());
        assert_eq!(shop.told(), [EventKind::StorageFailed]);
        assert_eq!(shop.memory.len(), 1, "the new record is removed");
        assert_eq!(token(&browser), old);
        assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
    }
}

/// Rules: row-30.
#[tokio::test]
async fn a_record_that_cannot_be_undone_is_known_to_nobody() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    shop.faulty.fail_always(Call::Remove);
    let answer = browser.post("/elevate").await;
    assert_eq!(answer.status, 503);
    assert!(answer.set_cookies().is_empty());
    shop.faulty.heal();
    let login = seen(&mut browser).await.unwrap();
    assert!(!login.admin, "the old rights, under the old id");
}

/// Rules: row-29, one-gate.
#[tokio::test]
async fn a_write_after_an_end_is_a_sign_in() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.clear().unwrap();
        assert!(login.get().is_none());
        login.set(Login::of("anna"))
    });
    shop.sign_in(&mut browser, "anna").await;
    let old = token(&browser);
    let answer = browser.post("/act").await;
    assert!(answer.sets(COOKIE));
    assert!(!answer.clears(COOKIE));
    assert_eq!(shop.told(), [EventKind::SignedIn]);
    assert_eq!(shop.calls(), [Call::Read, Call::Create, Call::Remove]);
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
    assert_dead(&mut browser, &old).await;
}

/// Rules: one-gate, row-33.
#[tokio::test]
async fn an_end_after_a_sign_in_ends_and_makes_nothing() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.sign_in(Login::of("berta")).unwrap();
        login.rotate().unwrap();
        login.clear()
    });
    shop.sign_in(&mut browser, "anna").await;
    let answer = browser.post("/act").await;
    assert!(answer.clears(COOKIE));
    assert_eq!(shop.calls(), [Call::Read, Call::Remove]);
    assert_eq!(shop.told(), [EventKind::Ended]);
    assert_eq!(shop.memory.len(), 0);
}

/// Rules: one-gate, row-29.
#[tokio::test]
async fn a_sign_in_beats_a_rise_and_both_beat_a_rotation() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>, body: String| {
        login.rotate().unwrap();
        if body == "both" {
            login.sign_in(Login::of("anna")).unwrap();
        }
        login.elevate(Login::of("anna"))
    });
    shop.sign_in(&mut browser, "anna").await;
    for (body, told) in [("one", EventKind::Elevated), ("both", EventKind::SignedIn)] {
        assert_eq!(browser.send(saying("/act", body)).await.status, 200);
        assert_eq!(shop.told(), [told]);
    }
}

/// Rules: row-29, row-3b.
#[tokio::test]
async fn one_session_in_place_of_another_of_the_same_subject_is_not_one_more() {
    for when_full in [WhenFull::RejectNew, WhenFull::EndOldest] {
        let one = NonZeroU32::MIN;
        let shop = Shop::with(|login| login.sessions_per_subject(one, when_full));
        let mut browser = shop.signed_in("anna").await;
        let risen = browser.post("/elevate").await;
        assert_eq!(
            (risen.status, risen.sets(COOKIE)),
            (200, true),
            "{when_full:?}"
        );
        assert_eq!(shop.told(), [EventKind::Elevated]);
        let again = browser.send(saying("/sign-in", "anna")).await;
        assert_eq!((again.status, again.sets(COOKIE)), (200, true));
        assert_eq!(shop.told(), [EventKind::SignedIn]);
        assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
        assert_eq!(shop.memory.len(), 1);
    }
}

/// Rules: row-3b.
#[tokio::test]
async fn one_session_in_place_of_another_subjects_is_one_more() {
    let one = NonZeroU32::MIN;
    let shop = Shop::with(|login| login.sessions_per_subject(one, WhenFull::RejectNew));
    let mut anna = shop.signed_in("anna").await;
    let _berta = shop.signed_in("berta").await;
    let answer = anna.send(saying("/sign-in", "berta")).await;
    assert_eq!(answer.status, 429);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::TooManyForSubject]);
    assert_eq!(
        seen(&mut anna).await,
        Some(Login::of("anna")),
        "the old one lives"
    );
}

/// Rules: row-23, row-29.
#[tokio::test]
async fn no_overlap_reaches_across_a_sign_in() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let first = token(&browser);
    browser.post("/rotate").await;
    let second = token(&browser);
    browser.send(saying("/sign-in", "anna")).await;
    for old in [first, second] {
        assert_dead(&mut browser.fork(), &old).await;
    }
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
}

/// Rules: row-23.
#[tokio::test]
async fn a_superseded_proof_may_still_sign_in() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let first = token(&browser);
    browser.post("/rotate").await;
    shop.forget();
    let mut late = browser.fork();
    let request = with_token(saying("/sign-in", "anna"), &first);
    let answer = late.send(request).await;
    assert!(answer.sets(COOKIE));
    assert_eq!(
        shop.told(),
        [EventKind::SupersededProof, EventKind::SignedIn]
    );
    assert_eq!(seen(&mut browser).await, None, "the rotated one is ended");
    assert_eq!(seen(&mut late).await, Some(Login::of("anna")));
}

#[tokio::test]
async fn a_reference_names_the_committed_session_before_and_after_a_rise() {
    let shop = Shop::new();
    let names = Cell::<Vec<String>>::default();
    let kept = Arc::clone(&names);
    let mut browser = shop.acting(async move |login: Session<Login>| {
        let name = || login.reference().unwrap().to_string();
        let before = name();
        login.elevate(Login::of("anna")).unwrap();
        commit().await.unwrap();
        *kept.lock().unwrap() = vec![before, name()];
    });
    shop.sign_in(&mut browser, "anna").await;
    let answer = browser.send(Req::post("/act")).await;
    assert!(answer.sets(COOKIE));
    let listed = shop.sessions.list::<Login>("anna").await.unwrap();
    let names = names.lock().unwrap().clone();
    assert_ne!(names[0], names[1]);
    assert_eq!(listed[0].reference.to_string(), names[1]);
}
