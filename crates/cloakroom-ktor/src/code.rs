//! Hashes and HMACs (RFC 2104), prepared once and taken on from there for each content.
//!
//! * **One trait for both**: a hash that has taken in a salt, and an HMAC that has taken in its key,
//!   are states that go on with the content.
//! * **Compared in constant time**, by [`subtle`].
//! * The states are wiped on drop: each crate's `zeroize` is on.

use std::fmt;
use std::hint::black_box;

use hmac::digest::common::Key;
use hmac::digest::{FixedOutput, Update};
use hmac::{EagerHash, Hmac, KeyInit};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroize;

use crate::algorithm::{DigestAlgorithm, MacAlgorithm};
use crate::hex;

/// The longest code: that of SHA-512.
const LONGEST: usize = 64;

/// Gives the code of a content: its hash behind a salt, or its HMAC.
pub(crate) struct Coder {
    state: Box<dyn State>,
    /// How many bytes a code has.
    len: usize,
    /// How many bytes the hash takes at a time.
    block: usize,
}

impl Coder {
    /// The hash of the salt and then the content.
    pub(crate) fn hash(algorithm: DigestAlgorithm, salt: &[u8]) -> Self {
        match algorithm {
            DigestAlgorithm::Md5 => Self::new(salted::<Md5>(salt), 16, 64),
            DigestAlgorithm::Sha1 => Self::new(salted::<Sha1>(salt), 20, 64),
            DigestAlgorithm::Sha256 => Self::new(salted::<Sha256>(salt), 32, 64),
            DigestAlgorithm::Sha384 => Self::new(salted::<Sha384>(salt), 48, 128),
            DigestAlgorithm::Sha512 => Self::new(salted::<Sha512>(salt), 64, 128),
        }
    }

    /// The HMAC of the content under a key.
    pub(crate) fn hmac(algorithm: MacAlgorithm, key: &[u8]) -> Self {
        match algorithm {
            MacAlgorithm::HmacMd5 => Self::new(keyed::<Md5>(key), 16, 64),
            MacAlgorithm::HmacSha1 => Self::new(keyed::<Sha1>(key), 20, 64),
            MacAlgorithm::HmacSha256 => Self::new(keyed::<Sha256>(key), 32, 64),
            MacAlgorithm::HmacSha384 => Self::new(keyed::<Sha384>(key), 48, 128),
            MacAlgorithm::HmacSha512 => Self::new(keyed::<Sha512>(key), 64, 128),
        }
    }

    fn new(state: Box<dyn State>, len: usize, block: usize) -> Self {
        Self { state, len, block }
    }

    /// How many bytes a code has.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The code of `content`.
    pub(crate) fn code(&self, content: &[u8]) -> Code {
        self.code_of(|hash| hash.update(content))
    }

    /// The code of what `hand_in` hands in, piece by piece.
    pub(crate) fn code_of(&self, mut hand_in: impl FnMut(&mut dyn Update)) -> Code {
        self.state.code(&mut hand_in)
    }

    /// The code of the first `len` bytes, with as many steps of the hash as `longest` bytes need:
    /// what took the rest off must not show in the time.
    pub(crate) fn code_of_prefix(&self, bytes: &[u8], len: usize, longest: usize) -> Code {
        let code = self.code(bytes.get(..len).unwrap_or_default());
        for _ in self.steps(len)..self.steps(longest) {
            self.state.idle(self.block);
        }
        code
    }

    /// How often the hash steps for a content: blocks of content, one byte that ends it, and its
    /// length in an eighth of a block (FIPS 180-4, section 5.1; RFC 1321, section 3).
    const fn steps(&self, len: usize) -> usize {
        (len + 1 + self.block / 8).div_ceil(self.block)
    }
}

impl fmt::Debug for Coder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Coder")
    }
}

/// A hash or an HMAC. Shows nothing of itself: the code of a content is what a forger wants.
pub(crate) struct Code {
    bytes: [u8; LONGEST],
    len: usize,
}

impl Code {
    fn new(code: &[u8]) -> Self {
        let mut bytes = [0; LONGEST];
        put(&mut bytes, code);
        let len = code.len().min(LONGEST);
        Self { bytes, len }
    }

