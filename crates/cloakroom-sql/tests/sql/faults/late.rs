//! Answers and requests that are on their way for longer than anyone waits.

use std::time::Duration;

use cloakroom_storage::{
    RemoveOutcome, Storage, StorageError, StorageErrorKind, UpdateOutcome, Version,
};
use cloakroom_testkit::Load;
use servers::Fate;

use super::samples::{ada, content, keep, key, listed, record};
use super::ways::{Ways, assert_failed, found};
use crate::NOW;

/// An answer that comes this late is still in time.
const IN_TIME: Duration = Duration::from_millis(20);

/// Answers come late, then too late, when their callers have gone on, or never: in the end there is what
/// was acknowledged, and of what failed all or nothing.
pub(crate) async fn under_load<S: Storage + Clone>(ways: &Ways<S>) {
    let load = Load::on(&ways.through, 0..8);
    for fate in [Fate::HoldsAnswers, Fate::LosesAnswers]
        .iter()
        .cycle()
        .take(6)
    {
        load.until_done(60).await;
        ways.proxy.let_it_be(Fate::IsDelayed(IN_TIME));
        load.until_done(20).await;
        load.until_failed_in(async || ways.proxy.let_it_be(fate.clone()))
            .await;
        // What was held back comes now.
        ways.proxy.let_it_be(Fate::Passes);
    }
    load.until_done(60).await;
    let (done, failed) = load.check(&ways.direct).await;
    println!("late answers: {done} calls succeeded, {failed} failed");
}

/// A call whose answer is late has failed, and nobody says that it did nothing: it has had its effect.
/// Its answer comes when the next call waits for one, which gets its own.
pub(crate) async fn answers_reach_nobody<S: Storage>(ways: &Ways<S>) {
    let (direct, through) = (&ways.direct, &ways.through);
    keep(direct, 1).await;
    let version = keep(direct, 2).await;
    keep(direct, 3).await;
    too_late(ways, through.read(&key(1), NOW)).await;
    too_late(ways, through.update(&key(2), version, &record(20), NOW)).await;
    too_late(ways, through.remove(&key(3))).await;
    too_late(ways, through.create(&key(4), &record(4), None, NOW)).await;
    for (number, there) in [(1, Some(1)), (2, Some(20)), (3, None), (4, Some(4))] {
        let stored = found(direct, number).await;
        let stored = stored.map(|stored| stored.record.content.to_vec());
        assert_eq!(stored, there.map(content), "{number}");
    }
}

/// The answer to this call comes when it has been given up.
async fn too_late<T>(
    ways: &Ways<impl Storage>,
    call: impl Future<Output = Result<T, StorageError>>,
) {
    prepare(&ways.through).await;
    ways.proxy.let_it_be(Fate::HoldsAnswers);
    assert_failed(call.await, StorageErrorKind::TimedOut);
    ways.proxy.until_holding().await;
    ways.proxy.let_it_be(Fate::Passes);
    let next = found(&ways.through, 1).await.unwrap();
    assert_eq!(*next.record.content, content(1));
}

/// From now on the connection knows the statements, so that a call is one request.
async fn prepare(storage: &impl Storage) {
    let version = keep(storage, 100).await;
    let updated = storage.update(&key(100), version, &record(100), NOW).await;
    assert!(matches!(updated, Ok(UpdateOutcome::Updated(_))));
    assert!(found(storage, 100).await.is_some());
    let removed = storage.remove(&key(100)).await.unwrap();
    assert_eq!(removed, RemoveOutcome::Removed);
}

/// A sign-in that comes when its caller has given it up, and all sessions were ended meanwhile.
pub(crate) async fn a_sign_in_is_ended<S: Storage>(ways: &Ways<S>) {
    let direct = &ways.direct;
    let number = direct.begin_sign_in(&ada(), NOW).await.unwrap();
    let mut late = record(1);
    late.subject_number = Some(number);
    hold(ways, 1);
    let created = ways.through.create(&key(1), &late, None, NOW).await;
    assert_failed(created, StorageErrorKind::TimedOut);
    assert_eq!(direct.remove_all(&ada(), None, NOW).await.unwrap(), 0);
    let_go(ways).await;
    assert_eq!(found(direct, 1).await, None);
    assert_eq!(listed(direct).await, []);
}

/// A change that comes when its session was ended.
pub(crate) async fn a_change_brings_nothing_back<S: Storage>(ways: &Ways<S>) {
    let direct = &ways.direct;
    let version = keep(direct, 2).await;
    late_update(ways, 2, version, 3).await;
    let removed = direct.remove(&key(2)).await.unwrap();
    assert_eq!(removed, RemoveOutcome::Removed);
    let_go(ways).await;
    assert_eq!(found(direct, 2).await, None);
    assert_eq!(listed(direct).await, []);
}

/// A change that comes when its session was changed.
pub(crate) async fn a_change_undoes_no_newer_one<S: Storage>(ways: &Ways<S>) {
    let direct = &ways.direct;
    let version = keep(direct, 4).await;
    late_update(ways, 4, version, 5).await;
    let updated = direct.update(&key(4), version, &record(6), NOW).await;
    let Ok(UpdateOutcome::Updated(version)) = updated else {
        panic!("{updated:?}");
    };
    let_go(ways).await;
    let stored = found(direct, 4).await.unwrap();
    assert_eq!(stored.version, version);
    assert_eq!(*stored.record.content, content(6));
}

/// An update that is held up, and that nobody waits for any more.
async fn late_update<S: Storage>(ways: &Ways<S>, number: u8, version: Version, next: u8) {
    hold(ways, next);
    let (key, record) = (key(number), record(next));
    let updated = ways.through.update(&key, version, &record, NOW).await;
    assert_failed(updated, StorageErrorKind::TimedOut);
}

/// What holds the content of this number waits.
fn hold<S>(ways: &Ways<S>, number: u8) {
    ways.proxy.let_it_be(Fate::Holds(vec![number; 100]));
}

/// It goes on, and has been carried out.
async fn let_go<S>(ways: &Ways<S>) {
    ways.proxy.until_holding().await;
    ways.proxy.let_it_be(Fate::Passes);
    ways.proxy.until_unused().await;
}
