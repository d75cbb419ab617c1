//! Files below an open folder.
//!
//! * **Every name is looked up in a folder that is open**, and no symbolic link is followed below
//!   the root: whatever else happens in the tree at the same time, no file outside of it is touched.
//! * **Reading makes no folder.** Ktor's reading does, which lets random cookies fill a disk.
//! * **Who may enter the root may use what is below**: folders and files get the root's own rights,
//!   whatever the umask says. A root that is made is its owner's alone.
//! * **Folders go with their last file**, and come back when a writer finds one gone: it then
//!   begins again at the root.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _};
use std::ops::ControlFlow;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use cloakroom_storage::Timestamp;
use rustix::fs::{AtFlags, Dir, FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::place::Place;
use super::step::{Step, reached};

/// The largest file that is read: far above what any session holds.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Deeper than any place.
const MAX_DEPTH: usize = 160;

/// What the names of unfinished files begin with: no name of a session does.
pub(super) const DRAFT: &str = ".cloakroom-new-";

/// An open folder and the rights of what is made below it.
#[derive(Debug)]
pub(super) struct Tree {
    root: File,
    folder_mode: Mode,
    file_mode: Mode,
}

/// What lies at a place.
pub(super) enum Found {
    Nothing,
    /// An empty file, and when it was last written.
    Empty(Timestamp),
    Content(Vec<u8>),
}

/// How many bytes the file had that was removed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unlinked {
    Nothing,
    Empty,
    Content,
}

/// A file that was taken away, and what is left to do.
#[must_use]
pub(super) struct Removal<'a> {
    place: &'a Place,
    folder: Option<File>,
    unlinked: Unlinked,
}

/// Whether an effect has to outlast the machine's power.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lasting {
    Yes,
    No,
}

/// A file that is locked for as long as this lives.
#[derive(Debug)]
pub(super) struct Held(File);

/// The lock that all who write below a root take for short, in any process.
#[derive(Debug)]
pub(super) struct RootLock<'a>(&'a Tree);

/// What is done with each file of a walk: it is given the folder that holds the file, and its
/// place.
pub(super) type Visit<'a> = dyn FnMut(&File, &Place) -> io::Result<ControlFlow<()>> + 'a;

