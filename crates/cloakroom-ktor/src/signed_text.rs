//! A content, a slash and the digits of its code: what Digest and MessageAuthentication have in
//! common.
//!
//! * **Split at the last slash**, as Ktor does. Since no digit is a slash, that is the one right
//!   before as many digits as a code has, and no other place is looked at.
//! * The content is any bytes, and may be empty or have slashes itself.

use cloakroom_core::{Buffer, Context, Freshness, Refusal};

use crate::code::{Code, Coder};
use crate::hex;
use crate::refused::REFUSED;

pub(crate) fn write(coder: &Coder, buffer: &mut Buffer) {
    let code = coder.code(buffer.as_slice());
    buffer.reserve(1 + 2 * coder.len());
    buffer.append(b"/");
    buffer.append_with(|text| hex::append(text, code.as_slice()));
}

pub(crate) fn read(
    coder: &Coder,
    cx: &Context<'_>,
    buffer: &mut Buffer,
) -> Result<Freshness, Refusal> {
    if !is_genuine(coder, cx.limit(), buffer.as_slice()) {
        return Err(REFUSED);
    }
    let tail = 1 + 2 * coder.len();
    buffer.trim_back(tail).map_err(|_| REFUSED)?;
    Ok(Freshness::Current)
}

fn is_genuine(coder: &Coder, limit: usize, text: &[u8]) -> bool {
    let at = text.len().checked_sub(2 * coder.len());
    let Some((signed, digits)) = at.and_then(|at| text.split_at_checked(at)) else {
        return false;
    };
    let Some((b'/', content)) = signed.split_last() else {
        return false;
    };
    let Some(code) = Code::from_hex(digits, coder.len()) else {
        return false;
    };
    content.len() <= limit && bool::from(coder.code(content).same(&code))
}
