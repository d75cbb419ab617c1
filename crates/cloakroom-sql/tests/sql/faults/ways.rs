//! Two ways to the same tables.

use std::time::Duration;

use cloakroom_storage::{Storage, StorageError, StorageErrorKind, Stored};
use servers::Proxy;

use super::samples::key;
use crate::NOW;

/// How long a call through the proxy may take: long enough for a busy machine, short enough for a test
/// that waits for it some times.
pub(crate) const LIMIT: Duration = Duration::from_secs(1);

/// Two storages on the same tables, one of them through a proxy.
pub(crate) struct Ways<S> {
    pub(super) direct: S,
    pub(super) through: S,
    pub(super) proxy: Proxy,
}

impl<S> Ways<S> {
    pub(crate) const fn new(direct: S, through: S, proxy: Proxy) -> Self {
        Self {
            direct,
            through,
            proxy,
        }
    }
}

pub(super) async fn found(storage: &impl Storage, number: u8) -> Option<Stored> {
    storage.read(&key(number), NOW).await.unwrap()
}

/// The call failed like this, and its error tells neither address nor content.
pub(super) fn assert_failed<T>(answer: Result<T, StorageError>, kind: StorageErrorKind) {
    let Err(error) = answer else {
        panic!("no answer came");
    };
    assert_eq!(error.kind(), kind, "{:?}", error.expose_source());
    let text = format!("{error} {error:?}");
    assert!(!text.contains("127.0.0.1"), "{text}");
}
