//! The two native transformers.
//!
//! | form | bytes |
//! |---|---|
//! | sealed, version 1 | version, key id (8), nonce (24), ciphertext, tag (16) |
//! | signed, version 2 | version, key id (8), payload, HMAC-SHA256 (32) |
//!
//! * **The version fixes the algorithms**; nothing on the wire chooses one. Each form has a version
//!   of its own, so neither is ever read as the other.
//! * **The key id selects one key.** No trial decryption; nothing relies on key commitment.
//! * Version, key id, application, provider and purpose are associated data (`cloakroom-crypto`).
//! * Sealing is XAES-256-GCM (C2SP) with a random nonce of 192 bits: no practical limit on how many
//!   tokens one key seals.

use cloakroom_crypto::{KeyId, KeyRefusal, PreparedKey, SEALED_V1, SIGNED_V1};

use crate::buffer::Buffer;
use crate::refusal::Refusal;
use crate::transform::{Context, Freshness, Protection, Transformer};

const KEY_ID: usize = 8;
const NONCE: usize = 24;
const TAG: usize = 16;
const MAC: usize = 32;

/// The most that a native step puts before the content; room for it is left in the buffer.
pub(crate) const HEADROOM: usize = 1 + KEY_ID + NONCE;
/// The most that a native step puts behind the content.
pub(crate) const TAILROOM: usize = MAC;

/// Seals: secrecy and authenticity.
#[derive(Debug)]
pub(crate) struct Seal;

/// Signs: authenticity; the content stays readable.
#[derive(Debug)]
pub(crate) struct Sign;

impl Transformer for Seal {
    fn protection(&self) -> Protection {
        Protection::Secrecy
    }

    fn write(&self, cx: &Context<'_>, buffer: &mut Buffer) {
        let Some(key) = cx.issuing else { return };
        let mut nonce = [0; NONCE];
        cx.entropy.fill(&mut nonce);
        let tag = key.seal(&nonce, &[], buffer.as_mut_slice());
        buffer.append(&tag);
        buffer.prepend(&nonce);
        prepend_head(buffer, SEALED_V1, key);
    }

    fn read(&self, cx: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal> {
        let (key, freshness) = read_head(cx, buffer, SEALED_V1)?;
        let nonce = take_front::<NONCE>(buffer)?;
        let tag = take_back::<TAG>(buffer)?;
        key.open(&nonce, &[], buffer.as_mut_slice(), &tag)
            .map_err(|_| Refusal::Forged)?;
        Ok(freshness)
    }
}

impl Transformer for Sign {
    fn protection(&self) -> Protection {
        Protection::Authenticity
    }

    fn write(&self, cx: &Context<'_>, buffer: &mut Buffer) {
        let Some(key) = cx.issuing else { return };
        let mac = key.sign(&[], buffer.as_slice());
        buffer.append(&mac);
        prepend_head(buffer, SIGNED_V1, key);
    }

    fn read(&self, cx: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal> {
        let (key, freshness) = read_head(cx, buffer, SIGNED_V1)?;
        let mac = take_back::<MAC>(buffer)?;
        key.verify(&[], buffer.as_slice(), &mac)
            .map_err(|_| Refusal::Forged)?;
        Ok(freshness)
    }
}

fn prepend_head(buffer: &mut Buffer, version: u8, key: &PreparedKey) {
    let mut head = [0; 1 + KEY_ID];
    if let Some((first, rest)) = head.split_first_mut() {
        *first = version;
        rest.copy_from_slice(key.id().as_bytes());
    }
    buffer.prepend(&head);
}

/// Takes version and key id off, and finds the key; outdated if a later one issues now.
fn read_head<'a>(
    cx: &Context<'a>,
    buffer: &mut Buffer,
    version: u8,
) -> Result<(&'a PreparedKey, Freshness), Refusal> {
    let [found] = take_front::<1>(buffer)?;
    if found != version {
        return Err(Refusal::UnknownVersion);
    }
    let id = KeyId::from_bytes(take_front::<KEY_ID>(buffer)?);
    let key = find_key(cx, &id)?;
    cx.found.set(Some(id));
    let freshness = if cx.keys.is_outdated(key, cx.now) {
        Freshness::Outdated
    } else {
        Freshness::Current
    };
    Ok((key, freshness))
}

fn find_key<'a>(cx: &Context<'a>, id: &KeyId) -> Result<&'a PreparedKey, Refusal> {
    cx.keys.find(id, cx.now).map_err(refusal_of)
}

/// Why a key is refused, as a refusal of its token.
pub(crate) fn refusal_of(refusal: KeyRefusal) -> Refusal {
    match refusal {
        KeyRefusal::Revoked => Refusal::KeyRevoked,
        KeyRefusal::OutOfTime => Refusal::KeyOutOfTime,
        _ => Refusal::UnknownKey,
    }
}

fn take_front<const N: usize>(buffer: &mut Buffer) -> Result<[u8; N], Refusal> {
    let taken = *buffer
        .as_slice()
        .first_chunk::<N>()
        .ok_or(Refusal::Malformed)?;
    buffer.trim_front(N).map_err(|_| Refusal::Malformed)?;
    Ok(taken)
}

fn take_back<const N: usize>(buffer: &mut Buffer) -> Result<[u8; N], Refusal> {
    let taken = *buffer
        .as_slice()
        .last_chunk::<N>()
        .ok_or(Refusal::Malformed)?;
    buffer.trim_back(N).map_err(|_| Refusal::Malformed)?;
    Ok(taken)
}
