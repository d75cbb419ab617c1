//! Several cookies of one name, how they are found, and when one is cleared.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use cloakroom::{DatedKey, EventKind, KeyRing, KeySet, LayerExt as _, Refusal, Session, Sessions};
use cloakroom_testkit::{Call, Client, ManualClock, Req};

use crate::support::Kind::{ById, Sealed, Signed};
use crate::support::{Ask, HOUR, Kept, Kind, Line, MINUTE, Setup, Site, decode, encode, key};

/// Every order of the items.
fn orders<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    if items.len() < 2 {
        return vec![items.to_vec()];
    }
    let mut all = Vec::new();
    for index in 0..items.len() {
        let mut rest = items.to_vec();
        let first = rest.remove(index);
        for mut order in orders(&rest) {
            order.insert(0, first.clone());
            all.push(order);
        }
    }
    all
}

/// The tokens in one line as a browser sends them, and each in a line of its own as HTTP/2 may.
fn spellings(kind: Kind, tokens: &[String]) -> [Vec<Line>; 2] {
    let lines: Vec<Line> = tokens.iter().map(|token| kind.line(token)).collect();
    let pairs: Vec<&[u8]> = lines.iter().map(|line| &*line.1).collect();
    let joined = ("cookie", pairs.join(&b"; "[..]));
    [vec![joined], lines]
}

