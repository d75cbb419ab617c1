//! The places where a crash is tested.

/// How far a call has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step {
    DraftMade,
    DraftWritten,
    DraftSynced,
    FoldersMade,
    FileSeen,
    Placed,
    Exchanged,
    FolderSynced,
    Unlinked,
    FolderRemoved,
    MarkMade,
    Converted,
}

/// Nothing happens here, but in this crate's own tests.
#[cfg(not(test))]
pub(super) const fn reached(_: Step) {}

/// A test may have something else happen here, and a process that is to die here waits for it.
#[cfg(test)]
pub(super) fn reached(step: Step) {
    super::tests::process::at(step);
}
