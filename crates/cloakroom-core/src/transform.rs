//! Transformers: reversible steps between a session's bytes and its token, chained in order on
//! write and in reverse on read.
//!
//! * **Writing cannot fail.** What could go wrong is found out before (sizes, keys) or is a
//!   configuration that `build()` refuses.
//! * **Reading says how fresh**: *current*, or *outdated* (renew the token when you may), or why
//!   the token is refused.
//! * **Bounded.** A step may leave at most [`Context::limit`] bytes; the chain checks after each.
//! * **Each states what it protects**, and `build()` judges the chain by its strongest step.

use std::cell::Cell;
use std::fmt;

use cloakroom_crypto::{Entropy, KeyId, Prepared, PreparedKey};
use cloakroom_time::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::buffer::Buffer;
use crate::refusal::Refusal;
use crate::warning::Warning;

/// What a transformer protects against the client and everyone on the way.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "each level is judged by build()")]
pub enum Protection {
    /// Nothing: the client can read the content and make other content.
    None,
    /// The client can read the content and cannot make other content.
    Authenticity,
    /// The client can neither read the content nor make other content.
    Secrecy,
}

/// How fresh what was read is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "a token is renewed or it is not")]
pub enum Freshness {
    /// As it would be written now.
    Current,
    /// Of an older key or form: to be written anew when that is next allowed.
    Outdated,
}

impl Freshness {
    /// Outdated if either is.
    ///
    /// ```
    /// use cloakroom_core::Freshness;
    ///
    /// assert_eq!(Freshness::Current.and(Freshness::Outdated), Freshness::Outdated);
    /// ```
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Current, Self::Current) => Self::Current,
            _ => Self::Outdated,
        }
    }
}

/// One reversible step between a session's bytes and its token.
///
/// # Contract
///
/// * `read` after `write` gives back the same bytes.
/// * `read` gets hostile input unless a step after it in the chain authenticates: it must not
///   panic, must not use more than [`Context::limit`] bytes, and refuses what `write` would not
///   have made.
/// * No content, token or key goes into logs or errors.
///
/// # Security
///
/// [`protection`](Self::protection) is a promise: `build()` lets a client-side session travel only
/// under a chain that has at least [`Protection::Authenticity`].
///
/// # Examples
///
/// Compression that refuses bombs, as a step before sealing:
///
/// ```
/// use cloakroom_core::{Buffer, Context, Freshness, Protection, Refusal, Transformer};
///
/// /// Run-length encoding: pairs of a count and a byte.
/// #[derive(Debug)]
/// struct RunLength;
///
/// impl Transformer for RunLength {
///     fn protection(&self) -> Protection {
///         Protection::None
///     }
///
///     fn write(&self, _: &Context<'_>, buffer: &mut Buffer) {
///         let mut runs = Vec::new();
///         for run in buffer.as_slice().chunk_by(|a, b| a == b) {
///             for part in run.chunks(255) {
///                 runs.extend([part.len() as u8, part[0]]);
///             }
///         }
///         buffer.replace(runs);
///     }
///
///     fn read(&self, cx: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal> {
///         let (pairs, rest) = buffer.as_slice().as_chunks::<2>();
///         if !rest.is_empty() {
///             return Err(Refusal::Transformer);
///         }
///         // The bound is checked before anything is unpacked: a bomb costs nothing.
///         let len: usize = pairs.iter().map(|[count, _]| usize::from(*count)).sum();
///         if len > cx.limit() {
///             return Err(Refusal::TooLarge);
///         }
///         let mut bytes = Vec::with_capacity(len);
///         for [count, byte] in pairs {
///             bytes.extend(std::iter::repeat_n(*byte, usize::from(*count)));
///         }
///         buffer.replace(bytes);
///         Ok(Freshness::Current)
///     }
/// }
///
/// # use std::time::Duration;
/// # use cloakroom_core::{KeyRing, Key, Sessions, ThreadEntropy};
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Cart { items: Vec<String> }
/// let keys = KeyRing::single(Key::generate(&ThreadEntropy));
/// let sessions = Sessions::builder("shop", &keys)
///     .cookie::<Cart>("cart", |c| c.transform(RunLength).sealed())
///     .build();
/// assert!(sessions.is_ok());
///
/// // Alone it protects nothing, and build() says so.
/// let refused = Sessions::builder("shop", &keys)
///     .cookie::<Cart>("cart", |c| c.transform(RunLength))
///     .build();
/// assert!(refused.is_err());
/// ```
pub trait Transformer: fmt::Debug + Send + Sync + 'static {
    /// What this step protects.
    fn protection(&self) -> Protection;

    /// Turns content into what travels.
    fn write(&self, cx: &Context<'_>, buffer: &mut Buffer);

    /// Turns what travels back into content.
    ///
    /// # Errors
    ///
    /// Why the token is refused; [`Refusal::Transformer`] where nothing else fits. A refusal that
    /// [is for ever](Refusal::is_for_ever) lets the token be cleared.
    fn read(&self, cx: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal>;

    /// The key of a step that binds its tokens to no provider: what is signed for one session type
    /// is good for every other under the same key, so `build()` refuses two that share one.
    ///
    /// Default: none.
    fn unbound_key(&self) -> Option<Fingerprint> {
        None
    }

    /// What is odd about the step's configuration; told to the observers once, at build.
    ///
    /// Default: nothing.
    fn warning(&self) -> Option<Warning> {
        None
    }
}

/// Tells whether two keys are the same, and nothing else about them.
///
/// ```
/// use cloakroom_core::Fingerprint;
///
/// assert_eq!(Fingerprint::of(b"key"), Fingerprint::of(b"key"));
/// assert_ne!(Fingerprint::of(b"key"), Fingerprint::of(b"yek"));
/// assert_eq!(format!("{:?}", Fingerprint::of(b"key")), "Fingerprint");
/// ```
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a key: SHA-256 under a name of its own.
    #[must_use]
    pub fn of(key: &[u8]) -> Self {
        let hash = Sha256::new_with_prefix(b"cloakroom key fingerprint v1");
        Self(hash.chain_update(key).finalize().into())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint")
    }
}

