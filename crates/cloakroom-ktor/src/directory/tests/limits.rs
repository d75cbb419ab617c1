//! When the system refuses to write.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use super::process::{child, succeeds, this};
use super::work::{content, exclusive, id, shared};

/// Nobody's number on every system that we know of.
const NOBODY: u32 = 65_534;

/// A file size limit stops a write in its middle, as a full disk does.
#[test]
fn a_write_that_is_cut_short_loses_nothing() {
    for work in ["limit shared size", "limit exclusive size"] {
        let folder = tempfile::tempdir().unwrap();
        let program = this();
        let inner = child(&program, work, folder.path());
        let mut limited = Command::new("sh");
        limited
            .arg("-c")
            .arg("trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"")
            .arg(&program)
            .args(inner.get_args());
        for (name, value) in inner.get_envs() {
            limited.env(name, value.unwrap());
        }
        succeeds(limited);
        let left = [id(0), id(1)].map(|key| match work {
            "limit shared size" => content(&shared(folder.path()), &key),
            _ => content(&exclusive(folder.path()), &key),
        });
        assert_eq!(left, ["new", "new"].map(|text| Some(text.to_owned())));
        let drafts = fs::read_dir(folder.path()).unwrap().filter(|entry| {
            let name = entry.as_ref().unwrap().file_name().into_string().unwrap();
            name.starts_with(".cloakroom-new-")
        });
        assert_eq!(drafts.count(), 0);
    }
}

#[test]
fn a_directory_that_became_read_only_is_read_and_loses_nothing() {
    for work in ["limit shared read-only", "limit exclusive read-only"] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        as_nobody(work, &root, folder.path());
    }
}

#[test]
fn a_directory_without_rights_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    fs::set_permissions(&root, Permissions::from_mode(0o555)).unwrap();
    as_nobody("limit no rights", &root, folder.path());
}

/// Runs a child without the master's rights, where this process has them: below a root that is the
/// child's own.
fn as_nobody(work: &str, root: &Path, folder: &Path) {
    let is_master = fs::metadata(folder).unwrap().uid() == 0;
    if !is_master {
        return succeeds(child(&this(), work, root));
    }
    // Where the binary lies nobody may be allowed to look.
    let program = folder.join("program");
    fs::copy(this(), &program).unwrap();
    fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    chown(root, Some(NOBODY), Some(NOBODY)).unwrap();
    let mut child = child(&program, work, root);
    child.uid(NOBODY).gid(NOBODY).current_dir(folder);
    succeeds(child);
}
