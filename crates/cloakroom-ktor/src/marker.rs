//! Names by which our helpers tell our serializers what serde's data model has no word for.
//!
//! Each is the name of a newtype, which every other format looks through.

/// A `java.math.BigDecimal`, as its text.
pub(crate) const BIG_DECIMAL: &str = "$cloakroom_ktor::BigDecimal";
/// A `java.math.BigInteger`, as its text.
pub(crate) const BIG_INTEGER: &str = "$cloakroom_ktor::BigInteger";
/// A `java.util.Optional`, as an `Option`.
pub(crate) const OPTIONAL: &str = "$cloakroom_ktor::Optional";
/// A `Set`, as a sequence.
pub(crate) const SET: &str = "$cloakroom_ktor::Set";
/// A `java.util.UUID`, as its text.
pub(crate) const UUID: &str = "$cloakroom_ktor::Uuid";

/// What kotlinx has no serializer for.
pub(crate) fn is_unknown_to_kotlinx(newtype: &str) -> bool {
    [BIG_DECIMAL, BIG_INTEGER, OPTIONAL].contains(&newtype)
}
