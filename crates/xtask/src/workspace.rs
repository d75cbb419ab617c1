//! The crates of the workspace, as `cargo metadata` tells of them.

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The workspace.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    packages: Vec<Package>,
}

/// One crate of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The oldest Rust that it promises to build with.
    pub(crate) rust_version: Option<String>,
    /// Its libraries and binaries.
    pub(crate) targets: Vec<Target>,
    pub(crate) dependencies: Vec<Dependency>,
    /// Its features but `default`.
    pub(crate) features: Vec<String>,
}

/// A library or a binary.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) is_binary: bool,
    /// Its root file.
    pub(crate) source: PathBuf,
}

/// What a crate depends on.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `normal`, `dev` or `build`.
    pub(crate) kind: String,
}

impl Workspace {
    /// Asks the cargo that runs us; touches no network.
    pub(crate) fn load() -> Result<Self, Box<dyn Error>> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("cargo metadata failed: {said}").into());
        }
        Self::parse(&serde_json::from_slice(&output.stdout)?)
            .ok_or_else(|| "cargo metadata: not the shape of format version 1".into())
    }

    fn parse(metadata: &Value) -> Option<Self> {
        let root = PathBuf::from(text(metadata, "workspace_root")?);
        let packages = list(metadata, "packages")
            .map(Package::parse)
            .collect::<Option<_>>()?;
        Some(Self { root, packages })
    }

    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// Whether a crate of this name is one of ours.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.packages.iter().any(|package| package.name == name)
    }

    /// The names of what our crates depend on, without our crates.
    pub(crate) fn foreign_dependencies(&self) -> BTreeSet<&str> {
        let all = self
            .packages
            .iter()
            .flat_map(|package| &package.dependencies);
        let foreign = all.filter(|dependency| !self.has(&dependency.name));
        foreign.map(|dependency| dependency.name.as_str()).collect()
    }

    /// A workspace that a test makes up.
    #[cfg(test)]
    pub(crate) fn made_up(metadata: &str) -> Self {
        Self::parse(&serde_json::from_str(metadata).unwrap()).unwrap()
    }
}

impl Package {
    fn parse(package: &Value) -> Option<Self> {
        let features = package.get("features")?.as_object()?;
        Some(Self {
            name: text(package, "name")?,
            version: text(package, "version")?,
            rust_version: text(package, "rust_version"),
            targets: list(package, "targets").filter_map(Target::parse).collect(),
            dependencies: list(package, "dependencies")
                .filter_map(Dependency::parse)
                .collect(),
            features: features
                .keys()
                .filter(|name| *name != "default")
                .cloned()
                .collect(),
        })
    }
}

impl Target {
    /// None for tests, examples, benchmarks and build scripts.
    fn parse(target: &Value) -> Option<Self> {
        let is = |kind: &str| list(target, "kind").any(|value| value.as_str() == Some(kind));
        let is_binary = is("bin");
        if !is_binary && !is("lib") && !is("proc-macro") {
            return None;
        }
        let source = text(target, "src_path")?.into();
        Some(Self { is_binary, source })
    }
}

impl Dependency {
    fn parse(dependency: &Value) -> Option<Self> {
        Some(Self {
            name: text(dependency, "name")?,
            kind: text(dependency, "kind").unwrap_or_else(|| "normal".to_owned()),
        })
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    Some(value.get(key)?.as_str()?.to_owned())
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_and_binaries_are_targets_and_tests_are_not() {
        let workspace = Workspace::made_up(
            r#"{"workspace_root": "/r", "packages": [{
                "name": "a", "version": "0.1.0", "rust_version": "1.91",
                "features": {"default": ["x"], "x": []},
                "targets": [{"kind": ["lib"], "src_path": "/r/a/src/lib.rs"},
                            {"kind": ["bin"], "src_path": "/r/a/src/main.rs"},
                            {"kind": ["test"], "src_path": "/r/a/tests/t.rs"}],
                "dependencies": [{"name": "syn", "kind": null}, {"name": "a", "kind": "dev"}]}]}"#,
        );
        let package = workspace.packages().first().unwrap();
        let kinds: Vec<bool> = package
            .targets
            .iter()
            .map(|target| target.is_binary)
            .collect();
        assert_eq!(kinds, [false, true]);
        assert_eq!(package.features, ["x"]);
        assert_eq!(package.rust_version.as_deref(), Some("1.91"));
        assert_eq!(workspace.foreign_dependencies(), BTreeSet::from(["syn"]));
    }

    #[test]
    fn what_is_not_metadata_is_refused() {
        assert!(Workspace::parse(&serde_json::json!({"packages": []})).is_none());
        let nameless = serde_json::json!({"workspace_root": "/r", "packages": [{}]});
        assert!(Workspace::parse(&nameless).is_none());
    }

    #[test]
    fn this_crate_is_in_its_workspace() {
        assert!(Workspace::load().unwrap().has("xtask"));
    }
}
