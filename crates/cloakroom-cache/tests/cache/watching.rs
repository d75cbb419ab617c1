//! A cache that is told of changes.

use cloakroom_cache::Cached;
use cloakroom_core::MemoryStorage;
use cloakroom_storage::{Storage, Stored};
use cloakroom_testkit::{Call, FaultyStorage, TellingStorage, When};
use tokio::task::yield_now;

use crate::house::{NOW, STALENESS, ada, content, key, of_ada, scope};

type Server = TellingStorage<FaultyStorage<MemoryStorage>>;

/// A server with a session on it, and a node whose cache has a copy of it.
async fn server_and_node() -> (Server, FaultyStorage<MemoryStorage>, Cached<Server>) {
    let faulty = FaultyStorage::new(MemoryStorage::new());
    let server = TellingStorage::new(faulty.clone());
    let node = Cached::new(server.clone(), STALENESS).unwrap();
    drop(server.create(&key(1), &of_ada(), None, NOW).await.unwrap());
    (server, faulty, node)
}

async fn read(node: &Cached<Server>) -> Option<Stored> {
    node.read(&key(1), NOW).await.unwrap()
}

async fn change(server: &Server, content: &[u8]) {
    let found = server.read(&key(1), NOW).await.unwrap().unwrap();
    let mut record = found.record;
    record.content = content.into();
    drop(
        server
            .update(&key(1), found.version, &record, NOW)
            .await
            .unwrap(),
    );
}

#[tokio::test]
async fn what_changes_elsewhere_is_seen_at_once() {
    let (server, _, node) = server_and_node().await;
    let _watching = node.start_watching();
    server.heard_by(1).await;
    assert_eq!(content(read(&node).await), b"coat");
    change(&server, b"hat").await;
    assert_eq!(content(read(&node).await), b"hat");
    server.remove(&key(1)).await.unwrap();
    assert_eq!(read(&node).await, None);
}

#[tokio::test]
async fn what_is_ended_in_one_step_elsewhere_is_ended_here_at_once() {
    for all in [true, false] {
        let (server, _, node) = server_and_node().await;
        let _watching = node.start_watching();
        server.heard_by(1).await;
        assert!(read(&node).await.is_some());
        if all {
            server.remove_all(&ada(), None, NOW).await.unwrap();
        } else {
            let after = NOW.saturating_add(STALENESS);
            server.end_before(&scope(), after).await.unwrap();
        }
        assert_eq!(read(&node).await, None);
    }
}

#[tokio::test]
async fn a_reading_that_is_under_way_when_a_change_is_told_is_not_kept() {
    let (server, faulty, node) = server_and_node().await;
    let _watching = node.start_watching();
    server.heard_by(1).await;
    for everything in [false, true] {
        change(&server, b"coat").await;
        faulty.hang_next(Call::Read, When::AfterEffect);
        let crossing = async {
            yield_now().await;
            if everything {
                server.remove_all(&ada(), Some(&key(1)), NOW).await.unwrap();
            }
            change(&server, b"hat").await;
            faulty.release();
        };
        let (before, ()) = tokio::join!(read(&node), crossing);
        assert_eq!(content(before), b"coat");
        assert_eq!(content(read(&node).await), b"hat");
    }
}

#[tokio::test]
async fn what_was_lost_while_the_line_was_cut_is_made_up_for_when_it_is_mended() {
    let (server, _, node) = server_and_node().await;
    let _watching = node.start_watching();
    server.heard_by(1).await;
    assert!(read(&node).await.is_some());
    server.cut();
    server.remove(&key(1)).await.unwrap();
    assert!(read(&node).await.is_some(), "by time alone, as without");
    server.mend();
    assert_eq!(read(&node).await, None);
}

/// Rules: staleness.
#[tokio::test]
async fn what_is_never_told_is_seen_by_time() {
    let (server, _, node) = server_and_node().await;
    let _watching = node.start_watching();
    server.heard_by(1).await;
    assert!(read(&node).await.is_some());
    server.cut();
    server.remove(&key(1)).await.unwrap();
    let later = NOW.saturating_add(STALENESS);
    assert_eq!(node.read(&key(1), later).await.unwrap(), None);
}

#[tokio::test]
async fn watching_stops_when_it_is_told_to_or_dropped_and_starts_anew() {
    let (server, _, node) = server_and_node().await;
    let watching = node.start_watching();
    server.heard_by(1).await;
    watching.stop().await;
    assert_eq!(server.listeners(), 0);

    assert_eq!(content(read(&node).await), b"coat");
    change(&server, b"hat").await;
    assert_eq!(content(read(&node).await), b"coat", "nobody listens");
    let watching = node.start_watching();
    server.heard_by(1).await;
    assert_eq!(
        content(read(&node).await),
        b"hat",
        "anything may have changed"
    );

    drop(watching);
    server.heard_by(0).await;
    change(&server, b"scarf").await;
    assert_eq!(content(read(&node).await), b"hat");
}
