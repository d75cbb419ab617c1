//! Two requests change one session at once.

use std::num::NonZeroU32;
use std::pin::pin;

use cloakroom::{ChangeError, Conflicts, EventKind, Failure, FieldRules, Session, commit};
use cloakroom_testkit::{Answer, Call, Req};

use crate::shop::{COOKIE, DAY, Login, MINUTE, Shop, saying, seen, setting, token};

/// Sends `slow`, which is overtaken at its update by `quick`, in two tabs of one browser.
async fn race(shop: &Shop, slow: &Req, quick: &Req) -> (Answer, Answer, Option<Login>) {
    let mut browser = shop.signed_in("anna").await;
    let answers = raced(shop, &mut browser, slow, quick).await;
    (answers.0, answers.1, seen(&mut browser).await)
}

async fn raced(
    shop: &Shop,
    browser: &mut crate::shop::Browser,
    slow: &Req,
    quick: &Req,
) -> (Answer, Answer) {
    let mut tab = browser.fork();
    shop.overtake(Call::Update, tab.send(slow), browser.send(quick))
        .await
}

/// Rules: row-27, merging.
#[tokio::test]
async fn changes_of_different_fields_are_both_kept() {
    let shop = Shop::new();
    let (slow, quick, login) = race(&shop, &saying("/note", "mine"), &Req::post("/visit")).await;
    assert_eq!((slow.status, quick.status), (200, 200));
    assert!(slow.set_cookies().is_empty() && quick.set_cookies().is_empty());
    let login = login.unwrap();
    assert_eq!((login.visits, login.note.as_str()), (1, "mine"));
    let told = [EventKind::Changed, EventKind::Changed, EventKind::Merged];
    assert_eq!(shop.told(), told);
}

/// Rules: row-27, merging.
#[tokio::test]
async fn different_changes_of_one_field_are_refused_to_the_later_request() {
    let shop = Shop::new();
    let (slow, quick, login) =
        race(&shop, &saying("/note", "mine"), &saying("/note", "theirs")).await;
    assert_eq!((slow.status, quick.status), (409, 200));
    assert_eq!(slow.body, "");
    assert!(slow.set_cookies().is_empty());
    assert_eq!(login.unwrap().note, "theirs");
    let told = shop.events.take();
    let kinds: Vec<_> = told.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Changed, EventKind::Conflict]);
    assert_eq!(told[1].fields, ["note"]);
}

/// Rules: row-27.
#[tokio::test]
async fn a_request_that_was_refused_can_be_made_again() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let again = saying("/note", "mine");
    let (slow, _) = raced(&shop, &mut browser, &again, &saying("/note", "theirs")).await;
    assert_eq!(slow.status, 409);
    assert_eq!(browser.send(&again).await.status, 200);
    assert_eq!(seen(&mut browser).await.unwrap().note, "mine");
}

/// Rules: row-27, merging.
#[tokio::test]
async fn rules_for_fields_join_what_both_changed() {
    let rules = || {
        FieldRules::new()
            .append("items")
            .add("visits")
            .with("note", |base: String, ours: String, theirs: String| {
                Some(format!("{base}{theirs}{ours}"))
            })
    };
    for (slow, quick, expected, field) in [
        (
            saying("/add", "hat"),
            saying("/add", "coat"),
            r#""items":["coat","hat"]"#,
            "items",
        ),
        (
            Req::post("/visit"),
            Req::post("/visit"),
            r#""visits":2"#,
            "visits",
        ),
        (
            saying("/note", "b"),
            saying("/note", "a"),
            r#""note":"ab""#,
            "note",
        ),
    ] {
        let shop = Shop::with(|login| login.conflicts(Conflicts::Merge(rules())));
        let (slow, quick, login) = race(&shop, &slow, &quick).await;
        assert_eq!((slow.status, quick.status), (200, 200));
        let login = serde_json::to_string(&login).unwrap();
        assert!(login.contains(expected), "{login} holds {expected}");
        let merged = shop.events.take().pop().unwrap();
        assert_eq!(
            (merged.kind, merged.fields),
            (EventKind::Merged, vec![field])
        );
    }
}

/// Rules: row-27.
#[tokio::test]
async fn reject_refuses_the_later_request_whatever_it_changed() {
    let shop = Shop::with(|login| login.conflicts(Conflicts::Reject));
    let (slow, _, login) = race(&shop, &saying("/note", "mine"), &Req::post("/visit")).await;
    assert_eq!(slow.status, 409);
    let login = login.unwrap();
    assert_eq!((login.visits, login.note.as_str()), (1, ""));
    assert_eq!(shop.told(), [EventKind::Changed, EventKind::Conflict]);
}

