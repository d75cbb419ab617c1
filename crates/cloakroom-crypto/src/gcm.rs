//! AES-256-GCM in place, under a key that is used once (NIST SP 800-38D).
//!
//! The seam for other implementations: these two functions are all that is asked of one, and the
//! bytes are the same.

use aes::Aes256Enc;
use aes_gcm::aead::consts::U12;
use aes_gcm::{AeadInOut, AesGcm, KeyInit, Tag};
use zeroize::Zeroize;

use crate::error::Forged;

/// Decryption in counter mode runs the cipher forward too, so the schedule for running it
/// backward is never made.
type Gcm = AesGcm<Aes256Enc, U12>;

/// Encrypts `in_place` and returns the tag.
///
/// What is longer than GCM can encrypt (64 GiB) is erased instead, under a tag of zeros that does
/// not verify.
pub(crate) fn seal(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], in_place: &mut [u8]) -> [u8; 16] {
    let cipher = Gcm::new(key.into());
    match cipher.encrypt_inout_detached(nonce.into(), aad, (&mut *in_place).into()) {
        Ok(tag) => tag.into(),
        Err(_) => {
            in_place.zeroize();
            [0; 16]
        }
    }
}

/// Decrypts `in_place`; leaves it as it is if the tag does not verify.
pub(crate) fn open(
    key: &[u8; 32],
    nonce: &[u8; 12],
    aad: &[u8],
    in_place: &mut [u8],
    tag: &[u8; 16],
) -> Result<(), Forged> {
    let tag: &Tag = tag.into();
    Gcm::new(key.into())
        .decrypt_inout_detached(nonce.into(), aad, in_place.into(), tag)
        .map_err(|_| Forged)
}
