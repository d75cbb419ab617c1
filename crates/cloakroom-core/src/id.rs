//! Session ids of by-id sessions: a locator that finds the record and a proof that opens it.
//!
//! | bytes | what |
//! |--:|---|
//! | 1 | version: 3 |
//! | 8 | id of the key that the check is under |
//! | 16 | locator: random, stays while the session rotates |
//! | 16 | proof: random, new with each rotation |
//! | 8 | check: HMAC-SHA256 over all of it under the provider's id subkey, truncated |
//!
//! * **Never adopted**: an id that the server did not make fails the check before any I/O, so
//!   random ids cost no read. The check is no secret's last defence: the proof is.
//! * **The storage sees hashes only**: its key is SHA-256 over length-prefixed
//!   ("cloakroom id v1", application, provider, locator), plain, never keyed, so that a change of
//!   keys moves no record; two providers in one storage never meet.
//! * **Proofs are compared by their hashes, in constant time.**

use cloakroom_crypto::{Entropy, ID_V1, KeyId, PreparedKey};
use cloakroom_storage::{ProofHash, StorageKey};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::native::steps::refusal_of;
use crate::refusal::Refusal;
use crate::transform::{Context, Freshness};

const KEY_ID: usize = 8;
const HALF: usize = 16;
const CHECK: usize = 8;

/// How many bytes an id's token has, before it becomes text.
pub(crate) const TOKEN_LEN: usize = 1 + KEY_ID + HALF + HALF + CHECK;

/// The half that finds the record. Not secret.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct Locator([u8; HALF]);

/// The half that opens the record. Secret.
#[derive(Clone, Copy)]
pub(crate) struct Proof([u8; HALF]);

impl Locator {
    pub(crate) fn random(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; HALF];
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; HALF] {
        &self.0
    }
}

/// The two halves of a seed that is as secret as an id.
pub(crate) const fn halves(seed: &[u8; 2 * HALF]) -> (Locator, Proof) {
    let (mut locator, mut proof) = ([0; HALF], [0; HALF]);
    let (first, second) = seed.split_at(HALF);
    locator.copy_from_slice(first);
    proof.copy_from_slice(second);
    (Locator(locator), Proof(proof))
}

/// Under what the records of a provider lie: the hash, begun with what is the same for all.
pub(crate) struct StorageKeys(Sha256);

impl StorageKeys {
    pub(crate) fn new(application: &str, provider: &str) -> Self {
        let mut hash = Sha256::new();
        for part in ["cloakroom id v1", application, provider] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update((HALF as u64).to_be_bytes());
        Self(hash)
    }

    /// Under what the record of this locator lies.
    pub(crate) fn of(&self, locator: &Locator) -> StorageKey {
        let hash = self.0.clone().chain_update(locator.0);
        StorageKey::hash(hash.finalize().into())
    }
}

impl Proof {
    pub(crate) fn random(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; HALF];
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// What the record keeps of it.
    pub(crate) fn hash(&self) -> ProofHash {
        let mut hash = Sha256::new();
        hash.update(b"cloakroom proof v1");
        hash.update(self.0);
        ProofHash::new(hash.finalize().into())
    }
}

/// Whether two hashes are equal, in constant time.
pub(crate) fn same_proof(a: &ProofHash, b: &ProofHash) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// The token of an id.
pub(crate) fn write(key: &PreparedKey, locator: &Locator, proof: &Proof) -> [u8; TOKEN_LEN] {
    let mut token = [0; TOKEN_LEN];
    let body_len = TOKEN_LEN - CHECK;
    let body = [ID_V1]
        .into_iter()
        .chain(*key.id().as_bytes())
        .chain(locator.0)
        .chain(proof.0);
    for (byte, value) in token.iter_mut().zip(body) {
        *byte = value;
    }
    let (body, check) = token.split_at_mut(body_len);
    check.copy_from_slice(&key.id_mac(body));
    token
}

/// An id that the server made.
#[derive(Clone, Copy)]
pub(crate) struct PresentedId {
    pub(crate) locator: Locator,
    pub(crate) proof: Proof,
    /// Outdated if it was made under an older key than the one that issues.
    pub(crate) freshness: Freshness,
}

/// Reads the token of an id and checks that the server made it.
pub(crate) fn read(cx: &Context<'_>, token: &[u8]) -> Result<PresentedId, Refusal> {
    // The version comes first: how long another one is, only that one knows.
    match token.first() {
        None => return Err(Refusal::Malformed),
        Some(version) if *version != ID_V1 => return Err(Refusal::UnknownVersion),
        Some(_) => {}
    }
    let (body, check) = token
        .split_last_chunk::<CHECK>()
        .filter(|_| token.len() == TOKEN_LEN)
        .ok_or(Refusal::Malformed)?;
    let (_, rest) = body.split_first().ok_or(Refusal::Malformed)?;
    let (id, rest) = rest
        .split_first_chunk::<KEY_ID>()
        .ok_or(Refusal::Malformed)?;
    let (locator, rest) = rest.split_first_chunk::<HALF>().ok_or(Refusal::Malformed)?;
    let proof = rest.first_chunk::<HALF>().ok_or(Refusal::Malformed)?;
    let id = KeyId::from_bytes(*id);
    let key = cx.keys.find(&id, cx.now).map_err(refusal_of)?;
    key.verify_id_mac(body, check)
        .map_err(|_| Refusal::Forged)?;
    Ok(PresentedId {
        locator: Locator(*locator),
        proof: Proof(*proof),
        freshness: if cx.keys.is_outdated(key, cx.now) {
            Freshness::Outdated
        } else {
            Freshness::Current
        },
    })
}
