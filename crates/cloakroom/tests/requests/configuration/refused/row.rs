//! A row of the table, and short ways to write one.

use cloakroom::{BuildError, CookieOptions, CookieSession, SessionsBuilder};

use crate::shop::{Cart, Shop};

/// A configuration, and how it is refused.
pub(super) struct Refused {
    pub(super) error: Result<(), BuildError>,
    pub(super) provider: Option<&'static str>,
    pub(super) field: &'static str,
    /// A part of what is said to be wrong.
    pub(super) problem: &'static str,
    /// A part of what is said to do.
    pub(super) remedy: &'static str,
}

pub(super) fn built(builder: SessionsBuilder) -> Result<(), BuildError> {
    builder.build().map(drop)
}

/// A cart in a cookie of this name.
pub(super) fn named(name: &'static str, problem: &'static str, remedy: &'static str) -> Refused {
    let builder = Shop::new().builder();
    let provider = Some(name);
    let error = built(builder.cookie::<Cart>(name, |c| c.sealed()));
    Refused {
        error,
        provider,
        field: "name",
        problem,
        remedy,
    }
}

/// A cart in a header of this name.
pub(super) fn header(name: &'static str, problem: &'static str, remedy: &'static str) -> Refused {
    let builder = Shop::new().builder();
    let provider = Some(name);
    let error = built(builder.header::<Cart>(name, |h| h.sealed()));
    Refused {
        error,
        provider,
        field: "name",
        problem,
        remedy,
    }
}

/// A cart in a cookie, configured so.
pub(super) fn cart(
    configure: impl FnOnce(CookieSession<Cart>) -> CookieSession<Cart>,
    field: &'static str,
    problem: &'static str,
    remedy: &'static str,
) -> Refused {
    let builder = Shop::new().builder();
    let provider = Some("cart");
    let error = built(builder.cookie::<Cart>("cart", configure));
    Refused {
        error,
        provider,
        field,
        problem,
        remedy,
    }
}

/// A sealed cart in a cookie with these attributes.
pub(super) fn attributes(
    set: impl FnOnce(CookieOptions) -> CookieOptions,
    field: &'static str,
    problem: &'static str,
    remedy: &'static str,
) -> Refused {
    cart(|c| c.sealed().attributes(set), field, problem, remedy)
}

/// A configuration that is wrong as a whole.
pub(super) fn whole(
    builder: SessionsBuilder,
    field: &'static str,
    problem: &'static str,
    remedy: &'static str,
) -> Refused {
    let error = built(builder);
    Refused {
        error,
        provider: None,
        field,
        problem,
        remedy,
    }
}
