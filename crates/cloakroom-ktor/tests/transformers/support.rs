//! Running a transformer by itself, and every kind of it.

use cloakroom_core::{Buffer, Context, Entropy, Freshness, Refusal, Timestamp, Transformer};
use cloakroom_ktor::{
    Digest, DigestAlgorithm, Encrypt, EncryptionKey, MacAlgorithm, MessageAuthentication,
    SigningKey, hex,
};

pub(crate) const DIGESTS: [DigestAlgorithm; 5] = [
    DigestAlgorithm::Md5,
    DigestAlgorithm::Sha1,
    DigestAlgorithm::Sha256,
    DigestAlgorithm::Sha384,
    DigestAlgorithm::Sha512,
];

pub(crate) const MACS: [MacAlgorithm; 5] = [
    MacAlgorithm::HmacMd5,
    MacAlgorithm::HmacSha1,
    MacAlgorithm::HmacSha256,
    MacAlgorithm::HmacSha384,
    MacAlgorithm::HmacSha512,
];

/// The keys of Ktor's own tests.
pub(crate) const ENCRYPT_KEY: &str = "00112233445566778899aabbccddeeff";
pub(crate) const SIGN_KEY: &str = "02030405060708090a0b0c";

/// Gives the same bytes again and again.
#[derive(Debug)]
pub(crate) struct Fixed(pub(crate) [u8; 16]);

impl Fixed {
    pub(crate) fn of(digits: &str) -> Self {
        Self(hex(digits).unwrap().as_slice().try_into().unwrap())
    }
}

impl Entropy for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0);
    }
}

/// What a step writes with this iv.
pub(crate) fn write(step: &dyn Transformer, iv: &dyn Entropy, content: &[u8]) -> Vec<u8> {
    let cx = Context::detached("shop", "cart", iv, Timestamp::EPOCH);
    let mut buffer = Buffer::with_headroom(5, 7);
    buffer.append(content);
    step.write(&cx, &mut buffer);
    buffer.into_vec()
}

/// What a step reads.
pub(crate) fn read(step: &dyn Transformer, token: &[u8]) -> Result<(Vec<u8>, Freshness), Refusal> {
    let cx = Context::detached("shop", "cart", &Fixed([0; 16]), Timestamp::EPOCH);
    let mut buffer = Buffer::from_vec(token.to_vec());
    let freshness = step.read(&cx, &mut buffer)?;
    Ok((buffer.into_vec(), freshness))
}

/// The content that a step reads.
pub(crate) fn content(step: &dyn Transformer, token: &[u8]) -> Result<Vec<u8>, Refusal> {
    read(step, token).map(|(content, _)| content)
}

pub(crate) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn ktor_keys() -> (EncryptionKey, SigningKey) {
    let encryption = EncryptionKey::from_hex(ENCRYPT_KEY).unwrap();
    (encryption, SigningKey::from_hex(SIGN_KEY).unwrap())
}

/// How an [`Encrypt`] is made.
pub(crate) type Making = fn(&EncryptionKey, &SigningKey) -> Encrypt;

/// Every way to make an [`Encrypt`]: the first two leave no iv free, the last two do.
pub(crate) const WAYS: [Making; 5] = [
    Encrypt::ktor1_2,
    |encryption, signing| Encrypt::ktor3(encryption, signing).derived_iv(),
    |encryption, signing| {
        let ours = Encrypt::ktor3(encryption, signing).derived_iv();
        ours.backward_compatible_read()
    },
    Encrypt::ktor3,
    |encryption, signing| Encrypt::ktor3(encryption, signing).backward_compatible_read(),
];

/// Whether a step reads any iv.
pub(crate) fn has_free_iv(step: &dyn Transformer) -> bool {
    let shown = format!("{step:?}");
    shown.contains("Ktor3") && shown.contains("derived_iv: false")
}

/// How many of [`WAYS`] authenticate the whole content.
pub(crate) const STRONG: usize = 3;

/// Every kind of transformer, with every algorithm, and every length of key.
pub(crate) fn all() -> Vec<Box<dyn Transformer>> {
    let mut all: Vec<Box<dyn Transformer>> = Vec::new();
    for algorithm in DIGESTS {
        all.push(Box::new(Digest::new("ktor", algorithm)));
    }
    for algorithm in MACS {
        let signing = SigningKey::new(b"signing key")
            .unwrap()
            .with_algorithm(algorithm);
        all.push(Box::new(MessageAuthentication::new(&signing)));
        for len in [16, 24, 32] {
            let encryption = EncryptionKey::new(&vec![7; len]).unwrap();
            for way in WAYS {
                all.push(Box::new(way(&encryption, &signing)));
            }
        }
    }
    all
}
