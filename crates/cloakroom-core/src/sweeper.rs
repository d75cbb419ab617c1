//! Removing what ended long ago, now and then, by one process of many.
//!
//! * **One at a time** without another service: who makes the record of the lease sweeps, and the
//!   record ends by itself when the next sweep is due. Making is the one call that a storage answers
//!   with *yes* only once.
//! * **In batches**, so that no other call is held up for longer than one of them takes; at most a
//!   thousand batches a turn, so that a turn ends.
//! * **A full storage is swept by whoever asks**: a lease that finds no room must not keep it full.
//! * **Jittered**: processes that were started together do not ask together for ever.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cloakroom_crypto::{Entropy, ThreadEntropy};
use cloakroom_storage::{
    CreateOutcome, ProofHash, Record, Scope, Storage, StorageError, StorageKey,
};
use cloakroom_time::{Clock, SystemClock};
use sha2::{Digest as _, Sha256};
use tokio::task::JoinHandle;

use crate::erased::DynStorage;
use crate::event::{Event, EventKind, Observer};

/// How many batches one turn takes at most.
const BATCHES: usize = 1_000;

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

    /// How long from one sweep to the next, over all processes; each of them asks that often, give
    /// or take a tenth. Default: 10 minutes.
    pub const fn every(mut self, every: Duration) -> Self {
        self.every = every;
        self
    }

    /// How many records one call removes at most. Default: 1,000.
    pub const fn batch(mut self, records: usize) -> Self {
        self.batch = records;
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

    /// Is told each sweep with how many records it removed ([`EventKind::Swept`]), and each failure
    /// ([`EventKind::StorageFailed`]). The events name no provider.
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
        if !self.alone && !self.has_lease().await? {
            return Ok(None);
        }
        let now = self.clock.now();
        let mut removed = 0;
        for _ in 0..BATCHES {
            let swept = self.storage.sweep(now, self.batch).await?;
            removed += swept;
            if swept < self.batch {
                break;
            }
            tokio::task::yield_now().await;
        }
        Ok(Some(removed))
    }

    /// Sweeps in a task of its own until it is stopped or dropped.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with time.
    #[must_use = "sweeping stops when this is dropped"]
    pub fn start(self) -> Sweeping {
        Sweeping(tokio::spawn(async move {
            loop {
                tokio::time::sleep(self.wait()).await;
                let told = match self.turn().await {
                    Ok(None) => continue,
                    Ok(Some(removed)) => EventKind::Swept { removed },
                    Err(_) => EventKind::StorageFailed,
                };
                for observer in &self.observers {
                    observer.observe(&Event::new("", told));
                }
            }
        }))
    }

    /// From nine to eleven tenths of the interval.
    fn wait(&self) -> Duration {
        let mut random = [0; 2];
        self.entropy.fill(&mut random);
        let tenth = self.every / 10;
        let jitter = tenth
            .saturating_mul(2)
            .mul_f64(f64::from(u16::from_be_bytes(random)) / 65_536.0);
        self.every.saturating_sub(tenth).saturating_add(jitter)
    }

    /// Whether this process may sweep now.
    async fn has_lease(&self) -> Result<bool, StorageError> {
        let now = self.clock.now();
        let key = StorageKey::hash(Sha256::digest(b"cloakroom sweeper lease v1").into());
        let (scope, proof) = (Scope::new("cloakroom/sweeper"), ProofHash::new([0; 32]));
        let mut lease = Record::new(scope, proof, now, b"lease".as_slice());
        lease.absolute_deadline = Some(now.saturating_add(self.every));
        let made = self.storage.create(&key, &lease, None, now).await?;
        Ok(matches!(
            made,
            CreateOutcome::Created(_) | CreateOutcome::Full
        ))
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

/// A storage that is being swept; it stops when this is dropped.
#[derive(Debug)]
pub struct Sweeping(JoinHandle<()>);

impl Sweeping {
    /// Stops, and waits until no call is under way. A call that was is done whole or not at all.
    pub async fn stop(mut self) {
        self.0.abort();
        // Cancelled, as asked for; a panic of the storage or an observer ended it before.
        let _ended = (&mut self.0).await;
    }
}

impl Drop for Sweeping {
    fn drop(&mut self) {
        self.0.abort();
    }
}
