//! Writing that a crash cannot tear.
//!
//! * **A draft, then a name.** Content is written to a file that nobody looks for, and synced; then
//!   it takes its place in one step of the file system; then the folders are synced. Whoever reads,
//!   and whoever starts again after a crash, finds the old content or the new one, whole.
//! * **Drafts lie in the root**, where those of a process that died are found without a walk, and
//!   are locked by who writes them, so that those of a living one are told apart without a clock.
//! * **A replacement replaces**: where the system can exchange two names, what is gone by then stays
//!   gone, even if it was another program that removed it a moment ago.

use std::fs::File;
use std::io::{self, Write as _};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::place::Place;
use super::step::{Step, reached};
use super::tree::{DRAFT, Tree, flock, stat, sync_up};

/// How often something is tried again that another program undid in between.
const TRIES: usize = 1_000;

/// Content on the disk that has no place yet; removed when dropped.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    tree: &'a Tree,
    name: String,
    /// Holds the lock.
    _file: File,
}

/// What the content may take the place of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Onto {
    Nothing,
    Something,
    Anything,
}

/// What putting content to its place came to.
#[derive(Debug)]
pub(super) enum Put {
    /// It lies there, and lasts once that is [synced](Placed::sync).
    Done(Placed),
    /// Something lies there, and nothing should have.
    Taken,
    /// Nothing lies there, and something should have.
    Gone,
}

/// Content that has its place.
#[derive(Debug)]
#[must_use]
pub(super) struct Placed {
    folder: File,
    depth: usize,
}

impl Placed {
    /// Makes it last. Where this fails, it lies there all the same.
    pub(super) fn sync(self) -> io::Result<()> {
        sync_up(self.folder, self.depth)?;
        reached(Step::FolderSynced);
        Ok(())
    }
}

impl<'a> Draft<'a> {
    pub(super) fn new(tree: &'a Tree, content: &[u8]) -> io::Result<Self> {
        for _ in 0..TRIES {
            if let Some((draft, mut file)) = Self::make(tree)? {
                rustix::fs::fchmod(&file, tree.file_mode())?;
                file.write_all(content)?;
                reached(Step::DraftWritten);
                file.sync_all()?;
                reached(Step::DraftSynced);
                return Ok(draft);
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Gives the content its place. Not there yet after an error; there after `Done`.
    pub(super) fn put(&self, place: &Place, onto: Onto) -> io::Result<Put> {
        for _ in 0..TRIES {
            match self.try_put(place, onto) {
                // A folder went with its last file, just before this one came.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                done => return done,
            }
        }
        Err(io::ErrorKind::NotFound.into())
    }

    /// An empty file of a name of its own, locked; none where another one was quicker.
    fn make(tree: &'a Tree) -> io::Result<Option<(Self, File)>> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{DRAFT}{}-{number}", process::id());
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(tree.root(), &name, flags, Mode::RUSR | Mode::WUSR) {
            Ok(file) => File::from(file),
            // Another machine or container has a process of this number.
            Err(Errno::EXIST) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        reached(Step::DraftMade);
        // From here on it is removed again, whatever happens.
        let draft = Self {
            tree,
            name,
            _file: file.try_clone()?,
        };
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) if rustix::fs::fstat(&file)?.st_nlink > 0 => Ok(Some((draft, file))),
            // Taken for an abandoned one before it was locked.
            Ok(()) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn try_put(&self, place: &Place, onto: Onto) -> io::Result<Put> {
        let folder = match onto {
            Onto::Something => match self.tree.folder(place)? {
                Some(folder) => folder,
                None => return Ok(Put::Gone),
            },
            Onto::Nothing | Onto::Anything => self.tree.make_folders(place)?,
        };
        let (root, name, file) = (self.tree.root(), self.name.as_str(), place.file());
        match onto {
            Onto::Anything => rustix::fs::renameat(root, name, &folder, file)?,
            Onto::Nothing => {
                match rustix::fs::linkat(root, name, &folder, file, AtFlags::empty()) {
                    Ok(()) => {}
                    Err(Errno::EXIST) => return Ok(Put::Taken),
                    Err(error) => return Err(error.into()),
                }
            }
            Onto::Something if stat(&folder, file)?.is_none() => return Ok(Put::Gone),
            Onto::Something => {
                reached(Step::FileSeen);
                // Where it is gone since then, the next try finds it so.
                take_place(root, name, &folder, file)?;
            }
        }
        reached(Step::Placed);
        Ok(Put::Done(Placed {
            folder,
            depth: place.folders().len(),
        }))
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        // The name is there no more where the content was moved to its place; what cannot be
        // removed is swept later.
        let _ = rustix::fs::unlinkat(self.tree.root(), &self.name, AtFlags::empty());
    }
}

/// Puts a file to the place of another one: by an exchange, which fails where nothing is there any
/// more, if the file system can do that.
fn take_place(from: &File, name: &str, to: &File, with: &str) -> Result<(), Errno> {
    match exchange(from, name, to, with) {
        Ok(()) => {
            reached(Step::Exchanged);
            Ok(())
        }
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::XDEV) => {
            rustix::fs::renameat(from, name, to, with)
        }
        Err(error) => Err(error),
    }
}

/// Lets two names change places, if both are there.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(from: &File, name: &str, to: &File, with: &str) -> Result<(), Errno> {
    rustix::fs::renameat_with(from, name, to, with, rustix::fs::RenameFlags::EXCHANGE)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &File, _: &str, _: &File, _: &str) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::tests::process::meanwhile;
    use crate::directory::tree::Found;

    fn place() -> Place {
        Place::of_id("abcd").unwrap()
    }

    fn content(tree: &Tree) -> Option<Vec<u8>> {
        match tree.read(&place()).unwrap() {
            Found::Content(content) => Some(content),
            Found::Nothing | Found::Empty(_) => None,
        }
    }

    #[test]
    fn the_draft_of_a_living_writer_is_not_swept() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::open(folder.path()).unwrap();
        let draft = Draft::new(&tree, b"new").unwrap();
        let abandoned = folder.path().join(format!("{DRAFT}0-0"));
        std::fs::write(&abandoned, "half").unwrap();
        assert_eq!(tree.remove_drafts(9).unwrap(), 1);
        assert!(!abandoned.exists());
        let put = draft.put(&place(), Onto::Nothing).unwrap();
        assert!(matches!(put, Put::Done(_)));
        assert_eq!(content(&tree).as_deref(), Some(b"new".as_slice()));
    }

