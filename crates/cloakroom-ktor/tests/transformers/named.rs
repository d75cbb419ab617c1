//! The vectors that Ktor's own tests name, and what was computed from them.

use cloakroom_core::{Freshness, Protection, Refusal, Transformer as _};
use cloakroom_ktor::{Digest, Encrypt, MessageAuthentication, SigningKey};

use crate::decoder;
use crate::support::{ENCRYPT_KEY, Fixed, WAYS, content, digits, ktor_keys, read, write};

const REFLECTION: &[u8] = b"cart=%23cl&userId=%23sid2";
const JSON: &[u8] = br#"{"userId":"id2","cart":[]}"#;
/// The iv, the ciphertext of [`REFLECTION`], and its MACs.
const OLD: &[u8] = b"00112233445566778899aabbccddeeff/c3850fc1ddc62f71ec5eaad6d393b91fa809fe32a1cf0cb4730788c5a489daef:51a5e9fcd1c91418f9a623bafa5022a524348e44244265dc0cab2cebacc28a5d";
const NEW: &[u8] = b"00112233445566778899aabbccddeeff/c3850fc1ddc62f71ec5eaad6d393b91fa809fe32a1cf0cb4730788c5a489daef:65f0bd15bfa7e96b8bd9e134e23a24860b324e361c606e6800af050f5d104b68";
const NEW_JSON: &[u8] = b"00112233445566778899aabbccddeeff/9b8cf9900ff0f63849cb7a2ad71ed8a1ac9f0e2735492d2a5129cf278d70ab27:40af9f393a00034b53d2267251047259005bdf5ff104eede599149e80e6fee13";
/// [`NEW_JSON`] with three bytes of its iv changed.
const FORGED: &[u8] = b"00112233445566778899aab3cc82eeff/9b8cf9900ff0f63849cb7a2ad71ed8a1ac9f0e2735492d2a5129cf278d70ab27:40af9f393a00034b53d2267251047259005bdf5ff104eede599149e80e6fee13";
/// The MAC of nothing.
const EMPTY: &[u8] = b"00112233445566778899aabbccddeeff/:087ac3387d07c8f94d618d131d2367000393c384ac48e00f405af090e67f6d68";

#[test]
fn the_tokens_in_ktors_tests_are_written_and_read() {
    let (encryption, signing) = ktor_keys();
    let (old, new) = (
        Encrypt::ktor1_2(&encryption, &signing),
        Encrypt::ktor3(&encryption, &signing),
    );
    let iv = Fixed::of(ENCRYPT_KEY);
    for (step, text, token) in [
        (&old, REFLECTION, OLD),
        (&new, REFLECTION, NEW),
        (&new, JSON, NEW_JSON),
    ] {
        assert_eq!(write(step, &iv, text), token);
        assert_eq!(read(step, token), Ok((text.to_vec(), Freshness::Current)));
    }
}

/// `testSessionEncryptedBackwardCompatible` and `testSessionEncryptedNotBackwardCompatible`.
#[test]
fn an_old_token_is_read_by_the_backward_compatible_reader_alone() {
    let (encryption, signing) = ktor_keys();
    let new = Encrypt::ktor3(&encryption, &signing);
    assert_eq!(read(&new, OLD), Err(Refusal::Transformer));
    let both = new.backward_compatible_read();
    assert_eq!(
        read(&both, OLD),
        Ok((REFLECTION.to_vec(), Freshness::Outdated))
    );
    assert_eq!(
        read(&both, NEW),
        Ok((REFLECTION.to_vec(), Freshness::Current))
    );
    assert_eq!(write(&both, &Fixed::of(ENCRYPT_KEY), REFLECTION), NEW);
    assert_eq!(
        read(&Encrypt::ktor1_2(&encryption, &signing), NEW),
        Err(Refusal::Transformer)
    );
}

