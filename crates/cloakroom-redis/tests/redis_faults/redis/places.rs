//! What lies in the server: expiries, and that nothing is left behind.

use std::time::Duration;

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{RemoveOutcome, Storage, Timestamp};
use servers::Redis;

use super::samples::{
    NOW, after, connect, keep, listed, record, remove, remove_all, replace, scope, signed_in, touch,
};

const DAY: Duration = Duration::from_hours(24);
const HOUR: Duration = Duration::from_hours(1);

/// A server of its own, whose keys are all this storage's.
async fn own() -> (Redis, RedisStorage) {
    let server = tokio::task::block_in_place(Redis::start);
    let storage = connect(RedisStorage::server(server.url()).prefix("shop:")).await;
    (server, storage)
}

fn ask(server: &Redis, command: &[&str]) -> String {
    tokio::task::block_in_place(|| server.ask(command))
}

/// The names of all keys, in order.
fn names(server: &Redis) -> Vec<String> {
    let all = ask(server, &["KEYS", "*"]);
    let mut names: Vec<_> = all
        .lines()
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    names
}

fn name_of_record(server: &Redis) -> String {
    let mut names = names(server).into_iter();
    names
        .find(|name| name.contains("}h:"))
        .expect("a record lies there")
}

/// The server drops a record at the end of the day after its end, wherever that has moved to.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_drops_a_record_at_the_end_of_the_day_after_its_end() {
    let (server, storage) = own().await;
    let expiry = || ask(&server, &["PEXPIRETIME", &name_of_record(&server)]);
    let day_after = |end: Timestamp| {
        let day = DAY.as_millis() as u64;
        ((end.as_millis() / day + 2) * day).to_string()
    };
    let mut dated = record(b"content");
    dated.idle_deadline = Some(after(HOUR));
    dated.absolute_deadline = Some(after(6 * DAY));
    keep(&storage, 1, &dated).await;
    for hours in [1, 2, 30, 31, 60] {
        touch(&storage, 1, after(hours * HOUR)).await;
        assert_eq!(expiry(), day_after(after(hours * HOUR)), "touched: {hours}");
    }
    for hours in [61, 80, 81, 110] {
        dated.idle_deadline = Some(after(hours * HOUR));
        replace(&storage, 1, &dated).await;
        assert_eq!(expiry(), day_after(after(hours * HOUR)), "changed: {hours}");
    }
    // No later than the absolute deadline asks for.
    touch(&storage, 1, after(9 * DAY)).await;
    assert_eq!(expiry(), day_after(after(6 * DAY)));
    dated.idle_deadline = None;
    replace(&storage, 1, &dated).await;
    assert_eq!(expiry(), day_after(after(6 * DAY)));
}

/// A record without deadlines stays; one that gets none any more, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_without_deadlines_is_never_dropped() {
    let (server, storage) = own().await;
    let mut dated = record(b"content");
    dated.idle_deadline = Some(after(HOUR));
    keep(&storage, 1, &dated).await;
    replace(&storage, 1, &record(b"content")).await;
    assert_eq!(
        ask(&server, &["PEXPIRETIME", &name_of_record(&server)]),
        "-1"
    );
}

/// An index goes when the last of its sessions has ended; it stays where one has no end.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_lasts_as_long_as_its_sessions() {
    let (server, storage) = own().await;
    let expiry = || {
        let mut names = names(&server).into_iter();
        let index = names
            .find(|name| name.ends_with("}index"))
            .expect("it is there");
        ask(&server, &["PEXPIRETIME", &index])
    };
    let two_days_after = |span| after(span + 2 * DAY).as_millis().to_string();
    let mut record = signed_in("ada", b"content");
    for (number, ends, expected) in [(1, 5, 5), (2, 9, 9), (3, 2, 9)] {
        record.absolute_deadline = Some(after(ends * HOUR));
        keep(&storage, number, &record).await;
        assert_eq!(expiry(), two_days_after(expected * HOUR));
    }
    record.absolute_deadline = None;
    keep(&storage, 4, &record).await;
    assert_eq!(expiry(), "-1");
    record.absolute_deadline = Some(after(20 * HOUR));
    keep(&storage, 5, &record).await;
    assert_eq!(expiry(), "-1");
}

/// What was removed, ended or swept leaves only what must be remembered: the highest version of
/// each partition, and the number of a subject all of whose sessions were ended.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_sessions_that_are_gone() {
    let (server, storage) = own().await;
    let mut dated = signed_in("bob", b"content");
    dated.idle_deadline = Some(after(HOUR));
    for number in 0..10 {
        keep(&storage, number, &record(b"content")).await;
        keep(&storage, 100 + number, &signed_in("ada", b"content")).await;
        keep(&storage, 200 + number, &dated).await;
        keep(&storage, 300 + number, &signed_in("eve", b"content")).await;
    }
    for number in 0..10 {
        for number in [number, 300 + number] {
            assert_eq!(remove(&storage, number).await, RemoveOutcome::Removed);
        }
    }
    assert_eq!(remove_all(&storage, "ada").await, 10);
    assert_eq!(
        storage
            .sweep(after(3 * HOUR), 1_000)
            .await
            .expect("it answers"),
        10
    );
    let mut left = names(&server);
    left.retain(|name| !name.ends_with("}high"));
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].ends_with("}number"), "{left:?}");
}

/// Whoever evicted or deleted a record: its place in the index is no session, and is pruned when
/// its record cannot come any more.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_without_a_record_is_no_session() {
    let (server, storage) = own().await;
    keep(&storage, 1, &signed_in("ada", b"content")).await;
    ask(&server, &["DEL", &name_of_record(&server)]);
    assert_eq!(listed(&storage, "ada").await, []);
    assert_eq!(remove_all(&storage, "ada").await, 0);
}

/// No name of a key holds the name of a subject.
#[tokio::test(flavor = "multi_thread")]
async fn no_key_holds_the_name_of_a_subject() {
    let (server, storage) = own().await;
    keep(&storage, 1, &signed_in("ada@example.org", b"content")).await;
    storage.end_before(&scope(), NOW).await.expect("it answers");
    let names = names(&server);
    assert!(names.len() > 3, "{names:?}");
    assert!(
        names.iter().all(|name| name.starts_with("shop:{")),
        "{names:?}"
    );
    assert!(names.iter().all(|name| !name.contains("ada")), "{names:?}");
}
