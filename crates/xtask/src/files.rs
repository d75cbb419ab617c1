//! The text files of the repository.
//!
//! * **Not what git tracks**, so that a check also works on an unpacked archive: everything below
//!   the root, but build output and hidden folders other than the two that hold our own scripts.
//! * **Text only.** A file that is not UTF-8 is none that a check could read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// One text file.
#[derive(Clone, Debug)]
pub(crate) struct TextFile {
    /// Relative to the root, with `/` between the parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl TextFile {
    /// Its lines, the first one numbered 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }
}

/// All text files below one root, ordered by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    root: PathBuf,
    files: Vec<TextFile>,
}

impl Files {
    /// Reads every text file below `root`.
    pub(crate) fn collect(root: &Path) -> io::Result<Self> {
        let mut paths = Vec::new();
        walk(root, &mut paths)?;
        paths.sort();
        let mut files = Vec::new();
        for path in paths {
            if let Ok(text) = String::from_utf8(fs::read(&path)?) {
                let path = relative(root, &path);
                files.push(TextFile { path, text });
            }
        }
        let root = root.to_path_buf();
        Ok(Self { root, files })
    }

    /// Files that a test makes up; nothing lies on a disk.
    #[cfg(test)]
    pub(crate) fn made_up(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| TextFile {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        });
        Self {
            root: PathBuf::new(),
            files: files.collect(),
        }
    }

    pub(crate) fn all(&self) -> &[TextFile] {
        &self.files
    }

    /// Those whose name ends with `.` and `extension`.
    pub(crate) fn with_extension(&self, extension: &str) -> impl Iterator<Item = &TextFile> {
        let is_it =
            move |file: &&TextFile| Path::new(&file.path).extension() == Some(extension.as_ref());
        self.files.iter().filter(is_it)
    }

    /// The file at exactly this path.
    pub(crate) fn get(&self, path: &str) -> Option<&TextFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether a file of any kind or a folder lies at this path.
    pub(crate) fn exists(&self, path: &str) -> bool {
        let below = format!("{path}/");
        let known = |file: &TextFile| file.path == path || file.path.starts_with(&below);
        self.files.iter().any(known) || self.root.join(path).exists()
    }
}

/// `path` as seen from `root`, with `/` between the parts.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_file() {
            paths.push(entry.path());
        } else if kind.is_dir() && is_ours(&entry.file_name().to_string_lossy()) {
            walk(&entry.path(), paths)?;
        }
    }
    Ok(())
}

/// Whether a folder of this name holds files of the project.
fn is_ours(name: &str) -> bool {
    match name {
        ".ci" | ".github" => true,
        "target" => false,
        _ => !name.starts_with('.'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_output_and_hidden_folders_are_not_ours() {
        assert!(is_ours("crates") && is_ours(".ci"));
        assert!(!is_ours("target") && !is_ours(".git"));
    }

    #[test]
    fn this_very_file_is_found_and_has_its_text() {
        let files = Files::collect(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let file = files.get("src/files.rs").unwrap();
        assert!(file.text.contains("this_very_file_is_found"));
        assert!(files.exists("src") && !files.exists("nowhere"));
    }

    #[test]
    fn an_extension_is_a_whole_one() {
        let files = Files::made_up(&[("a.rs", ""), ("b.mrs", ""), ("rs", "")]);
        let found: Vec<_> = files.with_extension("rs").map(|f| &f.path).collect();
        assert_eq!(found, ["a.rs"]);
    }
}
