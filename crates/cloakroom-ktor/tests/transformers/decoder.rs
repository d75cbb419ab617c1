//! A second decoder, written from the description of the formats and from nothing of the first: it
//! knows bytes, a block cipher and hashes.

use aes::cipher::{Array, BlockCipherDecrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use cloakroom_ktor::MacAlgorithm;
use sha2::Digest as _;

/// `hex(iv)/hex(ciphertext):hex(mac)`; the MAC is that of the plaintext (`of_plaintext`) or of the
/// ciphertext.
pub(crate) fn decrypt(
    token: &str,
    encryption: &[u8],
    signing: &[u8],
    algorithm: MacAlgorithm,
    of_plaintext: bool,
) -> Option<String> {
    let (iv, rest) = token.rsplit_once('/')?;
    let (ciphertext, mac) = rest.rsplit_once(':')?;
    let (iv, ciphertext) = (bytes(iv)?, bytes(ciphertext)?);
    if iv.len() != 16 || ciphertext.is_empty() || ciphertext.len() % 16 != 0 {
        return None;
    }
    let mut plaintext = Vec::new();
    let mut before = iv;
    for block in ciphertext.chunks(16) {
        let decrypted = decrypt_with(encryption, block);
        plaintext.extend(decrypted.iter().zip(&before).map(|(a, b)| a ^ b));
        before = block.to_vec();
    }
    let count = usize::from(*plaintext.last()?);
    if count == 0 || count > 16 {
        return None;
    }
    let padding = plaintext.split_off(plaintext.len() - count);
    if padding.iter().any(|byte| usize::from(*byte) != count) {
        return None;
    }
    let signed = if of_plaintext {
        &plaintext
    } else {
        &ciphertext
    };
    (bytes(mac)? == hmac(algorithm, signing, signed)).then_some(())?;
    String::from_utf8(plaintext).ok()
}

/// `content/hex(mac)`.
pub(crate) fn verify<'a>(token: &'a str, key: &[u8], algorithm: MacAlgorithm) -> Option<&'a str> {
    let (content, mac) = token.rsplit_once('/')?;
    (bytes(mac)? == hmac(algorithm, key, content.as_bytes())).then_some(content)
}

/// One block, under a key given by its digits.
pub(crate) fn decrypt_block(key: &str, block: &[u8]) -> Vec<u8> {
    decrypt_with(&bytes(key).unwrap(), block)
}

fn decrypt_with(key: &[u8], block: &[u8]) -> Vec<u8> {
    let mut block = Array::try_from(block).unwrap();
    match key.len() {
        16 => Aes128::new_from_slice(key)
            .unwrap()
            .decrypt_block(&mut block),
        24 => Aes192::new_from_slice(key)
            .unwrap()
            .decrypt_block(&mut block),
        _ => Aes256::new_from_slice(key)
            .unwrap()
            .decrypt_block(&mut block),
    }
    block.to_vec()
}

/// Lower-case digits in pairs.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let value = |digit: u8| b"0123456789abcdef".iter().position(|it| *it == digit);
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => u8::try_from(16 * value(*high)? + value(*low)?).ok(),
            _ => None,
        })
        .collect()
}

type Hash = fn(&[u8]) -> Vec<u8>;

/// RFC 2104, word for word.
fn hmac(algorithm: MacAlgorithm, key: &[u8], text: &[u8]) -> Vec<u8> {
    let (block, hash): (usize, Hash) = match algorithm {
        MacAlgorithm::HmacMd5 => (64, |bytes| md5::Md5::digest(bytes).to_vec()),
        MacAlgorithm::HmacSha1 => (64, |bytes| sha1::Sha1::digest(bytes).to_vec()),
        MacAlgorithm::HmacSha256 => (64, |bytes| sha2::Sha256::digest(bytes).to_vec()),
        MacAlgorithm::HmacSha384 => (128, |bytes| sha2::Sha384::digest(bytes).to_vec()),
        _ => (128, |bytes| sha2::Sha512::digest(bytes).to_vec()),
    };
    let mut key = if key.len() > block {
        hash(key)
    } else {
        key.to_vec()
    };
    key.resize(block, 0);
    let pad = |with: u8| key.iter().map(|byte| byte ^ with).collect::<Vec<_>>();
    let inner = hash(&[&pad(0x36), text].concat());
    hash(&[&pad(0x5c)[..], &inner].concat())
}
