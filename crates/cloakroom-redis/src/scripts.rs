//! The scripts that the server runs: each is one atomic step.
//!
//! * **Called by their hash**, and sent whole where the server does not know it: after a restart, a
//!   failover, `SCRIPT FLUSH`. A script that the server does not know has not run.
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
    TOUCH = "alive" "touch" "keep" "touch_moved";
    REMOVE = "live" "drop" "remove";
    END = "live" "drop" "end";
    RENUMBER = "live" "renumber";
    HEADS = "heads";
    FLOOR = "live" "floor";
    DUE = "due";
    SWEEP = "live" "keep" "ends" "drop" "sweep";
    REFLOOR = "live" "keep" "ends" "refloor";
    REFLOORED = "refloored";
    ENTER = "live" "keep" "index" "enter";
    LOOK = "live" "keep" "index" "look";
    CLOSE = "live" "index" "close";
    LEAVE = "live" "index" "leave";
}

impl Script {
    fn new(source: &'static str) -> Self {
        let hash = redis::Script::new(source).get_hash().to_owned();
        Self { source, hash }
    }
}
