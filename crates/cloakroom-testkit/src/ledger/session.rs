//! A session, and what may lie there.

use std::sync::Arc;

use cloakroom_storage::{StorageKey, Stored, Version};

use super::content::number_of;

/// What lies under a key: nothing, or a content of this number.
pub(super) type State = Option<u64>;

pub(super) struct Session {
    pub(super) key: StorageKey,
    /// Whose it is, if it is somebody's.
    pub(super) name: Option<Arc<str>>,
    /// What may lie there: what was there last for sure, then what calls that failed would have made
    /// of it.
    may_be: Vec<State>,
    /// The version of what lies there, where it is known.
    version: Option<Version>,
}

impl Session {
    /// One whose `create` has begun.
    pub(super) fn new(key: StorageKey, name: Option<Arc<str>>, number: u64) -> Self {
        Self {
            key,
            name,
            may_be: vec![None, Some(number)],
            version: None,
        }
    }

    /// Whether it is there for sure, and nothing that is on its way ends it.
    pub(super) fn is_live(&self) -> bool {
        !self.may_be.contains(&None)
    }

    /// A call has begun that makes this of it.
    pub(super) fn may_become(&mut self, state: State) {
        self.may_be.push(state);
    }

    /// The last call that began is over, and was for nothing.
    pub(super) fn did_not_become(&mut self) {
        self.may_be.pop();
    }

    /// It is so: a call was acknowledged, after which nothing from before it can come.
    pub(super) fn is(&mut self, state: State, version: Option<Version>) {
        self.may_be = vec![state];
        self.version = version;
    }

    /// The version is one of another storage.
    pub(super) fn forget_version(&mut self) {
        self.version = None;
    }

    /// This lies there, which rules out what else might.
    pub(super) fn is_found(&mut self, stored: Option<&Stored>) {
        let found = stored.map(|stored| number_of(&stored.record));
        let may_be = &self.may_be;
        assert!(may_be.contains(&found), "{found:?} of {may_be:?}");
        let version = stored.map(|stored| stored.version);
        if may_be.first() == Some(&found) {
            // What is on its way may still come.
            let known = self.version.or(version);
            assert_eq!(
                known, version,
                "nobody has written, and the version changed"
            );
            self.version = version;
            return;
        }
        // An update that has happened bars those before it. An end is still possible.
        let may_end = may_be.iter().skip(1).any(Option::is_none);
        self.is(found, version);
        if found.is_some() && may_end {
            self.may_become(None);
        }
    }
}
