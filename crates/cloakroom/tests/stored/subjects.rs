//! Listing and ending a subject's sessions.

use std::num::NonZeroU32;

use axum::Router;
use axum::routing::post;
use cloakroom::{
    Ending, EventKind, Key, KeyRing, MemoryStorage, Refusal, Session, SessionRef, Sessions,
    StoreError, ThreadEntropy, WhenFull,
};
use cloakroom_testkit::{Call, Req, When};

use crate::shop::{
    Browser, COOKIE, Login, MILLI, MINUTE, SECOND, Shop, saying, seen, token, value_in, with_token,
};

/// A browser whose `POST /begin` is a whole sign-in as the design asks for, with `between` run
/// while the password would be checked.
fn beginner<F: Future<Output = ()> + Send + 'static>(
    shop: &Shop,
    between: impl Fn(Sessions) -> F + Clone + Send + Sync + 'static,
) -> Browser {
    let sessions = shop.sessions.clone();
    let begin = async move |login: Session<Login>, user: String| {
        login.begin_sign_in(&user).await?;
        between(sessions).await;
        login.sign_in(Login::of(&user)).unwrap();
        Ok::<_, StoreError>("welcome")
    };
    shop.browser_at(Router::new().route("/begin", post(begin)))
}

/// Three browsers of `anna`, signed in a second apart.
async fn three(shop: &Shop) -> [Browser; 3] {
    let mut browsers = [shop.browser(), shop.browser(), shop.browser()];
    for browser in &mut browsers {
        shop.clock.advance(SECOND);
        shop.sign_in(browser, "anna").await;
    }
    browsers
}

async fn live(browsers: &mut [Browser]) -> Vec<bool> {
    let mut live = Vec::new();
    for browser in browsers {
        live.push(seen(browser).await.is_some());
    }
    live
}

#[tokio::test]
async fn a_subjects_sessions_are_listed_oldest_first_with_their_dates() {
    let shop = Shop::with(|login| login.absolute_timeout(10 * MINUTE).idle_timeout(5 * MINUTE));
    let _anna = three(&shop).await;
    let _berta = shop.signed_in("berta").await;
    let listed = shop.sessions.list::<Login>("anna").await.unwrap();
    assert_eq!(listed.len(), 3);
    for (one, next) in listed.iter().zip(listed.iter().skip(1)) {
        assert_eq!(next.created, one.created.saturating_add(SECOND));
    }
    for one in &listed {
        let absolute = one.created.saturating_add(10 * MINUTE);
        let idle = one.created.saturating_add(5 * MINUTE);
        assert_eq!(one.deadlines.absolute, Some(absolute));
        assert_eq!(one.deadlines.idle, Some(idle));
        assert_eq!(one.reference.provider(), "login");
    }
    assert!(
        shop.sessions
            .list::<Login>("nobody")
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_session_is_ended_by_its_name_and_no_other_is() {
    let shop = Shop::new();
    let mut browsers = three(&shop).await;
    let listed = shop.sessions.list::<Login>("anna").await.unwrap();
    // As an application does it: through a form, as text.
    let name: SessionRef = listed[1].reference.to_string().parse().unwrap();
    assert!(shop.sessions.end(&name).await.unwrap());
    assert_eq!(shop.told(), [EventKind::Ended]);
    assert!(
        !shop.sessions.end(&name).await.unwrap(),
        "it is not there to end"
    );
    assert_eq!(shop.told(), []);
    assert_eq!(live(&mut browsers).await, [true, false, true]);
    assert_eq!(shop.sessions.list::<Login>("anna").await.unwrap().len(), 2);
}

/// Rules: bad-input.
#[tokio::test]
async fn a_reference_never_opens_a_session() {
    let shop = Shop::new();
    let _browser = shop.signed_in("anna").await;
    let listed = shop.sessions.list::<Login>("anna").await.unwrap();
    let text = listed[0].reference.to_string();
    let hex = text.rsplit_once('.').unwrap().1.to_owned();
    shop.forget();
    // Also where it has the length and the alphabet of a real token.
    let padded: String = hex.chars().cycle().take(token(&_browser).len()).collect();
    for presented in [text, hex, padded] {
        let request = with_token(Req::get("/see").fetch(), &presented);
        let answer = shop.browser().send(request).await;
        assert_eq!(value_in(&answer), None);
        let told = shop.told();
        assert!(matches!(told[..], [EventKind::Refused(_)]), "{told:?}");
    }
    shop.spy.assert_untouched();
}

#[tokio::test]
async fn ending_all_ends_every_session_of_the_subject_and_of_no_other() {
    let shop = Shop::new();
    let mut anna = three(&shop).await;
    let mut berta = shop.signed_in("berta").await;
    assert_eq!(shop.sessions.end_all::<Login>("anna").await.unwrap(), 3);
    assert_eq!(shop.told(), [EventKind::Ended; 3]);
    assert_eq!(live(&mut anna).await, [false; 3]);
    assert!(seen(&mut berta).await.is_some());
    assert_eq!(shop.sessions.end_all::<Login>("anna").await.unwrap(), 0);

    let answer = anna[0].send(saying("/sign-in", "anna")).await;
    assert!(answer.sets(COOKIE), "she may come back");
    assert!(seen(&mut anna[0]).await.is_some());
}

/// Rules: row-30.
#[tokio::test]
async fn a_sign_in_that_began_before_all_was_ended_does_not_survive_it() {
    let shop = Shop::new();
    let mut browser = beginner(&shop, async |sessions| {
        sessions.end_all::<Login>("anna").await.unwrap();
    });
    let answer = browser.send(saying("/begin", "anna")).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.body, "", "the handler's response is dropped");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::SignedOutMeanwhile]);
    assert_eq!(shop.memory.len(), 0);
}

