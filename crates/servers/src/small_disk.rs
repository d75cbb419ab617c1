//! A small disk that a test can fill.

#![expect(clippy::expect_used, reason = "how a test fails")]

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system of its own in memory, which is unmounted when this is dropped.
#[derive(Debug)]
pub struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// A disk of so many KiB; none where this process may not mount one, and then a line says so.
    ///
    /// # Panics
    ///
    /// If there is no room for a folder.
    #[must_use]
    pub fn mount(kib: usize) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("cloakroom-disk-").tempdir();
        let folder = folder.expect("a temporary folder can be made").keep();
        let mut mount = Command::new("mount");
        let size = format!("size={kib}k,mode=0755");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]);
        let mounted = mount.arg(&folder).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self { folder });
        }
        fs::remove_dir(&folder).expect("the folder is ours");
        // Past what the test runner keeps to itself.
        let line = "skipped: a full disk, since this process may not mount a small one";
        writeln!(io::stderr(), "{line}").ok();
        None
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Leaves no room for another page.
    ///
    /// # Panics
    ///
    /// If its file cannot be opened.
    pub fn fill(&self) {
        let mut filler = File::options();
        let filler = filler.create(true).append(true).open(self.filler());
        let mut filler = filler.expect("the disk is ours");
        while filler.write_all(&[7; 4096]).is_ok() {}
    }

    /// Gives back the room that [`fill`](Self::fill) took.
    ///
    /// # Panics
    ///
    /// If it was not filled.
    pub fn clear(&self) {
        fs::remove_file(self.filler()).expect("it was filled");
    }

    /// By a name that no storage gives to a file.
    fn filler(&self) -> PathBuf {
        self.folder.join(".filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A server that has not quite ended may still have a file open.
        let mut unmount = Command::new("umount");
        let unmounted = unmount.arg("--lazy").arg(&self.folder).output();
        if unmounted.is_ok_and(|output| output.status.success()) {
            fs::remove_dir(&self.folder).ok();
        }
    }
}
