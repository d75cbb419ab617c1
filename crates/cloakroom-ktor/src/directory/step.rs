//! The places where a crash is tested.

/// How far a call has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step {
    DraftMade,
    DraftWritten,
    DraftSynced,
    FoldersMade,
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

/// A process that is to die here says so and waits for it.
#[cfg(test)]
pub(super) fn reached(step: Step) {
    super::tests::process::die_at(step);
}
