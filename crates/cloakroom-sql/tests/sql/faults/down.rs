//! A server that goes down for want of room.

use cloakroom_storage::Storage;
use cloakroom_testkit::Load;
use servers::SmallDisk;

use super::full::{fill_up, resumes, sums};

/// A server that may go down for want of room, until so many calls have failed that it is enough: when it
/// has been started again with room, what was acknowledged is there, and nothing that was ended.
pub(crate) async fn loses_nothing<S: Storage + Clone>(
    storage: &S,
    disk: &SmallDisk,
    is_enough: impl Fn(usize) -> bool,
    restart: impl Fn(),
) {
    let load = Load::on(storage, 0..4);
    load.until_done(200).await;
    load.until_failed_in(async || {
        disk.fill();
        fill_up(storage).await;
    })
    .await;
    // The writers go on meanwhile.
    let is_enough = || is_enough(load.failed());
    tokio::task::block_in_place(|| servers::until("it is full", is_enough));
    let mut ledgers = load.stop().await;
    disk.clear();
    tokio::task::block_in_place(restart);
    resumes(&mut ledgers, storage).await;
    let (done, failed) = sums(&ledgers);
    println!("full, and started again: {done} calls succeeded, {failed} failed");
}
