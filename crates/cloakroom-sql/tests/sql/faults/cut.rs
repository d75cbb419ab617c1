//! A connection that is cut in the midst of an answer or of a request.

use cloakroom_storage::{Storage, StorageErrorKind};
use cloakroom_testkit::Ledger;
use servers::Fate;

use super::samples::{keep, key, record};
use super::ways::{Ways, assert_failed, found};
use crate::NOW;

/// How often it is cut.
const ROUNDS: usize = 60;

/// Cuts the connection in the midst of every fourth answer or so: a call has had its whole effect or
/// none, and the next one finds another connection.
pub(crate) async fn in_answers<S: Storage>(ways: &Ways<S>) {
    let cut = |round| Fate::CutsAnswer {
        after: round % 4,
        bytes: 1,
    };
    cut_often(ways, "answers", cut).await;
}

/// The same in the midst of requests: at their beginning, in between, and before their last byte.
pub(crate) async fn in_requests<S: Storage>(ways: &Ways<S>) {
    let cut = |round| Fate::CutsRequest {
        after: round / 5 % 4,
        fourths: round % 5,
    };
    cut_often(ways, "requests", cut).await;
}

async fn cut_often<S: Storage>(ways: &Ways<S>, what: &str, cut: impl Fn(usize) -> Fate) {
    let mut ledger = Ledger::of(1);
    for round in 0..ROUNDS {
        // On a connection that is there, and on one that is being made.
        ways.proxy.let_it_be(cut(round));
        for _ in 0..6 {
            if ledger.write(&ways.through).await.is_err() {
                break;
            }
        }
        ways.proxy.let_it_be(Fate::Passes);
        ledger.check(&ways.through).await;
    }
    let (done, failed) = (ledger.acknowledged(), ledger.failed());
    assert!(failed >= ROUNDS / 4, "{failed}");
    println!("{what} cut {ROUNDS} times: {done} calls succeeded, {failed} failed");
}

/// Whatever is missing of a request, and be it the last byte: nobody has done anything.
pub(crate) async fn before_the_end_of_a_request<S: Storage>(ways: &Ways<S>) {
    // From now on the statements are prepared.
    keep(&ways.through, 100).await;
    for fourths in 0..5 {
        let number = fourths as u8;
        let cut = Fate::CutsRequest { after: 0, fourths };
        ways.proxy.let_it_be(cut);
        let created = ways
            .through
            .create(&key(number), &record(number), None, NOW)
            .await;
        assert_failed(created, StorageErrorKind::Unavailable);
        // The server has read all there was.
        ways.proxy.until_unused().await;
        assert_eq!(found(&ways.direct, number).await, None);
        keep(&ways.through, number).await;
        let stored = found(&ways.direct, number).await.unwrap();
        assert_eq!(stored.record.content, record(number).content);
    }
}
