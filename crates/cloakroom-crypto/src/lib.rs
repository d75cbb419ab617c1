//! Keys, key ring, subkeys, sealing and signing for cloakroom. Knows no session.
//!
//! Bytes go in and come out; what they mean is the caller's business.
//!
//! * **One key, many uses, one subkey each.** Nothing is ever done with the key of a ring itself:
//!   every use, application and provider has its own key by HKDF-SHA256 (RFC 5869). See
//!   [`ProviderKeys`].
//! * **The version fixes the algorithms.** [`SEALED_V1`] is XAES-256-GCM (C2SP), [`SIGNED_V1`] and
//!   [`ID_V1`] are HMAC-SHA256 (RFC 2104). Nothing on the wire chooses.
//! * **Everything around is bound.** Version, key id, application, provider and purpose are
//!   associated data, each with its length in front, so that two different lists never give the
//!   same bytes.
//! * **The key id selects one key.** No trial decryption.
//! * **Time and randomness come in** as arguments: a [`Timestamp`] and an [`Entropy`].
//! * **A change of key logs nobody out**, and a revoked key is never used again. See [`KeyRing`].
//!
//! # Examples
//!
//! ```
//! use cloakroom_crypto::{Entropy, Key, KeyRing, OsEntropy, ProviderKeys, Timestamp};
//!
//! let ring = KeyRing::single(Key::generate(&OsEntropy));
//! let keys = ProviderKeys::new(&ring, "shop", "cart");
//! let prepared = keys.prepared();
//! let now = Timestamp::from_secs(1_800_000_000);
//!
//! let key = prepared.issuing(now).expect("a ring's only key issues from the first moment");
//! let mut nonce = [0; 24];
//! OsEntropy.fill(&mut nonce);
//! let mut content = *b"3 apples";
//! let tag = key.seal(&nonce, &[], &mut content);
//! assert_ne!(&content, b"3 apples");
//!
//! let same = prepared.find(&key.id(), now).unwrap();
//! same.open(&nonce, &[], &mut content, &tag).unwrap();
//! assert_eq!(&content, b"3 apples");
//! ```

mod aad;
mod builder;
mod dates;
mod entropy;
mod error;
mod frame;
mod gcm;
mod key;
mod key_id;
mod keyset;
mod mac;
mod moved;
mod parse;
mod prepared;
mod prepared_key;
mod provider_keys;
mod ring;
mod source;
mod subkey;
mod validate;
mod watch;
mod xaes;

pub use builder::KeyRingBuilder;
pub use entropy::{Entropy, OsEntropy, ThreadEntropy};
pub use error::{Forged, KeyError, KeyErrorKind, KeyRefusal};
pub use key::Key;
pub use key_id::{BadKeyId, KeyId};
pub use keyset::{DatedKey, KeySet};
pub use moved::moved_name;
pub use prepared::Prepared;
pub use prepared_key::{ID_V1, PreparedKey, SEALED_V1, SIGNED_V1};
pub use provider_keys::{PreparedGuard, ProviderKeys};
pub use ring::{KeyRing, KeyStats};
pub use source::KeyProvider;
pub use watch::{FileWatcher, WatchedFile};

pub use cloakroom_time::Timestamp;