impl Tree {
    /// Makes the folder where it is missing, its owner's alone.
    pub(super) fn make(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        if fs::metadata(path)?.is_dir() {
            Ok(())
        } else {
            Err(Errno::NOTDIR.into())
        }
    }

    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = File::from(rustix::fs::open(path, flags, Mode::empty())?);
        let mode = Mode::from_raw_mode(rustix::fs::fstat(&root)?.st_mode);
        let rights = Mode::RWXU | Mode::RWXG | Mode::RWXO;
        let execute = Mode::XUSR | Mode::XGRP | Mode::XOTH;
        Ok(Self {
            root,
            folder_mode: mode & (rights | Mode::SGID),
            file_mode: mode & rights & !execute,
        })
    }

    /// Waits for the lock of the root.
    pub(super) fn lock(&self) -> io::Result<RootLock<'_>> {
        flock(&self.root, FlockOperation::LockExclusive)?;
        Ok(RootLock(self))
    }

    /// Makes a folder directly below the root, if it is not there.
    pub(super) fn make_folder(&self, name: &str) -> io::Result<()> {
        self.folder_or_new(&self.root, name).map(drop)
    }

    /// Opens or makes a file and locks it; none where it is locked.
    pub(super) fn hold(&self, place: &Place) -> io::Result<Option<Held>> {
        let folder = self.make_folders(place)?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&folder, place.file(), flags, Mode::RUSR | Mode::WUSR)?;
        let file = File::from(file);
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Held(file))),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes the file at a place, and the folders above it that are empty then.
    pub(super) fn remove(&self, place: &Place, lasting: Lasting) -> io::Result<Unlinked> {
        self.unlink(place)?.finish(lasting)
    }

    /// Takes the file at a place away, without waiting for the disk.
    pub(super) fn unlink<'a>(&self, place: &'a Place) -> io::Result<Removal<'a>> {
        let folder = self.folder(place)?;
        let unlinked = match &folder {
            Some(folder) => unlink(folder, place.file())?,
            None => Unlinked::Nothing,
        };
        reached(Step::Unlinked);
        Ok(Removal {
            place,
            folder,
            unlinked,
        })
    }

    /// Removes files that a writer left unfinished because it died; at most so many.
    ///
    /// A writer that lives holds a lock on its file.
    pub(super) fn remove_drafts(&self, limit: usize) -> io::Result<usize> {
        let mut removed = 0;
        for (name, _) in entries(&self.root)? {
            if removed == limit {
                break;
            }
            if name.starts_with(DRAFT) && self.remove_abandoned(&name)? {
                removed += 1;
            }
        }
        Ok(removed)
    }

    pub(super) fn read(&self, place: &Place) -> io::Result<Found> {
        match self.folder(place)? {
            Some(folder) => read_in(&folder, place.file()),
            None => Ok(Found::Nothing),
        }
    }

    /// Whether a name lies directly below the root.
    pub(super) fn has(&self, name: &str) -> io::Result<bool> {
        Ok(stat(&self.root, name)?.is_some())
    }

    /// Visits files below the root until one visit breaks off, but not below a folder of the name
    /// `skipped`.
    ///
    /// Names that are no text and links are passed over: no session lies there.
    pub(super) fn walk(&self, skipped: &str, visit: &mut Visit<'_>) -> io::Result<()> {
        descend(&self.root, &mut Vec::new(), skipped, visit).map(drop)
    }

    pub(super) const fn root(&self) -> &File {
        &self.root
    }

    pub(super) const fn file_mode(&self) -> Mode {
        self.file_mode
    }

    /// The folder of a place; none where one on the way is missing.
    pub(super) fn folder(&self, place: &Place) -> io::Result<Option<File>> {
        let mut folder = self.root.try_clone()?;
        for name in place.folders() {
            match open_folder(&folder, name)? {
                Some(next) => folder = next,
                None => return Ok(None),
            }
        }
        Ok(Some(folder))
    }

    /// The folder of a place, made with all above it where missing.
    ///
    /// Fails with `NotFound` where one was removed on the way.
    pub(super) fn make_folders(&self, place: &Place) -> io::Result<File> {
        let mut folder = self.root.try_clone()?;
        for name in place.folders() {
            folder = self.folder_or_new(&folder, name)?;
        }
        reached(Step::FoldersMade);
        Ok(folder)
    }

    fn folder_or_new(&self, folder: &File, name: &str) -> io::Result<File> {
        if let Some(next) = open_folder(folder, name)? {
            return Ok(next);
        }
        let is_made = match rustix::fs::mkdirat(folder, name, self.folder_mode) {
            Ok(()) => true,
            Err(Errno::EXIST) => false,
            Err(error) => return Err(error.into()),
        };
        let next = open_folder(folder, name)?.ok_or(Errno::NOENT)?;
        if is_made {
            rustix::fs::fchmod(&next, self.folder_mode)?;
        }
        Ok(next)
    }

    fn remove_abandoned(&self, name: &str) -> io::Result<bool> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.root, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Ok(false);
        }
        Ok(unlink(&self.root, name)? != Unlinked::Nothing)
    }
}

impl Removal<'_> {
    /// Makes it last, and removes the folders that are empty then.
    pub(super) fn finish(self, lasting: Lasting) -> io::Result<Unlinked> {
        if let Some(folder) = self.folder {
            // Also where nothing lay there: a call before this one may have removed it and failed
            // here.
            if lasting == Lasting::Yes {
                folder.sync_all()?;
            }
            reached(Step::FolderSynced);
            prune(folder, self.place);
            reached(Step::FolderRemoved);
        }
        Ok(self.unlinked)
    }
}

impl Drop for RootLock<'_> {
    fn drop(&mut self) {
        unlock(&self.0.root);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        unlock(&self.0);
    }
}

/// Closing is not enough: a process that was forked just now, to run something else, has the file
/// open for a moment too.
fn unlock(file: &File) {
    // It fails only where there is no lock to give back.
    drop(flock(file, FlockOperation::Unlock));
}

pub(super) fn flock(file: &File, operation: FlockOperation) -> io::Result<()> {
    Ok(rustix::io::retry_on_intr(|| {
        rustix::fs::flock(file, operation)
    })?)
}

