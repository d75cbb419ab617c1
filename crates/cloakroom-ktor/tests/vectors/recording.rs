//! The recordings, from the folder in `CLOAKROOM_KTOR_VECTORS` or from the copy beside this crate.

use std::path::PathBuf;
use std::{env, fs};

use serde_json::Value;

/// The versions of Ktor that were recorded.
pub(crate) const VERSIONS: [&str; 3] = ["1.6.8", "2.3.13", "3.5.2"];

fn folder() -> PathBuf {
    env::var_os("CLOAKROOM_KTOR_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors"),
        PathBuf::from,
    )
}

/// The recording of one version.
pub(crate) fn recording(version: &str) -> Value {
    let path = folder().join(format!("{version}.json"));
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The entries of one array of a version's recording; panics where there are none. Says how many.
pub(crate) fn entries(version: &str, array: &str) -> Vec<Value> {
    let entries = recording(version)
        .get_mut(array)
        .and_then(Value::as_array_mut)
        .map(std::mem::take)
        .unwrap_or_default();
    assert!(!entries.is_empty(), "{version} has no entries `{array}`");
    println!("{version} {array}: {}", entries.len());
    entries
}