/// Rules: row-30.
#[tokio::test]
async fn a_refused_sign_in_leaves_the_session_of_another_subject_alone() {
    let shop = Shop::new();
    let mut browser = beginner(&shop, async |sessions| {
        sessions.end_all::<Login>("anna").await.unwrap();
    });
    shop.sign_in(&mut browser, "berta").await;
    let answer = browser.send(saying("/begin", "anna")).await;
    assert_eq!(answer.status, 401);
    assert_eq!(seen(&mut browser).await, Some(Login::of("berta")));
}

#[tokio::test]
async fn a_sign_in_that_began_after_all_was_ended_survives() {
    let shop = Shop::new();
    shop.sessions.end_all::<Login>("anna").await.unwrap();
    let mut browser = beginner(&shop, async |sessions| {
        // Somebody else's sessions are no matter.
        sessions.end_all::<Login>("berta").await.unwrap();
    });
    let answer = browser.send(saying("/begin", "anna")).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "welcome"));
    assert!(answer.sets(COOKIE));
    assert_eq!(seen(&mut browser).await, Some(Login::of("anna")));
}

#[tokio::test]
async fn without_a_beginning_a_sign_in_begins_when_it_is_committed() {
    let shop = Shop::new();
    let sessions = shop.sessions.clone();
    let mut browser = shop.acting(async move |login: Session<Login>| {
        login.sign_in(Login::of("anna")).unwrap();
        sessions.end_all::<Login>("anna").await.unwrap();
    });
    assert!(browser.post("/act").await.sets(COOKIE));
    assert!(seen(&mut browser).await.is_some());
}

#[tokio::test]
async fn a_beginning_counts_for_its_own_subject_only() {
    let shop = Shop::new();
    let sessions = shop.sessions.clone();
    let mut browser = shop.acting(async move |login: Session<Login>| {
        login.begin_sign_in("anna").await.unwrap();
        sessions.end_all::<Login>("berta").await.unwrap();
        login.sign_in(Login::of("berta")).unwrap();
    });
    assert!(browser.post("/act").await.sets(COOKIE));
    assert_eq!(seen(&mut browser).await, Some(Login::of("berta")));
}

/// Rules: row-30.
#[tokio::test]
async fn rising_while_all_sessions_are_ended_is_refused() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let sessions = shop.sessions.clone();
    let ending = async move || sessions.end_all::<Login>("anna").await.unwrap();
    let (answer, ended) = shop
        .overtake(Call::Create, browser.post("/elevate"), ending())
        .await;
    assert_eq!((answer.status, ended), (401, 1));
    assert!(answer.set_cookies().is_empty());
    assert_eq!(
        shop.told(),
        [EventKind::Ended, EventKind::SignedOutMeanwhile]
    );
    assert_eq!(shop.memory.len(), 0);
}

