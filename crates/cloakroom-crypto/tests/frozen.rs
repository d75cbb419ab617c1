//! Bytes that never change: what an application sealed yesterday it must open tomorrow.
//!
//! Computed with other implementations of RFC 5869, RFC 2104 and the C2SP specification.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use cloakroom_crypto::{Key, KeyRing, PreparedGuard, PreparedKey, ProviderKeys, Timestamp};

/// The bytes 0 to 31.
const KEY: &str = "ck1_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8spkHG";
const NONCE: &[u8; 24] = b"ABCDEFGHIJKLMNOPQRSTUVWX";

fn prepared() -> PreparedGuard {
    ProviderKeys::new(&KeyRing::single(KEY.parse().unwrap()), "shop", "cart").prepared()
}

fn key(prepared: &PreparedGuard) -> &PreparedKey {
    prepared.issuing(Timestamp::EPOCH).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sealed(extra: &[u8]) -> String {
    let mut content = *b"3 apples";
    let tag = key(&prepared()).seal(NONCE, extra, &mut content);
    hex(&content) + &hex(&tag)
}

#[test]
fn the_text_and_the_id_of_a_key_are_frozen() {
    let key: Key = KEY.parse().unwrap();
    assert_eq!(key.expose_text().as_str(), KEY);
    assert_eq!(key.id().to_string(), "5cd24c7f24dc97f4");
}

/// Rules: token-versions, associated-data.
#[test]
fn sealed_bytes_are_frozen() {
    assert_eq!(
        sealed(b""),
        "229ba856a3bb71660d1dca51683c50f90df84cb20a7ad53a"
    );
    assert_eq!(
        sealed(b"part 1"),
        "229ba856a3bb716642d9dc882225cd535e3d35d9a0f9a012"
    );
}

/// Rules: token-versions, associated-data.
#[test]
fn signed_bytes_are_frozen() {
    let prepared = prepared();
    assert_eq!(
        hex(&key(&prepared).sign(b"", b"3 apples")),
        "c5474a6744a677fd1f6defd9aea77bcab992ff60a23325dd9b0b92a3984c0871"
    );
    assert_eq!(
        hex(&key(&prepared).sign(b"part 1", b"3 apples")),
        "43084ae4fa06a0fadaa025d868b2cea4bc0ace91d532df7a2852649722e795bc"
    );
}

/// Rules: token-versions, subkeys.
#[test]
fn codes_of_ids_and_names_for_logs_are_frozen() {
    let prepared = prepared();
    assert_eq!(hex(&key(&prepared).id_mac(&[7; 32])), "db8a9d2ecfa572d6");
    assert_eq!(
        hex(&key(&prepared).log_handle(&[7; 16])),
        "53cc1336a514d8ff"
    );
}

/// Rules: subkeys.
#[test]
fn what_a_storage_keeps_is_frozen() {
    let prepared = prepared();
    let mut content = *b"3 apples";
    let tag = key(&prepared).seal_at_rest(b"locator", &[7; 24], b"row 1", &mut content);
    assert_eq!(hex(&content), "83e84dfbcf7ff036");
    assert_eq!(hex(&tag), "acbb6c70f4b7a2ed8350b731c3130514");
}