/// Who changes the iv is an administrator, to every Ktor 3.
///
/// Rules: ktor-derived-iv.
#[test]
fn a_forged_iv_is_read_as_ktor_3_reads_it_and_refused_with_a_derived_iv() {
    let (encryption, signing) = ktor_keys();
    let ktor = Encrypt::ktor3(&encryption, &signing);
    assert_eq!(
        content(&ktor, FORGED),
        Ok(br#"{"userId":"adm","cart":[]}"#.to_vec())
    );
    assert_eq!(ktor.protection(), Protection::None);

    for ours in [
        Encrypt::ktor3(&encryption, &signing).derived_iv(),
        Encrypt::ktor3(&encryption, &signing)
            .backward_compatible_read()
            .derived_iv(),
    ] {
        assert_eq!(content(&ours, FORGED), Err(Refusal::Transformer));
        assert_eq!(ours.protection(), Protection::Secrecy);

        // Every change of one of its own tokens' iv is refused as well.
        let token = write(&ours, &Fixed([9; 16]), JSON);
        assert_eq!(content(&ours, &token), Ok(JSON.to_vec()));
        for at in 0..32 {
            for digit in b"0123456789abcdef" {
                let mut changed = token.clone();
                changed[at] = *digit;
                let is_same = changed == token;
                assert_eq!(content(&ours, &changed).is_ok(), is_same);
            }
        }
        // The wire does not show the difference.
        assert_eq!(content(&ktor, &token), Ok(JSON.to_vec()));
    }
}

/// The signed content of an old token is a ciphertext that is signed as Ktor 3 signs them; with a
/// free iv, the backward compatible reader takes it for one.
///
/// Rules: ktor-derived-iv.
#[test]
fn an_old_content_passes_for_a_ciphertext_only_while_the_iv_is_free() {
    let (encryption, signing) = ktor_keys();
    // A content of one block, whose MAC its client sees.
    let one_block = br#"{"userId":"id2"}"#;
    let old = write(
        &Encrypt::ktor1_2(&encryption, &signing),
        &Fixed([1; 16]),
        one_block,
    );
    let mac = str::from_utf8(&old).unwrap().rsplit(':').next().unwrap();
    // What the block decrypts to under an iv of zeros, from the decoder of the tests.
    let decrypted = decoder::decrypt_block(ENCRYPT_KEY, one_block);
    let wanted = b"{\"admin\":true}\x02\x02";
    let iv: [u8; 16] = std::array::from_fn(|at| decrypted[at] ^ wanted[at]);
    let crossed = format!("{}/{}:{mac}", digits(&iv), digits(one_block)).into_bytes();

    let both = Encrypt::ktor3(&encryption, &signing).backward_compatible_read();
    assert_eq!(content(&both, &crossed), Ok(b"{\"admin\":true}".to_vec()));
    let ours = both.derived_iv();
    assert_eq!(content(&ours, &crossed), Err(Refusal::Transformer));
    assert_eq!(content(&ours, &old), Ok(one_block.to_vec()));
}

#[test]
fn an_empty_ciphertext_is_refused_by_every_format_although_its_mac_is_right() {
    let (encryption, signing) = ktor_keys();
    for way in WAYS {
        assert_eq!(
            content(&way(&encryption, &signing), EMPTY),
            Err(Refusal::Transformer)
        );
    }
    // The MAC is right: as a content of its own it is read.
    let signed = MessageAuthentication::new(&signing);
    let text = [b"/", EMPTY.rsplit(|byte| *byte == b':').next().unwrap()].concat();
    assert_eq!(content(&signed, &text), Ok(Vec::new()));
}

/// Nobody without the keys can send this: it shows that the length is looked at by itself.
#[test]
fn half_a_block_is_refused_although_its_mac_is_right() {
    let (encryption, signing) = ktor_keys();
    let signed = MessageAuthentication::new(&signing);
    // A block that decrypts to text under this iv, and half a block that ends like padding.
    let block = *b"0123456789abcdef";
    let decrypted = decoder::decrypt_block(ENCRYPT_KEY, &block);
    let iv: Vec<u8> = decrypted.iter().map(|byte| byte ^ b'x').collect();
    let ciphertext = [&block[..], b"1234567\x01"].concat();
    let with_mac = write(&signed, &Fixed([0; 16]), &ciphertext);
    let mac = str::from_utf8(&with_mac[ciphertext.len() + 1..]).unwrap();
    let token = format!("{}/{}:{mac}", digits(&iv), digits(&ciphertext));
    let new = Encrypt::ktor3(&encryption, &signing);
    assert_eq!(content(&new, token.as_bytes()), Err(Refusal::Transformer));
}

#[test]
fn signed_values_are_those_of_ktors_documentation_and_tests() {
    for (key, text, mac) in [
        (
            "03515606058610610561058",
            REFLECTION,
            "eda508bd0845590a6178507e0eae0f6d686e2ad3de0dba821f6688444eb8f866",
        ),
        (
            "003515606058610610561058",
            br#"{"userId":"id 2","cart":[]}"#,
            "0adc94dc04d0122b8139e88250ab61bcc01980ed3898eb4e557e2a749e17ab16",
        ),
    ] {
        let signed = MessageAuthentication::new(&SigningKey::from_hex(key).unwrap());
        let token = [text, b"/", mac.as_bytes()].concat();
        assert_eq!(write(&signed, &Fixed([0; 16]), text), token);
        assert_eq!(
            read(&signed, &token),
            Ok((text.to_vec(), Freshness::Current))
        );
    }
}

#[test]
fn a_digest_by_default_is_that_of_ktor_1() {
    let digest = Digest::default();
    let token = [REFLECTION, b"/6a2e54ddf10616dc7c32653682d0d2de1e9ff33b4854afba5251c567dd28a215a548bba26ebcff370fda63d3e11712db"].concat();
    assert_eq!(write(&digest, &Fixed([0; 16]), REFLECTION), token);
    assert_eq!(content(&digest, &token), Ok(REFLECTION.to_vec()));
}

/// `commonSignedChecks` and what `testSessionEncrypted` sends.
#[test]
fn what_ktors_tests_send_as_bad_tokens_is_refused() {
    let (encryption, signing) = ktor_keys();
    for way in WAYS {
        let encrypt = way(&encryption, &signing);
        for token in [&b"INVALID"[..], b"abc/abc:abc", b""] {
            assert_eq!(content(&encrypt, token), Err(Refusal::Transformer));
        }
        let token = write(&encrypt, &Fixed([3; 16]), JSON);
        let (last, rest) = token.split_last().unwrap();
        for other in [if *last == b'0' { b'1' } else { b'0' }, b'x'] {
            let changed = [rest, &[other]].concat();
            assert_eq!(content(&encrypt, &changed), Err(Refusal::Transformer));
        }
    }
}
