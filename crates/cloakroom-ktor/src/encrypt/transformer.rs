//! The transformer.

use std::fmt;

use cloakroom_core::{
    Buffer, Context, Fingerprint, Freshness, Protection, Refusal, Transformer, Warning,
};

use crate::code::Coder;
use crate::key::{EncryptionKey, SigningKey};
use crate::refused::REFUSED;

use super::cbc::{BLOCK, Cbc, padding, unpadded_len};
use super::iv::Iv;
use super::layout::{Envelope, put_together, take_apart};

/// Encrypts and signs a content, as Ktor's `SessionTransportTransformerEncrypt` does.
///
/// | format | text, all digits in lower case | who writes it |
/// |---|---|---|
/// | 1 and 2 | `hex(iv)/hex(ciphertext):hex(HMAC(plaintext))` | Ktor 1.x, 2.x |
/// | 3 | `hex(iv)/hex(ciphertext):hex(HMAC(ciphertext))` | Ktor 3.x |
///
/// AES-128, AES-192 or AES-256 by the key's length, PKCS #7 padding, an iv of 16 random bytes.
/// (Ktor up to 3.5.0 made an iv as long as the key, and so took only keys of 16 bytes unless it was
/// given an `ivGenerator`.)
///
/// The signing key has its algorithm with it. The content is text: one that is no UTF-8 is written,
/// and refused on reading.
///
/// # Security
///
/// * [`ktor1_2`](Self::ktor1_2) gives secrecy and authenticity. Equal contents show as equal MACs, and
///   a token is decrypted before it is verified: bad padding and a wrong MAC take the same time as far
///   as that can be done.
/// * [`ktor3`](Self::ktor3) authenticates all but the iv: **a client can change the first 16 bytes of
///   its session at will**, as below. So it claims to protect nothing, and a session that travels under
///   nothing else is refused by `build()`. Put a [`MessageAuthentication`] behind it, or use
///   [`derived_iv`](Self::derived_iv) where no Kotlin service writes.
/// * Nothing but the content is in a token: a client can put back an older one whenever it likes.
///
/// [`MessageAuthentication`]: crate::MessageAuthentication
///
/// # Read by Ktor and refused here
///
/// Ktor never writes these:
///
/// * digits of the iv and the ciphertext in upper case, or of other scripts;
/// * an extra last digit of the iv or the ciphertext, which `hex()` drops up to Ktor 3.4;
/// * an empty ciphertext, should anyone ever have the MAC of nothing;
/// * a plaintext that is not UTF-8, which Ktor reads with replacement characters: an attacker makes
///   one by changing the iv of format 3.
///
/// # The iv of format 3
///
/// Nothing authenticates it. Who flips a bit of it flips that bit in the first 16 bytes of the
/// plaintext, and Ktor reads the result as genuine:
///
/// ```
/// use cloakroom_core::{Buffer, Context, Protection, ThreadEntropy, Timestamp, Transformer};
/// use cloakroom_ktor::{Encrypt, EncryptionKey, SigningKey};
///
/// let encryption = EncryptionKey::from_hex("00112233445566778899aabbccddeeff")?;
/// let signing = SigningKey::from_hex("02030405060708090a0b0c")?;
/// let ktor = Encrypt::ktor3(&encryption, &signing);
/// let cx = Context::detached("shop", "login", &ThreadEntropy, Timestamp::EPOCH);
///
/// // The token of `{"userId":"id2","cart":[]}`, with three bytes of its iv changed.
/// let forged = b"00112233445566778899aab3cc82eeff/\
///     9b8cf9900ff0f63849cb7a2ad71ed8a1ac9f0e2735492d2a5129cf278d70ab27:\
///     40af9f393a00034b53d2267251047259005bdf5ff104eede599149e80e6fee13";
/// let mut buffer = Buffer::from_vec(forged.to_vec());
/// ktor.read(&cx, &mut buffer).unwrap();
/// assert_eq!(buffer.as_slice(), br#"{"userId":"adm","cart":[]}"#);
/// assert_eq!(ktor.protection(), Protection::None);
///
/// // Where only Rust writes, the iv follows from the content, and no other is taken.
/// let ours = Encrypt::ktor3(&encryption, &signing).derived_iv();
/// assert!(ours.read(&cx, &mut Buffer::from_vec(forged.to_vec())).is_err());
/// assert_eq!(ours.protection(), Protection::Secrecy);
/// # Ok::<(), cloakroom_ktor::KeyError>(())
/// ```
///
/// # Both readers and a derived iv
///
/// With [`derived_iv`](Self::derived_iv) and
/// [`backward_compatible_read`](Self::backward_compatible_read) together, a token is taken in one
/// of two ways, and in both the whole content is authenticated:
///
/// * as format 3, if the MAC is that of the ciphertext and the iv is the one that follows from the
///   content;
/// * as format 1 or 2, if the MAC is that of the content.
///
/// One key signs both, so each reader could be shown a MAC that was made for the other. Shown as
/// format 3, the content of an old token would have to be a ciphertext whose iv follows from what it
/// decrypts to: nobody finds that without the keys, though without `derived_iv` the iv is free, and
/// an old content of a multiple of 16 bytes does pass for a ciphertext. Shown as format 1 or 2, the
/// ciphertext of a new token would have to be the content: random bytes that are UTF-8 by chance, and
/// that a codec does not decode. What `derived_iv` cannot mend is that the old format decrypts before
/// it verifies: while it is read, the secrecy of *every* token rests on the equal timing of bad
/// padding and a wrong MAC.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{Buffer, Context, Freshness, ThreadEntropy, Timestamp, Transformer};
/// use cloakroom_ktor::{Encrypt, EncryptionKey, SigningKey};
///
/// let encryption = EncryptionKey::from_hex("00112233445566778899aabbccddeeff")?;
/// let signing = SigningKey::from_hex("02030405060708090a0b0c")?;
/// let encrypt = Encrypt::ktor1_2(&encryption, &signing);
///
/// let cx = Context::detached("shop", "login", &ThreadEntropy, Timestamp::EPOCH);
/// let mut buffer = Buffer::from_vec(b"cart=%23cl&userId=%23sid2".to_vec());
/// encrypt.write(&cx, &mut buffer);
/// assert_eq!(buffer.len(), 32 + 1 + 64 + 1 + 64);
/// assert!(buffer.as_slice().ends_with(
///     b":51a5e9fcd1c91418f9a623bafa5022a524348e44244265dc0cab2cebacc28a5d"
/// ));
///
/// assert_eq!(encrypt.read(&cx, &mut buffer), Ok(Freshness::Current));
/// assert_eq!(buffer.as_slice(), b"cart=%23cl&userId=%23sid2");
/// # Ok::<(), cloakroom_ktor::KeyError>(())
/// ```
pub struct Encrypt {
    format: Format,
    cbc: Box<Cbc>,
    coder: Coder,
    iv: Iv,
    fingerprint: Fingerprint,
    warning: Option<Warning>,
}

