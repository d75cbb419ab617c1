//! The storage suite catches storages that break the contract.
//!
//! * **A small storage, right when nothing is broken**, and with a place for each defect; it passes
//!   the suite itself, so the suite asks for nothing that only the memory storage does.
//! * **Each defect is caught by the tests that the table names, each test catches one at least**: no
//!   test of the suite cannot fail.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

mod broken;
mod caught_by;
mod changing;
mod creating;
mod defect;
mod ending;
mod state;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cloakroom_testkit::{for_each_in_storage_suite, storage_suite};
use tokio::runtime::Builder;

use broken::Broken;
use caught_by::CAUGHT_BY;
use defect::Defect;

macro_rules! by_name {
    ({} $($name:ident)*) => {
        /// Every function of the suite, to be run against a storage with this defect.
        const SUITE: &[(&str, fn(Option<Defect>))] = &[$(
            (stringify!($name), |defect| {
                run(storage_suite::$name(async || Broken::new(defect)));
            }),
        )*];
    };
}

for_each_in_storage_suite! { by_name! {} }

/// Runs a test on one thread, where what takes two steps is always crossed.
fn run(test: impl Future<Output = ()>) {
    Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(test);
}

fn fails(test: fn(Option<Defect>), defect: Option<Defect>) -> bool {
    catch_unwind(AssertUnwindSafe(|| test(defect))).is_err()
}

#[test]
fn a_storage_without_a_defect_passes() {
    for (name, test) in SUITE {
        assert!(!fails(*test, None), "{name}");
    }
}

/// Rules: no-upsert.
#[test]
fn each_defect_is_caught_by_the_tests_that_are_named() {
    let mut missed = Vec::new();
    for (defect, names) in CAUGHT_BY {
        for name in *names {
            let (_, test) = SUITE.iter().find(|(known, _)| known == name).unwrap();
            if !fails(*test, Some(*defect)) {
                missed.push((defect, name));
            }
        }
    }
    assert_eq!(missed, []);
}

#[test]
fn each_test_of_the_suite_catches_a_defect() {
    let named = CAUGHT_BY
        .iter()
        .flat_map(|(_, names)| names.iter().copied());
    let named: BTreeSet<_> = named.collect();
    let suite: BTreeSet<_> = SUITE.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        suite.symmetric_difference(&named).collect::<Vec<_>>(),
        Vec::<&&str>::new()
    );
}

#[test]
fn each_function_of_the_suite_is_run_by_the_macro() {
    const FILES: [&str; 17] = [
        include_str!("../../src/storage_suite/cancel.rs"),
        include_str!("../../src/storage_suite/create.rs"),
        include_str!("../../src/storage_suite/crossing.rs"),
        include_str!("../../src/storage_suite/cut.rs"),
        include_str!("../../src/storage_suite/extreme.rs"),
        include_str!("../../src/storage_suite/floor.rs"),
        include_str!("../../src/storage_suite/limit.rs"),
        include_str!("../../src/storage_suite/list.rs"),
        include_str!("../../src/storage_suite/moment.rs"),
        include_str!("../../src/storage_suite/race.rs"),
        include_str!("../../src/storage_suite/read.rs"),
        include_str!("../../src/storage_suite/remove.rs"),
        include_str!("../../src/storage_suite/sign_out.rs"),
        include_str!("../../src/storage_suite/sweep.rs"),
        include_str!("../../src/storage_suite/take.rs"),
        include_str!("../../src/storage_suite/touch.rs"),
        include_str!("../../src/storage_suite/update.rs"),
    ];
    let functions = FILES
        .iter()
        .map(|file| file.matches("\npub async fn ").count());
    assert_eq!(functions.sum::<usize>(), SUITE.len());
}
