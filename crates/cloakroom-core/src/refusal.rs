//! Why a token is no session: one enum, and which of its reasons hold for ever.

/// Why a token is no session.
///
/// A refusal is never an error for the client: the request goes on without a session, and an
/// event carries the reason.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// Longer than the transport allows; not decoded at all.
    TooLong,
    /// Not the text or the shape that a token has: empty, bad base64, too short, garbled inside.
    Malformed,
    /// A version or a form (sealed, signed, id) that this provider does not read.
    UnknownVersion,
    /// Made under a key that the ring does not have.
    UnknownKey,
    /// Made under a key that the ring does not accept yet, or accepts no more.
    KeyOutOfTime,
    /// Made under a revoked key, or renewed from a token that was.
    KeyRevoked,
    /// Fails authentication under a known key: forged, flipped, of another provider or purpose.
    Forged,
    /// Says that it was made more than a minute from now.
    FromTheFuture,
    /// Past its absolute deadline.
    AbsoluteDeadline,
    /// Past its idle deadline.
    IdleDeadline,
    /// An id under which no live record lies: never made, expired or ended.
    UnknownId,
    /// An id whose record is there, with a proof that opened it once and does no more.
    ReusedProof,
    /// More tokens of the provider's name than are tried.
    TooMany,
    /// Several tokens of the provider's name verify, and they are different sessions.
    Ambiguous,
    /// A transformer of the application refused it.
    Transformer,
    /// A transformer would have produced more than its context allows.
    TooLarge,
    /// Authentic, but no reader of the codec decodes the content.
    Content,
    /// Authentic and decoded, but the application's `validate` refuses the value.
    Invalid,
}

impl Refusal {
    /// Whether the token came through its transformers and is no session all the same: an unknown
    /// id, or content that no reader, or not `validate`, takes.
    ///
    /// ```
    /// use cloakroom_core::Refusal;
    ///
    /// assert!(Refusal::UnknownId.is_of_content());
    /// assert!(!Refusal::Forged.is_of_content());
    /// ```
    #[must_use]
    pub const fn is_of_content(self) -> bool {
        matches!(self, Self::UnknownId | Self::Content | Self::Invalid)
    }

    /// Whether a token refused for this reason can never be valid, on any node, at any time.
    ///
    /// Only such a token may be cleared without the application's word (design: the clearing
    /// rule). An unknown key or version may be known to another node during a rolling change, an
    /// unknown id may have been replaced by a parallel sign-in, content may be readable by another
    /// version of the application: none of these is for ever.
    ///
    /// ```
    /// use cloakroom_core::Refusal;
    ///
    /// assert!(Refusal::Forged.is_for_ever());
    /// assert!(!Refusal::UnknownKey.is_for_ever());
    /// ```
    #[must_use]
    pub const fn is_for_ever(self) -> bool {
        match self {
            Self::TooLong | Self::Malformed | Self::Forged | Self::AbsoluteDeadline => true,
            Self::UnknownVersion
            | Self::UnknownKey
            | Self::KeyOutOfTime
            | Self::KeyRevoked
            | Self::FromTheFuture
            | Self::IdleDeadline
            | Self::UnknownId
            | Self::ReusedProof
            | Self::TooMany
            | Self::Ambiguous
            | Self::Transformer
            | Self::TooLarge
            | Self::Content
            | Self::Invalid => false,
        }
    }
}
