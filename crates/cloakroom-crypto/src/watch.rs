//! A file of keys that is read again when it changes.
//!
//! * The whole text is compared, not a time stamp: an edit within one tick is seen, and a touch
//!   without a change is not.
//! * Unreadable, half-written or wrong: the ring stays as it was, and the error is told. It is told
//!   again at every check until the file is right.
//! * A thread of its own, not a task: keys matter to every runtime, and to none in particular. It
//!   waits on a channel, so it ends at once when the watcher is dropped.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::error::KeyError;
use crate::ring::KeyRing;
use crate::source;

/// A file of keys and the ring that follows it.
///
/// The text is that of [`KeySet`](crate::KeySet).
///
/// # Security
///
/// Write a new file and rename it over the old one, so that no reader ever sees half of it: a text
/// that ends between two lines is still a text.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{Key, KeyRing, OsEntropy, Timestamp, WatchedFile};
///
/// let path = std::env::temp_dir().join(format!("cloakroom-watch-{}", std::process::id()));
/// let key = Key::generate(&OsEntropy);
/// std::fs::write(&path, key.expose_text().as_bytes()).unwrap();
///
/// let ring = KeyRing::builder().file(&path).unwrap();
/// let mut file = WatchedFile::new(&ring, &path);
/// assert_eq!(file.check().unwrap(), false);
///
/// let next = Key::generate(&OsEntropy);
/// std::fs::write(&path, next.expose_text().as_bytes()).unwrap();
/// assert_eq!(file.check().unwrap(), true);
/// assert_eq!(ring.issuing(Timestamp::EPOCH), Some(next.id()));
///
/// std::fs::write(&path, "half a k").unwrap();
/// file.check().unwrap_err();
/// assert_eq!(ring.issuing(Timestamp::EPOCH), Some(next.id()));
/// # std::fs::remove_file(&path).unwrap();
/// ```
#[derive(Debug)]
pub struct WatchedFile {
    ring: KeyRing,
    path: PathBuf,
    /// The hash of the text that the ring took last.
    taken: Option<[u8; 32]>,
}

impl WatchedFile {
    /// Lets `ring` follow the file. Nothing is read yet.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, WatchedFile};
    /// let ring = KeyRing::single(Key::generate(&OsEntropy));
    /// WatchedFile::new(&ring, "/no/such/file").check().unwrap_err();
    /// assert_eq!(ring.generation(), 1);
    /// ```
    #[must_use]
    pub fn new(ring: &KeyRing, path: impl Into<PathBuf>) -> Self {
        Self {
            ring: ring.clone(),
            path: path.into(),
            taken: None,
        }
    }

    /// The file.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, WatchedFile};
    /// let ring = KeyRing::single(Key::generate(&OsEntropy));
    /// assert!(WatchedFile::new(&ring, "keys").path().ends_with("keys"));
    /// ```
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file and, if its text has changed, gives it to the ring; says whether the ring
    /// changed.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if the file cannot be read, its text is wrong, or its keys cannot be a ring.
    /// The ring stays as it was.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyErrorKind, KeyRing, OsEntropy, WatchedFile};
    /// let ring = KeyRing::single(Key::generate(&OsEntropy));
    /// let error = WatchedFile::new(&ring, "/no/such/file").check().unwrap_err();
    /// assert_eq!(error.kind(), KeyErrorKind::Unreadable);
    /// ```
    pub fn check(&mut self) -> Result<bool, KeyError> {
        self.take()
            .map_err(|error| error.in_place(source::place(&self.path)))
    }

    fn take(&mut self) -> Result<bool, KeyError> {
        let text = source::read(&self.path)?;
        let hash = Sha256::digest(text.as_bytes()).into();
        if self.taken == Some(hash) {
            return Ok(false);
        }
        let before = self.ring.generation();
        self.ring.replace(text.parse()?)?;
        self.taken = Some(hash);
        Ok(self.ring.generation() != before)
    }

    /// Whether accounts other than the owner and the group may read the file: a mistake to warn
    /// of. On other systems than Unix always no.
    ///
    /// # Errors
    ///
    /// What the operating system says if the file is not there.
    ///
    /// ```
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, WatchedFile};
    /// let ring = KeyRing::single(Key::generate(&OsEntropy));
    /// # #[cfg(unix)]
    /// WatchedFile::new(&ring, "/no/such/file").is_readable_by_others().unwrap_err();
    /// ```
    pub fn is_readable_by_others(&self) -> io::Result<bool> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = self.path.metadata()?.permissions().mode();
            Ok(mode & 0o004 != 0)
        }
        #[cfg(not(unix))]
        Ok(false)
    }

    /// Checks the file now and then every `interval`, on a thread of its own, until the watcher is
    /// dropped.
    ///
    /// `report` is told every error. It runs on that thread, and must not panic: that would end
    /// the watching.
    ///
    /// # Errors
    ///
    /// What the operating system says if it cannot start a thread.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloakroom_crypto::{Key, KeyRing, OsEntropy, WatchedFile};
    /// let ring = KeyRing::single(Key::generate(&OsEntropy));
    /// let (sender, errors) = std::sync::mpsc::channel();
    /// let watcher = WatchedFile::new(&ring, "/no/such/file")
    ///     .spawn(Duration::from_secs(30), move |error| {
    ///         sender.send(error.kind()).unwrap();
    ///     })
    ///     .unwrap();
    /// assert!(errors.recv().is_ok());
    /// drop(watcher);
    /// ```
    pub fn spawn(
        mut self,
        interval: Duration,
        report: impl Fn(&KeyError) + Send + 'static,
    ) -> io::Result<FileWatcher> {
        let (stop, stopped) = mpsc::channel::<()>();
        let watch = move || loop {
            if let Err(error) = self.check() {
                report(&error);
            }
            match stopped.recv_timeout(interval) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
        };
        let thread = thread::Builder::new()
            .name("cloakroom keys".into())
            .spawn(watch)?;
        Ok(FileWatcher {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

/// Keeps a [`WatchedFile`] watched; dropping it ends the watching, after a check under way.
#[must_use = "dropping it ends the watching"]
pub struct FileWatcher {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for FileWatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileWatcher").finish_non_exhaustive()
    }
}

impl Drop for FileWatcher {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else {
            return;
        };
        // A report that holds the watcher itself would wait for its own end.
        if thread.thread().id() != thread::current().id() {
            // An error is a panic in `report`, which has been printed.
            let _ended = thread.join();
        }
    }
}
