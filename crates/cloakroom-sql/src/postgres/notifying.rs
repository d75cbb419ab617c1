//! The storage that tells of changes.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use cloakroom_storage::{Change, Watch};
use tokio::time::sleep;

use super::dial::Dial;
use super::listen::Ear;
use super::storage::{PostgresStorage, Server};

/// How long it is waited before listening begins anew, at first and at most. As much again is
/// added by chance, so that many do not begin at once.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A [`PostgresStorage`] whose tables tell of every change, by triggers and `NOTIFY`. Its clones
/// share their connections.
///
/// [`PostgresStorage::connect_notifying`] sets the triggers up in the database, where they stay:
/// whoever writes these tables tells, also a plain `PostgresStorage`. So one process that connects
/// notifying is enough for all to be heard, and all of them pay.
/// [`stop_notifying`](PostgresStorage::stop_notifying) ends it.
///
/// # What it costs
///
/// PostgreSQL lets transactions that notify commit one after the other, each until its commit is on
/// disk. One client alone hardly notices; many at once are limited to what the disk syncs in a row.
/// Changes of a session a second, without and with it, on PostgreSQL 15 on two cores:
///
/// | a sync takes | 1 client | 16 clients |
/// |---|--:|--:|
/// | 0.1 ms | 7,500 and 5,800 | 16,700 and 6,600 |
/// | 3 ms (`commit_delay`) | 280 and 280 | 4,300 and 290 |
///
/// Reading costs nothing more, and where nobody listens it costs the same. For sessions that are read
/// much and changed little a cache with it pays; where they change all the time, let copies age instead.
///
/// # What is told
///
/// * A record that is made, changed, touched or removed is a [`Record`](Change::Record), once the
///   change is committed. Where one statement changes more than a hundred, or the key is a text, and
///   after [`end_before`](cloakroom_storage::Storage::end_before), it is
///   [`Anything`](Change::Anything).
/// * A sweep tells nothing: what it removes has been none for an hour.
///
/// # Bounds
///
/// Who watches has one more connection. That it was closed is found out at once; that it is silent,
/// or its server, after twice the [`timeout`](crate::PostgresStorageBuilder::timeout), 8 seconds
/// by default. Then listening begins anew, after 0.1 seconds, and where that fails after pauses that
/// grow to 4. Nothing is told while the triggers are not there. Behind a pooler the connection has to
/// be a whole session, and the server the primary: a standby refuses to be listened to.
///
/// The future is to be polled in a tokio runtime. Dropping it closes the connection.
///
/// # Rights
///
/// To set the triggers up the user has to own the tables, and needs `CREATE` on their schema. With
/// [`without_migrating`](crate::PostgresStorageBuilder::without_migrating) they have to be there.
/// Writing and listening need no right besides the storage's.
///
/// # Security
///
/// Whoever may connect to the database may listen, and learns which records change: the hash under
/// which each lies, which opens nothing. A key that is a text may be an id, and is not told. They may
/// notify as well, which makes copies be forgotten.
///
/// # Examples
///
/// ```no_run
/// # async fn example() -> Result<(), cloakroom_sql::OpenError> {
/// use cloakroom_sql::PostgresStorage;
/// use cloakroom_storage::{Change, Watch};
///
/// let url = "postgres://shop:secret@localhost/shop";
/// let storage = PostgresStorage::connect_notifying(url).await?;
/// let watching = tokio::spawn(storage.watch(|change| match change {
///     Change::Record(_key) => { /* forget the copy of this record */ }
///     Change::Anything => { /* forget all copies */ }
/// }));
/// watching.abort();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct NotifyingPostgresStorage {
    storage: PostgresStorage,
    dial: Dial,
    limit: Duration,
}

impl NotifyingPostgresStorage {
    pub(super) const fn new(storage: PostgresStorage, dial: Dial, limit: Duration) -> Self {
        Self {
            storage,
            dial,
            limit,
        }
    }

    /// The storage itself, which does not listen.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// # use cloakroom_sql::PostgresStorage;
    /// let url = "postgres://shop:secret@localhost/shop";
    /// let storage = PostgresStorage::connect_notifying(url).await?;
    /// storage.as_plain().stop_notifying().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn as_plain(&self) -> &PostgresStorage {
        &self.storage
    }

    fn backend(&self) -> &Server {
        self.storage.backend()
    }
}

impl fmt::Debug for NotifyingPostgresStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotifyingPostgresStorage")
            .finish_non_exhaustive()
    }
}

crate::shared::contract::storage!(NotifyingPostgresStorage);

impl Watch for NotifyingPostgresStorage {
    fn watch(
        &self,
        listener: impl Fn(Change) + Send + Sync + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (dial, limit) = (self.dial.clone(), self.limit);
        let notices = Arc::clone(self.storage.notices());
        async move {
            let mut pauses = pauses();
            loop {
                if let Some(ear) = Ear::open(&dial, &notices, limit).await {
                    listener(Change::Anything);
                    if ear.listen(&listener).await {
                        pauses = self::pauses();
                    }
                }
                sleep(pauses.next().unwrap_or(LONGEST_PAUSE)).await;
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
