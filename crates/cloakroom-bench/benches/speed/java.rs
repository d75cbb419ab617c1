//! Real Ktor, timed by itself on a Java virtual machine: `interop/ktor/v3`, which its README
//! describes.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use cloakroom_bench::Peer;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../interop/ktor");

/// The status of `build.sh` where Java or Maven is missing.
const MISSING: i32 = 3;

const REMEDY: &str = "install the Debian packages: openjdk-17-jdk-headless maven";

const BY_HAND: &str = "run it by hand, as interop/ktor/README.md says";

/// Builds what is not built and starts it; or why that cannot be, and what helps.
pub(crate) fn start() -> Result<Peer, String> {
    build()?;
    let jar = Path::new(FOLDER).join("v3/target/ktor-v3.jar");
    let mut command = Command::new("java");
    command.arg("-jar").arg(jar).arg("bench");
    Peer::start(&mut command).map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("java is missing; {REMEDY}"),
        ErrorKind::TimedOut => format!("{error}; {BY_HAND}"),
        _ => format!("java does not start ({error}); {REMEDY}"),
    })
}

fn build() -> Result<(), String> {
    let built = Command::new(Path::new(FOLDER).join("build.sh")).output();
    let built = built.map_err(|error| format!("build.sh does not run ({error}); {BY_HAND}"))?;
    match built.status.code() {
        Some(0) => Ok(()),
        Some(MISSING) => Err(String::from_utf8_lossy(&built.stderr).trim().to_owned()),
        _ => Err(format!("build.sh fails; {BY_HAND}")),
    }
}
