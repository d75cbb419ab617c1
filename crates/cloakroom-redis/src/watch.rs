//! Telling of changes: listening, again and again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use cloakroom_storage::{Change, Watch};
use tokio::time;

use crate::listen::Ears;
use crate::storage::RedisStorage;

/// How long it is waited before listening begins anew, at first and at most. As much again is
/// added by chance, so that many do not begin at once.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// By the server's own messages (`CLIENT TRACKING`), on a connection of its own to each master, and
/// one more to a cluster.
///
/// * **What is told**: a record that is made, changed, touched, removed or dropped by the server as a
///   [`Record`](Change::Record), by whomever, in the moment in which it is acknowledged;
///   [`end_before`](cloakroom_storage::Storage::end_before) and an emptied server as
///   [`Anything`](Change::Anything).
/// * **What it costs**: nothing for a call. The server sends each listening process the name of
///   each key of this storage that changes, indexes among them: some 60 to 200 bytes for a change.
/// * **Bounds**: that a connection was closed is found out at once; that one is silent, or its server,
///   or that others are the masters now, after twice the
///   [`timeout`](crate::RedisStorageBuilder::timeout), 4 seconds by default. Then listening begins
///   anew, after 0.1 seconds, and where that fails after pauses that grow to 4. To a cluster it is
///   listened at all masters or at none.
/// * **Rights**: besides those of the storage `CLIENT TRACKING`, in a cluster `CLUSTER SLOTS`. Without
///   them it never tells anything.
///
/// The future is to be polled in a tokio runtime. Dropping it closes the connections.
///
/// ```no_run
/// use cloakroom_redis::RedisStorage;
/// use cloakroom_storage::{Change, Watch};
///
/// # async fn example() -> Result<(), cloakroom_redis::ConnectError> {
/// let storage = RedisStorage::server("redis://127.0.0.1").connect().await?;
/// let watching = tokio::spawn(storage.watch(|change| match change {
///     Change::Record(_key) => { /* forget the copy of this record */ }
///     Change::Anything => { /* forget all copies */ }
/// }));
/// watching.abort();
/// # Ok(())
/// # }
/// ```
impl Watch for RedisStorage {
    fn watch(
        &self,
        listener: impl Fn(Change) + Send + Sync + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let store = self.store();
        let (address, names) = (store.address.clone(), store.names.clone());
        let timeout = store.timeout;
        async move {
            let mut pauses = pauses();
            loop {
                if let Ok(mut ears) = Ears::open(&address, &names, timeout).await {
                    listener(Change::Anything);
                    if ears.listen(&listener).await {
                        pauses = self::pauses();
                    }
                }
                time::sleep(pauses.next().unwrap_or(LONGEST_PAUSE)).await;
            }
        }
    }
}

fn pauses() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::new()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .with_jitter()
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_bound_and_never_end() {
        let pauses: Vec<_> = pauses().take(1_000).collect();
        assert!(pauses[0] >= FIRST_PAUSE && pauses[0] <= FIRST_PAUSE * 2);
        assert!(pauses.iter().all(|pause| *pause <= LONGEST_PAUSE * 2));
        assert!(pauses[10..].iter().all(|pause| *pause >= LONGEST_PAUSE));
    }
}
