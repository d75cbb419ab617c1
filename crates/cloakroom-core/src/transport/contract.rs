//! What a transport of another session system promises, so that a provider may use it in place of
//! ours.

use std::fmt;
use std::time::Duration;

use cloakroom_time::Timestamp;

use super::limit::TooLarge;
use super::options::CookieLifetime;
use crate::refusal::Refusal;

/// Which header carries the token.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "adapters treat each")]
pub enum Carrier {
    /// `Cookie` and `Set-Cookie`.
    Cookie,
    /// A header of the transport's name, in both directions.
    Header,
}

/// How long a session lives that is sent, as far as it is limited.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Lifetime {
    /// When it ends at the latest.
    pub absolute: Option<Timestamp>,
    /// When it ends if it is not used before.
    pub idle: Option<Timestamp>,
}

impl Lifetime {
    pub(crate) fn max_age(&self, lifetime: CookieLifetime, now: Timestamp) -> Option<Duration> {
        lifetime.max_age(self.absolute, self.idle, now)
    }
}

/// Why a token cannot be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Unsendable {
    /// It is too long.
    TooLarge {
        /// By how many octets of text.
        by: usize,
    },
    /// The transport has no spelling for one of its characters.
    Characters,
}

impl From<TooLarge> for Unsendable {
    fn from(too_large: TooLarge) -> Self {
        Self::TooLarge { by: too_large.by }
    }
}

/// How a token travels, where another session system has a say in it.
///
/// cloakroom's own cookies and headers are not made with this trait; it is for profiles, such as
/// `cloakroom-ktor`, that read and write what others do, byte for byte.
///
/// # Contract
///
/// * [`decode`](Self::decode) gives back what [`set`](Self::set) was given.
/// * What [`tokens`](Self::tokens) and `decode` are given is hostile: they do not panic, they check
///   lengths before they decode, and they refuse what `set` would not have written.
/// * What `set` and [`clear`](Self::clear) give is one whole value of the header: no control
///   characters, and no attribute that the token brought along.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{Carrier, Lifetime, Refusal, Timestamp, Transport, Unsendable};
///
/// /// A header that carries the token as it is.
/// #[derive(Debug)]
/// struct Plain;
///
/// impl Transport for Plain {
///     fn name(&self) -> &str {
///         "x-plain"
///     }
///     fn carrier(&self) -> Carrier {
///         Carrier::Header
///     }
///     fn tokens(&self, line: &[u8], each: &mut dyn FnMut(&[u8])) {
///         each(line);
///     }
///     fn decode(&self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
///         if text.len() > 8_192 {
///             return Err(Refusal::TooLong);
///         }
///         out.extend_from_slice(text);
///         Ok(())
///     }
///     fn set(&self, token: &[u8], _: Lifetime, _: Timestamp) -> Result<Vec<u8>, Unsendable> {
///         if token.iter().all(u8::is_ascii_graphic) {
///             Ok(token.to_vec())
///         } else {
///             Err(Unsendable::Characters)
///         }
///     }
///     fn clear(&self) -> Option<Vec<u8>> {
///         None
///     }
/// }
///
/// # use cloakroom_core::{Key, KeyRing, MemoryStorage, Sessions, ThreadEntropy};
/// # let (keys, storage) = (KeyRing::single(Key::generate(&ThreadEntropy)), MemoryStorage::new());
/// let sessions = Sessions::builder("shop", &keys)
///     .header::<String>("X-Plain", |h| h.stored_in(&storage).transport(|_| Ok(Plain)))
///     .build();
/// assert!(sessions.is_ok());
/// ```
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// The cookie's name, or the header's in lower case.
    fn name(&self) -> &str;

    /// Which header carries it.
    fn carrier(&self) -> Carrier;

    /// Calls `each` with every token of the transport's name in one line of the header, in order.
    fn tokens(&self, line: &[u8], each: &mut dyn FnMut(&[u8]));

    /// Appends what the text of a token stands for.
    ///
    /// # Errors
    ///
    /// Why the text is no token: [`Refusal::TooLong`], [`Refusal::Malformed`].
    fn decode(&self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal>;

    /// The header's value that sends a token.
    ///
    /// # Errors
    ///
    /// Why the token cannot be sent.
    fn set(&self, token: &[u8], lifetime: Lifetime, now: Timestamp) -> Result<Vec<u8>, Unsendable>;

    /// The header's value that makes the client forget the token; `None` where nothing is sent.
    fn clear(&self) -> Option<Vec<u8>>;
}
