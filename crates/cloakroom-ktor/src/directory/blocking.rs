//! Waiting for disks off the threads that serve requests.
//!
//! * **A call that has begun runs to its end**, whether or not its future is dropped: dropping
//!   leaves its whole effect, or, before the first poll, none.
//! * **Outside of a tokio runtime** the calling thread itself waits.

use cloakroom_storage::{StorageError, StorageErrorKind};
use tokio::runtime::Handle;

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    let Ok(runtime) = Handle::try_current() else {
        return work();
    };
    match runtime.spawn_blocking(work).await {
        Ok(answer) => answer,
        // The runtime is shutting down.
        Err(error) => Err(StorageError::new(StorageErrorKind::Unavailable).with_source(error)),
    }
}
