//! Ktor 1's `SessionTransportTransformerDigest`: a content with a hash of it.
//!
//! * **Written**: the content, a slash, and the hash of salt and content in lower-case digits.
//! * **No MAC.** The salt is no secret, and `hash(salt + content)` is none either: with MD5, SHA-1,
//!   SHA-256 and SHA-512 whoever sees a token can sign a longer content (length extension), with
//!   every algorithm whoever knows the salt can sign any. Ktor deprecated it in 1.1 and removed it
//!   in 2.0.

use cloakroom_core::{Buffer, Context, Freshness, Protection, Refusal, Transformer};

use crate::algorithm::DigestAlgorithm;
use crate::code::Coder;
use crate::signed_text;

/// A content with a hash of it, as Ktor 1's `SessionTransportTransformerDigest` has it.
///
/// Default: the salt `ktor` and SHA-384, as in Ktor 1.6.8.
///
/// # Security
///
/// It protects nothing: whoever knows the salt, or sees one token, can make others.
/// [`protection`](Transformer::protection) says [`Protection::None`], so a session that travels
/// under nothing else needs `forgeable_by_clients()`. It is here for reading what Ktor 1 wrote.
///
/// # Read by Ktor and refused here
///
/// Ktor never writes these: a hash with digits in upper case or of other scripts, or with an extra
/// last digit, which `hex()` drops.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{Buffer, Context, ThreadEntropy, Timestamp, Transformer};
/// use cloakroom_ktor::{Digest, DigestAlgorithm};
///
/// let cx = Context::detached("shop", "cart", &ThreadEntropy, Timestamp::EPOCH);
/// let digest = Digest::new("ktor", DigestAlgorithm::Md5);
/// let mut buffer = Buffer::from_vec(b"name=%23stea".to_vec());
/// digest.write(&cx, &mut buffer);
/// assert_eq!(buffer.as_slice(), b"name=%23stea/130609ee5b6d5263f167329d36296df6");
///
/// digest.read(&cx, &mut buffer).unwrap();
/// assert_eq!(buffer.as_slice(), b"name=%23stea");
/// ```
#[derive(Debug)]
pub struct Digest {
    coder: Coder,
}

impl Digest {
    /// A digest with this salt and algorithm.
    ///
    /// ```
    /// use cloakroom_ktor::{Digest, DigestAlgorithm};
    ///
    /// let digest = Digest::new("salt of the service", DigestAlgorithm::Sha256);
    /// assert_eq!(format!("{digest:?}"), "Digest { coder: Coder }");
    /// ```
    #[must_use]
    pub fn new(salt: &str, algorithm: DigestAlgorithm) -> Self {
        Self {
            coder: Coder::hash(algorithm, salt.as_bytes()),
        }
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new("ktor", DigestAlgorithm::default())
    }
}

impl Transformer for Digest {
    fn protection(&self) -> Protection {
        Protection::None
    }

    fn write(&self, _: &Context<'_>, buffer: &mut Buffer) {
        signed_text::write(&self.coder, buffer);
    }

    fn read(&self, cx: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal> {
        signed_text::read(&self.coder, cx, buffer)
    }
}
