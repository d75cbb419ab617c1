//! HMAC-SHA256 (RFC 2104) under a prepared key.
//!
//! The two blocks of the key, and what always stands before the data, are hashed once.

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::error::Forged;

/// A keyed HMAC that has already taken in a prefix.
pub(crate) struct Mac(Hmac<Sha256>);

impl Mac {
    pub(crate) fn new(key: &[u8; 32], prefix: &[u8]) -> Self {
        // RFC 2104 pads a key to the block of 64 bytes with zeros.
        let mut block = zeroize::Zeroizing::new([0; 64]);
        for (to, from) in block.iter_mut().zip(key) {
            *to = *from;
        }
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        mac.update(prefix);
        Self(mac)
    }

    /// The code of the prefix and these parts, one after the other.
    pub(crate) fn tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The first eight bytes of the code.
    pub(crate) fn short_tag(&self, parts: &[&[u8]]) -> [u8; 8] {
        let [a, b, c, d, e, f, g, h, ..] = self.tag(parts);
        [a, b, c, d, e, f, g, h]
    }
}

/// Compares two codes in a time that does not depend on where they differ.
pub(crate) fn same<const N: usize>(one: &[u8; N], other: &[u8; N]) -> Result<(), Forged> {
    if one.ct_eq(other).into() {
        Ok(())
    } else {
        Err(Forged)
    }
}
