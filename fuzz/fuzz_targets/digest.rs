#![no_main]

use cloakroom_fuzz::transformer::{
    reads_only_what_is_written, reads_only_what_is_written_with_a_piece, reads_what_it_writes,
    split,
};
use cloakroom_ktor::{Digest, DigestAlgorithm};
use libfuzzer_sys::fuzz_target;

const ALGORITHMS: [DigestAlgorithm; 5] = [
    DigestAlgorithm::Md5,
    DigestAlgorithm::Sha1,
    DigestAlgorithm::Sha256,
    DigestAlgorithm::Sha384,
    DigestAlgorithm::Sha512,
];

fuzz_target!(|data: &[u8]| {
    let Some((change, choice, rest)) = split(data) else {
        return;
    };
    let digest = Digest::new("ktor", ALGORITHMS[usize::from(choice) % ALGORITHMS.len()]);
    reads_only_what_is_written(&digest, &[&digest], rest);
    reads_only_what_is_written_with_a_piece(&digest, &[&digest], change.0, rest);
    reads_what_it_writes(&digest, &String::from_utf8_lossy(rest), change, 0);
});