/// The token with its last byte changed.
fn forged(token: &str) -> String {
    let mut bytes = decode(token.as_bytes()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    encode(&bytes)
}

/// Whatever the order and the spelling, a page load reads this and leaves the browser's cookies
/// alone.
async fn reads(site: &Site, kind: Kind, tokens: &[String], text: &str) {
    for order in orders(tokens) {
        for lines in spellings(kind, &order) {
            let reply = site.ask(Ask::read(kind).lines(&lines)).await;
            assert_eq!((reply.status, &*reply.body), (200, text), "{kind:?}");
            assert!(reply.is_silent(kind), "{kind:?}");
        }
    }
}

/// Whatever the order and the spelling, there is no session for this reason.
async fn refuses(site: &Site, kind: Kind, tokens: &[String], why: Refusal) {
    for order in orders(tokens) {
        for lines in spellings(kind, &order) {
            site.refuses(kind, &lines, why).await;
        }
    }
}

/// Rules: several-cookies, clearing, row-7.
#[tokio::test]
async fn a_bad_cookie_beside_a_good_one_is_ignored_and_left_alone() {
    let site = Setup::new().site();
    for kind in Kind::COOKIES {
        let good = site.token(kind, "coat").await;
        let bad = ["admin".to_owned(), forged(&good), "A".repeat(5_000)];
        for bad in &bad {
            reads(&site, kind, &[good.clone(), bad.clone()], "coat").await;
        }
        site.log.clear();
        let [a, b, c] = bad;
        reads(&site, kind, &[good, a, b, c], "coat").await;
        assert_eq!(site.log.kinds(), []);
    }
}

/// Rules: several-cookies, row-7.
#[tokio::test]
async fn five_cookies_are_none_even_if_they_are_all_good() {
    let site = Setup::new().site();
    for kind in Kind::COOKIES {
        let good = site.token(kind, "coat").await;
        reads(&site, kind, &vec![good.clone(); 4], "coat").await;
        for lines in spellings(kind, &vec![good.clone(); 5]) {
            site.refuses(kind, &lines, Refusal::TooMany).await;
        }
        for at in 0..5 {
            let mut tokens = vec!["admin".to_owned(); 5];
            tokens[at].clone_from(&good);
            for lines in spellings(kind, &tokens) {
                site.refuses(kind, &lines, Refusal::TooMany).await;
            }
        }
    }
}

/// Rules: several-cookies, clearing, row-4b, row-6, row-7.
#[tokio::test]
async fn cookies_of_different_sessions_are_none_of_them() {
    for kind in Kind::COOKIES {
        let site = Setup::new().site();
        let (coat, hat) = (
            site.token(kind, "coat").await,
            site.token(kind, "hat").await,
        );
        let both = [coat.clone(), hat.clone()];
        refuses_with_reads(&site, kind, &both).await;
        let [line, _] = spellings(kind, &both);
        site.forget();
        let reply = site.ask(Ask::write(kind, "bag").lines(&line)).await;
        assert_eq!(
            site.log.kinds(),
            [
                EventKind::Refused(Refusal::Ambiguous),
                EventKind::AmbiguousCookies,
                EventKind::Created,
            ]
        );
        assert_eq!(site.read(kind, &reply.token(kind).unwrap()).await, "bag");
        assert!(site.ask(Ask::end(kind).lines(&line)).await.clears(kind));
        // Nothing was done to either.
        assert_eq!(site.read(kind, &coat).await, "coat");
        assert_eq!(site.read(kind, &hat).await, "hat");
    }
}

/// By id every candidate costs a read, and none is cleared or removed.
async fn refuses_with_reads(site: &Site, kind: Kind, tokens: &[String]) {
    for order in orders(tokens) {
        for lines in spellings(kind, &order) {
            for fetch in [false, true] {
                site.forget();
                let reply = site
                    .ask(Ask::read(kind).lines(&lines).fetch_if(fetch))
                    .await;
                assert_eq!((reply.status, &*reply.body), (200, "none"));
                assert!(reply.is_silent(kind));
                let told = crate::support::told(Refusal::Ambiguous);
                assert_eq!(site.log.kinds(), told);
                let reads = if kind == ById { tokens.len() } else { 0 };
                assert_eq!(site.storage.take_calls(), vec![Call::Read; reads]);
            }
        }
    }
}

/// Rules: several-cookies, row-7, row-12, row-13.
#[tokio::test]
async fn of_several_states_of_one_session_the_newest_counts() {
    for kind in [Sealed, Signed] {
        let site = Setup::new().site();
        let mut tokens = vec![site.token(kind, "0").await];
        for text in ["1", "2"] {
            let write = Ask::write(kind, text).token(tokens.last().unwrap());
            tokens.push(site.ask(write).await.token(kind).unwrap());
        }
        reads(&site, kind, &tokens, "2").await;
        reads(&site, kind, &tokens[..2], "1").await;
        // The next state follows the newest.
        let [lines, _] = spellings(kind, &tokens);
        let reply = site.ask(Ask::write(kind, "3").lines(&lines)).await;
        tokens.push(reply.token(kind).unwrap());
        reads(&site, kind, &tokens, "3").await;
        // A rotation is a state of its own, of the same session.
        let rotate = Ask::rotate(kind).token(&tokens[3]);
        tokens[0] = site.ask(rotate).await.token(kind).unwrap();
        let write = Ask::write(kind, "4").token(&tokens[0]);
        tokens[1] = site.ask(write).await.token(kind).unwrap();
        reads(&site, kind, &tokens, "4").await;
    }
}

/// Rules: several-cookies, row-7, row-11.
#[tokio::test]
async fn of_two_renewals_of_one_state_the_later_counts() {
    for kind in [Sealed, Signed] {
        let site = Setup::new().idle(10 * MINUTE).site();
        let first = site.token(kind, "coat").await;
        site.clock.advance(2 * MINUTE);
        let reply = site.ask(Ask::read(kind).token(&first)).await;
        let renewed = reply.token(kind).unwrap();
        // Now the first one is due for another renewal, and the renewed one is not.
        site.clock.advance(MINUTE / 2);
        assert!(
            !site
                .ask(Ask::read(kind).token(&first))
                .await
                .is_silent(kind)
        );
        reads(&site, kind, &[first.clone(), renewed.clone()], "coat").await;
        // When the first one is over, the renewed one still counts.
        site.clock.advance(8 * MINUTE);
        let reply = site
            .ask(Ask::read(kind).token(&first).token(&renewed))
            .await;
        assert_eq!(reply.body, "coat");
    }
}

/// Rules: several-cookies, clearing, row-7.
#[tokio::test]
async fn dead_ids_beside_a_live_one_cost_a_read_each_and_nothing_else() {
    let site = Setup::new().site();
    let live = site.token(ById, "coat").await;
    let mut tokens = vec![live.clone()];
    for _ in 0..3 {
        let dead = site.token(ById, "hat").await;
        site.ask(Ask::end(ById).token(&dead)).await;
        tokens.push(dead);
    }
    for order in orders(&tokens) {
        for lines in spellings(ById, &order) {
            site.forget();
            let reply = site.ask(Ask::read(ById).lines(&lines)).await;
            assert_eq!((&*reply.body, reply.is_silent(ById)), ("coat", true));
            assert_eq!(site.storage.take_calls(), [Call::Read; 4]);
            assert_eq!(site.log.kinds(), []);
        }
    }
    tokens[0] = tokens[1].clone();
    site.forget();
    let [line, _] = spellings(ById, &tokens);
    let reply = site.ask(Ask::read(ById).lines(&line)).await;
    assert_eq!((&*reply.body, reply.is_silent(ById)), ("none", true));
    assert_eq!(site.storage.take_calls(), [Call::Read; 4]);
    tokens.push(live);
    site.refuses(ById, &spellings(ById, &tokens)[0], Refusal::TooMany)
        .await;
}

/// Rules: several-cookies, rotation, row-7, row-23, row-25.
#[tokio::test]
async fn beside_the_current_proof_an_older_one_of_the_session_is_ignored() {
    let site = Setup::new().site();
    let first = site.token(ById, "coat").await;
    let reply = site.ask(Ask::rotate(ById).token(&first)).await;
    let second = reply.token(ById).unwrap();
    site.forget();
    reads(&site, ById, &[first.clone(), second.clone()], "coat").await;
    assert_eq!(site.log.kinds(), [EventKind::RotationSettled]);
    // Also when its time is over: alone it would be a thief's, and end the session.
    site.clock.advance(MINUTE);
    site.forget();
    reads(&site, ById, &[first.clone(), second.clone()], "coat").await;
    assert_eq!(site.log.kinds(), []);
    let reply = site.ask(Ask::read(ById).token(&first)).await;
    assert_eq!(reply.body, "none");
    assert_eq!(site.log.kinds(), [EventKind::Reused]);
}

/// Rules: several-cookies, clearing, row-4, row-5, row-7.
#[tokio::test]
async fn among_bad_cookies_one_that_may_yet_be_good_keeps_all_from_being_cleared() {
    let site = Setup::new().site();
    let other = Setup::new().ring(&KeyRing::single(key(2))).site();
    for kind in Kind::COOKIES {
        let forged = forged(&site.token(kind, "coat").await);
        let unknown = other.token(kind, "coat").await;
        let malformed = "admin".to_owned();
        let mixed = [forged.clone(), unknown, malformed.clone()];
        refuses(&site, kind, &mixed, Refusal::UnknownKey).await;
        refuses(&site, kind, &vec![forged.clone(); 4], Refusal::Forged).await;
        refuses(&site, kind, &vec![malformed; 2], Refusal::Malformed).await;
    }
}

/// Rules: cookie-parsing, row-1.
#[tokio::test]
async fn a_cookie_is_found_by_its_exact_name_between_semicolons() {
    let site = Setup::new().site();
    for kind in Kind::COOKIES {
        let token = site.token(kind, "coat").await;
        let name = kind.wire();
        let lower = name.to_ascii_lowercase();
        let bare = name.trim_start_matches("__Host-");
        let found = [
            format!("{name}={token}"),
            format!("a=1;{name}={token};b=2"),
            format!("a=1; \t {name}={token} \t ; b=2"),
            format!(";;;{name}={token};;;"),
            format!("$Version=1; {name}={token}; $Path=/"),
            format!("x{name}=1; {name}={token}; {name}x=1"),
            format!("\"; {name}={token}; \""),
            format!("{name}; {name}={token}; ={name}=1"),
        ];
        for line in found {
            let lines: [Line; 1] = [("cookie", line.clone().into())];
            let reply = site.ask(Ask::read(kind).lines(&lines)).await;
            assert_eq!(reply.body, "coat", "{line}");
        }
        let not_found = [
            format!("{lower}={token}"),
            format!("{bare}={token}"),
            format!("__Host-{name}={token}"),
            format!("dev-{bare}={token}"),
            format!("{name} ={token}"),
            format!("a=1, {name}={token}"),
            format!("%5F{}={token}", &name[1..]),
            format!("={name}={token}"),
            format!("\u{a0}{name}={token}"),
            format!("$Version=1, {name}={token}"),
        ];
        site.forget();
        for line in not_found {
            let lines: [Line; 1] = [("cookie", line.clone().into())];
            let reply = site.ask(Ask::read(kind).lines(&lines)).await;
            assert_eq!((reply.status, &*reply.body), (200, "none"), "{line}");
            assert!(reply.is_silent(kind));
        }
        assert_eq!(site.log.kinds(), []);
        site.storage.assert_untouched();
    }
}

/// Rules: clearing, row-4.
#[tokio::test]
async fn only_a_page_load_that_the_user_sees_clears_a_bad_cookie() {
    let site = Setup::new().site();
    for kind in Kind::COOKIES {
        let forged = forged(&site.token(kind, "coat").await);
        let path = format!("/{}/read", kind.route());
        let mut browser = Client::new(site.router.clone()).with_clock(&site.clock);
        browser.set_cookie(kind.wire(), &forged);
        let iframe = Req::get(&path).header("sec-fetch-dest", "iframe");
        for kept in [Req::get(&path).fetch(), Req::get(&path).prefetch(), iframe] {
            let answer = browser.send(&kept).await;
            assert_eq!((answer.status, &*answer.body), (200, "none"));
            assert_eq!(
                browser.cookie(kind.wire()),
                Some(forged.clone()),
                "{kept:?}"
            );
        }
        for cleared in [Req::get(&path), Req::get(&path).bare()] {
            let mut browser = browser.fork();
            let answer = browser.send(&cleared).await;
            assert!(answer.clears(kind.wire()));
            assert_eq!(browser.cookie(kind.wire()), None, "{cleared:?}");
        }
    }
}

/// A clearing that a browser takes for another cookie would clear nothing.
///
/// Rules: clearing, several-cookies, row-4, row-15.
#[tokio::test]
async fn a_clearing_reaches_the_cookie_at_its_own_path_and_domain() {
    let setup = Setup::new();
    let sessions = Sessions::builder("shop", &setup.ring)
        .cookie::<Kept<0>>("sealed", |c| {
            c.sealed()
                .attributes(|a| a.path("/sealed").domain("shop.example"))
        })
        .cookie::<Kept<1>>("signed", |c| c.signed())
        .cookie::<Kept<2>>("by-id", |c| c.stored_in(&setup.storage))
        .header::<Kept<3>>("X-Kept", |h| h.sealed())
        .clock(setup.clock.clone())
        .build()
        .unwrap();
    let app = crate::support::router(&sessions);
    let mut browser = Client::new(app).with_clock(&setup.clock);
    assert_eq!(browser.post("/sealed/write").await.status, 200);
    let token = browser.cookie("__Secure-sealed").unwrap();
    // A dead leftover of an earlier configuration, at another path.
    browser.set_cookie("__Secure-sealed", &forged(&token));
    assert_eq!(browser.jar().iter().count(), 2);
    assert_eq!(browser.get("/sealed/read").await.body, "");
    assert_eq!(browser.jar().iter().count(), 2);
    assert_eq!(browser.post("/sealed/end").await.status, 200);
    assert_eq!(browser.get("/sealed/read").await.body, "none");
    let left: Vec<_> = browser.jar().iter().map(|cookie| cookie.path()).collect();
    assert_eq!(left, ["/"]);
}

/// The absolute deadline passes while the handler is at work.
async fn slow(clock: ManualClock, _session: Session<Kept<0>>) {
    clock.advance(HOUR);
}

/// Rules: several-cookies, clearing, row-7, row-18.
#[tokio::test]
async fn a_session_that_ends_during_the_request_is_cleared_unless_another_cookie_verified() {
    for tokens in 1..=2 {
        for fetch in [false, true] {
            let mut site = Setup::new().absolute(HOUR).site();
            let token = site.token(Sealed, "coat").await;
            let write = Ask::write(Sealed, "hat").token(&token);
            let newer = site.ask(write).await.token(Sealed).unwrap();
            let sessions = Sessions::builder("shop", &Setup::new().ring)
                .cookie::<Kept<0>>("sealed", |c| c.sealed().absolute_timeout(HOUR))
                .clock(site.clock.clone())
                .observer(site.log.clone())
                .build()
                .unwrap();
            let clock = site.clock.clone();
            let slowly = get(move |session| slow(clock.clone(), session));
            site.router = Router::new()
                .route("/sealed/read", slowly)
                .layer(sessions.layer());
            site.clock.advance(Duration::from_secs(1));
            site.log.clear();
            let lines = &spellings(Sealed, &[newer, token][..tokens])[0];
            let reply = site
                .ask(Ask::read(Sealed).lines(lines).fetch_if(fetch))
                .await;
            assert_eq!(site.log.kinds(), [EventKind::Expired]);
            assert_eq!(reply.clears(Sealed), tokens == 1 && !fetch);
        }
    }
}

/// Rules: clearing, key-revocation, row-5.
#[tokio::test]
async fn a_revoked_key_clears_nothing() {
    for kind in Kind::ALL {
        let later = cloakroom::Clock::now(&ManualClock::default()).saturating_add(HOUR);
        let set = KeySet::new().with(key(1));
        let ring = KeyRing::from_keys(set.with(DatedKey::from(key(2)).issue_from(later))).unwrap();
        let site = Setup::new().ring(&ring).site();
        let token = site.token(kind, "coat").await;
        ring.revoke(key(1).id());
        site.refuses_token(kind, token, Refusal::KeyRevoked).await;
    }
}
