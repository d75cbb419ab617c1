//! AES in CBC mode with PKCS #7 padding (NIST SP 800-38A, section 6.2; RFC 5652, section 6.3), in
//! place, with the key schedule prepared once.

use aes::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit};
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, consts::U16};
use aes::{Aes128, Aes192, Aes256};
use cbc::{Decryptor, Encryptor};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater};

use crate::key::AesKey;

pub(super) const BLOCK: usize = 16;

/// How much is encrypted at a time: as much as a step of SHA-256 takes.
const PIECE: usize = 4 * BLOCK;

/// A prepared key. Wiped on drop: the cipher's `zeroize` is on.
pub(super) enum Cbc {
    Aes128(Aes128),
    Aes192(Aes192),
    Aes256(Aes256),
}

impl Cbc {
    pub(super) fn new(key: &AesKey) -> Self {
        match key {
            AesKey::Aes128(key) => Self::Aes128(Aes128::new(key.into())),
            AesKey::Aes192(key) => Self::Aes192(Aes192::new(key.into())),
            AesKey::Aes256(key) => Self::Aes256(Aes256::new(key.into())),
        }
    }

    /// Encrypts whole blocks, and shows them to `see` piece by piece; a rest that is none stays as it
    /// is.
    pub(super) fn encrypt(&self, iv: &[u8; BLOCK], bytes: &mut [u8], see: impl FnMut(&[u8])) {
        match self {
            Self::Aes128(aes) => encrypt(aes, iv, bytes, see),
            Self::Aes192(aes) => encrypt(aes, iv, bytes, see),
            Self::Aes256(aes) => encrypt(aes, iv, bytes, see),
        }
    }

    /// Decrypts whole blocks; a rest that is none stays as it is.
    pub(super) fn decrypt(&self, iv: &[u8; BLOCK], bytes: &mut [u8]) {
        match self {
            Self::Aes128(aes) => decrypt(aes, iv, bytes),
            Self::Aes192(aes) => decrypt(aes, iv, bytes),
            Self::Aes256(aes) => decrypt(aes, iv, bytes),
        }
    }
}

/// What makes whole blocks of a content of `len` bytes: always one byte at least.
pub(super) fn padding(len: usize) -> ([u8; BLOCK], usize) {
    let count = BLOCK - len % BLOCK;
    let byte = u8::try_from(count).unwrap_or_default();
    ([byte; BLOCK], count)
}

/// How long a content is without its padding, and whether that is padding at all. If it is not, the
/// length is that with the shortest padding, so that whoever goes on takes as long.
///
/// In constant time.
pub(super) fn unpadded_len(bytes: &[u8]) -> (usize, Choice) {
    let Some((_, block)) = bytes.split_last_chunk::<BLOCK>() else {
        return (0, Choice::from(0));
    };
    let [.., count] = *block;
    let mut differences = 0;
    for (distance, byte) in (0_u8..).zip(block.iter().rev()) {
        // All ones for the last `count` bytes: their distance less `count` is negative.
        let is_inside = 0_u8.wrapping_sub(distance.wrapping_sub(count) >> 7);
        differences |= is_inside & (byte ^ count);
    }
    let is_padding = differences.ct_eq(&0) & !count.ct_eq(&0) & !count.ct_gt(&16);
    let count = u8::conditional_select(&1, &count, is_padding);
    (bytes.len().saturating_sub(usize::from(count)), is_padding)
}

/// Each block of AES waits for the one before it, and so does each step of a hash. A piece is seen
/// when the next one has been begun with, so that a processor gets on with either while it waits for
/// the other.
fn encrypt<C>(cipher: &C, iv: &[u8; BLOCK], bytes: &mut [u8], mut see: impl FnMut(&[u8]))
where
    C: BlockCipherEncrypt<BlockSize = U16>,
{
    let mut encryptor = Encryptor::inner_iv_init(cipher, iv.into());
    let mut unseen: &[u8] = &[];
    for piece in bytes.chunks_mut(PIECE) {
        let (blocks, _) = Array::slice_as_chunks_mut(piece);
        encryptor.encrypt_blocks(blocks);
        see(unseen);
        unseen = piece;
    }
    see(unseen);
}

