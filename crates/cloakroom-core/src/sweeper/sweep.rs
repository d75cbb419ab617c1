//! The turns of one process, and the loop that takes them.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cloakroom_crypto::{Entropy, ThreadEntropy};
use cloakroom_storage::{Storage, StorageError};
use cloakroom_time::{Clock, SystemClock};

use super::lease::Lease;
use super::sweeping::{Stop, Sweeping, survives};
use crate::erased::{DynStorage, within};
use crate::event::{Event, EventKind, Observer};

/// How many batches one turn takes at most.
const BATCHES: usize = 1_000;

/// How long one batch may take, where the lease lasts that long.
const BATCH: Duration = Duration::from_secs(30);

/// The shortest interval: none would be a loop that does nothing else.
const SHORTEST: Duration = Duration::from_millis(10);

/// Removes ended sessions from a storage, now and then.
///
/// No session needs it to end: what is over is none, swept or not. It gives back the room.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use cloakroom_core::{MemoryStorage, Sweeper};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let storage = MemoryStorage::new();
/// let sweeping = Sweeper::new(&storage)
///     .every(Duration::from_mins(10))
///     .alone() // A storage in memory has no other processes.
///     .start();
/// // … the application runs …
/// sweeping.stop().await;
/// # }
/// ```
#[must_use]
pub struct Sweeper {
    storage: Arc<dyn DynStorage>,
    every: Duration,
    batch: usize,
    alone: bool,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    observers: Vec<Arc<dyn Observer>>,
}

impl Sweeper {
    /// Sweeps this storage: every 10 minutes, 1,000 records at a time, one process at a time.
    pub fn new<St: Storage + Clone>(storage: &St) -> Self {
        Self {
            storage: Arc::new(storage.clone()),
            every: Duration::from_mins(10),
            batch: 1_000,
            alone: false,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(ThreadEntropy),
            observers: Vec::new(),
        }
    }

    /// How long from one sweep to the next, over all processes; each of them asks whether one is
    /// due after this time and up to a fifth more. Default: 10 minutes; at least 10 milliseconds.
    ///
    /// The clocks of the processes may differ by half of it. With one that is further ahead or behind
    /// (and more than a minute) two may sweep at a time, which harms nothing and costs its time.
    pub const fn every(mut self, every: Duration) -> Self {
        self.every = every;
        self
    }

    /// How many records one call removes at most. Default: 1,000; at least one.
    pub const fn batch(mut self, records: usize) -> Self {
        self.batch = if records == 0 { 1 } else { records };
        self
    }

    /// Says that no other process sweeps the storage: no lease is kept in it. For a storage in
    /// memory, and for one that takes no records but sessions'.
    pub const fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// Where the present comes from. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Where the jitter comes from. Default: the thread's generator.
    pub fn entropy(mut self, entropy: impl Entropy + 'static) -> Self {
        self.entropy = Arc::new(entropy);
        self
    }

    /// Is told when a sweep begins ([`EventKind::SweepBegan`]), how many records it removed
    /// ([`EventKind::Swept`]), and each failure ([`EventKind::StorageFailed`]), which ends a sweep
    /// too. The events name no provider.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Takes one turn: sweeps if no other process has since the last one was due, and gives how many
    /// records it removed; `None` where another has.
    ///
    /// For an application that has a scheduler of its own.
    ///
    /// # Errors
    ///
    /// If the storage failed; what was removed until then is removed.
    ///
    /// ```
    /// use cloakroom_core::{MemoryStorage, Sweeper};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = MemoryStorage::new();
    /// let (one, other) = (Sweeper::new(&storage), Sweeper::new(&storage));
    /// assert_eq!(one.turn().await.unwrap(), Some(0));
    /// assert_eq!(other.turn().await.unwrap(), None, "the next one is not due");
    /// # }
    /// ```
    pub async fn turn(&self) -> Result<Option<usize>, StorageError> {
        self.turn_until(&AtomicBool::new(false)).await
    }

    /// Sweeps in a task of its own until it is stopped or dropped.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with time.
    #[must_use = "sweeping stops when this is dropped"]
    pub fn start(self) -> Sweeping {
        let stop = Arc::new(Stop::default());
        let asked = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            while !asked.comes_within(self.wait()).await {
                // What failed was told, and there is another turn.
                let turn = self.turn_until(&asked.is_asked);
                if survives(turn).await.is_none() {
                    self.tell(EventKind::StorageFailed);
                }
            }
        });
        Sweeping::new(task, stop)
    }

    /// A turn that ends early, after a batch, when `is_asked` to.
    async fn turn_until(&self, is_asked: &AtomicBool) -> Result<Option<usize>, StorageError> {
        let swept = self.sweep_if_due(is_asked).await;
        match &swept {
            Ok(None) => {}
            Ok(Some(removed)) => self.tell(EventKind::Swept { removed: *removed }),
            Err(_) => self.tell(EventKind::StorageFailed),
        }
        swept
    }

    async fn sweep_if_due(&self, is_asked: &AtomicBool) -> Result<Option<usize>, StorageError> {
        let mut lease = None;
        if !self.alone {
            lease = Lease::take(&*self.storage, self.interval(), self.clock.now()).await?;
            if lease.is_none() {
                return Ok(None);
            }
        }
        self.tell(EventKind::SweepBegan);
        let mut removed = 0;
        for _ in 0..BATCHES {
            let mut limit = BATCH;
            if let Some(lease) = &mut lease {
                if !lease.keep(self.clock.now()).await? {
                    break;
                }
                limit = limit.min(lease.left(self.clock.now()));
            }
            let batch = self.storage.sweep(self.clock.now(), self.batch);
            let swept = within(Some(limit), batch).await?;
            removed += swept;
            if swept < self.batch {
                break;
            }
            if is_asked.load(Ordering::SeqCst) {
                if let Some(lease) = lease.take() {
                    lease.give_back(self.clock.now()).await?;
                }
                break;
            }
            tokio::task::yield_now().await;
        }
        Ok(Some(removed))
    }

    /// Tells every observer, also where one of them panics.
    fn tell(&self, kind: EventKind) {
        for observer in &self.observers {
            let told = AssertUnwindSafe(|| observer.observe(&Event::new("", kind)));
            // The hook for panics has said so.
            drop(catch_unwind(told));
        }
    }

    /// From one interval to 1.2 of it.
    fn wait(&self) -> Duration {
        let mut random = [0; 2];
        self.entropy.fill(&mut random);
        let share = f64::from(u16::from_be_bytes(random)) / 65_536.0;
        let jitter = (self.interval() / 5).mul_f64(share);
        self.interval().saturating_add(jitter)
    }

    fn interval(&self) -> Duration {
        self.every.max(SHORTEST)
    }
}

impl fmt::Debug for Sweeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sweeper")
            .field("every", &self.every)
            .field("batch", &self.batch)
            .field("alone", &self.alone)
            .finish_non_exhaustive()
    }
}
