//! The versions of Ktor whose bytes differ.

/// A version of Ktor, as far as its sessions differ on the wire.
///
/// # Examples
///
/// ```
/// use cloakroom_ktor::{Ktor, KtorCookie};
///
/// let cookie = KtorCookie::new(Ktor::V3).describe("S").unwrap();
/// assert_eq!(cookie, "S=…; Path=/; HttpOnly; $x-enc=URI_ENCODING");
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Ktor {
    /// 1.6.8, the last of the first generation.
    V1_6_8,
    /// 2.3: as 2.3.13 writes and reads.
    V2,
    /// 3.x: as 3.5.2 writes and reads.
    V3,
}
