//! Ktor's form of a session: a cookie with JSON that Ktor 3's `SessionTransportTransformerEncrypt`
//! has encrypted.

use std::marker::PhantomData;

use cloakroom_bench::Must as _;
use cloakroom_core::{
    Buffer, Codec as _, Context, Key, KeyRing, Sessions, ThreadEntropy, Timestamp, Transformer as _,
};
use cloakroom_ktor::{
    CookieEncoding, Encrypt, EncryptionKey, Ktor, KtorJson, KtorSession as _, SigningKey,
};

use super::served::Served;
use super::values::Changing;

// The keys of the application in `interop/ktor`.
const ENCRYPTION_KEY: &str = "00112233445566778899aabbccddeeff";
const SIGNING_KEY: &str = "02030405060708090a0b0c0d";

fn encrypt() -> Encrypt {
    let encryption = EncryptionKey::from_hex(ENCRYPTION_KEY).must();
    let signing = SigningKey::from_hex(SIGNING_KEY).must();
    Encrypt::ktor3(&encryption, &signing)
}

/// A session as Ktor 3 has it, in everything.
pub(crate) fn served<S: Changing>(value: S) -> Served<S> {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let sessions = Sessions::builder("bench", &keys)
        .cookie::<S>("cart", |c| {
            let c = c.ktor(Ktor::V3).transform(encrypt());
            // Of Ktor 3's token a client can change the first sixteen bytes.
            c.forgeable_by_clients()
        })
        .build();
    Served::new(sessions.must(), value)
}

/// The same without any session around it, from the cookie's value to the next.
pub(crate) struct Value<S> {
    encrypt: Encrypt,
    cookie: String,
    /// As long as the content was a buffer is made for the next, as a session's commit makes it.
    content_len: usize,
    kind: PhantomData<fn() -> S>,
}

impl<S: Changing> Value<S> {
    /// A cookie that holds `value`.
    pub(crate) fn new(value: &S) -> Self {
        let mut new = Self {
            encrypt: encrypt(),
            cookie: String::new(),
            content_len: 0,
            kind: PhantomData,
        };
        new.write(value);
        new
    }

    /// Reads, changes and writes what is in the cookie.
    pub(crate) fn change(&mut self) {
        let mut value = self.value();
        value.change();
        self.write(&value);
    }

    /// What is in the cookie.
    pub(crate) fn value(&self) -> S {
        let token = CookieEncoding::Uri.decode(self.cookie.as_bytes()).must();
        let mut buffer = Buffer::from_vec(token);
        let _fresh = self.encrypt.read(&context(), &mut buffer).must();
        KtorJson.decode(buffer.as_slice()).must()
    }

    fn write(&mut self, value: &S) {
        let mut buffer = Buffer::with_headroom(0, self.content_len + 64);
        buffer.append_with(|out| KtorJson.encode(value, out)).must();
        self.content_len = buffer.len();
        self.encrypt.write(&context(), &mut buffer);
        let token = str::from_utf8(buffer.as_slice()).must();
        self.cookie = CookieEncoding::Uri.encode(token, Ktor::V3).must();
    }
}

fn context() -> Context<'static> {
    Context::detached("bench", "cart", &ThreadEntropy, Timestamp::EPOCH)
}
