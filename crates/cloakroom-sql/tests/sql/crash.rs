//! A server that is killed in the midst of a load, and comes back; a connection that is cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cloakroom_storage::Storage;
use servers::{Fate, Proxy};
use tokio::sync::Notify;

use crate::ledger::{Ledger, assert_down};

const WRITERS: u8 = 8;
const ROUNDS: usize = 3;

/// After how many acknowledged calls the server is killed, and how many a writer does at most.
const ENOUGH: usize = 400;
const AT_MOST: usize = 5_000;

/// Kills a server whenever the writers are in full swing, starts it again, and looks whether all
/// that was acknowledged is there, and nothing that was ended.
pub(crate) async fn survives_kills<S: Storage + Clone>(
    storage: &S,
    mut kill: impl FnMut(),
    mut restart: impl FnMut(),
) {
    let mut ledgers: Vec<_> = (0..WRITERS).map(Ledger::of).collect();
    for round in 0..ROUNDS {
        let (count, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let writing: Vec<_> = ledgers
            .into_iter()
            .map(|ledger| {
                let (storage, count, enough) = (storage.clone(), count.clone(), enough.clone());
                tokio::spawn(write(storage, ledger, count, enough))
            })
            .collect();
        enough.notified().await;
        tokio::task::block_in_place(&mut kill);
        ledgers = Vec::new();
        let mut broken = 0;
        for writer in writing {
            let (ledger, is_broken) = writer.await.unwrap();
            broken += usize::from(is_broken);
            ledgers.push(ledger);
        }
        assert_eq!(
            broken,
            usize::from(WRITERS),
            "round {round}: killed too late"
        );
        tokio::task::block_in_place(&mut restart);
        for ledger in &mut ledgers {
            ledger.check(storage).await;
        }
    }
    let acknowledged: usize = ledgers.iter().map(Ledger::acknowledged).sum();
    assert!(acknowledged >= ROUNDS * ENOUGH, "{acknowledged}");
}

/// Cuts the connection in the midst of every fourth answer or so: a call has had its whole effect or
/// none, and the next one finds another connection.
pub(crate) async fn survives_cuts(storage: &impl Storage, proxy: &Proxy) {
    let mut ledger = Ledger::of(1);
    let mut failed = 0;
    for _ in 0..40 {
        proxy.let_it_be(Fate::CutsAnswer { after: 3, bytes: 1 });
        for _ in 0..4 {
            if let Err(error) = ledger.write(storage).await {
                assert_down(&error);
                failed += 1;
                break;
            }
        }
        proxy.let_it_be(Fate::Passes);
        ledger.check(storage).await;
    }
    assert!(failed >= 10, "{failed}");
}

/// Writes until a call fails; whether one did.
async fn write<S: Storage>(
    storage: S,
    mut ledger: Ledger,
    count: Arc<AtomicUsize>,
    enough: Arc<Notify>,
) -> (Ledger, bool) {
    for _ in 0..AT_MOST {
        if let Err(error) = ledger.write(&storage).await {
            assert_down(&error);
            // Also where it fails too early: nobody would be told else.
            enough.notify_one();
            return (ledger, true);
        }
        if count.fetch_add(1, Ordering::Relaxed) == ENOUGH {
            enough.notify_one();
        }
    }
    enough.notify_one();
    (ledger, false)
}
