//! Ktor's `SessionTransportTransformerEncrypt`: AES-CBC with an HMAC, in the format of 1 and 2, of
//! 3, or reading both.
//!
//! # Formats
//!
//! | format | text, all digits in lower case | who writes it |
//! |---|---|---|
//! | 1 and 2 | `hex(iv)/hex(ciphertext):hex(HMAC(plaintext))` | Ktor 1.x, 2.x |
//! | 3 | `hex(iv)/hex(ciphertext):hex(HMAC(ciphertext))` | Ktor 3.x |
//!
//! AES-128, AES-192 or AES-256 by the key's length, PKCS #7 padding, an iv of 16 random bytes.
//! (Ktor up to 3.5.0 made an iv as long as the key, and so took only keys of 16 bytes unless it was
//! given an `ivGenerator`.)
//!
//! # Rules
//!
//! * **One refusal for everything**: bad digits, a wrong length, bad padding, a wrong MAC, text that
//!   is no UTF-8. Codes and padding are compared in constant time.
//! * **Formats 1 and 2 are decrypted before they are verified**, which is theirs to answer for. After
//!   bad padding a MAC over an equally long dummy is computed and compared, and the number of steps
//!   of the hash never depends on the padding. The time cannot be made fully equal: turn
//!   [`backward_compatible_read`](Encrypt::backward_compatible_read) off when the move is done.
//! * **Format 3 is verified first**, and nothing unauthenticated is decrypted, but for the iv.
//! * **The content is text.** Ktor's transformers know nothing else, so a plaintext that is not UTF-8
//!   is refused on reading; a codec that writes other bytes is the wrong one in front of this step.
//!
//! # Read by Ktor and refused here
//!
//! Ktor never writes these:
//!
//! * digits of the iv and the ciphertext in upper case, or of other scripts;
//! * in 1.6.8, up to Ktor 3.4: an extra last digit of the iv or the ciphertext (`hex()` drops it);
//! * an empty ciphertext, should anyone ever have the MAC of nothing;
//! * a plaintext that is not UTF-8, which Ktor reads with replacement characters: an attacker makes
//!   one by changing the iv of format 3.
//!
//! # The iv of format 3
//!
//! Nothing authenticates it. Who flips a bit of it flips that bit in the first 16 bytes of the
//! plaintext, and Ktor reads the result as genuine:
//!
//! ```
//! use cloakroom_core::{Buffer, Context, Protection, ThreadEntropy, Timestamp, Transformer};
//! use cloakroom_ktor::{Encrypt, EncryptionKey, SigningKey};
//!
//! let encryption = EncryptionKey::from_hex("00112233445566778899aabbccddeeff")?;
//! let signing = SigningKey::from_hex("02030405060708090a0b0c")?;
//! let ktor = Encrypt::ktor3(&encryption, &signing);
//! let cx = Context::detached("shop", "login", &ThreadEntropy, Timestamp::EPOCH);
//!
//! // The token of `{"userId":"id2","cart":[]}`, with three bytes of its iv changed.
//! let forged = b"00112233445566778899aab3cc82eeff/\
//!     9b8cf9900ff0f63849cb7a2ad71ed8a1ac9f0e2735492d2a5129cf278d70ab27:\
//!     40af9f393a00034b53d2267251047259005bdf5ff104eede599149e80e6fee13";
//! let mut buffer = Buffer::from_vec(forged.to_vec());
//! ktor.read(&cx, &mut buffer).unwrap();
//! assert_eq!(buffer.as_slice(), br#"{"userId":"adm","cart":[]}"#);
//! assert_eq!(ktor.protection(), Protection::None);
//!
//! // Where only Rust writes, the iv follows from the content, and no other is taken.
//! let ours = Encrypt::ktor3(&encryption, &signing).derived_iv();
//! assert!(ours.read(&cx, &mut Buffer::from_vec(forged.to_vec())).is_err());
//! assert_eq!(ours.protection(), Protection::Secrecy);
//! # Ok::<(), cloakroom_ktor::KeyError>(())
//! ```
//!
//! # Both readers and a derived iv
//!
//! With [`derived_iv`](Encrypt::derived_iv) and
//! [`backward_compatible_read`](Encrypt::backward_compatible_read) together, a token is taken in one
//! of two ways, and in both the whole content is authenticated:
//!
//! * as format 3, if the MAC is that of the ciphertext and the iv is the one that follows from the
//!   content;
//! * as format 1 or 2, if the MAC is that of the content.
//!
//! One key signs both, so each reader could be shown a MAC that was made for the other. Shown as
//! format 3, the content of an old token would have to be a ciphertext whose iv follows from what it
//! decrypts to: nobody finds that without the keys, though without `derived_iv` the iv is free, and
//! an old content of a multiple of 16 bytes does pass for a ciphertext. Shown as format 1 or 2, the
//! ciphertext of a new token would have to be the content: random bytes that are UTF-8 by chance, and
//! that a codec does not decode. What `derived_iv` cannot mend is that the old format decrypts before
//! it verifies: while it is read, the secrecy of *every* token rests on the equal timing above.

mod cbc;
mod iv;
mod layout;
mod transformer;

pub use transformer::Encrypt;
