//! What we write, the second decoder reads; what it refuses, we refuse.

use cloakroom_ktor::{Encrypt, EncryptionKey, MacAlgorithm, MessageAuthentication, SigningKey};
use proptest::prelude::*;

use crate::decoder;
use crate::support::{Fixed, MACS, WAYS, content, write};

fn encryption_key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(16), Just(24), Just(32)]
        .prop_flat_map(|len| proptest::collection::vec(any::<u8>(), len))
}

/// Shorter and longer than the blocks of the hashes.
fn signing_key() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 1..200)
}

fn algorithm() -> impl Strategy<Value = MacAlgorithm> {
    proptest::sample::select(MACS.to_vec())
}

proptest! {
    #[test]
    fn the_second_decoder_reads_what_is_encrypted(
        text in any::<String>(),
        iv in any::<[u8; 16]>(),
        encryption in encryption_key(),
        signing in signing_key(),
        algorithm in algorithm(),
    ) {
        let keys = (
            EncryptionKey::new(&encryption).unwrap(),
            SigningKey::new(&signing).unwrap().with_algorithm(algorithm),
        );
        for (at, way) in WAYS.into_iter().enumerate() {
            let token = write(&way(&keys.0, &keys.1), &Fixed(iv), text.as_bytes());
            let token = String::from_utf8(token).unwrap();
            let read = |of_plaintext| {
                decoder::decrypt(&token, &encryption, &signing, algorithm, of_plaintext)
            };
            prop_assert_eq!(read(at == 0), Some(text.clone()));
            prop_assert_eq!(read(at != 0), None);
        }
    }

    #[test]
    fn the_second_decoder_reads_what_is_signed(
        text in any::<String>(),
        key in signing_key(),
        algorithm in algorithm(),
    ) {
        let signing = SigningKey::new(&key).unwrap().with_algorithm(algorithm);
        let token = write(&MessageAuthentication::new(&signing), &Fixed([0; 16]), text.as_bytes());
        let token = String::from_utf8(token).unwrap();
        prop_assert_eq!(decoder::verify(&token, &key, algorithm), Some(&text[..]));
    }

    /// Tokens that are nearly right, by a change or two at any place.
    #[test]
    fn both_decoders_agree_on_what_is_nearly_a_token(
        text in any::<String>(),
        iv in any::<[u8; 16]>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), "[0-9a-fA-F/:x]"), 1..3),
    ) {
        let algorithm = MacAlgorithm::HmacSha256;
        let (encryption, signing) = ([5; 16], [6; 16]);
        let keys = (
            EncryptionKey::new(&encryption).unwrap(),
            SigningKey::new(&signing).unwrap(),
        );
        for (step, of_plaintext) in [
            (Encrypt::ktor1_2(&keys.0, &keys.1), true),
            (Encrypt::ktor3(&keys.0, &keys.1), false),
        ] {
            let mut token = write(&step, &Fixed(iv), text.as_bytes());
            for (at, character) in &changes {
                let at = at.index(token.len());
                token[at] = character.as_bytes()[0];
            }
            let token = String::from_utf8(token).unwrap();
            let theirs =
                decoder::decrypt(&token, &encryption, &signing, algorithm, of_plaintext);
            let ours = content(&step, token.as_bytes()).ok();
            prop_assert_eq!(ours, theirs.map(String::into_bytes));
        }
    }
}
