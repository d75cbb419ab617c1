//! Two nodes on one server, whose caches would not ask again within an hour: what one does is seen at
//! the other because the server tells of it.

use std::time::Duration;

use axum::Router;
use cloakroom::{Cached, Key, KeyRing, LayerExt as _, Sessions, ThreadEntropy, Watch};
use cloakroom_testkit::{Client, Req};

use crate::{COOKIE, Login, app, follow};

const AN_HOUR: Duration = Duration::from_secs(60 * 60);

/// A change, a logout and the end of a subject's sessions; each node has a storage of its own.
pub(crate) async fn what_one_node_does_is_seen_at_the_other(storages: [impl Watch; 2]) {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let caches = storages.map(|storage| Cached::new(storage, AN_HOUR).unwrap());
    let _watching = caches.each_ref().map(Cached::start_watching);
    let sessions = caches.map(|cached| {
        Sessions::builder("shop", &keys)
            .cookie::<Login>("login", |login| {
                login.stored_in(&cached).subject(|login| login.user.clone())
            })
            .build()
            .unwrap()
    });
    let [mut here, mut there] = sessions
        .each_ref()
        .map(|sessions| Client::new(app().layer(sessions.layer())));

    sign_in(&mut here, &mut there).await;
    // That the first one is seen may be since the listening has just begun; the others are told.
    for note in ["tea", "milk", "sugar"] {
        here.send(Req::post("/note").body(note)).await;
        comes_to_see(&mut there, &format!("ada {note} 0")).await;
    }
    here.post("/leave").await;
    comes_to_see(&mut there, "none").await;

    sign_in(&mut here, &mut there).await;
    let [one, _] = &sessions;
    assert_eq!(one.end_all::<Login>("ada").await.unwrap(), 1);
    comes_to_see(&mut there, "none").await;
}

/// Signed in at one node, with a copy at the other.
async fn sign_in(here: &mut Client<Router>, there: &mut Client<Router>) {
    assert!(here.post("/sign-in").await.sets(COOKIE));
    follow(here, there);
    assert_eq!(there.get("/see").await.body, "ada  0");
}

/// Nothing but the server's word makes the node ask it: it only looks.
async fn comes_to_see(node: &mut Client<Router>, expected: &str) {
    let seen = async {
        while node.get("/see").await.body != expected {
            tokio::task::yield_now().await;
        }
    };
    let seen = tokio::time::timeout(Duration::from_secs(20), seen).await;
    assert!(seen.is_ok(), "still not {expected:?}");
}
