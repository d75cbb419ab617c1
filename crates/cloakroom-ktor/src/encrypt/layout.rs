//! The text of a token: `hex(iv)/hex(ciphertext):hex(code)`.
//!
//! Ktor splits at the last slash, and what follows at the last colon. Since neither is a digit, they
//! stand at the only places where they can: the slash behind the iv, the colon before the code.

use cloakroom_core::Buffer;

use crate::code::Code;
use crate::hex;

use super::cbc::BLOCK;

/// Where the digits of the ciphertext begin.
const BODY: usize = 2 * BLOCK + 1;

/// What a token says of its ciphertext.
pub(super) struct Envelope {
    pub(super) iv: [u8; BLOCK],
    pub(super) code: Code,
}

/// The text of a token.
pub(super) fn put_together(iv: &[u8; BLOCK], ciphertext: &[u8], code: &Code) -> Vec<u8> {
    let len = BODY + 2 * ciphertext.len() + 1 + 2 * code.as_slice().len();
    let mut text = Vec::with_capacity(len);
    hex::append(&mut text, iv);
    text.push(b'/');
    hex::append(&mut text, ciphertext);
    text.push(b':');
    hex::append(&mut text, code.as_slice());
    text
}

/// Takes a text apart and leaves the ciphertext in the buffer: whole blocks, at least one, and at
/// most `longest` bytes.
pub(super) fn take_apart(buffer: &mut Buffer, code_len: usize, longest: usize) -> Option<Envelope> {
    let text = buffer.as_mut_slice();
    let total = text.len();
    let colon = total.checked_sub(1 + 2 * code_len)?;
    let len = colon.checked_sub(BODY)? / 2;
    if len == 0 || !len.is_multiple_of(BLOCK) || len > longest {
        return None;
    }
    if (text.get(BODY - 1), text.get(colon)) != (Some(&b'/'), Some(&b':')) {
        return None;
    }
    let code = Code::from_hex(text.get(colon + 1..)?, code_len)?;
    let mut iv = [0; BLOCK];
    hex::decode(text.get(..BODY - 1)?, &mut iv)?;
    hex::decode_in_place(text, BODY..colon)?;
    buffer.trim_back(total - len).ok()?;
    Some(Envelope { iv, code })
}