/// What is written and what is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Format {
    /// The MAC of the plaintext.
    Ktor1And2,
    /// The MAC of the ciphertext.
    Ktor3,
    /// Written as 3, read as either.
    Ktor3ReadingBoth,
}

impl Encrypt {
    /// The format of Ktor 1 and 2: the MAC is that of the plaintext.
    ///
    /// The other options have no effect on it: it is the older format, and authenticates the whole
    /// content whatever the iv.
    ///
    /// ```
    /// # use cloakroom_core::{Protection, Transformer};
    /// # use cloakroom_ktor::{Encrypt, EncryptionKey, SigningKey};
    /// # let (encryption, signing) = (EncryptionKey::new(&[1; 32])?, SigningKey::new(&[2; 32])?);
    /// let encrypt = Encrypt::ktor1_2(&encryption, &signing);
    /// assert_eq!(encrypt.protection(), Protection::Secrecy);
    /// # Ok::<(), cloakroom_ktor::KeyError>(())
    /// ```
    #[must_use]
    pub fn ktor1_2(encryption: &EncryptionKey, signing: &SigningKey) -> Self {
        Self::new(Format::Ktor1And2, encryption, signing)
    }

    /// The format of Ktor 3: the MAC is that of the ciphertext, and nothing authenticates the iv.
    ///
    /// # Security
    ///
    /// By itself it protects nothing, as the [type](Self) says.
    ///
    /// ```
    /// # use cloakroom_core::{Protection, Transformer};
    /// # use cloakroom_ktor::{Encrypt, EncryptionKey, SigningKey};
    /// # let (encryption, signing) = (EncryptionKey::new(&[1; 32])?, SigningKey::new(&[2; 32])?);
    /// let encrypt = Encrypt::ktor3(&encryption, &signing);
    /// assert_eq!(encrypt.protection(), Protection::None);
    /// # Ok::<(), cloakroom_ktor::KeyError>(())
    /// ```
    #[must_use]
    pub fn ktor3(encryption: &EncryptionKey, signing: &SigningKey) -> Self {
        Self::new(Format::Ktor3, encryption, signing)
    }

