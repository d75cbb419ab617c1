//! A transformer reads hostile bytes.

use cloakroom_core::{Buffer, Context, Entropy, Refusal, Timestamp, Transformer};

/// Gives the iv that a token claims.
#[derive(Debug)]
struct Iv([u8; 16]);

impl Entropy for Iv {
    fn fill(&self, bytes: &mut [u8]) {
        for (to, from) in bytes.iter_mut().zip(self.0.iter().cycle()) {
            *to = *from;
        }
    }
}

/// A token is read only in the spelling in which one of `writers` writes it, and refused in one way.
///
/// # Panics
///
/// Where that does not hold.
pub fn reads_only_what_is_written(
    step: &dyn Transformer,
    writers: &[&dyn Transformer],
    token: &[u8],
) {
    let iv = iv_of(token);
    match read(step, &iv, token) {
        Ok(content) => {
            let mut spellings = writers.iter().map(|writer| write(*writer, &iv, &content));
            assert!(spellings.any(|spelling| spelling == token), "{step:?}");
        }
        Err(refusal) => assert_eq!(refusal, Refusal::Transformer, "{step:?}"),
    }
}

/// The same of a token that is genuine but for a piece that is put in its place: of random bytes
/// alone nothing ever gets past the code.
///
/// # Panics
///
/// Where that does not hold.
pub fn reads_only_what_is_written_with_a_piece(
    step: &dyn Transformer,
    writers: &[&dyn Transformer],
    at: u16,
    piece: &[u8],
) {
    for writer in writers {
        let mut token = write(
            *writer,
            &Iv(*b"0123456789abcdef"),
            b"a content of some blocks",
        );
        let at = usize::from(at) % token.len();
        let end = token.len().min(at + piece.len());
        token.splice(at..end, piece.iter().copied());
        reads_only_what_is_written(step, writers, &token);
    }
}

/// What is written is read; with one byte changed it is refused, from byte `from` on.
///
/// # Panics
///
/// Where that does not hold.
pub fn reads_what_it_writes(step: &dyn Transformer, content: &str, change: (u16, u8), from: usize) {
    let iv = Iv(*b"0123456789abcdef");
    let mut token = write(step, &iv, content.as_bytes());
    assert_eq!(
        read(step, &iv, &token).as_deref(),
        Ok(content.as_bytes()),
        "{step:?}"
    );

    let at = usize::from(change.0) % token.len();
    token[at] ^= change.1;
    let read = read(step, &iv, &token);
    if change.1 != 0 && at >= from {
        assert_eq!(read, Err(Refusal::Transformer), "{step:?}");
    }
}

/// Splits the fuzzer's bytes into a change, a choice and the rest.
#[must_use]
pub fn split(data: &[u8]) -> Option<((u16, u8), u8, &[u8])> {
    let (&[a, b, flip, choice], rest) = data.split_first_chunk()?;
    Some(((u16::from_be_bytes([a, b]), flip), choice, rest))
}

fn write(step: &dyn Transformer, iv: &Iv, content: &[u8]) -> Vec<u8> {
    let mut buffer = Buffer::from_vec(content.to_vec());
    step.write(
        &Context::detached("fuzz", "fuzz", iv, Timestamp::EPOCH),
        &mut buffer,
    );
    buffer.into_vec()
}

fn read(step: &dyn Transformer, iv: &Iv, token: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut buffer = Buffer::from_vec(token.to_vec());
    let cx = Context::detached("fuzz", "fuzz", iv, Timestamp::EPOCH);
    step.read(&cx, &mut buffer).map(|_| buffer.into_vec())
}

/// The first sixteen pairs of digits, if there are any.
fn iv_of(token: &[u8]) -> Iv {
    let digits = token
        .get(..32)
        .and_then(|digits| str::from_utf8(digits).ok());
    let bytes = digits.and_then(|digits| cloakroom_ktor::hex(digits).ok());
    Iv(bytes
        .and_then(|bytes| bytes.as_slice().try_into().ok())
        .unwrap_or_default())
}
