//! Being told of changes, for those who keep copies of records.

use std::sync::Arc;

use crate::key::StorageKey;
use crate::storage::Storage;

/// What has changed in a storage.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "one record, or one cannot say which"
)]
pub enum Change {
    /// The record under this key: made, changed, touched or removed.
    Record(StorageKey),
    /// Any record may have: listening has begun, or begun again, or many were ended in one step.
    Anything,
}

/// A storage that tells of changes, whoever makes them, wherever.
///
/// What is told comes soon and may be lost (a connection breaks): it makes copies fresher and is no
/// promise. Who keeps copies bounds their age besides.
pub trait Watch: Storage {
    /// Tells `listener` of every change for as long as the future is polled; it never ends by itself.
    ///
    /// It begins with [`Change::Anything`] when it listens, and says so again whenever it had to begin
    /// anew: what happened in between it does not know. While the storage is out of reach it tries
    /// again and again, with pauses that grow to a bound, and tells nothing.
    ///
    /// The listener must not block.
    fn watch(
        &self,
        listener: impl Fn(Change) + Send + Sync + 'static,
    ) -> impl Future<Output = ()> + Send + 'static;
}

/// A shared storage tells as it does.
impl<S: Watch + ?Sized> Watch for Arc<S> {
    fn watch(
        &self,
        listener: impl Fn(Change) + Send + Sync + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        (**self).watch(listener)
    }
}