/// Rules: row-27.
#[tokio::test]
async fn last_wins_keeps_the_later_value_whole() {
    let shop = Shop::with(|login| login.conflicts(Conflicts::LastWins));
    let (slow, _, login) = race(&shop, &saying("/note", "mine"), &Req::post("/visit")).await;
    assert_eq!(slow.status, 200);
    let login = login.unwrap();
    assert_eq!((login.visits, login.note.as_str()), (0, "mine"));
    let told = [
        EventKind::Changed,
        EventKind::Changed,
        EventKind::Overwritten,
    ];
    assert_eq!(shop.told(), told);
}

/// Rules: row-27.
#[tokio::test]
async fn a_function_of_the_application_joins_or_refuses() {
    for (visits, status) in [(2, 200), (100, 409)] {
        let shop = Shop::with(|login| {
            login.conflicts(Conflicts::With(Box::new(move |base, ours, theirs| {
                assert_eq!(
                    (base.visits, ours.visits, theirs.note.as_str()),
                    (0, 1, "theirs")
                );
                (visits < 50).then(|| Login {
                    visits,
                    ..theirs.clone()
                })
            })))
        });
        let (slow, _, login) = race(&shop, &Req::post("/visit"), &saying("/note", "theirs")).await;
        assert_eq!(slow.status, status);
        let login = login.unwrap();
        assert_eq!(login.note, "theirs");
        assert_eq!(login.visits, if status == 200 { visits } else { 0 });
    }
}

/// Rules: merging.
#[tokio::test]
async fn a_joined_value_of_another_subject_is_refused() {
    let shop = Shop::with(|login| {
        login.conflicts(Conflicts::With(Box::new(|_, _, _| {
            Some(Login::of("mallory"))
        })))
    });
    let (slow, quick, login) = race(&shop, &Req::post("/visit"), &saying("/note", "x")).await;
    assert_eq!((slow.status, quick.status), (409, 200));
    assert_eq!(login.unwrap().user.as_deref(), Some("anna"));
}

/// Rules: merging.
#[tokio::test]
async fn a_joined_value_that_is_not_valid_is_refused() {
    let shop =
        Shop::with(|login| login.validate(|login| login.visits == 0 || login.note.is_empty()));
    let (slow, quick, login) = race(&shop, &Req::post("/visit"), &saying("/note", "x")).await;
    assert_eq!((slow.status, quick.status), (409, 200));
    assert_eq!(login.unwrap().visits, 0);
}

/// Rules: row-27.
#[tokio::test]
async fn a_retried_change_runs_again_on_the_others_value() {
    let shop = Shop::new();
    let (slow, quick, login) = race(&shop, &Req::post("/count"), &Req::post("/count")).await;
    assert_eq!((slow.status, quick.status), (200, 200));
    assert_eq!(login.unwrap().visits, 2);
    assert_eq!(shop.told().last(), Some(&EventKind::Merged));
}

/// Rules: row-27.
#[tokio::test]
async fn a_retried_change_beside_another_kind_of_change_goes_by_the_rule() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.update_retrying(|login| login.visits += 1).unwrap();
        login.update(|login| login.note = "mine".to_owned())
    });
    shop.sign_in(&mut browser, "anna").await;
    let (slow, _) = raced(
        &shop,
        &mut browser,
        &Req::post("/act"),
        &Req::post("/visit"),
    )
    .await;
    // Both set `visits` to one, which is no conflict of the field.
    assert_eq!(slow.status, 200);
    let login = seen(&mut browser).await.unwrap();
    assert_eq!((login.visits, login.note.as_str()), (1, "mine"));
}

/// Rules: row-27.
#[tokio::test]
async fn what_joins_to_what_lies_there_is_not_written() {
    let shop = Shop::new();
    let (slow, quick, login) =
        race(&shop, &saying("/note", "same"), &saying("/note", "same")).await;
    assert_eq!((slow.status, quick.status), (200, 200));
    assert_eq!(login.unwrap().note, "same");
    let updates = shop
        .calls()
        .iter()
        .filter(|call| **call == Call::Update)
        .count();
    assert_eq!(
        updates, 2,
        "one done, one that met the conflict, none after it"
    );
    assert_eq!(shop.told(), [EventKind::Changed]);
}

/// Meets `conflicts` of them with one change, and gives its answer.
async fn contended(shop: &Shop, change: &Req, conflicts: u32) -> Answer {
    let mut browser = shop.signed_in("anna").await;
    let mut tab = browser.fork();
    let mut held = shop.faulty.pause_next(Call::Update);
    let others = async {
        for turn in 0..conflicts {
            held.reached().await;
            let answer = browser.send(saying("/add", &turn.to_string())).await;
            assert_eq!(answer.status, 200);
            let next = shop.faulty.pause_next(Call::Update);
            held.resume();
            held = next;
        }
        // Lets the last try, if there is one, go on at once.
        drop(held);
    };
    let mut answer = pin!(tab.send(change));
    let answer = tokio::select! {
        biased;
        early = &mut answer => early,
        () = others => answer.await,
    };
    let login = seen(&mut browser).await.unwrap();
    assert_eq!(login.items.len(), usize::try_from(conflicts).unwrap());
    assert_eq!(login.note == "mine", answer.status == 200);
    answer
}

