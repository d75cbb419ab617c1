#![no_main]

use cloakroom_fuzz::transformer::{
    reads_only_what_is_written, reads_only_what_is_written_with_a_piece, reads_what_it_writes,
    split,
};
use cloakroom_ktor::{MacAlgorithm, MessageAuthentication, SigningKey};
use libfuzzer_sys::fuzz_target;

const ALGORITHMS: [MacAlgorithm; 5] = [
    MacAlgorithm::HmacMd5,
    MacAlgorithm::HmacSha1,
    MacAlgorithm::HmacSha256,
    MacAlgorithm::HmacSha384,
    MacAlgorithm::HmacSha512,
];

fuzz_target!(|data: &[u8]| {
    let Some((change, choice, rest)) = split(data) else {
        return;
    };
    let algorithm = ALGORITHMS[usize::from(choice) % ALGORITHMS.len()];
    let key = SigningKey::new(b"a key for fuzzing")
        .unwrap()
        .with_algorithm(algorithm);
    let signed = MessageAuthentication::new(&key);
    reads_only_what_is_written(&signed, &[&signed], rest);
    reads_only_what_is_written_with_a_piece(&signed, &[&signed], change.0, rest);
    reads_what_it_writes(&signed, &String::from_utf8_lossy(rest), change, 0);
});
