//! The twin answers what real Ktors answered: every exchange of the recordings, sent to it over a
//! socket in their order.
//!
//! Compared are the status, every `Set-Cookie` (dates apart, which follow the clock), `X-Session`,
//! `X-Id`, and the body of `/read` as values. Where Ktor answered an error, the twin answers 200
//! without the session, and clears at most the cookie that was wrong.

#![cfg(test)]
#![expect(
    clippy::print_stdout,
    reason = "how many exchanges were compared is to be seen"
)]

mod expires;
mod kotlin;
mod recording;
#[path = "../support/server.rs"]
mod server;

use cloakroom::{Clock as _, SystemClock, Timestamp};
use expires::{Dated, split};
use recording::{Exchange, exchanges};
use server::{Answer, Server, twin};

/// What is compared of the answers to one request.
#[derive(Debug, PartialEq)]
struct Seen {
    status: u16,
    set_cookies: Vec<String>,
    headers: Vec<(String, String)>,
    read: Option<String>,
}

#[test]
fn ktor_1_6_8_and_the_twin_answer_alike() {
    compare("1.6.8");
}

#[test]
fn ktor_2_3_13_and_the_twin_answer_alike() {
    compare("2.3.13");
}

#[test]
fn ktor_3_5_2_and_the_twin_answer_alike() {
    compare("3.5.2");
}

fn compare(version: &str) {
    let twin = Server::start(&mut twin(version));
    let (mut alike, mut errors) = (0, 0);
    for exchange in exchanges(version) {
        let at = SystemClock.now().saturating_since(Timestamp::EPOCH);
        let answer = twin.get(&exchange.uri, &exchange.headers);
        if exchange.status == Some(200) {
            let asked = (&exchange.uri, &exchange.headers);
            assert_eq!(seen(version, &answer), recorded(&exchange), "{asked:?}");
            check_dates((&answer, at.as_secs()), &exchange);
            alike += 1;
        } else {
            assert_no_session(&exchange, &answer);
            errors += 1;
        }
    }
    assert!(alike > 0, "{version} has no exchanges");
    println!("{version} http: {alike} alike, {errors} that Ktor answers with an error");
}

fn seen(version: &str, answer: &Answer) -> Seen {
    let headers = ["x-session", "x-id"].into_iter().filter_map(|name| {
        let value = answer.header(name)?;
        Some((name.to_owned(), value.to_owned()))
    });
    let undated = |line: &str| split(line).rest;
    Seen {
        status: answer.status,
        set_cookies: answer.all("set-cookie").map(undated).collect(),
        headers: headers.collect(),
        read: (answer.path == "/read").then(|| kotlin::shown(version, &answer.body)),
    }
}

fn recorded(exchange: &Exchange) -> Seen {
    let headers = ["x-session", "x-id"].into_iter().filter_map(|name| {
        let mut answered = exchange.answered.iter();
        let (_, value) = answered.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some((name.to_owned(), value.clone()))
    });
    let undated = |line: &str| split(line).rest;
    Seen {
        status: 200,
        set_cookies: exchange.set_cookies().map(undated).collect(),
        headers: headers.collect(),
        read: (exchange.uri == "/read").then(|| exchange.body.clone()),
    }
}

/// `Expires` is the moment of the answer and the Max-Age, in the recording and at the twin, which was
/// asked just after so many seconds since 1970.
fn check_dates((answer, asked): (&Answer, u64), exchange: &Exchange) {
    let asked = i64::try_from(asked).unwrap();
    let ours = answer.all("set-cookie").map(split);
    let theirs = exchange.set_cookies().map(split);
    for (ours, theirs) in ours.zip(theirs) {
        match (ours.dated, theirs.dated) {
            (Dated::Never, Dated::Never) | (Dated::Past, Dated::Past) => {}
            (Dated::At(at), Dated::At(recorded)) => {
                let (ours, theirs) = (at - asked, recorded - exchange.at);
                assert!((ours - theirs).abs() <= 1, "{ours} s and {theirs} s");
            }
            (ours, theirs) => panic!("{ours:?} where Ktor has {theirs:?}"),
        }
    }
}

/// Where Ktor throws, the twin has no session.
fn assert_no_session(exchange: &Exchange, answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", exchange.uri);
    if answer.path == "/read" {
        let sessions: Vec<serde_json::Value> = serde_json::from_str(&answer.body).unwrap();
        assert!(sessions.iter().all(serde_json::Value::is_null));
    }
    let wrong: Vec<_> = exchange.cookie_names().collect();
    let cleared: Vec<_> = answer.all("set-cookie").collect();
    assert!(cleared.len() <= 1, "{cleared:?}");
    for line in cleared {
        let (name, _) = line.split_once('=').unwrap();
        assert!(wrong.contains(&name), "{line}");
        assert!(matches!(split(line).dated, Dated::Past), "{line}");
    }
}
