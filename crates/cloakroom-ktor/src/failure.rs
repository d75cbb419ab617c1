//! What serde asks of a format's errors, over the codecs' public ones.
//!
//! Boxed, so that the way of success carries a pointer and not the error's own size.

use std::fmt::{self, Display};

use cloakroom_core::{DecodeError, DecodeErrorKind, EncodeError};

/// A value has no form in a format.
pub(crate) struct Unwritable(Box<EncodeError>);

impl Unwritable {
    /// For this reason, and with what helps.
    #[cold]
    pub(crate) fn because(reason: &'static str) -> Self {
        Self(Box::new(EncodeError::new().because(reason)))
    }

    /// The same inside a declared field.
    pub(crate) fn in_field(self, name: &'static str) -> Self {
        Self(Box::new(self.0.in_field(name)))
    }

    /// The public error.
    pub(crate) fn into_error(self) -> EncodeError {
        *self.0
    }
}

impl serde::ser::Error for Unwritable {
    /// The type's own words may quote the value, so they are a cause and no reason.
    fn custom<T: Display>(message: T) -> Self {
        Self(Box::new(
            EncodeError::new()
                .because("the type refuses to be written")
                .with_source(message.to_string()),
        ))
    }
}

/// A text is not of a format, or not of the type.
pub(crate) struct Unreadable(Box<DecodeError>);

impl Unreadable {
    /// For this reason.
    #[cold]
    pub(crate) fn because(reason: &'static str) -> Self {
        Self(Box::new(
            DecodeError::new(DecodeErrorKind::Content).with_source(reason),
        ))
    }

    /// The public error.
    pub(crate) fn into_error(self) -> DecodeError {
        *self.0
    }
}

impl serde::de::Error for Unreadable {
    fn custom<T: Display>(message: T) -> Self {
        Self(Box::new(
            DecodeError::new(DecodeErrorKind::Content).with_source(message.to_string()),
        ))
    }
}

macro_rules! as_the_public_error {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl std::error::Error for $name {}
    )*};
}

as_the_public_error!(Unwritable, Unreadable);
