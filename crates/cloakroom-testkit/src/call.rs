//! The names of a storage's calls.

/// A call of [`Storage`](cloakroom_core::Storage), by its method.
///
/// # Examples
///
/// ```
/// use cloakroom_testkit::Call;
///
/// // What reading and changing a stored session costs.
/// assert_ne!([Call::Read, Call::Update], [Call::Read, Call::Create]);
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Call {
    /// `read`, or `read_latest`: where no copies are kept they are the same.
    Read,
    /// `create`
    Create,
    /// `update`
    Update,
    /// `touch`
    Touch,
    /// `take`
    Take,
    /// `remove`
    Remove,
    /// `begin_sign_in`
    BeginSignIn,
    /// `list`
    List,
    /// `remove_all`
    RemoveAll,
    /// `end_before`
    EndBefore,
    /// `sweep`
    Sweep,
}
