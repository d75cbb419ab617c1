//! Where in a text a value is: Ktor knows the Kotlin type of some places only.

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
