//! Connections that break in the middle of a call.

use std::time::Duration;

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{Storage, StorageErrorKind};
use cloakroom_testkit::Load;
use servers::{Fate, Proxy};

use super::samples::{NOW, connect, found, keep, key, prefix, record};

/// Whatever happens to a connection: nothing that was acknowledged is lost, nothing ended comes
/// back, no record is torn, and the service resumes by itself.
#[tokio::test(flavor = "multi_thread")]
async fn cut_delayed_and_lost_answers_and_cut_requests_lose_nothing() {
    let server = servers::Redis::shared();
    let (proxy, prefix) = (Proxy::before(server.port()).await, prefix());
    let through =
        RedisStorage::server(proxy.url(&server.url())).timeout(Duration::from_millis(300));
    let through = connect(through.prefix(&prefix)).await;
    let load = Load::on(&through, 0..8);
    for round in 0..3 {
        for fate in [
            Fate::LosesAnswers,
            Fate::HoldsAnswers,
            Fate::IsDelayed(Duration::from_millis(400)),
        ] {
            load.until_done(50).await;
            load.until_failed_in(async || proxy.let_it_be(fate)).await;
            proxy.let_it_be(Fate::Passes);
        }
        proxy.let_it_be(Fate::IsDelayed(Duration::from_millis(40)));
        load.until_done(50).await;
        for fate in [
            Fate::IsRefused,
            cut_off_after(3 + round),
            cut_off_after(0),
            cut_off_after(40),
            cut_in_a_request(0),
            cut_in_a_request(1 + round),
            cut_in_a_request(4),
        ] {
            let dials = proxy.dials();
            proxy.let_it_be(fate);
            proxy.until_dialed_after(dials).await;
            proxy.let_it_be(Fate::Passes);
            load.until_done(50).await;
        }
    }
    load.until_done(300).await;
    let direct = connect(RedisStorage::server(server.url()).prefix(&prefix)).await;
    let (done, failed) = load.check(&direct).await;
    println!("cut: {done} calls succeeded, {failed} failed");
}

/// An idle connection that was closed costs nothing: it is opened anew before the next call.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_closed_while_idle_costs_no_call() {
    let server = servers::Redis::shared();
    let proxy = Proxy::before(server.port()).await;
    let storage = connect(RedisStorage::server(proxy.url(&server.url())).prefix(prefix())).await;
    proxy.let_it_be(Fate::IsRefused);
    proxy.until_left().await;
    proxy.let_it_be(Fate::Passes);
    keep(&storage, 1, &record(b"content")).await;
}

/// A read whose answer was lost is sent again; a write is not.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_may_be_sent_twice_is_sent_again() {
    let server = servers::Redis::shared();
    let proxy = Proxy::before(server.port()).await;
    let storage = connect(RedisStorage::server(proxy.url(&server.url())).prefix(prefix())).await;
    // From now on the server knows the script.
    keep(&storage, 2, &record(b"content")).await;
    let kept = record(b"cut me off");
    proxy.let_it_be(Fate::EndsAfter(b"cut me off".to_vec()));
    let error = storage
        .create(&key(1), &kept, None, NOW)
        .await
        .expect_err("no answer came");
    assert_eq!(error.kind(), StorageErrorKind::Unavailable);
    let text = format!("{error} {error:?}");
    assert!(
        !text.contains("cut me off") && !text.contains("127.0.0.1"),
        "{text}"
    );
    // The way is open again.
    keep(&storage, 3, &record(b"content")).await;
    proxy.let_it_be(cut_off_after(2));
    let stored = found(&storage, 1).await.expect("it is read again");
    assert_eq!(stored.record, kept);
    proxy.let_it_be(cut_off_after(2));
    let error = storage.remove(&key(1)).await.expect_err("no answer came");
    assert_eq!(error.kind(), StorageErrorKind::Unavailable);
}

/// A call that gets no answer fails in time, and so do those that come while nobody answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_costs_each_call_its_timeout_at_most() {
    let server = servers::Redis::shared();
    let proxy = Proxy::before(server.port()).await;
    let builder =
        RedisStorage::server(proxy.url(&server.url())).timeout(Duration::from_millis(500));
    let storage = connect(builder.prefix(prefix())).await;
    proxy.let_it_be(Fate::LosesAnswers);
    let started = tokio::time::Instant::now();
    let error = storage
        .read(&key(1), NOW)
        .await
        .expect_err("no answer comes");
    assert_eq!(error.kind(), StorageErrorKind::TimedOut);
    let reads = (0..20).map(|number| {
        let (storage, key) = (storage.clone(), key(number));
        tokio::spawn(async move { storage.read(&key, NOW).await })
    });
    for read in reads.collect::<Vec<_>>() {
        read.await.expect("no panic").expect_err("no answer comes");
    }
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "they waited together"
    );
    proxy.let_it_be(Fate::Passes);
    assert_eq!(found(&storage, 1).await, None);
}

/// Of the next request so many fourths arrive.
const fn cut_in_a_request(fourths: usize) -> Fate {
    Fate::CutsRequest { after: 0, fourths }
}

/// Of the next answer so many bytes come.
const fn cut_off_after(bytes: usize) -> Fate {
    Fate::CutsAnswer { after: 0, bytes }
}
