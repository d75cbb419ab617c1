//! Opening a directory that only this process writes.
//!
//! * **The mark** is a folder, `.cloakroom`, with the lock and the state in it. It is made under the
//!   root's lock, which every Rust writer of a shared directory takes before it writes: from then on
//!   they refuse. It is only made where no file of Ktor's lies, or when those are to be converted.
//! * **Everything is read once**, to know which records there are.
//! * **Converting is done file by file**, each in one step. A crash leaves texts and records side by
//!   side and the mark with them: nobody opens the directory as anything until converting is done
//!   again, to the end.

use std::collections::HashMap;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use cloakroom_storage::{Record, StorageKey};

use super::index::{Entry, Index};
use super::state::{Kept, State};
use super::store::Store;
use crate::directory::draft::{Draft, Onto, Put};
use crate::directory::error::{DirectoryError, DirectoryErrorKind};
use crate::directory::place::Place;
use crate::directory::shared::MARK;
use crate::directory::step::{Step, reached};
use crate::directory::tree::{Found, Lasting, Tree, read_in};
use crate::kept_record::{KeptRecord, RecordFormatError};

/// Makes a record of the text of one of Ktor's sessions.
pub(super) type Convert<'a> = dyn FnMut(&StorageKey, Arc<[u8]>) -> Record + 'a;

/// What lies in a file.
enum Content {
    Record(Box<KeptRecord>),
    Ktors(StorageKey),
    Damaged,
    Newer,
    /// Nothing that concerns a storage.
    Foreign,
}

/// What lies in all of them.
struct Census {
    index: Index,
    /// Where Ktor's files lie, and the sessions' ids.
    ktors: Vec<(Place, StorageKey)>,
}

pub(super) fn open(
    root: &Path,
    convert: Option<&mut Convert<'_>>,
) -> Result<Store, DirectoryError> {
    Tree::make(root)?;
    let tree = Tree::open(root)?;
    let held = {
        let _lock = tree.lock()?;
        if !tree.has(MARK)? {
            if convert.is_none() {
                check_unused(&tree)?;
            }
            tree.make_folder(MARK)?;
            reached(Step::MarkMade);
        }
        let lock = Place::of_names(&[MARK], "lock");
        tree.hold(&lock)?.ok_or(error(DirectoryErrorKind::InUse))?
    };
    tree.remove_drafts(usize::MAX)?;
    let kept = match State::read(&tree)? {
        Kept::State(state) => Some(state),
        Kept::Missing => None,
        Kept::Damaged => return Err(error(DirectoryErrorKind::StateLost)),
        Kept::NewerFormat => return Err(error(DirectoryErrorKind::NewerFormat)),
    };
    let is_new = kept.is_none();
    let mut state = kept.unwrap_or_default();
    let mut census = take_census(&tree, &mut state)?;
    if is_new {
        if census.index.counts().records > 0 {
            return Err(error(DirectoryErrorKind::StateLost));
        }
        state.save(&tree)?;
    }
    match convert {
        Some(convert) => convert_all(&tree, &mut state, &mut census, convert)?,
        None if census.ktors.is_empty() => {}
        None => return Err(error(DirectoryErrorKind::KtorFiles(census.ktors.len()))),
    }
    Ok(Store::new(tree, held, census.index, state))
}

/// An error if a session of anyone's lies there.
fn check_unused(tree: &Tree) -> Result<(), DirectoryError> {
    let mut seen = Ok(());
    tree.walk(MARK, &mut |folder, place| {
        seen = match what_lies(read_in(folder, place.file())?, place) {
            Content::Foreign => return Ok(ControlFlow::Continue(())),
            Content::Ktors(_) => Err(error(DirectoryErrorKind::KtorFiles(1))),
            Content::Record(_) | Content::Damaged => Err(error(DirectoryErrorKind::StateLost)),
            Content::Newer => Err(error(DirectoryErrorKind::NewerFormat)),
        };
        Ok(ControlFlow::Break(()))
    })?;
    seen
}

fn take_census(tree: &Tree, state: &mut State) -> Result<Census, DirectoryError> {
    let floors: HashMap<_, _> = state.floors().clone();
    let mut census = Census {
        index: Index::new(state.numbers(), floors),
        ktors: Vec::new(),
    };
    let mut is_newer = false;
    tree.walk(MARK, &mut |folder, place| {
        match what_lies(read_in(folder, place.file())?, place) {
            Content::Record(kept) => {
                state.skip(kept.version);
                census.index.found(&kept);
            }
            Content::Ktors(id) => census.ktors.push((place.clone(), id)),
            Content::Damaged => census.index.damaged(place.clone()),
            Content::Newer => {
                is_newer = true;
                return Ok(ControlFlow::Break(()));
            }
            Content::Foreign => {}
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if is_newer {
        return Err(error(DirectoryErrorKind::NewerFormat));
    }
    Ok(census)
}

/// What a file holds. An empty one is what a writer of Ktor's left that died: nothing.
fn what_lies(found: Found, place: &Place) -> Content {
    let Found::Content(bytes) = found else {
        return Content::Foreign;
    };
    if !place.is_of_session() {
        return Content::Foreign;
    }
    match KeptRecord::decode(&bytes) {
        // Moved or copied from where it belongs: no storage would find it, or a storage would find
        // the wrong one.
        Ok(kept) if Place::of_key(&kept.key) != *place => Content::Damaged,
        Ok(kept) => Content::Record(Box::new(kept)),
        Err(RecordFormatError::UnknownFormat) => Content::Newer,
        Err(RecordFormatError::NoRecord) if str::from_utf8(&bytes).is_ok() => {
            let id = place.to_id().map(|id| StorageKey::text(&id));
            match id {
                Some(Ok(id)) => Content::Ktors(id),
                _ => Content::Foreign,
            }
        }
        Err(_) => Content::Damaged,
    }
}

fn convert_all(
    tree: &Tree,
    state: &mut State,
    census: &mut Census,
    convert: &mut Convert<'_>,
) -> io::Result<()> {
    for (place, key) in census.ktors.drain(..) {
        let Found::Content(text) = tree.read(&place)? else {
            continue;
        };
        let mut record = convert(&key, text.into());
        if let Some(subject) = record.subject() {
            let number = census.index.number(&subject);
            record.subject_number.get_or_insert(number);
        }
        let kept = KeptRecord::new(key.clone(), state.next_version(tree)?, record);
        let to = Place::of_key(&key);
        let draft = Draft::new(tree, &kept.encode())?;
        if let Put::Done(placed) = draft.put(&to, Onto::Anything)? {
            placed.sync()?;
        }
        reached(Step::Converted);
        if to != place {
            tree.remove(&place, Lasting::Yes)?;
        }
        census.index.insert(&key, Entry::of(&kept));
    }
    Ok(())
}

const fn error(kind: DirectoryErrorKind) -> DirectoryError {
    DirectoryError::new(kind)
}