fn decrypt<C>(cipher: &C, iv: &[u8; BLOCK], bytes: &mut [u8])
where
    C: BlockCipherDecrypt<BlockSize = U16>,
{
    let (blocks, _) = Array::slice_as_chunks_mut(bytes);
    Decryptor::inner_iv_init(cipher, iv.into()).decrypt_blocks(blocks);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zeroize::ZeroizeOnDrop;

    use super::*;
    use crate::hex::hex;

    const fn is_wiped_on_drop<T: ZeroizeOnDrop>() {}

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        hex(text).unwrap().as_slice().try_into().unwrap()
    }

    #[test]
    fn key_schedules_are_wiped_on_drop() {
        is_wiped_on_drop::<Aes128>();
        is_wiped_on_drop::<Aes192>();
        is_wiped_on_drop::<Aes256>();
    }

    /// NIST SP 800-38A, F.2.1, F.2.3 and F.2.5: the first two blocks.
    #[test]
    fn the_vectors_of_nist_hold() {
        let iv = bytes("000102030405060708090a0b0c0d0e0f");
        let plain: [u8; 32] =
            bytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
        for (key, expected) in [
            (
                AesKey::Aes128(bytes("2b7e151628aed2a6abf7158809cf4f3c")),
                "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2",
            ),
            (
                AesKey::Aes192(bytes("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b")),
                "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a",
            ),
            (
                AesKey::Aes256(bytes(
                    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                )),
                "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d",
            ),
        ] {
            let (cbc, mut text) = (Cbc::new(&key), plain);
            cbc.encrypt(&iv, &mut text, |_| ());
            assert_eq!(text, bytes(expected));
            cbc.decrypt(&iv, &mut text);
            assert_eq!(text, plain);
        }
    }

    #[test]
    fn a_ciphertext_is_seen_as_it_is_left_and_whole() {
        let cbc = Cbc::new(&AesKey::Aes256([7; 32]));
        for blocks in 0..40 {
            let plain = vec![b'x'; blocks * BLOCK];
            let (mut bytes, mut seen) = (plain.clone(), Vec::new());
            cbc.encrypt(&[3; BLOCK], &mut bytes, |piece| {
                seen.extend_from_slice(piece);
            });
            assert_eq!(seen, bytes);
            cbc.decrypt(&[3; BLOCK], &mut bytes);
            assert_eq!(bytes, plain);
        }
    }

    #[test]
    fn padding_fills_the_block_and_says_by_how_much() {
        for len in 0..100 {
            let (bytes, count) = padding(len);
            assert!((1..=16).contains(&count));
            assert_eq!((len + count) % BLOCK, 0);
            assert_eq!(bytes, [u8::try_from(count).unwrap(); BLOCK]);
        }
    }

    proptest! {
        /// The definition, with branches, against the code without.
        #[test]
        fn what_is_padding_is_found_without_branches(
            mut bytes in proptest::collection::vec(any::<u8>(), 16..80),
            count in 0_u8..20,
            wrong in proptest::option::of(0_usize..20),
        ) {
            bytes.truncate(bytes.len() / BLOCK * BLOCK);
            let len = bytes.len();
            for byte in bytes.iter_mut().rev().take(count.into()) {
                *byte = count;
            }
            if let Some(at) = wrong {
                bytes[len - 1 - at % BLOCK] ^= 1;
            }
            let last = bytes[len - 1];
            let expected = (1..=16).contains(&last)
                && bytes.iter().rev().take(last.into()).all(|byte| *byte == last);
            let (unpadded, is_padding) = unpadded_len(&bytes);
            prop_assert_eq!(bool::from(is_padding), expected);
            prop_assert_eq!(unpadded, if expected { len - usize::from(last) } else { len - 1 });
        }
    }

    #[test]
    fn less_than_a_block_has_no_padding() {
        for len in 0..BLOCK {
            assert!(!bool::from(unpadded_len(&vec![1; len]).1));
        }
    }
}
