//! The application's providers, and their routes.

/// A provider, in the order of `/read`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Provider {
    Plain,
    Id,
    Mac,
    Enc,
    Every,
    Session,
    Drawing,
}

impl Provider {
    pub(crate) const ALL: [Self; 7] = [
        Self::Plain,
        Self::Id,
        Self::Mac,
        Self::Enc,
        Self::Every,
        Self::Session,
        Self::Drawing,
    ];

    /// Of the cookie or the header.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Id => "ID",
            Self::Mac => "MAC",
            Self::Enc => "ENC",
            Self::Every => "EVERY",
            Self::Session => "X-Session",
            Self::Drawing => "X-Id",
        }
    }

    pub(crate) fn named(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        let named = all.find(|provider| provider.name() == name);
        named.unwrap_or_else(|| panic!("no provider is called {name}"))
    }

    /// The route that sets a session.
    pub(crate) const fn route(self) -> &'static str {
        match self {
            Self::Plain => "/plain",
            Self::Id => "/id",
            Self::Mac => "/mac",
            Self::Enc => "/enc",
            Self::Every => "/every",
            Self::Session => "/session",
            Self::Drawing => "/drawing",
        }
    }

    /// The route that changes the session that is there.
    pub(crate) const fn change_route(self) -> &'static str {
        match self {
            Self::Plain => "/plain/age",
            Self::Id => "/id/cart",
            Self::Mac => "/mac/title",
            Self::Enc => "/enc/label",
            Self::Every => "/every/a",
            Self::Session => "/session/role",
            Self::Drawing => "/drawing/size",
        }
    }

    /// The route that clears the session.
    pub(crate) fn clear_route(self) -> String {
        format!("{}/clear", self.route())
    }

    pub(crate) const fn is_header(self) -> bool {
        matches!(self, Self::Session | Self::Drawing)
    }

    pub(crate) const fn is_by_id(self) -> bool {
        matches!(self, Self::Id | Self::Drawing)
    }
}
