//! A `Set-Cookie` line apart from its date.

use httpdate::parse_http_date;
use std::time::UNIX_EPOCH;

/// A line without its date, and the date.
pub(crate) struct Split {
    pub(crate) rest: String,
    pub(crate) dated: Dated,
}

/// What the `Expires` of a line says.
#[derive(Debug)]
pub(crate) enum Dated {
    /// There is none.
    Never,
    /// The epoch: the cookie is cleared.
    Past,
    /// Seconds since 1970.
    At(i64),
}

pub(crate) fn split(line: &str) -> Split {
    let mut dated = Dated::Never;
    let rest: Vec<_> = line
        .split("; ")
        .map(|attribute| match attribute.strip_prefix("Expires=") {
            None => attribute,
            Some(date) => {
                let time = parse_http_date(date).unwrap().duration_since(UNIX_EPOCH);
                dated = match time.unwrap().as_secs() {
                    0 => Dated::Past,
                    seconds => Dated::At(seconds.try_into().unwrap()),
                };
                "Expires"
            }
        })
        .collect();
    Split {
        rest: rest.join("; "),
        dated,
    }
}
