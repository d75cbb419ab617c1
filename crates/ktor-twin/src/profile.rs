//! Which Ktor the twin is, and its providers with the names and keys of the recordings.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cloakroom::ktor::{
    CookieEncoding, Encrypt, EncryptionKey, Ktor, KtorCookie, KtorSession as _,
    MessageAuthentication, Reflection, SharedDirectory, SigningKey,
};
use cloakroom::{
    CookieSession, Entropy, HeaderSession, Key, KeyRing, MemoryStorage, Schema, SessionValue,
    Sessions, ThreadEntropy,
};

use crate::types::{Defaults, Drawing, Inner, Outer, SQUARE, Simple, TestUserSession, WithEnum};

const ENCRYPTION_KEY: &str = "00112233445566778899aabbccddeeff";
const SIGNING_KEY: &str = "02030405060708090a0b0c0d";

/// One of the recorded versions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile(pub(crate) Ktor);

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, UnknownProfile> {
        match text {
            "1.6.8" => Ok(Self(Ktor::V1_6_8)),
            "2.3.13" => Ok(Self(Ktor::V2)),
            "3.5.2" => Ok(Self(Ktor::V3)),
            _ => Err(UnknownProfile),
        }
    }
}

/// A version that was not recorded.
#[derive(Debug)]
pub(crate) struct UnknownProfile;

impl fmt::Display for UnknownProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the profiles are 1.6.8, 2.3.13 and 3.5.2")
    }
}

impl Error for UnknownProfile {}

/// The recorded application's sessions.
pub(crate) fn sessions(
    Profile(ktor): Profile,
    directory: Option<PathBuf>,
) -> Result<Sessions, Box<dyn Error>> {
    let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    let encryption = EncryptionKey::from_hex(ENCRYPTION_KEY)?;
    let signing = SigningKey::from_hex(SIGNING_KEY)?;
    let mac = || MessageAuthentication::new(&signing);
    let encrypt = match ktor {
        Ktor::V3 => Encrypt::ktor3(&encryption, &signing),
        _ => Encrypt::ktor1_2(&encryption, &signing),
    };
    let ids = Ids::new(directory)?;

    let cookie = || KtorCookie::new(ktor);
    let id = cookie().max_age(Some(Duration::from_secs(5)));
    let signed = cookie()
        .path("/a")
        .domain("foo.bar")
        .extension("SameSite", Some("lax".to_owned()));
    let encrypted = cookie()
        .encoding(CookieEncoding::Base64)
        .max_age(Some(Duration::ZERO));
    let drawing = |h: HeaderSession<Drawing>| match ktor {
        Ktor::V3 => h.ktor(ktor),
        _ => h.ktor(ktor).schema(reflection()),
    };

    let mut builder = Sessions::builder("ktor-twin", &keys)
        .entropy(Sevens)
        .cookie::<Simple>("PLAIN", |c| c.ktor(ktor).forgeable_by_clients())
        .cookie::<TestUserSession>("ID", |c| ids.keep_cookie(c.ktor(id), ""))
        .cookie::<Outer>("MAC", |c| {
            c.ktor(signed).transform(mac()).dangerous_shared_key()
        })
        // Of the third version the first sixteen bytes can be changed at will.
        .cookie::<Inner>("ENC", |c| {
            let c = c.ktor(encrypted).transform(encrypt);
            c.forgeable_by_clients().dangerous_shared_key()
        })
        .header::<WithEnum>("X-Session", |h| {
            h.ktor(ktor).transform(mac()).dangerous_shared_key()
        })
        .header::<Drawing>("X-Id", |h| ids.keep_header(drawing(h), "h"));
    if ktor != Ktor::V1_6_8 {
        builder = builder.cookie::<Defaults>("EVERY", |c| {
            let c = c.ktor(ktor).schema(reflection());
            c.forgeable_by_clients()
        });
    }
    Ok(builder.build()?)
}

fn reflection<S: SessionValue>() -> Schema<S, Reflection> {
    Schema::new(Reflection::new().simple_name(SQUARE.0, SQUARE.1))
}

/// Where sessions by id lie: in memory under counted ids as in the recordings, or in a directory
/// under Ktor's own.
enum Ids {
    Counted {
        next: Arc<AtomicU64>,
        memory: MemoryStorage,
    },
    Random(SharedDirectory),
}

impl Ids {
    fn new(directory: Option<PathBuf>) -> Result<Self, Box<dyn Error>> {
        Ok(match directory {
            Some(path) => Self::Random(SharedDirectory::open(path)?),
            None => Self::Counted {
                next: Arc::new(AtomicU64::new(777)),
                memory: MemoryStorage::new(),
            },
        })
    }

    fn counted(
        next: &Arc<AtomicU64>,
        prefix: &'static str,
    ) -> impl Fn(&[u8; 32]) -> String + use<> {
        let next = Arc::clone(next);
        move |_| format!("{prefix}{}", next.fetch_add(1, Ordering::Relaxed))
    }

    fn keep_cookie<S: SessionValue>(
        &self,
        session: CookieSession<S>,
        prefix: &'static str,
    ) -> CookieSession<S> {
        match self {
            Self::Counted { next, memory } => session
                .identity(Self::counted(next, prefix))
                .stored_in(memory),
            Self::Random(directory) => session.shared_in(directory),
        }
    }

    fn keep_header<S: SessionValue>(
        &self,
        session: HeaderSession<S>,
        prefix: &'static str,
    ) -> HeaderSession<S> {
        match self {
            Self::Counted { next, memory } => session
                .identity(Self::counted(next, prefix))
                .stored_in(memory),
            Self::Random(directory) => session.shared_in(directory),
        }
    }
}

/// The iv of the recordings: sixteen sevens. All else is random.
#[derive(Debug)]
struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() == 16 {
            bytes.fill(7);
        } else {
            ThreadEntropy.fill(bytes);
        }
    }
}
