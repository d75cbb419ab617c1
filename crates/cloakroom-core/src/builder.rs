//! Configuration: what an application says of its sessions, and what `build()` makes of it.
//!
//! * **Safe unless asked otherwise**: the defaults need no thought, and what is dangerous has a name
//!   that says so.
//! * **Contradictions are refused** when the application starts, with the provider, the field, what
//!   is wrong and what to do.

mod check;
mod error;
mod foreign;
mod options;
mod other_form;
mod profile;
mod sessions;

pub use error::BuildError;
pub use options::{Conflicts, CookieSession, Ending, HeaderSession, SessionOptions};
pub use other_form::OtherForm;
pub use sessions::SessionsBuilder;
