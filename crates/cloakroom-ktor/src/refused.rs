//! The one refusal of all of Ktor's transformers.

use cloakroom_core::Refusal;

/// Whatever is wrong with a token.
///
/// Not [`Refusal::Forged`], which is for ever: Ktor's tokens name neither their key nor their
/// format, so one that fails here may be good on a node that has the next key already, or for a
/// Ktor of another version. Such a token is never cleared on its own account, as Ktor does not
/// clear it either.
pub(crate) const REFUSED: Refusal = Refusal::Transformer;