/// What is known of a name in a folder, links not followed.
pub(super) fn stat(folder: &File, name: &str) -> io::Result<Option<Stat>> {
    match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes the names of the folders above a file last: from the file's own folder up to the root.
///
/// All of them, since who made them may not have waited for it. The deepest one first: most file
/// systems then have the others written already.
pub(super) fn sync_up(folder: File, depth: usize) -> io::Result<()> {
    folder.sync_all()?;
    let mut folder = folder;
    for _ in 0..depth {
        folder = parent(&folder)?;
        folder.sync_all()?;
    }
    Ok(())
}

/// What a folder holds under a name.
pub(super) fn read_in(folder: &File, name: &str) -> io::Result<Found> {
    // Who opens a pipe to read would wait for one who writes.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut file = match rustix::fs::openat(folder, name, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(Errno::NOENT) => return Ok(Found::Nothing),
        Err(error) => return Err(error.into()),
    };
    let about = file.metadata()?;
    if !about.is_file() || about.len() > MAX_FILE {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut content = Vec::with_capacity(usize::try_from(about.len()).unwrap_or_default());
    (&mut file).take(MAX_FILE + 1).read_to_end(&mut content)?;
    if content.is_empty() {
        return Ok(Found::Empty(written_at(&about)));
    }
    if content.len() as u64 > MAX_FILE {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(Found::Content(content))
}

fn unlink(folder: &File, name: &str) -> io::Result<Unlinked> {
    let Some(about) = stat(folder, name)? else {
        return Ok(Unlinked::Nothing);
    };
    match rustix::fs::unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) if about.st_size == 0 => Ok(Unlinked::Empty),
        Ok(()) => Ok(Unlinked::Content),
        Err(Errno::NOENT) => Ok(Unlinked::Nothing),
        Err(error) => Err(error.into()),
    }
}

fn written_at(about: &fs::Metadata) -> Timestamp {
    let written = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    let since = written.duration_since(SystemTime::UNIX_EPOCH);
    Timestamp::EPOCH.saturating_add(since.unwrap_or(Duration::ZERO))
}

fn open_folder(folder: &File, name: &str) -> io::Result<Option<File>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match rustix::fs::openat(folder, name, flags, Mode::empty()) {
        Ok(next) => Ok(Some(File::from(next))),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn parent(folder: &File) -> io::Result<File> {
    open_folder(folder, "..")?.ok_or_else(|| Errno::NOENT.into())
}

/// Removes the empty folders of a place, as far up as they are empty.
///
/// A folder that cannot be removed is not empty any more, or gone already, or stays: nothing that
/// anyone was promised depends on it.
fn prune(folder: File, place: &Place) {
    let mut folder = folder;
    for name in place.folders().rev() {
        let Ok(above) = parent(&folder) else {
            return;
        };
        if rustix::fs::unlinkat(&above, name, AtFlags::REMOVEDIR).is_err() {
            return;
        }
        folder = above;
    }
}

fn descend(
    folder: &File,
    above: &mut Vec<String>,
    skipped: &str,
    visit: &mut Visit<'_>,
) -> io::Result<ControlFlow<()>> {
    for (name, kind) in entries(folder)? {
        let flow = match kind {
            FileType::RegularFile => {
                let names: Vec<&str> = above.iter().map(String::as_str).collect();
                visit(folder, &Place::of_names(&names, &name))?
            }
            FileType::Directory if name != skipped && above.len() < MAX_DEPTH => {
                let Some(next) = open_folder(folder, &name)? else {
                    continue;
                };
                above.push(name);
                let flow = descend(&next, above, skipped, visit)?;
                above.pop();
                flow
            }
            _ => continue,
        };
        if flow.is_break() {
            return Ok(flow);
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// The names in a folder that are text, and what they are.
fn entries(folder: &File) -> io::Result<Vec<(String, FileType)>> {
    let mut found = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().to_str() else {
            continue;
        };
        if name == "." || name == ".." {
            continue;
        }
        let kind = match entry.file_type() {
            FileType::Unknown => match stat(folder, name)? {
                Some(stat) => FileType::from_raw_mode(stat.st_mode),
                None => continue,
            },
            kind => kind,
        };
        found.push((name.to_owned(), kind));
    }
    Ok(found)
}
