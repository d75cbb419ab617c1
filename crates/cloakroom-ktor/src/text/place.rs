//! Where in a text a value is: Ktor knows the Kotlin type of some places only.

use super::collection::Reader;
use super::names::Names;
use super::node::MAX_DEPTH;
use crate::failure::Unreadable;

/// Where a value is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// A property that is never null: the JVM's own type, such as `long`.
    Property,
    /// A property that may be null: an object, such as `java.lang.Long`.
    Nullable,
    /// In a list, a set or a map, whose type Ktor knows.
    Element,
    /// In an `Optional`, of whose type Ktor knows nothing.
    Erased,
}

impl Place {
    /// The place of a value that is there and might be null.
    pub(super) const fn in_option(self) -> Self {
        match self {
            Self::Property => Self::Nullable,
            _ => self,
        }
    }

    /// The place of an element.
    pub(super) const fn in_collection(self) -> Self {
        match self {
            Self::Erased => Self::Erased,
            _ => Self::Element,
        }
    }

    /// Whether Ktor knows which class a `##` is of.
    pub(super) const fn holds_objects(self) -> bool {
        matches!(self, Self::Property | Self::Nullable)
    }
}

/// Who reads, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'t> {
    pub(super) reader: Reader,
    pub(super) names: &'t Names,
    pub(super) place: Place,
    depth: u8,
}

impl<'t> At<'t> {
    /// At the outermost class.
    pub(super) const fn root(reader: Reader, names: &'t Names) -> Self {
        Self {
            reader,
            names,
            place: Place::Property,
            depth: 0,
        }
    }

    /// One level deeper, at this place.
    pub(super) fn inside(self, place: Place) -> Result<Self, Unreadable> {
        if self.depth >= MAX_DEPTH {
            return Err(Unreadable::because(
                "values more than 32 deep in each other",
            ));
        }
        Ok(Self {
            place,
            depth: self.depth + 1,
            ..self
        })
    }

    /// The same for a value that is there and might be null.
    pub(super) const fn in_option(self) -> Self {
        Self {
            place: self.place.in_option(),
            ..self
        }
    }

    pub(super) fn is_reflection(self) -> bool {
        self.reader == Reader::Reflection
    }
}
