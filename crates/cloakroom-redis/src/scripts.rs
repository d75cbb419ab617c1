//! The scripts that the server runs: each is one atomic step.
//!
//! * **Called by their hash**, and sent whole where the server does not know it: after a restart, a
//!   failover, `SCRIPT FLUSH`. A script that the server does not know has not run.
//! * **What ends sessions, or keeps them alive, runs also where the memory is full**: `even_if_full.lua` stands in
//!   front of it. It takes a few bytes at most, and ending gives many back.
//! * **Every key that a script touches is declared**, so that on a cluster a server whose slot is
//!   being moved refuses it (`TRYAGAIN`) instead of seeing half of the keys.

use std::sync::LazyLock;

/// A script and its hash.
pub(crate) struct Script {
    pub(crate) source: &'static str,
    pub(crate) hash: String,
}

macro_rules! scripts {
    ($($name:ident = $($file:literal)+;)*) => {
        $(
            pub(crate) static $name: LazyLock<Script> = LazyLock::new(|| {
                Script::new(concat!($(include_str!(concat!("scripts/", $file, ".lua"))),+))
            });
        )*
    };
}

scripts! {
    CREATE = "live" "keep" "ends" "drop" "create";
    UPDATE = "alive" "update" "keep" "update_moved";
    TOUCH = "even_if_full" "alive" "touch" "keep" "touch_moved";
    TAKE = "even_if_full" "live" "drop" "take";
    REMOVE = "even_if_full" "live" "drop" "remove";
    END = "even_if_full" "live" "drop" "end";
    RENUMBER = "even_if_full" "live" "renumber";
    HEADS = "heads";
    FLOOR = "even_if_full" "live" "floor";
    DUE = "due";
    SWEEP = "even_if_full" "live" "keep" "ends" "drop" "sweep";
    REFLOOR = "even_if_full" "live" "keep" "ends" "refloor";
    REFLOORED = "even_if_full" "refloored";
    ENTER = "live" "keep" "index" "enter";
    LOOK = "live" "keep" "index" "look";
    CLOSE = "even_if_full" "live" "index" "close";
    LEAVE = "even_if_full" "live" "index" "leave";
}

impl Script {
    fn new(source: &'static str) -> Self {
        let hash = redis::Script::new(source).get_hash().to_owned();
        Self { source, hash }
    }
}
