//! Many clients at once, who share a directory and go from server to server.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

use serde_json::{Value, json};

use super::cases::path;
use super::client::{Client, sessions};
use super::provider::Provider;
use super::site::{BY_REFLECTION, Site};
use crate::server::Answer;

const THREADS: usize = 8;
const ROUNDS: usize = 40;

#[test]
fn clients_of_ktor_1_6_8_and_the_twin_keep_their_own_sessions() {
    crowd(&[Site::Ktor1, Site::Twin1]);
}

#[test]
fn clients_of_ktor_3_5_2_and_the_twin_keep_their_own_sessions() {
    crowd(&[Site::Ktor3, Site::Twin3]);
}

#[test]
fn clients_of_two_ktors_and_two_twins_keep_their_own_sessions() {
    crowd(&BY_REFLECTION);
}

/// Every thread is several clients, by cookie and by header, by value and by id: one that stays logged
/// in through all rounds, and others that come and go.
fn crowd(sites: &[Site]) {
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                let mut loyal = Member::joining(thread, "loyal", sites[thread % sites.len()]);
                for round in 0..ROUNDS {
                    let at = |step: usize| sites[(thread + round + step) % sites.len()];
                    loyal.shops(at(0), round);
                    loyal.is_known(at(1));
                    if round % 4 > 0 {
                        continue;
                    }
                    let mut visitor = Member::joining(thread, &format!("visitor{round}"), at(0));
                    visitor.is_known(at(1));
                    visitor.shops(at(2), round);
                    visitor.is_known(at(3));
                    visitor.leaves([at(round / 4), at(round / 4 + 1)]);
                }
                loyal.leaves([sites[0], sites[1]]);
            });
        }
    });
    println!("{sites:?}: {THREADS} threads, {ROUNDS} rounds each");
}

/// A client with a session by value and two by id, who knows what is in them. The headers are sent
/// apart: Ktor 3 mixes up two ids of one request.
struct Member {
    name: String,
    cookies: Client,
    cart: Vec<String>,
    headers: Client,
    side: usize,
}

impl Member {
    fn joining(thread: usize, name: &str, site: Site) -> Self {
        let name = format!("{name} of {thread}");
        let (mut cookies, mut headers) = (Client::default(), Client::default());
        does(
            &mut cookies,
            site,
            &path("/plain", &[("name", &name), ("age", "7")]),
        );
        does(&mut cookies, site, &path("/id", &[("userId", &name)]));
        let side = thread * 1_000_000;
        let drawing = [("shape", "Square"), ("side", &side.to_string())];
        does(&mut headers, site, &path("/drawing", &drawing));
        Self {
            name,
            cookies,
            cart: Vec::new(),
            headers,
            side,
        }
    }

    fn shops(&mut self, site: Site, round: usize) {
        let item = format!("{} in {round}", self.name);
        self.cookies
            .does(site, &path("/id/cart", &[("item", &item)]));
        self.cart.push(item);
        self.headers.does(site, "/drawing/size");
        self.side += 1;
    }

    fn is_known(&mut self, site: Site) {
        let cookies = [
            (Provider::Plain, json!({ "name": self.name, "age": 7 })),
            (
                Provider::Id,
                json!({ "userId": self.name, "cart": self.cart }),
            ),
        ];
        assert_eq!(self.cookies.reads(site), cookies, "{site:?}");
        let shape = json!({ "type": "Square", "side": self.side });
        let headers = [(Provider::Drawing, json!({ "shape": shape }))];
        assert_eq!(self.headers.reads(site), headers, "{site:?}");
    }

    /// Logs out at the first, and is gone at both.
    fn leaves(mut self, sites: [Site; 2]) {
        let mut stale = self.cookies.clone();
        does(&mut self.cookies, sites[0], "/clear");
        does(&mut self.headers, sites[0], "/drawing/clear");
        stale.forget(Provider::Plain);
        for site in sites {
            assert_eq!(self.cookies.reads(site), [], "{site:?}");
            assert_eq!(stale.clone().reads(site), [], "{site:?}");
            assert_eq!(self.headers.reads(site), [], "{site:?}");
        }
    }
}

/// Asks for what may be asked for twice. Ktor makes and removes folders one by one, and throws where
/// another program did so in between: that is tried again, and the twin has no such excuse.
fn does(client: &mut Client, site: Site, path: &str) {
    let excused = if site.is_twin() { 0 } else { 3 };
    for _ in 0..excused {
        let answer = client.ask(site, path);
        if answer.status != 500 {
            return assert_eq!((answer.status, answer.body.as_str()), (200, "ok"), "{path}");
        }
    }
    client.does(site, path);
}

/// Ktor 1 overwrites a file from its start and then cuts it off: who reads in between sees the new
/// text and the end of the old one, unless both are of one length.
#[test]
fn a_session_that_ktor_1_6_8_and_the_twin_write_at_once_is_one_of_those_written() {
    contend(Site::Ktor1, Site::Twin1, |_| 7);
}

/// Ktor 3 empties a file before it writes.
#[test]
fn a_session_that_ktor_3_5_2_and_the_twin_write_at_once_is_one_of_those_written() {
    contend(Site::Ktor3, Site::Twin3, |round| 1 + round % 7);
}

/// One client in many requests at once, of which each puts another value into the session. One of
/// them at a time is Ktor's: two that write a file at once may tear it, whoever else there is.
fn contend(ktor: Site, twin: Site, words: fn(usize) -> usize) {
    let (tried, done) = (Mutex::new(BTreeSet::new()), Mutex::new(BTreeSet::new()));
    let mut client = Client::default();
    client.does(ktor, &path("/id", &[("userId", "begun")]));
    tried.lock().unwrap().insert("begun".to_owned());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (mut client, tried, done) = (client.clone(), &tried, &done);
            let site = if thread == 0 { ktor } else { twin };
            scope.spawn(move || {
                for round in 0..ROUNDS / 2 {
                    let name = format!("{thread} in {round:02} ").repeat(words(thread + round));
                    tried.lock().unwrap().insert(name.clone());
                    let answer = answers(&mut client, site, &path("/id", &[("userId", &name)]));
                    match answer.status {
                        200 => _ = done.lock().unwrap().insert(name),
                        // Another one was quicker, which is said and not hidden.
                        409 => assert_eq!(site, twin),
                        status => panic!("{site:?}: {status} {}", answer.body),
                    }
                    let read = sessions(site, &answers(&mut client, site, "/read"));
                    assert!(tried.lock().unwrap().contains(name_in(&read)), "{read:?}");
                }
            });
        }
    });
    let done = done.into_inner().unwrap();
    let read = client.reads(twin);
    assert!(done.contains(name_in(&read)), "{read:?}");
    assert_eq!(client.reads(ktor), read);
    println!(
        "{ktor:?} and {twin:?}: {} writes of one session were done, {} were told of a conflict",
        done.len(),
        THREADS * ROUNDS / 2 - done.len(),
    );
}

/// The answer of a server that can be reached: the twin says of a file that stays empty that it
/// cannot, since a Ktor is about to write it.
fn answers(client: &mut Client, site: Site, path: &str) -> Answer {
    for _ in 0..20 {
        let answer = client.ask(site, path);
        if answer.status != 503 {
            return answer;
        }
        assert!(site.is_twin() && client.has(Provider::Id));
    }
    panic!("{site:?} does not come back");
}

fn name_in(read: &[(Provider, Value)]) -> &str {
    let [(Provider::Id, cart)] = read else {
        panic!("one session was written, and {read:?} is read");
    };
    cart["userId"].as_str().unwrap()
}
