//! Ktor's `SessionTransportTransformerMessageAuthentication`: a content with a MAC of it, the same
//! in every Ktor.
//!
//! * **Written**: the content, a slash, and the HMAC of the content in lower-case digits.
//! * **Nothing else is signed**: no name, no type, no time. A token of one provider is good for
//!   every other under the same key, for ever; so two providers that share a key are refused at
//!   build, and a session's end must be in its content.
//! * **One spelling**: Ktor compares the digits as text, and so reads none but its own either.

use cloakroom_core::{
    Buffer, Context, Fingerprint, Freshness, Protection, Refusal, Transformer, Warning,
};

use crate::code::Coder;
use crate::key::SigningKey;
use crate::signed_text;

/// A content with a MAC of it, as Ktor's `SessionTransportTransformerMessageAuthentication` has it.
///
/// # Security
///
/// The client can read the content and cannot make other content. It can put back an older token
/// whenever it likes, also after logging out: nothing in a token says when it ends.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{Buffer, Context, Freshness, ThreadEntropy, Timestamp, Transformer};
/// use cloakroom_ktor::{MessageAuthentication, SigningKey};
///
/// let cx = Context::detached("shop", "login", &ThreadEntropy, Timestamp::EPOCH);
/// let signed = MessageAuthentication::new(&SigningKey::from_hex("003515606058610610561058")?);
/// let mut buffer = Buffer::from_vec(br#"{"userId":"id 2","cart":[]}"#.to_vec());
/// signed.write(&cx, &mut buffer);
/// assert_eq!(
///     buffer.as_slice(),
///     br#"{"userId":"id 2","cart":[]}/0adc94dc04d0122b8139e88250ab61bcc01980ed3898eb4e557e2a749e17ab16"#
/// );
///
/// assert_eq!(signed.read(&cx, &mut buffer), Ok(Freshness::Current));
/// assert_eq!(buffer.as_slice(), br#"{"userId":"id 2","cart":[]}"#);
///
/// let mut forged = Buffer::from_vec(b"{}/0adc94dc04d0122b8139e88250ab61bc".to_vec());
/// assert!(signed.read(&cx, &mut forged).is_err());
/// # Ok::<(), cloakroom_ktor::KeyError>(())
/// ```
#[derive(Debug)]
pub struct MessageAuthentication {
    coder: Coder,
    fingerprint: Fingerprint,
    warning: Option<Warning>,
}

impl MessageAuthentication {
    /// Signs with this key and its algorithm.
    ///
    /// ```
    /// use cloakroom_ktor::{MacAlgorithm, MessageAuthentication, SigningKey};
    ///
    /// let key = SigningKey::new(&[7; 64])?.with_algorithm(MacAlgorithm::HmacSha512);
    /// let signed = MessageAuthentication::new(&key);
    /// assert!(!format!("{signed:?}").contains('7'));
    /// # Ok::<(), cloakroom_ktor::KeyError>(())
    /// ```
    #[must_use]
    pub fn new(key: &SigningKey) -> Self {
        Self {
            coder: Coder::hmac(key.algorithm(), key.bytes()),
            fingerprint: key.fingerprint(),
            warning: key.warning(),
        }
    }
}

impl Transformer for MessageAuthentication {
    fn protection(&self) -> Protection {
        Protection::Authenticity
    }

    fn write(&self, _: &Context<'_>, buffer: &mut Buffer) {
        signed_text::write(&self.coder, buffer);
    }

    fn read(&self, cx: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal> {
        signed_text::read(&self.coder, cx, buffer)
    }

    fn unbound_key(&self) -> Option<Fingerprint> {
        Some(self.fingerprint)
    }

    fn warning(&self) -> Option<Warning> {
        self.warning
    }
}