#[tokio::test]
async fn ending_the_others_keeps_this_one_and_it_may_still_rise() {
    let shop = Shop::new();
    let sessions = shop.sessions.clone();
    let end_others = async move |login: Session<Login>, body: String| {
        let ended = sessions.end_others(&login).await?;
        if body == "rise" {
            login.elevate(Login::of("anna")).unwrap();
        }
        Ok::<_, StoreError>(ended.to_string())
    };
    for body in ["", "rise"] {
        let mut others = three(&shop).await;
        let mut own = shop.acting(end_others.clone());
        shop.sign_in(&mut own, "anna").await;
        let answer = own.send(saying("/act", body)).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "3"));
        assert_eq!(live(&mut others).await, [false; 3]);
        assert!(seen(&mut own).await.is_some());
        let risen = own.post("/elevate").await;
        assert_eq!((risen.status, risen.sets(COOKIE)), (200, true));
        own.post("/clear").await;
    }
    let nobody = shop.acting(end_others).post("/act").await.status;
    assert_eq!(nobody, 401, "there is no session to spare");
}

#[tokio::test]
async fn ending_everything_ends_all_that_began_before() {
    let shop = Shop::new();
    let mut old = three(&shop).await;
    let mut berta = shop.signed_in("berta").await;
    shop.clock.advance(MILLI);
    shop.sessions.end_everything::<Login>().await.unwrap();
    assert_eq!(shop.told(), [EventKind::Ended]);
    assert_eq!(live(&mut old).await, [false; 3]);
    assert_eq!(seen(&mut berta).await, None);
    assert!(
        shop.sessions
            .list::<Login>("anna")
            .await
            .unwrap()
            .is_empty()
    );
    let answer = old[0].send(saying("/sign-in", "anna")).await;
    assert!(answer.sets(COOKIE));
    assert!(
        seen(&mut old[0]).await.is_some(),
        "who comes after it may stay"
    );
}

/// Rules: row-28, no-upsert.
#[tokio::test]
async fn a_change_under_way_while_everything_is_ended_brings_nothing_back() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    shop.clock.advance(MILLI);
    let sessions = shop.sessions.clone();
    let ending = async move || sessions.end_everything::<Login>().await.unwrap();
    let (answer, ()) = shop
        .overtake(Call::Update, browser.post("/visit"), ending())
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(shop.told(), [EventKind::Ended, EventKind::EndedMeanwhile]);
    assert_eq!(seen(&mut browser).await, None);
}

/// Rules: row-3b.
#[tokio::test]
async fn the_hundred_and_first_session_of_a_subject_is_refused() {
    let shop = Shop::new();
    let mut first = shop.signed_in("anna").await;
    for _ in 1..100 {
        let _more = shop.signed_in("anna").await;
    }
    let mut late = shop.browser();
    let refused = late.send(saying("/sign-in", "anna")).await;
    assert_eq!(refused.status, 429);
    assert!(refused.set_cookies().is_empty());
    assert_eq!(shop.told(), [EventKind::TooManyForSubject]);
    assert_eq!(shop.memory.len(), 100);
    let _berta = shop.signed_in("berta").await;

    first.post("/clear").await;
    let accepted = late.send(saying("/sign-in", "anna")).await;
    assert_eq!((accepted.status, accepted.sets(COOKIE)), (200, true));
}

/// Rules: row-3b.
#[tokio::test]
async fn one_session_more_ends_the_oldest_where_it_is_told_to() {
    let two = NonZeroU32::new(2).unwrap();
    let shop = Shop::with(|login| login.sessions_per_subject(two, WhenFull::EndOldest));
    let mut browsers = three(&shop).await;
    assert_eq!(live(&mut browsers).await, [false, true, true]);
    assert_eq!(shop.memory.len(), 2);
}

