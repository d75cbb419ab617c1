#![no_main]

use cloakroom_fuzz::codec::{Common, Sealed, writes_what_it_reads};
use cloakroom_ktor::BackwardCompatible;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    writes_what_it_reads::<Common>(&BackwardCompatible, text);
    writes_what_it_reads::<Sealed>(&BackwardCompatible, text);
});
