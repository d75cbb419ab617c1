//! The hash and MAC algorithms of Ktor's transformers, also by the names that Java has for them.
//!
//! * **Names are compared without case**, as Java's providers do, so that a Ktor configuration can
//!   be copied as it stands. SHA-1 has Java's three names.
//! * **Old algorithms are here** for the tokens that were made with them. HMAC with MD5 or SHA-1 is
//!   not known to be forgeable (RFC 6151, section 2.3); a plain digest protects nothing, whatever
//!   its algorithm.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// The algorithm of [`Digest`](crate::Digest). Default: SHA-384, as in Ktor 1.6.8.
///
/// # Examples
///
/// ```
/// use cloakroom_ktor::DigestAlgorithm;
///
/// assert_eq!("SHA-256".parse(), Ok(DigestAlgorithm::Sha256));
/// assert_eq!(DigestAlgorithm::default().to_string(), "SHA-384");
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// MD5, for reading old tokens.
    Md5,
    /// SHA-1, for reading old tokens.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    #[default]
    Sha384,
    /// SHA-512.
    Sha512,
}

/// The algorithm that signs in [`MessageAuthentication`](crate::MessageAuthentication) and
/// [`Encrypt`](crate::Encrypt). Default: HMAC-SHA256, as in every Ktor.
///
/// # Examples
///
/// ```
/// use cloakroom_ktor::MacAlgorithm;
///
/// assert_eq!("HmacSHA512".parse(), Ok(MacAlgorithm::HmacSha512));
/// assert_eq!(MacAlgorithm::default().to_string(), "HmacSHA256");
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum MacAlgorithm {
    /// HMAC with MD5, for reading old tokens.
    HmacMd5,
    /// HMAC with SHA-1.
    HmacSha1,
    /// HMAC with SHA-256.
    #[default]
    HmacSha256,
    /// HMAC with SHA-384.
    HmacSha384,
    /// HMAC with SHA-512.
    HmacSha512,
}

/// A name that is none of the algorithms'; says which names there are.
///
/// ```
/// use cloakroom_ktor::{DigestAlgorithm, UnknownAlgorithm};
///
/// let error: UnknownAlgorithm = "SHA-512/256".parse::<DigestAlgorithm>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "not an algorithm of Ktor's digests: use MD5, SHA-1, SHA-256, SHA-384 or SHA-512"
/// );
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct UnknownAlgorithm {
    message: &'static str,
}

const DIGESTS: [(&str, DigestAlgorithm); 7] = [
    ("MD5", DigestAlgorithm::Md5),
    ("SHA-1", DigestAlgorithm::Sha1),
    ("SHA1", DigestAlgorithm::Sha1),
    ("SHA", DigestAlgorithm::Sha1),
    ("SHA-256", DigestAlgorithm::Sha256),
    ("SHA-384", DigestAlgorithm::Sha384),
    ("SHA-512", DigestAlgorithm::Sha512),
];

const MACS: [(&str, MacAlgorithm); 5] = [
    ("HmacMD5", MacAlgorithm::HmacMd5),
    ("HmacSHA1", MacAlgorithm::HmacSha1),
    ("HmacSHA256", MacAlgorithm::HmacSha256),
    ("HmacSHA384", MacAlgorithm::HmacSha384),
    ("HmacSHA512", MacAlgorithm::HmacSha512),
];

impl DigestAlgorithm {
    /// The name that Java has for it.
    ///
    /// ```
    /// # use cloakroom_ktor::DigestAlgorithm;
    /// assert_eq!(DigestAlgorithm::Sha1.java_name(), "SHA-1");
    /// ```
    #[must_use]
    pub const fn java_name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }
}

impl FromStr for DigestAlgorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        find(&DIGESTS, name).ok_or(UnknownAlgorithm {
            message: "not an algorithm of Ktor's digests: use MD5, SHA-1, SHA-256, SHA-384 or \
                      SHA-512",
        })
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.java_name())
    }
}

impl MacAlgorithm {
    /// The name that Java has for it.
    ///
    /// ```
    /// # use cloakroom_ktor::MacAlgorithm;
    /// assert_eq!(MacAlgorithm::HmacSha1.java_name(), "HmacSHA1");
    /// ```
    #[must_use]
    pub const fn java_name(self) -> &'static str {
        match self {
            Self::HmacMd5 => "HmacMD5",
            Self::HmacSha1 => "HmacSHA1",
            Self::HmacSha256 => "HmacSHA256",
            Self::HmacSha384 => "HmacSHA384",
            Self::HmacSha512 => "HmacSHA512",
        }
    }
}

impl FromStr for MacAlgorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        find(&MACS, name).ok_or(UnknownAlgorithm {
            message: "not an algorithm that signs Ktor's sessions: use HmacMD5, HmacSHA1, \
                      HmacSHA256, HmacSHA384 or HmacSHA512",
        })
    }
}

impl fmt::Display for MacAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.java_name())
    }
}

impl fmt::Display for UnknownAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl Error for UnknownAlgorithm {}

fn find<A: Copy>(known: &[(&str, A)], name: &str) -> Option<A> {
    let found = known
        .iter()
        .find(|(java, _)| java.eq_ignore_ascii_case(name));
    found.map(|(_, algorithm)| *algorithm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_java_name_is_read_in_any_case_and_written_as_java_has_it() {
        for (name, algorithm) in DIGESTS {
            assert_eq!(name.parse(), Ok(algorithm));
            assert_eq!(name.to_lowercase().parse(), Ok(algorithm));
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
        }
        for (name, algorithm) in MACS {
            assert_eq!(name.parse(), Ok(algorithm));
            assert_eq!(name.to_uppercase().parse(), Ok(algorithm));
            assert_eq!(algorithm.to_string(), name);
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_names_there_are() {
        for name in ["", "AES", "SHA-256", "HmacSHA256 ", "HmacSHA224"] {
            let error = name.parse::<MacAlgorithm>().unwrap_err();
            let message = error.to_string();
            for (known, _) in MACS {
                assert!(message.contains(known), "{message}");
            }
        }
        for name in ["", "SHA-2", "HmacSHA256", "SHA-256 "] {
            let error = name.parse::<DigestAlgorithm>().unwrap_err();
            for algorithm in [DigestAlgorithm::Md5, DigestAlgorithm::Sha512] {
                assert!(error.to_string().contains(algorithm.java_name()));
            }
        }
    }
}
