//! A sign-in whose second step is late, and what comes in between.

use std::num::NonZeroU32;
use std::time::Duration;

use cloakroom_redis::RedisStorage;
use cloakroom_storage::{CreateOutcome, Record, Storage, StorageErrorKind, SubjectLimit, WhenFull};
use servers::{Fate, Proxy};

use super::samples::{
    NOW, connect, create, found, keep, key, listed, prefix, remove_all, signed_in, subject,
};

/// What the request of the second step has, and no other.
const CONTENT: &[u8] = b"the content of a late one";

/// Two storages on the same records: one directly, one through a proxy.
struct Ways {
    direct: RedisStorage,
    through: RedisStorage,
    proxy: Proxy,
}

impl Ways {
    async fn open() -> Self {
        let (server, prefix) = (servers::Redis::shared(), prefix());
        let proxy = Proxy::before(server.port()).await;
        let through =
            RedisStorage::server(proxy.url(&server.url())).timeout(Duration::from_mins(1));
        Self {
            direct: connect(RedisStorage::server(server.url()).prefix(&prefix)).await,
            through: connect(through.prefix(&prefix)).await,
            proxy,
        }
    }

    /// Begins a sign-in that is held up before its second step.
    async fn begin(&self, limit: Option<SubjectLimit>) -> Late {
        let number = self.direct.begin_sign_in(&subject("ada"), NOW).await;
        let mut record = signed_in("ada", CONTENT);
        record.subject_number = Some(number.expect("it answers"));
        self.begin_with(record, limit).await
    }

    async fn begin_with(&self, record: Record, limit: Option<SubjectLimit>) -> Late {
        self.proxy.let_it_be(Fate::Holds(CONTENT.to_vec()));
        let storage = self.through.clone();
        let late = tokio::spawn(async move { storage.create(&key(1), &record, limit, NOW).await });
        // The first step has been carried out when the request of the second is there.
        self.proxy.until_holding().await;
        late
    }
}

type Late = tokio::task::JoinHandle<Result<CreateOutcome, cloakroom_storage::StorageError>>;

/// What ended all sessions in between counts for the one that is on its way.
#[tokio::test(flavor = "multi_thread")]
async fn what_ends_all_sessions_between_the_steps_ends_the_late_one() {
    let ways = Ways::open().await;
    let late = ways.begin(None).await;
    assert_eq!(remove_all(&ways.direct, "ada").await, 0);
    ways.proxy.let_it_be(Fate::Passes);
    let outcome = late.await.expect("no panic").expect("it answers");
    assert_eq!(outcome, CreateOutcome::SignedOutMeanwhile);
    assert_eq!(found(&ways.direct, 1).await, None);
    assert_eq!(listed(&ways.direct, "ada").await, []);
}

/// A sign-in that found no number before begins with its `create`, and once more after an ending.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_one_without_a_number_begins_anew() {
    let ways = Ways::open().await;
    let late = ways.begin_with(signed_in("ada", CONTENT), None).await;
    assert_eq!(remove_all(&ways.direct, "ada").await, 0);
    ways.proxy.let_it_be(Fate::Passes);
    let outcome = late.await.expect("no panic").expect("it answers");
    assert!(matches!(outcome, CreateOutcome::Created(_)), "{outcome:?}");
    assert_eq!(listed(&ways.direct, "ada").await, [key(1)]);
    let number = ways.direct.begin_sign_in(&subject("ada"), NOW).await;
    let stored = found(&ways.direct, 1).await.expect("it is there");
    assert_eq!(stored.record.subject_number, number.ok());
}

/// The next session takes the seat of one that has not come yet; that one has been there and gone.
#[tokio::test(flavor = "multi_thread")]
async fn the_limit_ends_a_late_one_too() {
    let (ways, one) = (Ways::open().await, one(WhenFull::EndOldest));
    let late = ways.begin(one).await;
    let next = create(&ways.direct, 2, &signed_in("ada", b"next"), one).await;
    assert!(matches!(next, CreateOutcome::Created(_)), "{next:?}");
    ways.proxy.let_it_be(Fate::Passes);
    let outcome = late.await.expect("no panic").expect("it answers");
    assert!(matches!(outcome, CreateOutcome::Created(_)), "{outcome:?}");
    assert_eq!(found(&ways.direct, 1).await, None);
    assert_eq!(listed(&ways.direct, "ada").await, [key(2)]);
}

/// A seat is held for one that is on its way: the limit is not exceeded when it comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_one_keeps_its_seat() {
    let (ways, one) = (Ways::open().await, one(WhenFull::RejectNew));
    let late = ways.begin(one).await;
    let next = create(&ways.direct, 2, &signed_in("ada", b"next"), one).await;
    assert_eq!(next, CreateOutcome::TooManyForSubject);
    ways.proxy.let_it_be(Fate::Passes);
    let outcome = late.await.expect("no panic").expect("it answers");
    assert!(matches!(outcome, CreateOutcome::Created(_)), "{outcome:?}");
    assert_eq!(listed(&ways.direct, "ada").await, [key(1)]);
}

/// The second step is refused when it comes more than 30 seconds after the first, long before the
/// mark is gone that an ending would have left.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_step_after_half_a_minute_is_refused() {
    let ways = Ways::open().await;
    let late = ways.begin(None).await;
    // By the server's clock, which nobody can move: that it is so late is what is tested.
    tokio::time::sleep(Duration::from_millis(30_500)).await;
    ways.proxy.let_it_be(Fate::Passes);
    let error = late.await.expect("no panic").expect_err("it is too late");
    assert_eq!(error.kind(), StorageErrorKind::TimedOut);
    assert_eq!(found(&ways.direct, 1).await, None);
}

/// A process that dies when the new session is there and the old one too: the new one counts, and
/// whoever lists them next ends the old one.
#[tokio::test(flavor = "multi_thread")]
async fn what_gave_way_is_ended_later_where_its_end_was_cut_off() {
    let (ways, one) = (Ways::open().await, one(WhenFull::EndOldest));
    keep(&ways.direct, 2, &signed_in("ada", b"old")).await;
    ways.proxy.let_it_be(Fate::EndsAfter(CONTENT.to_vec()));
    let new = signed_in("ada", CONTENT);
    let outcome = ways.through.create(&key(1), &new, one, NOW).await;
    outcome.expect_err("no answer came");
    assert!(found(&ways.direct, 2).await.is_some());
    assert_eq!(listed(&ways.direct, "ada").await, [key(1)]);
    assert_eq!(found(&ways.direct, 2).await, None);
}

/// Where ending all sessions breaks off after the number was raised: no session is listed, and who
/// has listed them may rely on their end.
#[tokio::test(flavor = "multi_thread")]
async fn an_ending_that_broke_off_is_finished_by_whoever_lists() {
    let ways = Ways::open().await;
    keep(&ways.direct, 1, &signed_in("ada", b"content")).await;
    // From now on the server knows the script.
    assert_eq!(remove_all(&ways.direct, "bob").await, 0);
    ways.proxy.let_it_be(Fate::EndsAfter(b"}index".to_vec()));
    let ended = ways.through.remove_all(&subject("ada"), None, NOW).await;
    ended.expect_err("no answer came");
    assert!(found(&ways.direct, 1).await.is_some());
    assert_eq!(listed(&ways.direct, "ada").await, []);
    assert_eq!(found(&ways.direct, 1).await, None);
}

const fn one(when_full: WhenFull) -> Option<SubjectLimit> {
    Some(SubjectLimit::new(NonZeroU32::MIN, when_full))
}
