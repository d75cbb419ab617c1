//! A server that is killed in the midst of a load, and comes back.

use cloakroom_storage::Storage;
use cloakroom_testkit::{Ledger, Load};

const WRITERS: u32 = 8;
const ROUNDS: u32 = 3;

/// Kills a server whenever the writers are in full swing, starts it again, and looks whether all that
/// was acknowledged is there, and nothing that was ended.
pub(crate) async fn loses_nothing<S: Storage + Clone>(
    storage: &S,
    kill: impl Fn(),
    restart: impl Fn(),
) {
    let mut ledgers = Vec::new();
    for round in 0..ROUNDS {
        let load = Load::on(storage, round * WRITERS..(round + 1) * WRITERS);
        load.until_done(400).await;
        load.until_failed_in(async || tokio::task::block_in_place(&kill))
            .await;
        tokio::task::block_in_place(&restart);
        load.until_done(200).await;
        ledgers.extend(load.stop().await);
        for ledger in &mut ledgers {
            ledger.check(storage).await;
        }
    }
    let done: usize = ledgers.iter().map(Ledger::acknowledged).sum();
    let failed: usize = ledgers.iter().map(Ledger::failed).sum();
    println!("killed {ROUNDS} times: {done} calls succeeded, {failed} failed");
}