    /// Ktor removes empty folders too, and takes no lock.
    #[test]
    fn folders_that_are_removed_in_between_are_made_again() {
        for onto in [Onto::Nothing, Onto::Anything] {
            let folder = tempfile::tempdir().unwrap();
            let tree = Tree::open(folder.path()).unwrap();
            let draft = Draft::new(&tree, b"new").unwrap();
            let (made, mut times) = (folder.path().join("ab"), 0..3);
            meanwhile(move |step| {
                if step == Step::FoldersMade && times.next().is_some() {
                    std::fs::remove_dir(&made).unwrap();
                }
            });
            assert!(matches!(draft.put(&place(), onto), Ok(Put::Done(_))));
            assert_eq!(content(&tree).as_deref(), Some(b"new".as_slice()));
        }
    }

    /// Ktor ends a session in the moment in which it is replaced.
    #[test]
    fn what_is_removed_in_between_is_not_brought_back() {
        for with_its_folder in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let tree = Tree::open(folder.path()).unwrap();
            let above = folder.path().join("ab");
            std::fs::create_dir(&above).unwrap();
            std::fs::write(above.join("cd.dat"), "old").unwrap();
            let draft = Draft::new(&tree, b"new").unwrap();
            meanwhile(move |step| {
                if step == Step::FileSeen {
                    std::fs::remove_file(above.join("cd.dat")).unwrap();
                    if with_its_folder {
                        std::fs::remove_dir(&above).unwrap();
                    }
                }
            });
            assert!(matches!(
                draft.put(&place(), Onto::Something),
                Ok(Put::Gone)
            ));
            assert_eq!(content(&tree), None);
        }
    }

    /// It is an error, not a loop without end.
    #[test]
    fn folders_that_are_removed_each_time_are_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::open(folder.path()).unwrap();
        let draft = Draft::new(&tree, b"new").unwrap();
        let made = folder.path().join("ab");
        meanwhile(move |step| {
            if step == Step::FoldersMade {
                std::fs::remove_dir(&made).unwrap();
            }
        });
        let error = draft.put(&place(), Onto::Anything).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_is_not_put_to_its_place_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::open(folder.path()).unwrap();
        drop(Draft::new(&tree, b"new").unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    /// Whatever happened since it was looked at last.
    #[test]
    fn content_takes_the_place_of_nothing_or_of_something_as_it_was_told() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::open(folder.path()).unwrap();
        let put = |onto| {
            let put = Draft::new(&tree, b"new").unwrap().put(&place(), onto);
            put.unwrap()
        };
        assert!(matches!(put(Onto::Something), Put::Gone));
        assert_eq!(content(&tree), None);
        std::fs::create_dir(folder.path().join("ab")).unwrap();
        assert!(matches!(put(Onto::Something), Put::Gone));
        std::fs::write(folder.path().join("ab/cd.dat"), "old").unwrap();
        assert!(matches!(put(Onto::Nothing), Put::Taken));
        assert_eq!(content(&tree).as_deref(), Some(b"old".as_slice()));
        assert!(matches!(put(Onto::Something), Put::Done(_)));
        assert_eq!(content(&tree).as_deref(), Some(b"new".as_slice()));
    }

    /// A sweep may come in the moment between making a draft and locking it.
    #[test]
    fn a_draft_that_was_swept_before_it_was_locked_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::open(folder.path()).unwrap();
        let (root, mut times) = (folder.path().to_owned(), 0..3);
        meanwhile(move |step| {
            if step == Step::DraftMade && times.next().is_some() {
                let swept = Tree::open(&root).unwrap().remove_drafts(9).unwrap();
                assert_eq!(swept, 1);
            }
        });
        let draft = Draft::new(&tree, b"new").unwrap();
        let put = draft.put(&place(), Onto::Nothing).unwrap();
        assert!(matches!(put, Put::Done(_)));
        assert_eq!(content(&tree).as_deref(), Some(b"new".as_slice()));
    }

    /// The name of another process's draft: that of one in another container, say.
    #[test]
    fn a_name_that_is_taken_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree::open(folder.path()).unwrap();
        let first = Draft::new(&tree, b"").unwrap().name.clone();
        let (all, number) = first.rsplit_once('-').unwrap();
        let number: u64 = number.parse().unwrap();
        let next = number + 1..number + 200;
        let taken = |number| folder.path().join(format!("{all}-{number}"));
        for number in next.clone() {
            std::fs::write(taken(number), "theirs").unwrap();
        }
        let draft = Draft::new(&tree, b"new").unwrap();
        assert!(matches!(
            draft.put(&place(), Onto::Anything),
            Ok(Put::Done(_))
        ));
        assert_eq!(content(&tree).as_deref(), Some(b"new".as_slice()));
        for number in next {
            assert_eq!(std::fs::read(taken(number)).unwrap(), b"theirs");
        }
    }
}
