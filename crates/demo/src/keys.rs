//! The file of keys: read, or made on the first run, so that carts survive a restart.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use cloakroom::{Key, KeyError, KeyRing, KeySet, OsEntropy};

/// The key ring of a file; the file is made with a fresh key if it is not there.
///
/// # Security
///
/// A file that is made can be read by its owner alone (mode 0600, on Unix).
///
/// # Errors
///
/// If the file cannot be made or read, or holds what is not a key ring.
///
/// # Examples
///
/// ```
/// let folder = tempfile::tempdir().unwrap();
/// let file = folder.path().join("shop.keys");
/// let first = demo::open_keys(&file).unwrap().stats();
/// let again = demo::open_keys(&file).unwrap().stats();
/// assert_eq!(first.len(), 1);
/// assert_eq!(first.first().map(|key| key.id), again.first().map(|key| key.id));
/// ```
pub fn open_keys(path: &Path) -> Result<KeyRing, KeyError> {
    match make(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(KeyError::provider(error)),
    }
    KeyRing::builder().file(path)
}

/// Makes the file, never over one that is there.
fn make(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let keys = KeySet::new().with(Key::generate(&OsEntropy));
    file.write_all(keys.expose_text().as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_of_keys_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop.keys");
        open_keys(&file).unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop.keys");
        fs::write(&file, "not a key").unwrap();
        open_keys(&file).unwrap_err();
        assert_eq!(fs::read_to_string(&file).unwrap(), "not a key");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        open_keys(&folder.path().join("none/shop.keys")).unwrap_err();
    }
}