/// Rules: row-27.
#[tokio::test]
async fn eight_conflicts_are_joined_and_the_ninth_is_refused() {
    for (conflicts, status, last) in [(8, 200, EventKind::Merged), (9, 409, EventKind::Conflict)] {
        let shop = Shop::new();
        let answer = contended(&shop, &saying("/note", "mine"), conflicts).await;
        assert_eq!(answer.status, status, "{conflicts} conflicts");
        assert_eq!(shop.told().last(), Some(&last));
    }
}

/// Rules: row-27.
#[tokio::test]
async fn a_touch_by_another_request_is_no_conflict() {
    let shop = Shop::with(|login| login.idle_timeout(10 * MINUTE));
    let mut browser = shop.signed_in("anna").await;
    shop.clock.advance(5 * MINUTE);
    let (slow, quick) = raced(
        &shop,
        &mut browser,
        &saying("/note", "mine"),
        &Req::get("/see"),
    )
    .await;
    assert_eq!((slow.status, quick.status), (200, 200));
    let calls = [Call::Read, Call::Update, Call::Read, Call::Touch];
    assert_eq!(shop.calls(), calls, "one update is enough");
    assert_eq!(shop.told(), [EventKind::Touched, EventKind::Changed]);
}

/// Rules: row-28.
#[tokio::test]
async fn a_retried_change_of_a_session_that_ended_meanwhile_is_told_so_on_commit() {
    let shop = Shop::new();
    let mut browser = shop.acting(async |login: Session<Login>| {
        login.update_retrying(|login| login.visits += 1).unwrap();
        let error = commit().await.unwrap_err();
        assert_eq!(error.failure(), Failure::NoSession);
        assert_eq!(login.update(|_| ()), Err(ChangeError::TooLate));
        error
    });
    shop.sign_in(&mut browser, "anna").await;
    let mut tab = browser.fork();
    let (slow, _) = shop
        .overtake(Call::Update, tab.post("/act"), browser.post("/clear"))
        .await;
    assert_eq!(slow.status, 401);
    assert!(slow.set_cookies().is_empty());
    assert_eq!(shop.memory.len(), 0);
}

/// Rules: row-28, row-27.
#[tokio::test]
async fn a_session_that_ends_after_a_conflict_stays_ended() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let mut tab = browser.fork();
    let first = shop.faulty.pause_next(Call::Update);
    let others = async {
        first.reached().await;
        browser.post("/visit").await;
        let second = shop.faulty.pause_next(Call::Update);
        first.resume();
        second.reached().await;
        browser.post("/clear").await;
        second.resume();
    };
    let (answer, ()) = tokio::join!(tab.send(saying("/note", "mine")), others);
    assert_eq!(answer.status, 200);
    assert_eq!(shop.told().last(), Some(&EventKind::EndedMeanwhile));
    assert_eq!(shop.memory.len(), 0);
}

/// Rules: row-27.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_changes_at_once_none_is_lost_that_was_answered_well() {
    let many = NonZeroU32::new(24).unwrap();
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let tabs = (0..many.get()).map(|_| {
        let tab = browser.fork();
        tokio::spawn(tab.dispatch(&Req::post("/count")))
    });
    let tabs: Vec<_> = tabs.collect();
    let mut done = 0;
    for tab in tabs {
        let status = tab.await.unwrap().status;
        assert!(matches!(status, 200 | 409), "{status}");
        done += u32::from(status == 200);
    }
    assert!(done > 0);
    assert_eq!(seen(&mut browser).await.unwrap().visits, done);
}

/// Rules: row-27, row-29.
#[tokio::test]
async fn a_change_under_way_is_not_carried_into_a_new_sign_in() {
    let shop = Shop::with(|login| login.absolute_timeout(DAY));
    let mut browser = shop.signed_in("anna").await;
    let old = token(&browser);
    let slow = saying("/note", "from the old one");
    let (slow, quick) = raced(&shop, &mut browser, &slow, &setting(&Login::of("berta"))).await;
    assert!(quick.sets(COOKIE));
    assert_eq!(slow.status, 200);
    assert_eq!(
        shop.told(),
        [EventKind::SignedIn, EventKind::EndedMeanwhile]
    );
    assert_ne!(token(&browser), old);
    assert_eq!(seen(&mut browser).await, Some(Login::of("berta")));
}
