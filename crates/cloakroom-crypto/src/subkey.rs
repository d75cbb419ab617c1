//! The keys that are derived from a key of the ring: one for every use.
//!
//! * HKDF-SHA256 (RFC 5869), no salt, input keying material = the 32 bytes of the key, info = the
//!   framed list ("cloakroom v1", use, application, provider).
//! * So staging and production, two services or two providers with one key never take each other's
//!   tokens, and no algorithm ever sees a key that another one uses.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::frame::frame;

/// Names this derivation; a change of anything in it is a new name.
const DOMAIN: &[u8] = b"cloakroom v1";

/// What a subkey is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Use {
    /// Encrypts tokens.
    Seal,
    /// Signs tokens.
    Sign,
    /// Encrypts what a storage keeps.
    AtRest,
    /// Authenticates session ids.
    Id,
    /// Makes names for logs.
    Log,
}

impl Use {
    const fn name(self) -> &'static [u8] {
        match self {
            Self::Seal => b"seal",
            Self::Sign => b"sign",
            Self::AtRest => b"at rest",
            Self::Id => b"id",
            Self::Log => b"log",
        }
    }
}

/// The subkey of `key` for one use by one provider of one application.
pub(crate) fn subkey(
    key: &[u8; 32],
    purpose: Use,
    application: &str,
    provider: &str,
) -> Zeroizing<[u8; 32]> {
    let info = frame(&[
        DOMAIN,
        purpose.name(),
        application.as_bytes(),
        provider.as_bytes(),
    ]);
    let mut subkey = Zeroizing::new([0; 32]);
    expand(key, &info, &mut subkey);
    subkey
}

/// The key of one record, made of the subkey for what a storage keeps and of what the storage does
/// not know.
pub(crate) fn record_key(at_rest: &[u8; 32], secret: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    expand(at_rest, &frame(&[DOMAIN, b"record", secret]), &mut key);
    key
}

/// The public name of `key`. Its info has two fields where that of a subkey has four.
pub(crate) fn name_of(key: &[u8; 32]) -> [u8; 8] {
    let mut name = [0; 8];
    expand(key, &frame(&[DOMAIN, b"key id"]), &mut name);
    name
}

#[expect(
    clippy::expect_used,
    reason = "both lengths asked for are constants far below HKDF's bound of 8,160 bytes"
)]
fn expand<const N: usize>(key: &[u8; 32], info: &[u8], output: &mut [u8; N]) {
    Hkdf::<Sha256>::new(None, key)
        .expand(info, output)
        .expect("HKDF-SHA256 gives up to 8,160 bytes");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes 0 to 31.
    fn key() -> [u8; 32] {
        core::array::from_fn(|index| index as u8)
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Computed with another implementation of RFC 5869. They never change: every token depends on
    /// them.
    ///
    /// Rules: subkeys.
    #[test]
    fn the_subkeys_are_frozen() {
        let frozen = [
            (
                Use::Seal,
                "6053c4061ac6c0d8046ed321d6aa990ba04ee3bf7fccb2818c6db0afccd604e0",
            ),
            (
                Use::Sign,
                "940886f19da6234dbea9e86af9dfaedf8c111d651f89e1baccb3eb1d6f9fbaed",
            ),
            (
                Use::AtRest,
                "2ffed099b80813542bff5b3f0105809a5c43f0893caa290282352bc1075543a9",
            ),
            (
                Use::Id,
                "05cc98faa3678a55758a836f9bab5697e05f38793e591941d0c85259a8a66741",
            ),
            (
                Use::Log,
                "1fe3a536395889c976096fa53689b48de0cbece900a96933ca37380d5a268a53",
            ),
        ];
        for (purpose, expected) in frozen {
            let subkey = subkey(&key(), purpose, "shop", "cart");
            assert_eq!(hex(&*subkey), expected, "{purpose:?}");
        }
        assert_eq!(hex(&name_of(&key())), "5cd24c7f24dc97f4");
    }

    /// Rules: subkeys.
    #[test]
    fn a_letter_that_moves_from_provider_to_application_gives_another_subkey() {
        let one = subkey(&key(), Use::Seal, "shop", "cart");
        let other = subkey(&key(), Use::Seal, "shopc", "art");
        assert_ne!(one, other);
    }
}
