//! When a provider loads, writes and clears, and which of several tokens counts: what the rest of
//! the core takes as an argument, so that another session system's ways are a value and no branch.

/// When a provider loads, writes and clears, and which of several tokens counts.
///
/// Ours ([`Rules::native`]) are those of `rules/request.md`. A profile of another session system
/// has its own.
///
/// # Examples
///
/// ```
/// use cloakroom_core::{Loads, Rules};
///
/// assert_eq!(Rules::native().loads, Loads::WhenAsked);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rules {
    /// When the session is loaded.
    pub loads: Loads,
    /// When the token, and by id the record, is written.
    pub writes: Writes,
    /// Which tokens that are no session are cleared.
    pub clears: Clears,
    /// Which of several tokens of one name counts.
    pub several: Several,
}

impl Rules {
    /// cloakroom's own.
    ///
    /// ```
    /// use cloakroom_core::{Clears, Rules, Several, Writes};
    ///
    /// let native = Rules::native();
    /// assert_eq!(native.writes, Writes::WhenChanged);
    /// assert_eq!(native.clears, Clears::Rarely);
    /// assert_eq!(native.several, Several::OneSession);
    /// ```
    #[must_use]
    pub const fn native() -> Self {
        Self {
            loads: Loads::WhenAsked,
            writes: Writes::WhenChanged,
            clears: Clears::Rarely,
            several: Several::OneSession,
        }
    }

    /// The same, loading at other times.
    ///
    /// ```
    /// use cloakroom_core::{Loads, Rules};
    ///
    /// assert_eq!(Rules::native().loading(Loads::Always).loads, Loads::Always);
    /// ```
    #[must_use]
    pub const fn loading(self, loads: Loads) -> Self {
        Self { loads, ..self }
    }

    /// The same, writing at other times.
    ///
    /// ```
    /// use cloakroom_core::{Rules, Writes};
    ///
    /// assert_eq!(Rules::native().writing(Writes::WhenSet).writes, Writes::WhenSet);
    /// ```
    #[must_use]
    pub const fn writing(self, writes: Writes) -> Self {
        Self { writes, ..self }
    }

    /// The same, clearing other tokens.
    ///
    /// ```
    /// use cloakroom_core::{Clears, Rules};
    ///
    /// let rules = Rules::native().clearing(Clears::Unusable);
    /// assert_eq!(rules.clears, Clears::Unusable);
    /// ```
    #[must_use]
    pub const fn clearing(self, clears: Clears) -> Self {
        Self { clears, ..self }
    }

    /// The same, with another token of several.
    ///
    /// ```
    /// use cloakroom_core::{Rules, Several};
    ///
    /// assert_eq!(Rules::native().choosing(Several::Last).several, Several::Last);
    /// ```
    #[must_use]
    pub const fn choosing(self, several: Several) -> Self {
        Self { several, ..self }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::native()
    }
}

/// When a session is loaded.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Loads {
    /// When the handler asks for it: a request that does not costs nothing. Ours.
    WhenAsked,
    /// In every request, before the handler runs.
    Always,
}

/// When a session is written.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Writes {
    /// When its bytes changed; by id the token is not sent again. Ours.
    WhenChanged,
    /// When its bytes changed, and the token is sent each time.
    SentWhenChanged,
    /// When the handler set it, also to equal bytes, and the token is sent each time.
    WhenSet,
    /// As `WhenSet`, and the token is sent with every other response as well, passive requests
    /// apart.
    Always,
}

/// Which tokens that are no session are cleared.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Clears {
    /// For the application's word, and one that no node can ever accept in answer to a navigation.
    /// Ours.
    Rarely,
    /// What the transformers let through and is no session all the same (an unknown id, content
    /// that travels and does not decode), in answer to any request; what they refuse never, and an
    /// id whose record is there only for the application's word.
    Unusable,
}

/// Which of several tokens of one name counts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Several {
    /// Up to four are tried, and those that verify must be one session. Ours.
    OneSession,
    /// The first; the others are not looked at.
    First,
    /// The last; the others are not looked at.
    Last,
}