/// How many bytes a step may leave unless the provider says otherwise.
pub(crate) const DEFAULT_LIMIT: usize = 64 * 1024;

/// The keys of a context that has none.
static NO_KEYS: Prepared = Prepared::none();

/// What a transformer knows of the token that it works on.
///
/// A request's context comes from its provider. Tests, fuzz targets and tools that run a step by
/// itself make [a detached one](Self::detached).
pub struct Context<'a> {
    pub(crate) application: &'a str,
    pub(crate) provider: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) limit: usize,
    pub(crate) entropy: &'a dyn Entropy,
    pub(crate) keys: &'a Prepared,
    /// The key to write under.
    pub(crate) issuing: Option<&'a PreparedKey>,
    /// The key that the native step found the token to be under.
    pub(crate) found: Cell<Option<KeyId>>,
}

impl<'a> Context<'a> {
    /// A context outside of any request and provider, without keys of a ring and with the default
    /// limit: for running a transformer by itself.
    ///
    /// ```
    /// use cloakroom_core::{
    ///     Buffer, Context, Freshness, Protection, Refusal, ThreadEntropy, Timestamp, Transformer,
    /// };
    ///
    /// /// Ends the content with a full stop.
    /// #[derive(Debug)]
    /// struct FullStop;
    ///
    /// impl Transformer for FullStop {
    ///     fn protection(&self) -> Protection {
    ///         Protection::None
    ///     }
    ///
    ///     fn write(&self, _: &Context<'_>, buffer: &mut Buffer) {
    ///         buffer.append(b".");
    ///     }
    ///
    ///     fn read(&self, _: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal> {
    ///         if !buffer.as_slice().ends_with(b".") {
    ///             return Err(Refusal::Transformer);
    ///         }
    ///         buffer.trim_back(1).map_err(|_| Refusal::Transformer)?;
    ///         Ok(Freshness::Current)
    ///     }
    /// }
    ///
    /// let cx = Context::detached("shop", "cart", &ThreadEntropy, Timestamp::EPOCH);
    /// let mut buffer = Buffer::from_vec(b"three apples".to_vec());
    /// FullStop.write(&cx, &mut buffer);
    /// assert_eq!(buffer.as_slice(), b"three apples.");
    /// assert_eq!(FullStop.read(&cx, &mut buffer), Ok(Freshness::Current));
    /// assert_eq!(FullStop.read(&cx, &mut buffer), Err(Refusal::Transformer));
    /// ```
    #[must_use]
    pub fn detached(
        application: &'a str,
        provider: &'a str,
        entropy: &'a dyn Entropy,
        now: Timestamp,
    ) -> Self {
        Self {
            application,
            provider,
            now,
            limit: DEFAULT_LIMIT,
            entropy,
            keys: &NO_KEYS,
            issuing: None,
            found: Cell::new(None),
        }
    }

    /// The same context, in which a step may leave `bytes`.
    ///
    /// ```
    /// # use cloakroom_core::{Context, ThreadEntropy, Timestamp};
    /// let cx = Context::detached("shop", "cart", &ThreadEntropy, Timestamp::EPOCH);
    /// assert_eq!(cx.limit(), 64 * 1024);
    /// assert_eq!(cx.with_limit(1_000).limit(), 1_000);
    /// ```
    #[must_use]
    pub const fn with_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// The name of the application.
    #[must_use]
    pub const fn application(&self) -> &str {
        self.application
    }

    /// The name of the provider: what is bound to it is refused as another's.
    #[must_use]
    pub const fn provider(&self) -> &str {
        self.provider
    }

    /// The present.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// How many bytes a step may leave. Default: 64 KiB.
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// Fills `bytes` at random.
    pub fn fill_random(&self, bytes: &mut [u8]) {
        self.entropy.fill(bytes);
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("application", &self.application)
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

/// Transformers in the order in which they write.
#[derive(Debug, Default)]
pub(crate) struct Chain(Vec<Box<dyn Transformer>>);

impl Chain {
    pub(crate) fn push(&mut self, transformer: impl Transformer) {
        self.0.push(Box::new(transformer));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn steps(&self) -> impl Iterator<Item = &dyn Transformer> {
        self.0.iter().map(|step| &**step)
    }

    /// The strongest protection that any step gives to the content.
    pub(crate) fn protection(&self) -> Protection {
        let each = self.0.iter().map(|step| step.protection());
        each.max().unwrap_or(Protection::None)
    }

    /// Writes through every step, in order.
    ///
    /// `Err` says by how many bytes a step left more than the context allows.
    pub(crate) fn write(&self, cx: &Context<'_>, buffer: &mut Buffer) -> Result<(), usize> {
        for step in &self.0 {
            step.write(cx, buffer);
            if buffer.len() > cx.limit {
                return Err(buffer.len() - cx.limit);
            }
        }
        Ok(())
    }

    /// Reads through every step, in reverse.
    pub(crate) fn read(&self, cx: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal> {
        let mut freshness = Freshness::Current;
        for step in self.0.iter().rev() {
            freshness = freshness.and(step.read(cx, buffer)?);
            if buffer.len() > cx.limit {
                return Err(Refusal::TooLarge);
            }
        }
        Ok(freshness)
    }
}
