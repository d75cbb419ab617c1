//! Bytes that look random and are the same in every run.
//!
//! * **SHA-256 over seed and a counter**, not a generator of a crate: what was made under a seed is
//!   the same under every version of every dependency, so that frozen tokens can be made again.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cloakroom_core::Entropy;
use sha2::{Digest, Sha256};

/// Gives the same bytes in every run: those of its seed.
///
/// A clone goes on where the other is: no two of them ever give the same bytes.
///
/// # Security
///
/// For tests only. Who knows the seed knows every id and every nonce.
///
/// # Examples
///
/// ```
/// use cloakroom_core::Entropy;
/// use cloakroom_testkit::SeededEntropy;
///
/// let [mut first, mut second, mut again] = [[0; 24]; 3];
/// let entropy = SeededEntropy::new(7);
/// entropy.fill(&mut first);
/// entropy.clone().fill(&mut second);
/// assert_ne!(first, second);
///
/// SeededEntropy::new(7).fill(&mut again);
/// assert_eq!(first, again);
/// ```
#[derive(Clone)]
pub struct SeededEntropy {
    seed: u64,
    /// The number of the next block.
    next: Arc<AtomicU64>,
}

impl SeededEntropy {
    /// The bytes of `seed`, from their beginning.
    ///
    /// ```
    /// # use cloakroom_core::Entropy;
    /// # use cloakroom_testkit::SeededEntropy;
    /// let [mut one, mut other] = [[0; 16]; 2];
    /// SeededEntropy::new(1).fill(&mut one);
    /// SeededEntropy::new(2).fill(&mut other);
    /// assert_ne!(one, other);
    /// ```
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            next: Arc::new(AtomicU64::new(0)),
        }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            let block = Sha256::new()
                .chain_update(b"cloakroom testkit")
                .chain_update(self.seed.to_be_bytes())
                .chain_update(number.to_be_bytes())
                .finalize();
            for (byte, random) in chunk.iter_mut().zip(block) {
                *byte = random;
            }
        }
    }
}

impl fmt::Debug for SeededEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SeededEntropy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(entropy: &SeededEntropy, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        entropy.fill(&mut bytes);
        bytes
    }

    #[test]
    fn a_seed_gives_these_bytes_for_ever() {
        // sha256sum of "cloakroom testkit" and sixteen zero bytes.
        let expected = [0x0c, 0x01, 0x7e, 0x31, 0x49, 0x49, 0x31, 0xdf];
        assert_eq!(bytes(&SeededEntropy::new(0), 8), expected);
    }

    #[test]
    fn a_long_piece_repeats_nothing_and_leaves_nothing_unfilled() {
        let long = bytes(&SeededEntropy::new(3), 1_000);
        let mut windows: Vec<_> = long.windows(8).collect();
        windows.sort_unstable();
        windows.dedup();
        assert_eq!(windows.len(), 993);
    }

    #[test]
    fn debug_shows_no_seed() {
        assert_eq!(format!("{:?}", SeededEntropy::new(42)), "SeededEntropy");
    }
}
