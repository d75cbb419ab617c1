#![no_main]

use cloakroom_fuzz::codec::{Common, Rich, Sealed, writes_what_it_reads};
use cloakroom_ktor::Reflection;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    writes_what_it_reads::<Common>(&Reflection::new(), text);
    writes_what_it_reads::<Rich>(&Reflection::new(), text);
    writes_what_it_reads::<Sealed>(&Reflection::new(), text);
});