    /// A code of `len` bytes as a token has it.
    pub(crate) fn from_hex(text: &[u8], len: usize) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        hex::decode(text, bytes.get_mut(..len)?)?;
        Some(Self { bytes, len })
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Whether two codes are the same, in a time that does not depend on where they differ.
    pub(crate) fn same(&self, other: &Self) -> Choice {
        // What no code fills is zero.
        self.len.ct_eq(&other.len) & self.words().ct_eq(&other.words())
    }

    fn words(&self) -> [u64; LONGEST / 8] {
        let mut words = [0; LONGEST / 8];
        for (word, bytes) in words.iter_mut().zip(self.bytes.as_chunks().0) {
            *word = u64::from_ne_bytes(*bytes);
        }
        words
    }

    /// Forgets a code that is a key.
    pub(crate) fn wipe(mut self) {
        self.bytes.zeroize();
    }
}

/// What has taken in all that always comes first.
trait State: Send + Sync {
    /// The code with what `hand_in` hands in; it is called once.
    fn code(&self, hand_in: &mut dyn FnMut(&mut dyn Update)) -> Code;

    /// Takes in a block for nothing.
    fn idle(&self, block: usize);
}

impl<S: Clone + FixedOutput + Send + Sync + Update> State for S {
    fn code(&self, hand_in: &mut dyn FnMut(&mut dyn Update)) -> Code {
        let mut state = self.clone();
        hand_in(&mut state);
        Code::new(&state.finalize_fixed())
    }

    fn idle(&self, block: usize) {
        let mut state = self.clone();
        state.update([0; 128].get(..block).unwrap_or_default());
        black_box(&state);
    }
}

fn salted<D>(salt: &[u8]) -> Box<dyn State>
where
    D: Clone + Default + FixedOutput + Send + Sync + Update + 'static,
{
    let mut state = D::default();
    state.update(salt);
    Box::new(state)
}

/// RFC 2104: a key longer than a block is hashed, a shorter one padded with zeros.
fn keyed<D>(key: &[u8]) -> Box<dyn State>
where
    D: EagerHash + 'static,
    Hmac<D>: Clone + FixedOutput + Send + Sync + Update,
{
    let mut block = Key::<Hmac<D>>::default();
    if key.len() > block.len() {
        let mut hash = D::digest(key);
        put(&mut block, &hash);
        hash.as_mut_slice().zeroize();
    } else {
        put(&mut block, key);
    }
    let state = Hmac::<D>::new(&block);
    block.as_mut_slice().zeroize();
    Box::new(state)
}

