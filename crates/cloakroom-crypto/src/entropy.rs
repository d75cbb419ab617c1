//! Where random bytes come from.
//!
//! * Nonces, ids and keys are made of these bytes, so only sources that are cryptographically
//!   secure implement [`Entropy`] outside tests.
//! * [`ThreadEntropy`] is the default: a system call for every nonce costs three times what the
//!   sealing costs.
//! * A generator in user space is copied by a fork and by a snapshot of a machine. Two processes
//!   that go on from the same state make the same nonces, and a repeated nonce gives away the
//!   difference of two contents and lets tokens be forged. Hence [`Entropy::reseed`].

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::Rng;

/// Gives random bytes.
///
/// # Security
///
/// Every byte must be unpredictable and never given twice. A source with a fixed seed is for tests
/// only.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{Entropy, ThreadEntropy};
///
/// let (mut one, mut other) = ([0; 24], [0; 24]);
/// ThreadEntropy.fill(&mut one);
/// ThreadEntropy.fill(&mut other);
/// assert_ne!(one, other);
/// ```
pub trait Entropy: fmt::Debug + Send + Sync {
    /// Overwrites `bytes` with random ones.
    ///
    /// An implementation that has none to give must not return: there is no safe way on.
    fn fill(&self, bytes: &mut [u8]);

    /// Throws away all state, so that nothing made from now on repeats what a copy of this process
    /// makes.
    ///
    /// To be called in the child after a `fork`, and in every machine that was cloned or restored
    /// from a snapshot, before the next request. Does nothing for a source without state.
    fn reseed(&self) {}
}

impl<E: Entropy + ?Sized> Entropy for Arc<E> {
    fn fill(&self, bytes: &mut [u8]) {
        (**self).fill(bytes);
    }

    fn reseed(&self) {
        (**self).reseed();
    }
}

/// The generator of the current thread: ChaCha, seeded by the operating system, and again after
/// every 64 KiB.
///
/// About 15 ns for a nonce.
///
/// # Security
///
/// It does not notice a `fork` nor that a machine was cloned: call
/// [`reseed`](Entropy::reseed) there, or use [`OsEntropy`]. Without it parent and child seal with
/// the same nonces, and who sees both tokens can compute the difference of their contents and
/// forge tokens of that key.
///
/// # Panics
///
/// When the operating system gives no seed.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{Entropy, ThreadEntropy};
///
/// // In the child, after a fork:
/// ThreadEntropy.reseed();
///
/// let mut nonce = [0; 24];
/// ThreadEntropy.fill(&mut nonce);
/// assert_ne!(nonce, [0; 24]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "written as a value, and has nothing to hold"
)]
pub struct ThreadEntropy;

/// How often `reseed` was called in this process.
///
/// The generators belong to their threads and cannot be reached from another one; each compares
/// this number with its own before it is used.
static EPOCH: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The epoch in which the generator of this thread was last seeded by us.
    static SEEDED_IN: Cell<u64> = const { Cell::new(0) };
}

impl Entropy for ThreadEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut generator = rand::rng();
        let epoch = EPOCH.load(Ordering::SeqCst);
        if SEEDED_IN.get() != epoch {
            reseed(&mut generator);
            SEEDED_IN.set(epoch);
        }
        generator.fill_bytes(bytes);
    }

    /// Reaches the generators of all threads: each is seeded again before it is next used here.
    fn reseed(&self) {
        EPOCH.fetch_add(1, Ordering::SeqCst);
    }
}

#[expect(
    clippy::expect_used,
    reason = "going on with the state of before a fork would repeat nonces"
)]
#[cold]
fn reseed(generator: &mut rand::rngs::ThreadRng) {
    generator
        .reseed()
        .expect("the operating system gives a seed");
}

/// The operating system's generator, asked anew each time.
///
/// About 300 ns a call, and nothing to do after a fork or a cloned machine.
///
/// # Panics
///
/// When the operating system gives no random bytes.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{Entropy, OsEntropy};
///
/// let mut key = [0; 32];
/// OsEntropy.fill(&mut key);
/// assert_ne!(key, [0; 32]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "written as a value, and has nothing to hold"
)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(
        clippy::expect_used,
        reason = "without random bytes there is no safe way on"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn reseeding_on_one_thread_reaches_the_generator_of_another() {
        let (go, wait) = mpsc::channel();
        let (say, hear) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || {
                for () in wait {
                    ThreadEntropy.fill(&mut [0; 8]);
                    say.send(SEEDED_IN.get()).unwrap();
                }
            });
            go.send(()).unwrap();
            let before = hear.recv().unwrap();
            ThreadEntropy.reseed();
            go.send(()).unwrap();
            let after = hear.recv().unwrap();
            drop(go);
            assert!(after > before);
        });
    }

    #[test]
    fn a_shared_source_is_a_source() {
        let shared: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let mut bytes = [0; 32];
        shared.fill(&mut bytes);
        shared.reseed();
        assert_ne!(bytes, [0; 32]);
    }

    #[test]
    fn no_source_gives_the_same_bytes_twice() {
        for source in [&OsEntropy as &dyn Entropy, &ThreadEntropy] {
            let (mut one, mut other) = ([0; 32], [0; 32]);
            source.fill(&mut one);
            source.fill(&mut other);
            assert_ne!(one, other);
        }
    }
}
