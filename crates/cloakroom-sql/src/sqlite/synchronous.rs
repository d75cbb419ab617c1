//! When a write is on the disk.

/// When a write counts as kept.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use cloakroom_sql::{SqliteStorage, Synchronous};
///
/// # let folder = tempfile::tempdir().unwrap();
/// let builder = SqliteStorage::builder(folder.path().join("sessions.db"));
/// let storage = builder.synchronous(Synchronous::Normal).open().await.unwrap();
/// # drop(storage);
/// # });
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Synchronous {
    /// When it is on the disk: not even a power failure takes back what was acknowledged, as far as
    /// the disk keeps its word.
    Full,
    /// When the operating system has it. A crash of the program loses nothing; a power failure or a
    /// crash of the system may take back the last writes, logins and logouts among them. Faster.
    Normal,
}

impl Synchronous {
    pub(super) const fn pragma(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Normal => "NORMAL",
        }
    }
}