/// Copies as much as there is room for.
fn put(room: &mut [u8], bytes: &[u8]) {
    for (to, from) in room.iter_mut().zip(bytes) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use zeroize::ZeroizeOnDrop;

    use super::*;

    const MACS: [MacAlgorithm; 5] = [
        MacAlgorithm::HmacMd5,
        MacAlgorithm::HmacSha1,
        MacAlgorithm::HmacSha256,
        MacAlgorithm::HmacSha384,
        MacAlgorithm::HmacSha512,
    ];

    const fn is_wiped_on_drop<T: ZeroizeOnDrop>() {}

    fn digits(code: &Code) -> String {
        let mut text = Vec::new();
        hex::append(&mut text, code.as_slice());
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn prepared_states_are_wiped_on_drop() {
        is_wiped_on_drop::<Md5>();
        is_wiped_on_drop::<Sha1>();
        is_wiped_on_drop::<Sha256>();
        is_wiped_on_drop::<Sha384>();
        is_wiped_on_drop::<Sha512>();
    }

    /// RFC 2202 (MD5, SHA-1) and RFC 4231 (SHA-2): case 2, and case 6, whose key of 80 or 131 bytes
    /// is longer than the block of the short hashes.
    #[test]
    fn the_vectors_of_the_rfcs_hold() {
        let jefe = |algorithm| {
            digits(&Coder::hmac(algorithm, b"Jefe").code(b"what do ya want for nothing?"))
        };
        assert_eq!(
            jefe(MacAlgorithm::HmacMd5),
            "750c783e6ab0b503eaa86e310a5db738"
        );
        assert_eq!(
            jefe(MacAlgorithm::HmacSha1),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        );
        assert_eq!(
            jefe(MacAlgorithm::HmacSha256),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(jefe(MacAlgorithm::HmacSha384).starts_with("af45d2e376484031617f78d2b58a6b1b"));
        assert!(jefe(MacAlgorithm::HmacSha512).starts_with("164b7a7bfcf819e2e395fbe73b56e0a3"));

        let long = b"Test Using Larger Than Block-Size Key - Hash Key First";
        let case_6 = |algorithm, len| digits(&Coder::hmac(algorithm, &vec![0xaa; len]).code(long));
        assert_eq!(
            case_6(MacAlgorithm::HmacMd5, 80),
            "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"
        );
        assert_eq!(
            case_6(MacAlgorithm::HmacSha1, 80),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112"
        );
        assert_eq!(
            case_6(MacAlgorithm::HmacSha256, 131),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
        assert!(
            case_6(MacAlgorithm::HmacSha384, 131).starts_with("4ece084485813e9088d2c63a041bc5b4")
        );
        assert!(
            case_6(MacAlgorithm::HmacSha512, 131).starts_with("80b24263c7c1a3ebb71493c1dd7be8b4")
        );
    }

    #[test]
    fn a_hash_begins_with_its_salt() {
        let salted = Coder::hash(DigestAlgorithm::Sha256, b"ktor").code(b"value");
        let plain = Coder::hash(DigestAlgorithm::Sha256, b"").code(b"ktorvalue");
        assert!(bool::from(salted.same(&plain)));
    }

    #[test]
    fn codes_are_the_same_only_with_every_byte() {
        for algorithm in MACS {
            let coder = Coder::hmac(algorithm, b"key");
            let code = coder.code(b"content");
            assert_eq!(code.as_slice().len(), coder.len());
            let text = digits(&code);
            let read = Code::from_hex(text.as_bytes(), coder.len()).unwrap();
            assert!(bool::from(code.same(&read)));
            for at in 0..coder.len() {
                let mut flipped = Code::from_hex(text.as_bytes(), coder.len()).unwrap();
                flipped.bytes[at] ^= 0x80;
                assert!(!bool::from(code.same(&flipped)));
            }
            assert!(Code::from_hex(text.as_bytes(), coder.len() - 1).is_none());
            assert!(Code::from_hex(&text.as_bytes()[2..], coder.len()).is_none());
        }
        assert!(Code::from_hex(&[b'0'; 200], 100).is_none());
    }

    /// Counts what the hash does with contents of every length, by the padding's definition.
    #[test]
    fn the_steps_of_a_hash_are_its_blocks_with_padding() {
        for (algorithm, block, end) in [
            (MacAlgorithm::HmacSha256, 64, 9),
            (MacAlgorithm::HmacSha512, 128, 17),
        ] {
            let coder = Coder::hmac(algorithm, b"key");
            for len in 0..600 {
                let padded = (len + end..).find(|total| total % block == 0).unwrap();
                assert_eq!(coder.steps(len), padded / block, "{len}");
            }
        }
    }

    /// Counts the blocks that it takes in for nothing.
    struct Idle(Arc<AtomicUsize>);

    impl State for Idle {
        fn code(&self, _: &mut dyn FnMut(&mut dyn Update)) -> Code {
            Code::new(b"code")
        }

        fn idle(&self, _: usize) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Rules: ktor-one-refusal.
    #[test]
    fn the_hash_of_a_prefix_steps_as_often_whatever_its_length() {
        for block in [64, 128] {
            let idled = Arc::new(AtomicUsize::new(0));
            let coder = Coder::new(Box::new(Idle(idled.clone())), 4, block);
            for total in (16..400).step_by(16) {
                for len in total - 16..total {
                    idled.store(0, Ordering::Relaxed);
                    let code = coder.code_of_prefix(&vec![0; total], len, total - 1);
                    assert_eq!(code.as_slice(), b"code");
                    let steps = coder.steps(len) + idled.load(Ordering::Relaxed);
                    assert_eq!(steps, coder.steps(total - 1), "{len} of {total}");
                }
            }
        }
    }

    #[test]
    fn the_code_of_a_prefix_is_that_of_the_prefix() {
        let coder = Coder::hmac(MacAlgorithm::HmacSha256, b"key");
        for len in 48..64 {
            let code = coder.code_of_prefix(&[b'x'; 64], len, 63);
            assert!(bool::from(code.same(&coder.code(&vec![b'x'; len]))));
        }
    }

    /// Rules: secrets.
    #[test]
    fn debug_shows_no_state() {
        assert_eq!(
            format!("{:?}", Coder::hmac(MacAlgorithm::HmacSha256, b"key")),
            "Coder"
        );
    }
}
