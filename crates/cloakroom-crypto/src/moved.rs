//! The name that a session gets when it is taken over from another session system.
//!
//! HMAC-SHA256 under a fixed key: a pseudorandom function of the token, bound to application and
//! provider. Under a key of the ring it would change with the ring, and what was ended under the
//! old name would be back under the new one.

use crate::frame::frame;
use crate::mac::Mac;

const KEY: &[u8; 32] = b"cloakroom moved session v1\0\0\0\0\0\0";

/// The name of the session that another system's `token` is to this application and provider.
///
/// The same token always has the same name, whatever the keys: a session that has ended under it
/// has ended for every copy of the token. As secret as the token is.
///
/// ```
/// use cloakroom_crypto::moved_name;
///
/// let name = moved_name("shop", "login", b"token");
/// assert_eq!(name, moved_name("shop", "login", b"token"));
/// assert_ne!(name, moved_name("shop", "login", b"nekot"));
/// assert_ne!(name, moved_name("shop", "cart", b"token"));
/// ```
#[must_use]
pub fn moved_name(application: &str, provider: &str, token: &[u8]) -> [u8; 32] {
    let fields = frame(&[application.as_bytes(), provider.as_bytes(), token]);
    Mac::new(KEY, &[]).tag(&[&fields])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frozen: another name for the same token would bring back what was ended.
    #[test]
    fn the_name_of_a_token_never_changes() {
        let name = moved_name("shop", "login", b"token");
        let hex: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "317fb4b64b65941b847910ef34dbf23560257b2ed0213359ce7044662df98225"
        );
    }
}
