//! Bad padding and a wrong MAC are one refusal, in every format.

use cloakroom_core::Refusal;
use cloakroom_ktor::{Encrypt, EncryptionKey, SigningKey};

use crate::support::{Fixed, WAYS, content, digits, ktor_keys, write};

/// A token of format 1 and 2 with another iv, its ciphertext and code as they were: what its last
/// block decrypts to is the attacker's choice, as in an attack by Vaudenay.
fn with_iv(token: &[u8], iv: [u8; 16]) -> Vec<u8> {
    [digits(&iv).as_bytes(), &token[32..]].concat()
}

/// All last bytes are tried: paddings of 1 to 16, and none.
///
/// Rules: ktor-one-refusal.
#[test]
fn every_padding_that_an_iv_can_make_is_refused_alike() {
    let (encryption, signing) = ktor_keys();
    let old = Encrypt::ktor1_2(&encryption, &signing);
    let both = Encrypt::ktor3(&encryption, &signing).backward_compatible_read();
    // One block: 15 bytes, and one of padding.
    let token = write(&old, &Fixed([0; 16]), b"fifteen letters");
    let mut read = 0;
    for flip in 0..=u8::MAX {
        let mut iv = [0; 16];
        iv[15] = flip;
        for step in [&old, &both] {
            match content(step, &with_iv(&token, iv)) {
                Ok(text) => {
                    assert_eq!((flip, &text[..]), (0, &b"fifteen letters"[..]));
                    read += 1;
                }
                Err(refusal) => assert_eq!(refusal, Refusal::Transformer),
            }
        }
    }
    assert_eq!(read, 2);
}

/// In format 3 a changed iv reaches the padding of a single block, after the MAC was found right.
///
/// Rules: ktor-one-refusal.
#[test]
fn bad_padding_under_a_right_mac_is_the_same_refusal() {
    let (encryption, signing) = ktor_keys();
    let new = Encrypt::ktor3(&encryption, &signing);
    let token = write(&new, &Fixed([0; 16]), b"fifteen letters");
    for (flip, expected) in [
        (0, Ok(b"fifteen letters".to_vec())),
        // Padding of no byte, of two where there is one, and of more than a block.
        (1, Err(Refusal::Transformer)),
        (1 ^ 2, Err(Refusal::Transformer)),
        (1 ^ 17, Err(Refusal::Transformer)),
    ] {
        let mut iv = [0; 16];
        iv[15] = flip;
        assert_eq!(content(&new, &with_iv(&token, iv)), expected);
    }
    // Sixteen bytes of padding, and so no content: the iv alone makes them.
    let iv: [u8; 16] = std::array::from_fn(|at| b"fifteen letters\x01"[at] ^ 16);
    assert_eq!(content(&new, &with_iv(&token, iv)), Ok(Vec::new()));
    assert_eq!(
        content(&new.derived_iv(), &with_iv(&token, iv)),
        Err(Refusal::Transformer)
    );
}

/// Rules: ktor-one-refusal.
#[test]
fn the_reasons_of_a_refusal_cannot_be_told_apart() {
    let (encryption, signing) = ktor_keys();
    let other_encryption = EncryptionKey::new(&[9; 16]).unwrap();
    let other_signing = SigningKey::new(&[9; 16]).unwrap();
    for way in WAYS {
        let step = way(&encryption, &signing);
        let token = write(&step, &Fixed([1; 16]), b"content");
        let text = str::from_utf8(&token).unwrap();
        let bad = [
            ("bad hex", text.replacen('/', "/z", 1)),
            ("upper case", text.to_uppercase()),
            ("an odd digit", text.replacen(':', "0:", 1)),
            ("half a block", text.replacen(':', "0011223344556677:", 1)),
            ("no slash", text.replace('/', "")),
            ("no colon", text.replace(':', "")),
            ("cut off", text[..text.len() - 2].to_owned()),
            ("an iv too short", text[2..].to_owned()),
            (
                "no ciphertext",
                format!("{}{}", &text[..33], &text[text.len() - 65..]),
            ),
        ];
        for (reason, token) in &bad {
            assert_eq!(
                content(&step, token.as_bytes()),
                Err(Refusal::Transformer),
                "{reason}"
            );
        }
        let of =
            |encryption, signing| write(&way(encryption, signing), &Fixed([1; 16]), b"content");
        for (reason, token) in [
            ("a wrong MAC", of(&encryption, &other_signing)),
            ("no UTF-8", write(&step, &Fixed([1; 16]), b"\xff\xfe")),
            ("neither key", of(&other_encryption, &other_signing)),
        ] {
            assert_eq!(
                content(&step, &token),
                Err(Refusal::Transformer),
                "{reason}"
            );
        }
    }
    // Under another encryption key the padding is bad nearly always; 64 ivs make sure of it.
    for iv in 0..64 {
        let old = Encrypt::ktor1_2(&encryption, &signing);
        let foreign = write(
            &Encrypt::ktor1_2(&other_encryption, &signing),
            &Fixed([iv; 16]),
            b"content",
        );
        assert_eq!(content(&old, &foreign), Err(Refusal::Transformer));
    }
}
