//! Where keys come from: a variable, a file, a text, or the application's own provider.

use std::env;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::{KeyError, KeyErrorKind};
use crate::keyset::KeySet;
use crate::parse::MAX_TEXT;

/// The application's own source of keys, such as a vault.
///
/// Asked once when the ring is made. To take over what changes later, load again and give the set
/// to [`KeyRing::replace`](crate::KeyRing::replace), on every node.
///
/// # Examples
///
/// ```
/// use cloakroom_crypto::{KeyError, KeyProvider, KeyRing, KeySet, Key, OsEntropy};
///
/// #[derive(Debug)]
/// struct Vault(String);
///
/// impl KeyProvider for Vault {
///     fn load(&self) -> Result<KeySet, KeyError> {
///         self.0.parse()
///     }
/// }
///
/// let vault = Vault(Key::generate(&OsEntropy).expose_text().to_string());
/// let ring = KeyRing::builder().provider(&vault).unwrap();
/// ring.replace(vault.load().unwrap()).unwrap();
/// assert_eq!(ring.generation(), 1);
/// ```
pub trait KeyProvider {
    /// The present content of the source.
    ///
    /// # Errors
    ///
    /// [`KeyError::provider`] if the source is out of reach; what [`KeySet`]'s `parse` gives if its
    /// text is wrong.
    fn load(&self) -> Result<KeySet, KeyError>;
}

/// The set that the text of an environment variable is.
pub(crate) fn from_env(variable: &str) -> Result<KeySet, KeyError> {
    match env::var(variable) {
        Ok(text) => Zeroizing::new(text).parse(),
        Err(_) => Err(KeyError::new(KeyErrorKind::Unset)),
    }
}

/// How errors name a file.
pub(crate) fn place(path: &Path) -> String {
    format!("file {}", path.display())
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let unreadable = |error: io::Error| KeyError::new(KeyErrorKind::Unreadable).with_source(error);
    let file = File::open(path).map_err(unreadable)?;
    let len = file.metadata().map_err(unreadable)?.len();
    if len > MAX_TEXT as u64 {
        return Err(KeyError::new(KeyErrorKind::TooLong));
    }
    // Room for everything at once: a string that grows would leave keys behind.
    let mut text = Zeroizing::new(String::with_capacity(MAX_TEXT.min(len as usize + 64)));
    let limit = MAX_TEXT as u64 + 1;
    file.take(limit)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    Ok(text)
}
