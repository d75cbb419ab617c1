//! What makes a session type one of Ktor's: the words that `cloakroom-ktor` adds to a session's
//! options.

use cloakroom_core::{
    Clears, CookieSession, HeaderSession, Loads, OtherForm, Rules, Schema, SessionOptions,
    SessionValue, Several, Writes,
};

use crate::cookie::KtorCookie;
#[cfg(unix)]
use crate::directory::SharedDirectory;
use crate::header::KtorHeader;
use crate::ids::{Identity, KtorIds};
use crate::ktor_json::KtorJson;
use crate::reflection::Reflection;
use crate::version::Ktor;

impl Ktor {
    /// When this version loads, writes and clears, and which of several cookies counts.
    ///
    /// | | 1.6.8 | 2.3, 3.x |
    /// |---|---|---|
    /// | loads | in every request | in every request |
    /// | sends | with every response for which there is a session | when it was set, also to an equal value |
    /// | clears unasked | an unknown id, and content that travels and does not decode | the same |
    /// | of two cookies | the last | the last |
    ///
    /// The last of two cookies is what most of Ktor's engines take; Netty's takes the first. In a
    /// header the first line counts.
    ///
    /// Where the wire does not show it the rules are ours: 1.6.8 writes to its storage on every
    /// response as well, and this does not.
    ///
    /// ```
    /// use cloakroom_core::Writes;
    /// use cloakroom_ktor::Ktor;
    ///
    /// assert_eq!(Ktor::V1_6_8.rules().writes, Writes::Always);
    /// assert_eq!(Ktor::V3.rules().writes, Writes::WhenSet);
    /// ```
    #[must_use]
    pub const fn rules(self) -> Rules {
        let writes = match self {
            Self::V1_6_8 => Writes::Always,
            Self::V2 | Self::V3 => Writes::WhenSet,
        };
        Rules::native()
            .loading(Loads::Always)
            .writing(writes)
            .clearing(Clears::Unusable)
            .choosing(Several::Last)
    }
}

