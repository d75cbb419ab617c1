//! Where the iv of a token comes from.
//!
//! * **Random**, as Ktor has it: nothing says of a token that its iv is not the one it was made with.
//! * **Derived**: the first 16 bytes of an HMAC-SHA256 of the content, as in the synthetic iv mode of
//!   RFC 5297. It looks random to whoever lacks the keys, and can be computed again when the content
//!   is known.
//! * **Under a key of its own**: HKDF-Extract (RFC 5869, section 2.2) of both keys, with a name for
//!   salt. Not under the signing key alone: in format 1 and 2 a client sees its HMAC of contents that
//!   it may have chosen.

use cloakroom_core::Context;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::algorithm::MacAlgorithm;
use crate::code::Coder;
use crate::key::{EncryptionKey, SigningKey};

use super::cbc::BLOCK;

const SALT: &[u8] = b"cloakroom ktor derived iv v1";

/// Makes ivs, and judges them.
pub(super) struct Iv {
    origin: Origin,
    /// Derives; made at once, so that no key is kept for it.
    coder: Coder,
}

#[derive(Clone, Copy)]
enum Origin {
    Random,
    Derived,
}

impl Iv {
    /// Random ivs; [`into_derived`](Self::into_derived) makes others under these keys.
    pub(super) fn random(encryption: &EncryptionKey, signing: &SigningKey) -> Self {
        let (encryption, signing) = (encryption.aes().bytes(), signing.bytes());
        let capacity = 1 + encryption.len() + signing.len();
        let mut keys = Zeroizing::new(Vec::with_capacity(capacity));
        keys.push(u8::try_from(encryption.len()).unwrap_or_default());
        keys.extend_from_slice(encryption);
        keys.extend_from_slice(signing);
        let subkey = Coder::hmac(MacAlgorithm::HmacSha256, SALT).code(&keys);
        let coder = Coder::hmac(MacAlgorithm::HmacSha256, subkey.as_slice());
        subkey.wipe();
        Self {
            origin: Origin::Random,
            coder,
        }
    }

    pub(super) fn into_derived(self) -> Self {
        Self {
            origin: Origin::Derived,
            ..self
        }
    }

    pub(super) const fn is_derived(&self) -> bool {
        matches!(self.origin, Origin::Derived)
    }

    /// The iv to write a content with.
    pub(super) fn of(&self, cx: &Context<'_>, content: &[u8]) -> [u8; BLOCK] {
        match self.origin {
            Origin::Random => {
                let mut iv = [0; BLOCK];
                cx.fill_random(&mut iv);
                iv
            }
            Origin::Derived => self.derive(content),
        }
    }

    /// Whether a content may have come with this iv. In constant time.
    pub(super) fn may_be(&self, iv: &[u8; BLOCK], content: &[u8]) -> Choice {
        match self.origin {
            Origin::Random => Choice::from(1),
            Origin::Derived => self.derive(content).ct_eq(iv),
        }
    }

    fn derive(&self, content: &[u8]) -> [u8; BLOCK] {
        let code = self.coder.code(content);
        let first = code.as_slice().first_chunk::<BLOCK>();
        first.copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(encryption: &[u8], signing: &[u8], content: &[u8]) -> [u8; BLOCK] {
        let encryption = EncryptionKey::new(encryption).unwrap();
        let signing = SigningKey::new(signing).unwrap();
        Iv::random(&encryption, &signing).derive(content)
    }

    #[test]
    fn a_derived_iv_follows_from_both_keys_and_the_content() {
        let iv = derived(&[1; 16], &[2; 16], b"content");
        assert_eq!(iv, derived(&[1; 16], &[2; 16], b"content"));
        assert_ne!(iv, derived(&[1; 16], &[2; 16], b"contents"));
        assert_ne!(iv, derived(&[9; 16], &[2; 16], b"content"));
        assert_ne!(iv, derived(&[1; 16], &[9; 16], b"content"));
    }

    #[test]
    fn where_one_key_ends_and_the_other_begins_matters() {
        assert_ne!(
            derived(&[1; 16], &[1; 16], b"x"),
            derived(&[1; 24], &[1; 8], b"x")
        );
    }

    /// Frozen: a token that was made once must be read for ever. Computed with Python's `hmac`.
    #[test]
    fn a_derived_iv_is_this_one_for_ever() {
        let iv = derived(&[1; 16], &[2; 32], b"content");
        let frozen = [
            0x8e, 0xd9, 0x34, 0xc4, 0x21, 0x85, 0xd0, 0x9c, 0x95, 0xb0, 0x92, 0x30, 0xa4, 0x4f,
            0x0f, 0x85,
        ];
        assert_eq!(iv, frozen);
    }
}
