//! The tokens of a provider in a request's head, from text to bytes.

use crate::buffer::Buffer;
use crate::few::Few;
use crate::head::RequestHead;
use crate::plan::Presented;
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::rules::Several;

/// How many tokens of one name are tried.
const MAX_TRIED: usize = 4;

/// What a request carries under a provider's name.
pub(crate) struct Tokens {
    found: Few<Result<Buffer, Refusal>>,
    too_many: bool,
}

impl Tokens {
    /// Collects and decodes the provider's tokens: the first or the last, where that is the rule;
    /// else up to four, and more than four are none at all.
    pub(crate) fn of(provider: &Provider, head: &dyn RequestHead) -> Self {
        let mut tokens = Self {
            found: Few::new(),
            too_many: false,
        };
        let several = provider.policy.rules.several;
        provider.wire.tokens(head, &mut |token| {
            match several {
                Several::OneSession => {}
                Several::First if !tokens.found.is_empty() => return,
                Several::First => {}
                Several::Last => tokens.found = Few::new(),
            }
            if tokens.found.len() < MAX_TRIED {
                tokens.found.push(decode(provider, token));
            } else {
                tokens.too_many = true;
            }
        });
        tokens
    }

    /// The tokens to be tried; where there are none or too many, what that comes to.
    pub(super) fn into_candidates(self) -> Result<Few<Result<Buffer, Refusal>>, Presented> {
        if self.too_many {
            Err(Presented::Refused(Refusal::TooMany))
        } else if self.found.is_empty() {
            Err(Presented::Nothing)
        } else {
            Ok(self.found)
        }
    }
}

fn decode(provider: &Provider, token: &[u8]) -> Result<Buffer, Refusal> {
    let mut bytes = Vec::new();
    provider.wire.decode_into(&mut bytes, token)?;
    Ok(Buffer::from_vec(bytes))
}
