//! Where a test lies that is named as `crate::program::module::function`.

use crate::files::{Files, TextFile};

/// The file in which the function lies, and the function's name.
pub(super) fn find<'a>(files: &'a Files, path: &'a str) -> Option<(&'a TextFile, &'a str)> {
    let (modules, function) = path.rsplit_once("::")?;
    let (name, modules) = modules.split_once("::")?;
    let of_crate = format!("crates/{}", name.replace('_', "-"));
    let modules = modules.replace("::", "/");
    let beside = modules.strip_suffix("/tests").unwrap_or(&modules);
    let places = [
        format!("{of_crate}/tests/{modules}.rs"),
        format!("{of_crate}/tests/{modules}/main.rs"),
        format!("{of_crate}/src/{beside}.rs"),
    ];
    let file = places.iter().find_map(|place| files.get(place))?;
    Some((file, function))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_lies_in_a_module_of_a_program_in_its_root_or_beside_the_code() {
        let files = Files::made_up(&[
            ("crates/my-crate/tests/program/module.rs", ""),
            ("crates/my-crate/tests/program/main.rs", ""),
            ("crates/my-crate/src/code/deep.rs", ""),
        ]);
        for (path, file) in [
            ("my_crate::program::module::f", "tests/program/module.rs"),
            ("my_crate::program::f", "tests/program/main.rs"),
            ("my_crate::code::deep::tests::f", "src/code/deep.rs"),
        ] {
            let (found, function) = find(&files, path).unwrap();
            assert_eq!(found.path, format!("crates/my-crate/{file}"));
            assert_eq!(function, "f");
        }
        for path in ["my_crate::other::f", "other::program::f", "f", "a::b"] {
            assert!(find(&files, path).is_none(), "{path}");
        }
    }
}
