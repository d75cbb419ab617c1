//! The same by hand: what an application could write itself with the same building blocks, and
//! nothing more. No deadline, no clock, no key but one; a token is nonce, content and tag.

use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::Simd;
use base64::engine::general_purpose::NO_PAD;
use cloakroom_bench::Must as _;
use cloakroom_core::{Codec, Key, KeyRing, ThreadEntropy};
use cloakroom_crypto::{PreparedGuard, ProviderKeys, Timestamp};
use memchr::memchr;
use rand::Rng as _;

use super::values::{Changing, cookie_header, pair_of};

const NONCE: usize = 24;
const TAG: usize = 16;

const HEAD: &[u8] = b"__Host-cart=";
const TAIL: &[u8] = b"; Max-Age=604800; HttpOnly; SameSite=Lax; Secure; Path=/";

/// Hand-written reading and writing of one cookie.
pub(crate) struct Hand<S, C> {
    keys: PreparedGuard,
    base64: Simd,
    codec: C,
    cookie: String,
    kind: PhantomData<fn() -> S>,
}

impl<S: Changing, C: Codec> Hand<S, C> {
    /// A request that brings `value`.
    pub(crate) fn new(value: &S, codec: C) -> Self {
        let ring = KeyRing::single(Key::generate(&ThreadEntropy));
        let mut new = Self {
            keys: ProviderKeys::new(&ring, "bench", "hand").prepared(),
            base64: Simd::url_safe(NO_PAD),
            codec,
            cookie: String::new(),
            kind: PhantomData,
        };
        new.cookie = cookie_header(&pair_of(&new.write(value, 0)));
        new
    }

    /// Reads, changes and writes the session; gives the Set-Cookie line.
    pub(crate) fn change(&self) -> Vec<u8> {
        let token = find(self.cookie.as_bytes(), HEAD).must();
        let (mut value, octets) = self.read(token);
        value.change();
        self.write(&value, octets)
    }

    /// The value of a Set-Cookie line.
    pub(crate) fn value_of(&self, line: &[u8]) -> S {
        let pair = pair_of(line);
        self.read(find(pair.as_bytes(), HEAD).must()).0
    }

    /// The value, and how many bytes its content has.
    fn read(&self, token: &[u8]) -> (S, usize) {
        let mut bytes = vec![0; token.len() * 3 / 4];
        self.base64.decode_slice(token, &mut bytes).must();
        let (nonce, rest) = bytes.split_first_chunk_mut::<NONCE>().must();
        let (content, tag) = rest.split_last_chunk_mut::<TAG>().must();
        let key = self.keys.issuing(Timestamp::EPOCH).must();
        key.open(nonce, &[], content, tag).must();
        (self.codec.decode(content).must(), content.len())
    }

    fn write(&self, value: &S, octets: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(NONCE + octets + TAG);
        bytes.resize(NONCE, 0);
        rand::rng().fill_bytes(&mut bytes);
        self.codec.encode(value, &mut bytes).must();
        let (nonce, content) = bytes.split_first_chunk_mut::<NONCE>().must();
        let key = self.keys.issuing(Timestamp::EPOCH).must();
        let tag = key.seal(nonce, &[], content);
        bytes.extend_from_slice(&tag);

        let text = (bytes.len() * 4).div_ceil(3);
        let mut line = Vec::with_capacity(HEAD.len() + text + TAIL.len());
        line.extend_from_slice(HEAD);
        line.resize(HEAD.len() + text, 0);
        let room = line.get_mut(HEAD.len()..).must();
        self.base64.encode_slice(&bytes, room).must();
        line.extend_from_slice(TAIL);
        line
    }
}

/// The value of the cookie whose name and `=` are `head`.
fn find<'a>(mut cookies: &'a [u8], head: &[u8]) -> Option<&'a [u8]> {
    loop {
        let end = memchr(b';', cookies);
        let (pair, rest) = cookies.split_at(end.unwrap_or(cookies.len()));
        if let Some(value) = pair.trim_ascii_start().strip_prefix(head) {
            return Some(value);
        }
        cookies = rest.strip_prefix(b";")?;
    }
}
