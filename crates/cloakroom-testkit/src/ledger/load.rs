//! Many writers at once.

#![expect(clippy::panic, reason = "how a test fails")]

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cloakroom_core::Storage;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::writer::Ledger;

/// How many calls a writer makes at most.
const AT_MOST: usize = 10_000;

/// How long it is waited for each hundred calls, or for the first one that fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a client waits that was refused before it comes again. Nothing relies on it: it spares the
/// machine that starts a server again.
const PAUSE: Duration = Duration::from_millis(5);

/// Writers that use a storage until they are told to stop, whatever becomes of it meanwhile.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use cloakroom_core::MemoryStorage;
/// use cloakroom_testkit::{Call, FaultyStorage, Load, When};
///
/// let storage = FaultyStorage::new(MemoryStorage::new());
/// let load = Load::on(&storage, 0..4);
/// load.until_done(200).await;
/// // As if the server were killed.
/// load.until_failed_in(async || storage.fail_next(Call::Update, When::AfterEffect)).await;
/// load.until_done(200).await;
/// let (done, failed) = load.check(&storage).await;
/// assert!(done >= 400 && failed == 1);
/// # }
/// ```
pub struct Load {
    writers: JoinSet<Ledger>,
    progress: Arc<Progress>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    done: usize,
    failed: usize,
}

struct Progress {
    is_over: AtomicBool,
    count: watch::Sender<Count>,
}

impl Load {
    /// The writers of these numbers, each with a [`Ledger`].
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::Load;
    /// let storage = MemoryStorage::new();
    /// let load = Load::on(&storage, 0..8);
    /// load.until_done(100).await;
    /// assert!(load.check(&storage).await.0 >= 100);
    /// # }
    /// ```
    pub fn on<S: Storage + Clone>(storage: &S, writers: impl IntoIterator<Item = u32>) -> Self {
        Self::of(storage, writers.into_iter().map(Ledger::of))
    }

    /// The writers of these ledgers.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::{Ledger, Load};
    /// let storage = MemoryStorage::new();
    /// let load = Load::of(&storage, [Ledger::of(1).without_floors()]);
    /// load.until_done(100).await;
    /// assert_eq!(load.check(&storage).await.1, 0);
    /// # }
    /// ```
    pub fn of<S: Storage + Clone>(storage: &S, ledgers: impl IntoIterator<Item = Ledger>) -> Self {
        let progress = Arc::new(Progress {
            is_over: AtomicBool::new(false),
            count: watch::Sender::default(),
        });
        let mut load = Self {
            writers: JoinSet::new(),
            progress,
        };
        for ledger in ledgers {
            let (storage, progress) = (storage.clone(), Arc::clone(&load.progress));
            load.writers.spawn(write(ledger, storage, progress));
        }
        load
    }

    /// How many calls have failed until now.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::Load;
    /// let load = Load::on(&MemoryStorage::new(), 0..2);
    /// load.until_done(10).await;
    /// assert_eq!(load.failed(), 0);
    /// # }
    /// ```
    #[must_use]
    pub fn failed(&self) -> usize {
        self.count().failed
    }

    /// Waits until so many more calls were acknowledged.
    ///
    /// # Panics
    ///
    /// If they are not in ten seconds for each hundred.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::Load;
    /// let storage = MemoryStorage::new();
    /// let load = Load::on(&storage, [1]);
    /// load.until_done(20).await;
    /// assert!(load.check(&storage).await.0 >= 20);
    /// # }
    /// ```
    pub async fn until_done(&self, more: usize) {
        let enough = self.count().done + more;
        let hundreds = u32::try_from(more.div_ceil(100)).unwrap_or(u32::MAX);
        let is_over = |count: &Count| count.done >= enough;
        if !self.until(PATIENCE * hundreds, is_over).await {
            let failed = self.count().failed;
            panic!("the service does not resume; {failed} calls have failed");
        }
    }

    /// Lets something happen that makes calls fail, and waits until one that was over only after it
    /// began has failed.
    ///
    /// # Panics
    ///
    /// If none fails within ten seconds after it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::{Call, FaultyStorage, Load, When};
    /// let storage = FaultyStorage::new(MemoryStorage::new());
    /// let load = Load::on(&storage, [1]);
    /// load.until_failed_in(async || storage.fail_next(Call::Create, When::BeforeEffect)).await;
    /// assert_eq!(load.check(&storage).await.1, 1);
    /// # }
    /// ```
    pub async fn until_failed_in(&self, happens: impl AsyncFnOnce()) {
        let before = self.count().failed;
        happens().await;
        let has_failed = |count: &Count| count.failed > before;
        let has_failed = self.until(PATIENCE, has_failed).await;
        assert!(has_failed, "the load meets no fault");
    }

    /// Stops the writers, each at the end of its call, and looks at everything by this way to the
    /// storage. Gives how many calls were acknowledged, and how many failed.
    ///
    /// # Panics
    ///
    /// If something is lost, torn, or back; or a call failed in another way than a storage does that is
    /// out of reach.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::Load;
    /// let storage = MemoryStorage::new();
    /// assert_eq!(Load::on(&storage, 0..2).check(&storage).await.1, 0);
    /// # }
    /// ```
    pub async fn check(self, storage: &impl Storage) -> (usize, usize) {
        let progress = Arc::clone(&self.progress);
        for mut ledger in self.stop().await {
            ledger.check(storage).await;
        }
        let count = *progress.count.borrow();
        (count.done, count.failed)
    }

    /// Stops the writers, each at the end of its call, and gives what they know.
    ///
    /// # Panics
    ///
    /// If a call failed in another way than a storage does that is out of reach.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_core::MemoryStorage;
    /// # use cloakroom_testkit::Load;
    /// let storage = MemoryStorage::new();
    /// assert_eq!(Load::on(&storage, 0..2).stop().await.len(), 2);
    /// # }
    /// ```
    pub async fn stop(self) -> Vec<Ledger> {
        self.progress.is_over.store(true, Ordering::SeqCst);
        self.writers.join_all().await
    }

    fn count(&self) -> Count {
        *self.progress.count.borrow()
    }

    fn until(&self, limit: Duration, is_so: impl Fn(&Count) -> bool) -> impl Future<Output = bool> {
        let mut count = self.progress.count.subscribe();
        async move {
            let waiting = count.wait_for(is_so);
            let waited = tokio::time::timeout(limit, waiting).await;
            waited.is_ok()
        }
    }
}

impl fmt::Debug for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count { done, failed } = self.count();
        let mut load = f.debug_struct("Load");
        load.field("done", &done).field("failed", &failed);
        load.finish_non_exhaustive()
    }
}

async fn write<S: Storage>(mut ledger: Ledger, storage: S, progress: Arc<Progress>) -> Ledger {
    for _ in 0..AT_MOST {
        if progress.is_over.load(Ordering::SeqCst) {
            break;
        }
        let written = ledger.write(&storage).await;
        progress.count.send_modify(|count| match &written {
            Ok(()) => count.done += 1,
            Err(_) => count.failed += 1,
        });
        if written.is_err() {
            tokio::time::sleep(PAUSE).await;
        }
        // A storage that always answers at once must not keep the others from their turn.
        tokio::task::yield_now().await;
    }
    ledger
}
