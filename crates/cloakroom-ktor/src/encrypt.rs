//! Ktor's `SessionTransportTransformerEncrypt`: AES-CBC with an HMAC, in the format of 1 and 2, of
//! 3, or reading both. [`Encrypt`]'s page has the formats, and what is refused.
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

mod cbc;
mod iv;
mod layout;
mod transformer;

pub use transformer::Encrypt;
