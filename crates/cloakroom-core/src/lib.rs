//! Typed sessions: providers, transports, trackers, codecs, transformers, the native token, plan
//! and manager. No framework, no HTTP types.

mod ask;
mod at_rest;
#[cfg(feature = "axum")]
mod axum;
mod buffer;
mod builder;
mod codec;
mod commit;
mod environment;
mod erased;
mod error;
mod event;
mod example;
mod few;
mod form;
mod frame;
mod head;
#[cfg(feature = "http")]
mod http_head;
mod id;
mod ids;
mod load;
mod loaded;
mod memory;
mod merge;
mod native;
mod plan;
mod provider;
mod reading;
mod reference;
mod refusal;
mod registry;
mod response;
mod rules;
mod session;
mod slot;
mod subjects;
mod sweeper;
mod transform;
mod transport;
mod warning;

pub use ask::load;
pub use buffer::{Buffer, TooShort};
pub use builder::{
    BuildError, Conflicts, CookieSession, Ending, HeaderSession, OtherForm, SessionOptions,
    SessionsBuilder,
};
pub use codec::{
    Codec, CodecId, DecodeError, DecodeErrorKind, Decoded, EncodeError, Format, Json, Position,
    Schema, SchemaError, Versioned,
};
pub use commit::ResponseHead;
pub use error::{ChangeError, CommitError, LoadError, StoreError};
pub use event::{Event, EventKind, LogHandle, Observer, RenewReason};
#[doc(hidden)]
pub use example::{example, example_build};
pub use frame::{Frame, Opened, Opening, SharedFrame};
pub use head::RequestHead;
#[cfg(feature = "http")]
pub use http_head::{HeadView, Passive};
pub use ids::IdForm;
pub use memory::{MemoryStorage, MemoryStorageBuilder};
pub use merge::{Clash, FieldRules, Merged};
pub use plan::Failure;
pub use provider::{JoinWith, StorageFailure};
pub use reference::{Deadlines, ListedSession, NotAReference, SessionRef};
pub use refusal::Refusal;
pub use registry::{SessionValue, Sessions};
pub use response::{Caching, Commit, Effects, HeaderLine, commit};
pub use rules::{Clears, Loads, Rules, Several, Writes};
pub use session::{Session, current};
pub use sweeper::{Sweeper, Sweeping};
pub use transform::{Context, Fingerprint, Freshness, Protection, Transformer};
pub use transport::contract::{Carrier, Lifetime, Transport, Unsendable};
pub use transport::contradiction::Contradiction;
pub use transport::options::{CookieLifetime, CookieOptions, CookiePrefix, SameSite};
pub use warning::Warning;

pub use cloakroom_crypto::{
    DatedKey, Entropy, FileWatcher, Key, KeyError, KeyErrorKind, KeyId, KeyProvider, KeyRing,
    KeyRingBuilder, KeySet, KeyStats, OsEntropy, ThreadEntropy, WatchedFile,
};
pub use cloakroom_storage::{
    Change, Storage, StorageError, StorageErrorKind, SubjectLimit, Watch, WhenFull,
};
pub use cloakroom_time::{Clock, SystemClock, Timestamp};
