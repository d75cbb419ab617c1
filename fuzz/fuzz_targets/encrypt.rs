#![no_main]

use cloakroom_core::Transformer;
use cloakroom_fuzz::transformer::{
    reads_only_what_is_written, reads_only_what_is_written_with_a_piece, reads_what_it_writes,
    split,
};
use cloakroom_ktor::{Encrypt, EncryptionKey, MacAlgorithm, SigningKey};
use libfuzzer_sys::fuzz_target;

/// Where the part of a token begins that Ktor 3 authenticates.
const BEHIND_THE_IV: usize = 32;

fuzz_target!(|data: &[u8]| {
    let Some((change, choice, rest)) = split(data) else {
        return;
    };
    let len = [16, 24, 32][usize::from(choice) % 3];
    let algorithm =
        [MacAlgorithm::HmacSha256, MacAlgorithm::HmacSha512][usize::from(choice / 3) % 2];
    let encryption = EncryptionKey::new(&vec![7; len]).unwrap();
    let signing = SigningKey::new(b"a key for fuzzing")
        .unwrap()
        .with_algorithm(algorithm);

    let old = || Encrypt::ktor1_2(&encryption, &signing);
    let new = || Encrypt::ktor3(&encryption, &signing);
    let text = String::from_utf8_lossy(rest);
    for (step, reads_old, from) in [
        (old(), true, 0),
        (new(), false, BEHIND_THE_IV),
        (new().derived_iv(), false, 0),
        (new().backward_compatible_read(), true, BEHIND_THE_IV),
        (new().backward_compatible_read().derived_iv(), true, 0),
    ] {
        let old = old();
        let writers: &[&dyn Transformer] = if reads_old { &[&step, &old] } else { &[&step] };
        reads_only_what_is_written(&step, writers, rest);
        reads_only_what_is_written_with_a_piece(&step, writers, change.0, rest);
        reads_what_it_writes(&step, &text, change, from);
    }
});