    /// Reads the format of Ktor 1 and 2 too, as Ktor's `backwardCompatibleRead` does. What was read
    /// in it is [`Freshness::Outdated`], to be written anew as Ktor 3 has it.
    ///
    /// # Security
    ///
    /// The older format is decrypted before it is verified; turn this off when the last old token
    /// has ended.
    ///
    /// ```
    /// # use cloakroom_core::{Buffer, Context, Freshness, ThreadEntropy, Timestamp, Transformer};
    /// # use cloakroom_ktor::{Encrypt, EncryptionKey, SigningKey};
    /// # let (encryption, signing) = (EncryptionKey::new(&[1; 32])?, SigningKey::new(&[2; 32])?);
    /// let cx = Context::detached("shop", "login", &ThreadEntropy, Timestamp::EPOCH);
    /// let mut buffer = Buffer::from_vec(b"content".to_vec());
    /// Encrypt::ktor1_2(&encryption, &signing).write(&cx, &mut buffer);
    ///
    /// let both = Encrypt::ktor3(&encryption, &signing).backward_compatible_read();
    /// assert_eq!(both.read(&cx, &mut buffer), Ok(Freshness::Outdated));
    /// both.write(&cx, &mut buffer);
    /// assert_eq!(both.read(&cx, &mut buffer), Ok(Freshness::Current));
    /// # Ok::<(), cloakroom_ktor::KeyError>(())
    /// ```
    #[must_use]
    pub const fn backward_compatible_read(mut self) -> Self {
        self.format = match self.format {
            Format::Ktor1And2 => Format::Ktor1And2,
            Format::Ktor3 | Format::Ktor3ReadingBoth => Format::Ktor3ReadingBoth,
        };
        self
    }

    /// Derives the iv from keys and content, and takes no other: for when **no Kotlin service writes
    /// any more**. Kotlin services still read what is written.
    ///
    /// What Ktor 3 wrote is refused from then on. So is what this service wrote without the option.
    ///
    /// # Security
    ///
    /// This gives secrecy and authenticity. Equal contents show as equal tokens: who sees two tokens
    /// sees whether they are the same session state, and nothing else.
    ///
    /// ```
    /// # use cloakroom_core::{Buffer, Context, Protection, ThreadEntropy, Timestamp, Transformer};
    /// # use cloakroom_ktor::{Encrypt, EncryptionKey, SigningKey};
    /// # let (encryption, signing) = (EncryptionKey::new(&[1; 32])?, SigningKey::new(&[2; 32])?);
    /// let ours = Encrypt::ktor3(&encryption, &signing).derived_iv();
    /// assert_eq!(ours.protection(), Protection::Secrecy);
    ///
    /// let cx = Context::detached("shop", "login", &ThreadEntropy, Timestamp::EPOCH);
    /// let mut buffer = Buffer::from_vec(b"content".to_vec());
    /// ours.write(&cx, &mut buffer);
    /// assert!(Encrypt::ktor3(&encryption, &signing).read(&cx, &mut buffer).is_ok());
    /// # Ok::<(), cloakroom_ktor::KeyError>(())
    /// ```
    #[must_use]
    pub fn derived_iv(mut self) -> Self {
        if self.format != Format::Ktor1And2 {
            self.iv = self.iv.into_derived();
        }
        self
    }

    fn new(format: Format, encryption: &EncryptionKey, signing: &SigningKey) -> Self {
        Self {
            format,
            cbc: Box::new(Cbc::new(encryption.aes())),
            coder: Coder::hmac(signing.algorithm(), signing.bytes()),
            iv: Iv::random(encryption, signing),
            fingerprint: signing.fingerprint(),
            warning: encryption.warning().or(signing.warning()),
        }
    }