/// What a session's options can say of Ktor, in a cookie, in a header, and as the other form that is
/// read.
///
/// # Examples
///
/// As a Kotlin service on Ktor 3 has it in
/// `cookie<UserSession>("user_session") { transform(SessionTransportTransformerMessageAuthentication(key)) }`:
///
/// ```
/// use cloakroom_core::{Key, KeyRing, Sessions, ThreadEntropy};
/// use cloakroom_ktor::{Ktor, KtorSession as _, MessageAuthentication, SigningKey};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct UserSession { name: String, count: u32 }
///
/// let signing = SigningKey::from_hex("6819b57a326945c1968f45236589")?;
/// let keys = KeyRing::single(Key::generate(&ThreadEntropy));
/// let sessions = Sessions::builder("shop", &keys)
///     .cookie::<UserSession>("user_session", |c| {
///         c.ktor(Ktor::V3).transform(MessageAuthentication::new(&signing))
///     })
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait KtorSession: Sized {
    /// What says how it travels: [`KtorCookie`] for a cookie, [`Ktor`] else. A [`Ktor`] is always
    /// enough.
    type Wire;

    /// Makes everything as that version of Ktor has it: how the token travels, when it is loaded,
    /// written and cleared ([`Ktor::rules`]), the serializer (reflection text in 1 and 2, JSON in
    /// 3), and by id the form of ids ([`KtorIds`]). Transformers are said as in Ktor, by
    /// `transform`; say another serializer by `schema` after this.
    ///
    /// # Security
    ///
    /// Content by value says neither when it began nor whose it is, as in Ktor: it has no deadline,
    /// and none may be configured. A stored session has its deadlines, its subject and all else that
    /// a record holds, unless it is [shared](Self::shared_in) with Kotlin. An id has no proof: a
    /// rotation begins a new record.
    #[must_use]
    fn ktor(self, ktor: impl Into<Self::Wire>) -> Self;

    /// Makes new ids by a function of 256 random bits: Ktor's `identity { … }`.
    ///
    /// # Security
    ///
    /// An id that keeps fewer than 128 of the bits can be guessed. Unlike in Ktor, one that is taken
    /// already is never overwritten: another one is asked for, up to eight times.
    #[must_use]
    fn identity(self, id: impl Fn(&[u8; 32]) -> String + Send + Sync + 'static) -> Self;

    /// Keeps sessions in a directory that Kotlin services read and write as well, as Ktor's
    /// `directorySessionStorage` does: under the id itself, the serializer's text and nothing else.
    ///
    /// # Security
    ///
    /// [`SharedDirectory`] says what of the storage contract holds beside a Kotlin writer: no
    /// deadline, no subject, and no compare-and-set against it.
    #[cfg(unix)]
    #[must_use]
    fn shared_in(self, directory: &SharedDirectory) -> Self;
}

impl<S: SessionValue> KtorSession for CookieSession<S> {
    type Wire = KtorCookie;

    fn ktor(self, ktor: impl Into<KtorCookie>) -> Self {
        let cookie = ktor.into();
        profile(self, cookie.ktor()).in_ktor(cookie)
    }

    fn identity(self, id: impl Fn(&[u8; 32]) -> String + Send + Sync + 'static) -> Self {
        self.ids(Identity(Box::new(id)))
    }

    #[cfg(unix)]
    fn shared_in(self, directory: &SharedDirectory) -> Self {
        shared(self, directory)
    }
}

impl<S: SessionValue> KtorSession for HeaderSession<S> {
    type Wire = Ktor;

    fn ktor(self, ktor: impl Into<Ktor>) -> Self {
        // Ktor asks for a header's first line.
        profile(self, ktor.into())
            .rules(|rules| rules.choosing(Several::First))
            .transport(KtorHeader::new)
    }

    fn identity(self, id: impl Fn(&[u8; 32]) -> String + Send + Sync + 'static) -> Self {
        self.ids(Identity(Box::new(id)))
    }

    #[cfg(unix)]
    fn shared_in(self, directory: &SharedDirectory) -> Self {
        shared(self, directory)
    }
}

impl<S: SessionValue> KtorSession for OtherForm<S> {
    type Wire = Ktor;

    fn ktor(self, ktor: impl Into<Ktor>) -> Self {
        let ktor = ktor.into();
        let form = self.bare_if_by_value().ids(KtorIds::new(ktor));
        match ktor {
            Ktor::V1_6_8 | Ktor::V2 => form.schema(Schema::new(Reflection::new())),
            Ktor::V3 => form.schema(Schema::new(KtorJson)),
        }
    }

    fn identity(self, id: impl Fn(&[u8; 32]) -> String + Send + Sync + 'static) -> Self {
        self.ids(Identity(Box::new(id)))
    }

    #[cfg(unix)]
    fn shared_in(self, directory: &SharedDirectory) -> Self {
        self.bare().keys_are_ids().stored_in(directory)
    }
}

/// What can be said of Ktor beside [`KtorSession`], of sessions that the provider writes.
pub trait KtorWriter: KtorSession {
    /// Travels as in Ktor, and is cloakroom's own in all else: for a session that moves from Ktor's
    /// form to ours. Browsers keep one cookie only if its name, domain and path stay.
    ///
    /// ```
    /// use cloakroom_core::{Key, KeyRing, Sessions, ThreadEntropy, Timestamp};
    /// use cloakroom_ktor::{
    ///     Encrypt, EncryptionKey, Ktor, KtorCookie, KtorSession as _, KtorWriter as _, SigningKey,
    /// };
    ///
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # struct Login { user: u64 }
    /// let encryption = EncryptionKey::from_hex("00112233445566778899aabbccddeeff")?;
    /// let signing = SigningKey::from_hex("02030405060708090a0b0c0d")?;
    /// let end = Timestamp::from_secs(1_900_000_000);
    /// let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    /// let sessions = Sessions::builder("shop", &keys)
    ///     .cookie::<Login>("LOGIN", |c| {
    ///         c.sealed().in_ktor(KtorCookie::new(Ktor::V2).secure(true)).also_reads(end, |old| {
    ///             old.ktor(Ktor::V2).transform(Encrypt::ktor1_2(&encryption, &signing))
    ///         })
    ///     })
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    fn in_ktor(self, ktor: impl Into<Self::Wire>) -> Self;

    /// Sends a session only when it was set to another value: Ktor's `sendOnlyIfModified = true`,
    /// since 3.5.0.
    #[must_use]
    fn send_only_if_modified(self) -> Self;

    /// Loads a session when it is asked for: Ktor's `io.ktor.server.sessions.deferred`, since
    /// 3.1.0. A request that does not ask costs nothing.
    #[must_use]
    fn deferred(self) -> Self;
}

impl<S: SessionValue> KtorWriter for CookieSession<S> {
    fn in_ktor(self, ktor: impl Into<KtorCookie>) -> Self {
        let cookie = ktor.into();
        self.transport(move |name| cookie.transport(name))
    }

    fn send_only_if_modified(self) -> Self {
        self.rules(|rules| rules.writing(Writes::SentWhenChanged))
    }

    fn deferred(self) -> Self {
        self.rules(|rules| rules.loading(Loads::WhenAsked))
    }
}

impl<S: SessionValue> KtorWriter for HeaderSession<S> {
    fn in_ktor(self, _: impl Into<Ktor>) -> Self {
        self.transport(KtorHeader::new)
    }

    fn send_only_if_modified(self) -> Self {
        self.rules(|rules| rules.writing(Writes::SentWhenChanged))
    }

    fn deferred(self) -> Self {
        self.rules(|rules| rules.loading(Loads::WhenAsked))
    }
}

/// A version's ways but for how the token travels.
fn profile<S: SessionValue, W>(options: SessionOptions<S, W>, ktor: Ktor) -> SessionOptions<S, W> {
    let options = options
        .bare_if_by_value()
        .ids_if_stored(KtorIds::new(ktor))
        .rules(|_| ktor.rules());
    match ktor {
        Ktor::V1_6_8 | Ktor::V2 => options.schema(Schema::new(Reflection::new())),
        Ktor::V3 => options.schema(Schema::new(KtorJson)),
    }
}

#[cfg(unix)]
fn shared<S: SessionValue, W>(
    options: SessionOptions<S, W>,
    directory: &SharedDirectory,
) -> SessionOptions<S, W> {
    options.bare().keys_are_ids().stored_in(directory)
}