/// Rules: row-34.
#[tokio::test]
async fn a_storage_that_fails_is_an_error_of_who_lists_and_ends() {
    let shop = Shop::new();
    let mut browser = shop.signed_in("anna").await;
    let reference = shop.sessions.list::<Login>("anna").await.unwrap()[0]
        .reference
        .clone();
    for call in [
        Call::List,
        Call::Remove,
        Call::RemoveAll,
        Call::EndBefore,
        Call::BeginSignIn,
    ] {
        shop.faulty.fail_next(call, When::BeforeEffect);
    }
    let sessions = &shop.sessions;
    let failed = [
        sessions.list::<Login>("anna").await.unwrap_err().status(),
        sessions.end(&reference).await.unwrap_err().status(),
        sessions
            .end_all::<Login>("anna")
            .await
            .unwrap_err()
            .status(),
        sessions
            .end_everything::<Login>()
            .await
            .unwrap_err()
            .status(),
    ];
    assert_eq!(failed, [503; 4]);
    let mut other = beginner(&shop, async |_| ());
    let answer = other.send(saying("/begin", "berta")).await;
    assert_eq!(answer.status, 503);
    assert!(answer.set_cookies().is_empty());
    assert!(seen(&mut browser).await.is_some(), "nothing was ended");
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Unknown;

#[derive(serde::Serialize, serde::Deserialize)]
struct Cart {
    user: String,
}

#[tokio::test]
async fn what_cannot_be_listed_or_ended_says_why() {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let sessions = Sessions::builder("shop", &keys)
        .cookie::<Cart>("cart", |cart| {
            let cart = cart.sealed().subject(|cart| cart.user.clone());
            cart.ending(Ending::Stateless)
        })
        .cookie::<Login>("login", |login| login.stored_in(&MemoryStorage::new()))
        .build()
        .unwrap();
    let listed = sessions.list::<Cart>("anna").await;
    assert!(matches!(listed, Err(StoreError::NotStored)));
    let ended = sessions.end_all::<Unknown>("anna").await;
    assert!(matches!(ended, Err(StoreError::NoProvider { .. })));
    let by_value: SessionRef = format!("cart.{}", "00".repeat(16)).parse().unwrap();
    assert!(matches!(
        sessions.end(&by_value).await,
        Err(StoreError::NotStored)
    ));
    let unknown: SessionRef = format!("other.{}", "00".repeat(32)).parse().unwrap();
    let ended = sessions.end(&unknown).await;
    assert!(matches!(ended, Err(StoreError::NoProvider { .. })));
    let absent: SessionRef = format!("login.{}", "00".repeat(32)).parse().unwrap();
    assert!(!sessions.end(&absent).await.unwrap());
}

/// Rules: row-5.
#[tokio::test]
async fn a_name_of_one_shops_session_ends_no_session_of_another_in_the_same_storage() {
    let shop = Shop::new();
    let _browser = shop.signed_in("anna").await;
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let other = Sessions::builder("staging", &keys)
        .cookie::<Login>("login", |login| {
            login
                .stored_in(&shop.memory)
                .subject_if_any(|login| login.user.clone())
        })
        .build()
        .unwrap();
    assert!(other.list::<Login>("anna").await.unwrap().is_empty());
    assert_eq!(other.end_all::<Login>("anna").await.unwrap(), 0);
    assert_eq!(shop.sessions.list::<Login>("anna").await.unwrap().len(), 1);
}

/// Rules: row-5.
#[tokio::test]
async fn a_subject_that_was_forgotten_by_time_lets_no_older_sign_in_through() {
    let shop = Shop::new();
    let clock = shop.clock.clone();
    let mut browser = beginner(&shop, move |sessions| {
        let clock = clock.clone();
        async move {
            sessions.end_all::<Login>("anna").await.unwrap();
            clock.advance(MINUTE);
        }
    });
    let answer = browser.send(saying("/begin", "anna")).await;
    assert_eq!(answer.status, 401);
    assert_eq!(shop.told(), [EventKind::SignedOutMeanwhile]);
    let later = browser.send(saying("/sign-in", "anna")).await;
    assert!(later.sets(COOKIE));
    assert_ne!(shop.told(), [EventKind::Refused(Refusal::UnknownId)]);
}
