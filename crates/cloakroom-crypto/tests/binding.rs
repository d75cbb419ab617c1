//! What a token is bound to: each component alone breaks it.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use proptest::prelude::*;

use cloakroom_crypto::{
    Forged, Key, KeyRing, OsEntropy, PreparedGuard, PreparedKey, ProviderKeys, ThreadEntropy,
    Timestamp,
};

const NONCE: &[u8; 24] = &[9; 24];

fn key(prepared: &PreparedGuard) -> &PreparedKey {
    prepared.issuing(Timestamp::EPOCH).unwrap()
}

/// What `one` sealed, signed and marked, `other` must refuse.
fn assert_strangers(one: &PreparedGuard, other: &PreparedGuard) {
    let (one, other) = (key(one), key(other));
    let mut content = *b"3 apples";
    let tag = one.seal(NONCE, b"", &mut content);
    assert_eq!(other.open(NONCE, b"", &mut content, &tag), Err(Forged));
    let code = one.sign(b"", b"3 apples");
    assert_eq!(other.verify(b"", b"3 apples", &code), Err(Forged));
    let code = one.id_mac(b"id");
    assert_eq!(other.verify_id_mac(b"id", &code), Err(Forged));
}

/// Rules: subkeys, associated-data.
#[test]
fn another_application_provider_or_purpose_takes_nothing() {
    let ring = KeyRing::single(Key::generate(&OsEntropy));
    let prepared = |application, provider, purpose| {
        ProviderKeys::for_purpose(&ring, application, provider, purpose).prepared()
    };
    let ours = prepared("shop", "cart", "session");
    for (application, provider, purpose) in [
        ("staging", "cart", "session"),
        ("shop", "login", "session"),
        ("shop", "cart", "export"),
        ("shopc", "art", "session"),
        ("cart", "shop", "session"),
        ("shop", "cartsession", ""),
    ] {
        assert_strangers(&ours, &prepared(application, provider, purpose));
    }
}

/// Rules: subkeys.
#[test]
fn another_key_takes_nothing() {
    let prepared = || {
        let ring = KeyRing::single(Key::generate(&OsEntropy));
        ProviderKeys::new(&ring, "shop", "cart").prepared()
    };
    assert_strangers(&prepared(), &prepared());
}

/// Rules: associated-data.
#[test]
fn other_extra_data_takes_nothing() {
    let ring = KeyRing::single(Key::generate(&OsEntropy));
    let prepared = ProviderKeys::new(&ring, "shop", "cart").prepared();
    let key = key(&prepared);
    for (ours, theirs) in [("", "part 1"), ("part 1", ""), ("part 1", "part 2")] {
        let mut content = *b"3 apples";
        let tag = key.seal(NONCE, ours.as_bytes(), &mut content);
        let opened = key.open(NONCE, theirs.as_bytes(), &mut content, &tag);
        assert_eq!(opened, Err(Forged));
        let code = key.sign(ours.as_bytes(), b"3 apples");
        assert_eq!(
            key.verify(theirs.as_bytes(), b"3 apples", &code),
            Err(Forged)
        );
    }
}

/// Rules: associated-data.
#[test]
fn a_byte_that_moves_from_the_payload_into_the_extra_data_breaks_the_code() {
    let ring = KeyRing::single(Key::generate(&OsEntropy));
    let prepared = ProviderKeys::new(&ring, "shop", "cart").prepared();
    let code = key(&prepared).sign(b"a", b"bc");
    assert_eq!(key(&prepared).verify(b"ab", b"c", &code), Err(Forged));
    assert_eq!(
        key(&prepared).verify(b"", b"\0\0\0\x01abc", &code),
        Err(Forged)
    );
}

/// Rules: subkeys, token-versions.
#[test]
fn the_code_of_an_id_is_neither_a_signature_nor_a_name_for_logs() {
    let ring = KeyRing::single(Key::generate(&OsEntropy));
    let prepared = ProviderKeys::new(&ring, "shop", "cart").prepared();
    let key = key(&prepared);
    let id = key.id_mac(b"id");
    assert!(!key.sign(b"", b"id").starts_with(&id));
    assert_ne!(key.log_handle(b"id"), id);
    assert_eq!(
        key.verify_id_mac(b"id", &key.log_handle(b"id")),
        Err(Forged)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_sealed_is_opened_again(content: Vec<u8>, extra: Vec<u8>, nonce: [u8; 24]) {
        let ring = KeyRing::single(Key::generate(&ThreadEntropy));
        let prepared = ProviderKeys::new(&ring, "shop", "cart").prepared();
        let mut bytes = content.clone();
        let tag = key(&prepared).seal(&nonce, &extra, &mut bytes);
        prop_assert_eq!(key(&prepared).open(&nonce, &extra, &mut bytes, &tag), Ok(()));
        prop_assert_eq!(bytes, content);
    }

    #[test]
    fn any_flipped_bit_is_refused(
        mut content in proptest::collection::vec(any::<u8>(), 1..64),
        place: prop::sample::Index,
        bit in 0_u32..8,
    ) {
        let ring = KeyRing::single(Key::generate(&ThreadEntropy));
        let prepared = ProviderKeys::new(&ring, "shop", "cart").prepared();
        let key = key(&prepared);
        let flip = 1_u8 << bit;

        let mut code = key.sign(b"", &content);
        code[place.index(32)] ^= flip;
        prop_assert_eq!(key.verify(b"", &content, &code), Err(Forged));
        let mut short = key.id_mac(&content);
        short[place.index(8)] ^= flip;
        prop_assert_eq!(key.verify_id_mac(&content, &short), Err(Forged));

        let tag = key.seal(NONCE, b"", &mut content);
        let (mut nonce, mut wrong_tag) = (*NONCE, tag);
        nonce[place.index(24)] ^= flip;
        wrong_tag[place.index(16)] ^= flip;
        prop_assert_eq!(key.open(&nonce, b"", &mut content, &tag), Err(Forged));
        prop_assert_eq!(key.open(NONCE, b"", &mut content, &wrong_tag), Err(Forged));
        let index = place.index(content.len());
        content[index] ^= flip;
        prop_assert_eq!(key.open(NONCE, b"", &mut content, &tag), Err(Forged));
    }
}
