//! Loading: from a request's head to a session, or to the reason why there is none.
//!
//! * **Nothing is changed** by loading, neither in the storage nor at the client.
//! * **Several tokens of one name** (cookies of other paths, a header on two lines): at most four
//!   are tried. Those that verify must be one session, of which the newest counts.
//! * **Another form** of tokens is looked for only in what is none of the provider's own; but where a session
//!   has the same id in both, the store that it is moved from counts for as long as it lies there.
//! * **By id, to verify means the check and a live record**, so a dead leftover is ignored.

mod by_id;
mod by_value;
mod choose;
mod content;
mod elsewhere;
mod record;
mod tokens;

pub(crate) use by_id::load as load_by_id;
pub(crate) use by_value::load as load_by_value;
pub(crate) use content::{
    decode_record, decode_record_elsewhere, encode_record, encode_record_elsewhere,
};
pub(crate) use elsewhere::moved_away;
pub(crate) use tokens::Tokens;
