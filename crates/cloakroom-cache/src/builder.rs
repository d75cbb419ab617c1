//! How a cache is configured, and what is refused.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cloakroom_storage::Storage;

use crate::cached::Cached;
use crate::shelf::Shelf;

/// An ended session that is served for longer than this is no oversight of a cache any more.
const MAX_STALENESS: Duration = Duration::from_secs(60 * 60);

/// The largest content that the storage contract speaks of, and as much again.
const MIN_BYTES: usize = 128 * 1024;

/// 32 MiB: some 50,000 sessions of 120 bytes each.
const DEFAULT_BYTES: usize = 32 * 1024 * 1024;

/// Configures a [`Cached`]; [`Cached::builder`] gives one.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use cloakroom_cache::Cached;
/// use cloakroom_core::MemoryStorage;
///
/// let storage = Cached::builder(MemoryStorage::new(), Duration::from_secs(2))
///     .max_bytes(8 * 1024 * 1024)
///     .build()
///     .unwrap();
/// assert_eq!(storage.staleness(), Duration::from_secs(2));
/// ```
#[must_use = "a builder makes a cache when it is built"]
pub struct CachedBuilder<S> {
    storage: S,
    staleness: Duration,
    max_bytes: usize,
}

impl<S: Storage> Cached<S> {
    /// A cache over `storage` that serves no copy for as long as `staleness` or longer, and takes 32
    /// MiB at most.
    ///
    /// The staleness has no default: it is how much later a logout elsewhere is seen here, which nobody
    /// but the application can choose. A few seconds spare most of what there is to spare.
    ///
    /// # Errors
    ///
    /// If the staleness is zero or more than an hour.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_cache::Cached;
    /// # use cloakroom_core::MemoryStorage;
    /// assert!(Cached::new(MemoryStorage::new(), Duration::from_secs(2)).is_ok());
    /// ```
    pub fn new(storage: S, staleness: Duration) -> Result<Self, InvalidCache> {
        Self::builder(storage, staleness).build()
    }

    /// A cache with limits of your own.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_cache::Cached;
    /// # use cloakroom_core::MemoryStorage;
    /// let builder = Cached::builder(MemoryStorage::new(), Duration::from_secs(2));
    /// assert_eq!(builder.max_bytes(1 << 20).build().unwrap().bytes(), 0);
    /// ```
    pub const fn builder(storage: S, staleness: Duration) -> CachedBuilder<S> {
        CachedBuilder::new(storage, staleness)
    }
}

impl<S: Storage> CachedBuilder<S> {
    pub(crate) const fn new(storage: S, staleness: Duration) -> Self {
        Self {
            storage,
            staleness,
            max_bytes: DEFAULT_BYTES,
        }
    }

    /// How many bytes the copies take at most: keys, contents, names of subjects, and about 400 bytes
    /// for each besides. Where one more finds no room, those that were asked for least recently go.
    ///
    /// Readings under way are not counted: there are as many as requests that read. Nor are 32 KiB
    /// that each cache takes.
    ///
    /// **Default**: 32 MiB. **Performance impact**: with fewer bytes than the sessions in use take, the
    /// storage is asked again and again.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_cache::Cached;
    /// # use cloakroom_core::MemoryStorage;
    /// let small = Cached::builder(MemoryStorage::new(), Duration::from_secs(2)).max_bytes(1_000);
    /// assert_eq!(small.build().unwrap_err().field(), "max_bytes");
    /// ```
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The cache.
    ///
    /// # Errors
    ///
    /// If the staleness is zero or more than an hour, or the bytes are fewer than 128 KiB.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_cache::Cached;
    /// # use cloakroom_core::MemoryStorage;
    /// let none = Cached::builder(MemoryStorage::new(), Duration::ZERO).build();
    /// assert_eq!(none.unwrap_err().field(), "staleness");
    /// ```
    pub fn build(self) -> Result<Cached<S>, InvalidCache> {
        let Self {
            storage,
            staleness,
            max_bytes,
        } = self;
        if staleness.is_zero() {
            return Err(InvalidCache::NO_STALENESS);
        }
        if staleness > MAX_STALENESS {
            return Err(InvalidCache::LONG_STALENESS);
        }
        if max_bytes < MIN_BYTES {
            return Err(InvalidCache::FEW_BYTES);
        }
        let shelf = Shelf::new(staleness, max_bytes);
        Ok(Cached::of(Arc::new(storage), Arc::new(shelf)))
    }
}

impl<S> fmt::Debug for CachedBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedBuilder")
            .field("staleness", &self.staleness)
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}

/// Why a cache is refused: which field, what is wrong with it and what to do.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use cloakroom_cache::Cached;
/// use cloakroom_core::MemoryStorage;
///
/// let day = Duration::from_secs(24 * 60 * 60);
/// let refused = Cached::new(MemoryStorage::new(), day).unwrap_err();
/// assert_eq!(refused.field(), "staleness");
/// assert!(refused.remedy().contains("seconds"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidCache {
    field: &'static str,
    problem: &'static str,
    remedy: &'static str,
}

impl InvalidCache {
    const NO_STALENESS: Self = Self {
        field: "staleness",
        problem: "a cache whose copies are never served only costs",
        remedy: "declare how much later a logout elsewhere may be seen, or leave the cache out",
    };
    const LONG_STALENESS: Self = Self {
        field: "staleness",
        problem: "an ended session would be served for more than an hour",
        remedy: "declare a few seconds: most of what a cache spares, it spares in the first",
    };
    const FEW_BYTES: Self = Self {
        field: "max_bytes",
        problem: "fewer than 128 KiB, in which a large session finds no room",
        remedy: "give it some megabytes, or leave the cache out",
    };

    /// The field: the name of the argument or method that says it.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }

    /// What is wrong.
    #[must_use]
    pub const fn problem(&self) -> &'static str {
        self.problem
    }

    /// What to do.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        self.remedy
    }
}

impl fmt::Display for InvalidCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.field, self.problem, self.remedy)
    }
}

impl Error for InvalidCache {}
