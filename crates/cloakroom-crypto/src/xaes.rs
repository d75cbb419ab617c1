//! XAES-256-GCM (C2SP, `XAES-256-GCM.md`): AES-256-GCM with a nonce of 192 bits.
//!
//! * Every nonce selects a key of its own, by two runs of AES-CMAC (NIST SP 800-108r1, counter
//!   mode), so random nonces never run out: a plain GCM key is good for 2³² messages.
//! * What depends on the key alone is kept with it: the schedule of AES, and CMAC's subkey K1.
//! * It is not misuse-resistant: two messages under one key *and* nonce give away their difference
//!   and the means to forge. Nonces come from [`Entropy`](crate::Entropy).

use aes::Aes256Enc;
use aes::cipher::array::Array;
use aes::cipher::consts::{U4, U12, U16, U24};
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use zeroize::Zeroizing;

use crate::error::Forged;
use crate::gcm;

/// A prepared key of XAES-256-GCM.
pub(crate) struct Xaes {
    cipher: Aes256Enc,
    k1: Zeroizing<[u8; 16]>,
}

impl Xaes {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let cipher = Aes256Enc::new(key.into());
        let mut l = Zeroizing::new([0; 16]);
        cipher.encrypt_block((&mut *l).into());
        Self {
            k1: Zeroizing::new(doubled(*l)),
            cipher,
        }
    }

    /// Encrypts `in_place` and returns the tag.
    pub(crate) fn seal(&self, nonce: &[u8; 24], aad: &[u8], in_place: &mut [u8]) -> [u8; 16] {
        let (key, nonce) = self.derive(nonce);
        gcm::seal(&key, &nonce, aad, in_place)
    }

    /// Decrypts `in_place`; leaves it as it is if the tag does not verify.
    pub(crate) fn open(
        &self,
        nonce: &[u8; 24],
        aad: &[u8],
        in_place: &mut [u8],
        tag: &[u8; 16],
    ) -> Result<(), Forged> {
        let (key, nonce) = self.derive(nonce);
        gcm::open(&key, &nonce, aad, in_place, tag)
    }

    /// The key and the nonce for plain AES-256-GCM.
    fn derive(&self, nonce: &[u8; 24]) -> (Zeroizing<[u8; 32]>, [u8; 12]) {
        let (head, tail) = Array::<u8, U24>::from(*nonce).split::<U12>();
        let mut blocks = [self.message(1, head), self.message(2, head)];
        self.cipher.encrypt_blocks(&mut blocks);
        let [first, second] = blocks;
        (Zeroizing::new(first.concat(second).into()), tail.into())
    }

    /// M1 or M2, already combined with K1: the only block of a CMAC.
    fn message(&self, counter: u8, head: Array<u8, U12>) -> Array<u8, U16> {
        let mut block = Array::<u8, U4>::from([0, counter, b'X', 0]).concat(head);
        for (byte, k1) in block.iter_mut().zip(self.k1.iter()) {
            *byte ^= k1;
        }
        block
    }
}

/// Multiplication by x in GF(2¹²⁸), as CMAC does it (NIST SP 800-38B, section 6.1), without a
/// branch on the key.
fn doubled(l: [u8; 16]) -> [u8; 16] {
    let l = u128::from_be_bytes(l);
    ((l << 1) ^ ((l >> 127) * 0x87)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use shake::{ExtendableOutput as _, Shake128, Update as _, XofReader};

    use super::*;

    const NONCE: &[u8; 24] = b"ABCDEFGHIJKLMNOPQRSTUVWX";

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The sealed text with its tag, as the vectors have it.
    fn sealed(key: &[u8; 32], nonce: &[u8; 24], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut bytes = plaintext.to_vec();
        let tag = Xaes::new(key).seal(nonce, aad, &mut bytes);
        bytes.extend_from_slice(&tag);
        bytes
    }

    /// C2SP, XAES-256-GCM, vector 1: the first bit of L is 0.
    #[test]
    fn vector_1_is_met() {
        let xaes = Xaes::new(&[1; 32]);
        assert_eq!(hex(&*xaes.k1), "e531954aca063d5b8d9c47a47d4cc6f0");
        assert_eq!(
            hex(&*xaes.derive(NONCE).0),
            "c8612c9ed53fe43e8e005b828a1631a0bbcb6ab2f46514ec4f439fcfd0fa969b"
        );
        assert_eq!(
            hex(&sealed(&[1; 32], NONCE, b"", b"XAES-256-GCM")),
            "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"
        );
    }

    /// C2SP, XAES-256-GCM, vector 2: the first bit of L is 1.
    #[test]
    fn vector_2_is_met() {
        let xaes = Xaes::new(&[3; 32]);
        assert_eq!(hex(&*xaes.k1), "23810ec50edb99f374409466ed1f4b7b");
        assert_eq!(
            hex(&*xaes.derive(NONCE).0),
            "e9c621d4cdd9b11b00a6427ad7e559aeedd66b3857646677748f8ca796cb3fd8"
        );
        assert_eq!(
            hex(&sealed(
                &[3; 32],
                NONCE,
                b"c2sp.org/XAES-256-GCM",
                b"XAES-256-GCM"
            )),
            "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"
        );
    }

    fn next<const N: usize>(stream: &mut impl XofReader) -> [u8; N] {
        let mut bytes = [0; N];
        stream.read(&mut bytes);
        bytes
    }

    fn next_vec(stream: &mut impl XofReader) -> Vec<u8> {
        let [len] = next(stream);
        let mut bytes = vec![0; usize::from(len)];
        stream.read(&mut bytes);
        bytes
    }

    fn accumulated(iterations: u32) -> String {
        let mut inputs = Shake128::default().finalize_xof();
        let mut outputs = Shake128::default();
        for _ in 0..iterations {
            let (key, nonce) = (next(&mut inputs), next(&mut inputs));
            let (plaintext, aad) = (next_vec(&mut inputs), next_vec(&mut inputs));
            let mut bytes = sealed(&key, &nonce, &aad, &plaintext);
            outputs.update(&bytes);

            let tag = bytes.split_off(plaintext.len()).try_into().unwrap();
            Xaes::new(&key)
                .open(&nonce, &aad, &mut bytes, &tag)
                .unwrap();
            assert_eq!(bytes, plaintext);
        }
        hex(&next::<32>(&mut outputs.finalize_xof()))
    }

    /// C2SP, XAES-256-GCM, accumulated vectors.
    #[test]
    fn ten_thousand_random_messages_are_sealed_as_the_specification_says() {
        assert_eq!(
            accumulated(10_000),
            "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"
        );
    }

    #[test]
    fn what_does_not_verify_stays_as_it_was() {
        let mut bytes = *b"not a ciphertext";
        let opened = Xaes::new(&[1; 32]).open(NONCE, b"", &mut bytes, &[0; 16]);
        assert_eq!(opened, Err(Forged));
        assert_eq!(&bytes, b"not a ciphertext");
    }
}