    /// Leaves the content in the buffer, or anything if there is none.
    fn open(&self, cx: &Context<'_>, buffer: &mut Buffer) -> Option<Freshness> {
        // No padding is longer than a block, so more than this holds too long a content.
        let longest = cx.limit().saturating_add(BLOCK);
        let envelope = take_apart(buffer, self.coder.len(), longest)?;
        let bytes = buffer.as_mut_slice();
        let total = bytes.len();
        let (len, freshness) = match self.format {
            Format::Ktor1And2 => (self.open_ktor1_2(&envelope, bytes)?, Freshness::Current),
            _ if self.is_signed(&envelope, bytes) => {
                (self.open_ktor3(&envelope, bytes)?, Freshness::Current)
            }
            Format::Ktor3 => return None,
            Format::Ktor3ReadingBoth => (self.open_ktor1_2(&envelope, bytes)?, Freshness::Outdated),
        };
        str::from_utf8(bytes.get(..len)?).ok()?;
        buffer.trim_back(total - len).ok()?;
        Some(freshness)
    }

    /// Whether the code is that of the ciphertext.
    fn is_signed(&self, envelope: &Envelope, ciphertext: &[u8]) -> bool {
        self.coder.code(ciphertext).same(&envelope.code).into()
    }

    /// Decrypts a ciphertext that is authentic, and gives the length of the content.
    fn open_ktor3(&self, envelope: &Envelope, bytes: &mut [u8]) -> Option<usize> {
        self.cbc.decrypt(&envelope.iv, bytes);
        let (len, is_padding) = unpadded_len(bytes);
        let is_iv = self.iv.may_be(&envelope.iv, bytes.get(..len)?);
        bool::from(is_padding & is_iv).then_some(len)
    }

    /// Decrypts what may be anything, and gives the length of the content if that is authentic.
    ///
    /// Takes as long with bad padding as with good.
    fn open_ktor1_2(&self, envelope: &Envelope, bytes: &mut [u8]) -> Option<usize> {
        self.cbc.decrypt(&envelope.iv, bytes);
        let (len, is_padding) = unpadded_len(bytes);
        let longest = bytes.len().saturating_sub(1);
        let code = self.coder.code_of_prefix(bytes, len, longest);
        bool::from(is_padding & code.same(&envelope.code)).then_some(len)
    }
}

impl Transformer for Encrypt {
    fn protection(&self) -> Protection {
        match self.format {
            Format::Ktor1And2 => Protection::Secrecy,
            Format::Ktor3 | Format::Ktor3ReadingBoth if self.iv.is_derived() => Protection::Secrecy,
            Format::Ktor3 | Format::Ktor3ReadingBoth => Protection::None,
        }
    }

    fn write(&self, cx: &Context<'_>, buffer: &mut Buffer) {
        let content = buffer.as_slice();
        let iv = self.iv.of(cx, content);
        let of_plaintext = (self.format == Format::Ktor1And2).then(|| self.coder.code(content));

        let (padding, count) = padding(buffer.len());
        buffer.append(padding.get(..count).unwrap_or_default());
        let bytes = buffer.as_mut_slice();
        let code = match of_plaintext {
            Some(code) => {
                self.cbc.encrypt(&iv, bytes, |_| ());
                code
            }
            None => self.coder.code_of(|hash| {
                self.cbc.encrypt(&iv, bytes, |piece| hash.update(piece));
            }),
        };
        buffer.replace(put_together(&iv, buffer.as_slice(), &code));
    }

    fn read(&self, cx: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal> {
        self.open(cx, buffer).ok_or_else(|| {
            // Nobody is to find a plaintext that nothing authenticated.
            buffer.clear();
            REFUSED
        })
    }

    fn unbound_key(&self) -> Option<Fingerprint> {
        Some(self.fingerprint)
    }

    fn warning(&self) -> Option<Warning> {
        self.warning
    }
}

impl fmt::Debug for Encrypt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encrypt")
            .field("format", &self.format)
            .field("derived_iv", &self.iv.is_derived())
            .finish_non_exhaustive()
    }
}
