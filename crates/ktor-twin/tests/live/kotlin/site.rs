//! The servers: real Ktors and twins, in pairs that share a directory.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, OnceLock};

use super::provider::Provider;
use crate::server::{Server, twin};

/// A server of the application.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Site {
    Ktor1,
    Ktor3,
    /// Ktor 3 with the serializer of Ktor 1.
    Ktor3Reflection,
    Twin1,
    Twin2,
    Twin3,
}

/// All whose sessions are reflection text: they share one directory.
pub(crate) const BY_REFLECTION: [Site; 4] =
    [Site::Ktor1, Site::Ktor3Reflection, Site::Twin1, Site::Twin2];

/// A Ktor and a twin of one form.
pub(crate) const PAIRS: [(Site, Site); 4] = [
    (Site::Ktor1, Site::Twin1),
    (Site::Ktor3, Site::Twin3),
    (Site::Ktor3Reflection, Site::Twin1),
    (Site::Ktor3Reflection, Site::Twin2),
];

impl Site {
    /// The running server; started by the first who asks.
    pub(crate) fn server(self) -> &'static Server {
        static RUNNING: [OnceLock<Server>; 6] = [const { OnceLock::new() }; 6];
        RUNNING[self as usize].get_or_init(|| self.start())
    }

    pub(crate) const fn is_twin(self) -> bool {
        matches!(self, Self::Twin1 | Self::Twin2 | Self::Twin3)
    }

    pub(crate) const fn is_by_reflection(self) -> bool {
        !matches!(self, Self::Ktor3 | Self::Twin3)
    }

    /// Where the session of an id lies.
    pub(crate) fn file(self, id: &str) -> PathBuf {
        let mut path = self.directory();
        let parts = id.as_bytes().chunks(2);
        path.extend(parts.map(|part| str::from_utf8(part).unwrap()));
        path.with_extension("dat")
    }

    /// Whether it keeps one id for all sessions by id of a request, as Ktor does since 2.0: it mixes
    /// up two of them.
    pub(crate) const fn has_one_id(self) -> bool {
        matches!(self, Self::Ktor3 | Self::Ktor3Reflection)
    }

    /// The digits of an id that it makes.
    pub(crate) const fn id_len(self) -> usize {
        match self {
            Self::Ktor3 | Self::Ktor3Reflection | Self::Twin3 => 64,
            Self::Ktor1 | Self::Twin1 | Self::Twin2 => 32,
        }
    }

    /// The application's providers, in the order of `/read`.
    pub(crate) fn providers(self) -> impl Iterator<Item = Provider> {
        let without_every = matches!(self, Self::Ktor1 | Self::Twin1);
        let all = Provider::ALL.into_iter();
        all.filter(move |provider| !without_every || *provider != Provider::Every)
    }

    /// Where its sessions by id lie.
    pub(crate) fn directory(self) -> PathBuf {
        let form = if self.is_by_reflection() {
            "reflection"
        } else {
            "json"
        };
        place().join(form)
    }

    fn start(self) -> Server {
        let mut command = match self {
            Self::Ktor1 => ktor("v1"),
            Self::Ktor3 | Self::Ktor3Reflection => ktor("v3"),
            Self::Twin1 => twin("1.6.8"),
            Self::Twin2 => twin("2.3.13"),
            Self::Twin3 => twin("3.5.2"),
        };
        if self == Self::Ktor3Reflection {
            command.args(["--serializer", "reflection"]);
        }
        command.args(["--port", "0", "--directory"]);
        command.arg(self.directory());
        // A file is never full, as a pipe is that nobody reads.
        let log = format!("{}/{self:?}.log", env!("CARGO_TARGET_TMPDIR"));
        command.stderr(File::create(log).unwrap());
        Server::start(&mut command)
    }
}

/// The folder of the sessions, in memory where that can be: every change waits for the disk. It goes
/// with this program, however that ends.
pub(crate) fn place() -> &'static Path {
    static PLACE: LazyLock<(PathBuf, Child)> = LazyLock::new(|| {
        let memory = Path::new("/dev/shm");
        let within = if memory.is_dir() {
            memory.to_owned()
        } else {
            env::temp_dir()
        };
        let mut place = tempfile::Builder::new();
        place.prefix("cloakroom-live-");
        let place = place.tempdir_in(within).unwrap().keep();
        // Nothing is dropped that lies in a static.
        let cleaner = Command::new("sh")
            .args(["-c", "trap '' INT; cat >/dev/null; rm -rf \"$0\""])
            .arg(&place)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        (place, cleaner)
    });
    &PLACE.0
}

/// A Kotlin server, to be started.
fn ktor(module: &str) -> Command {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop/ktor");
        let build = Command::new(folder.join("build.sh")).output().unwrap();
        assert!(
            build.status.success(),
            "{}{}the Kotlin servers are not built; ./test.sh installs what they need as root, and \
             ./test.sh --without-kotlin leaves out their tests",
            String::from_utf8_lossy(&build.stdout),
            String::from_utf8_lossy(&build.stderr),
        );
        folder
    });
    let mut command = Command::new(java());
    // Half of the processor time of a short life goes into compiling well.
    command.args(["-XX:TieredStopAtLevel=1", "-jar"]);
    command.arg(BUILT.join(format!("{module}/target/ktor-{module}.jar")));
    command
}

/// Debian's JDK 17 where it is, as for the build; else whatever there is.
fn java() -> PathBuf {
    let installed = fs::read_dir("/usr/lib/jvm").into_iter().flatten();
    let mut programs = installed.map(|home| home.unwrap().path().join("bin/java"));
    let debian = programs.find(|program| {
        let path = program.to_string_lossy();
        path.contains("/java-17-openjdk-") && program.is_file()
    });
    debian.unwrap_or_else(|| PathBuf::from("java"))
}
