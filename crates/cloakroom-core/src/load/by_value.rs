//! A by-value session from its token.

use std::sync::Arc;
use std::time::Duration;

use cloakroom_crypto::{Entropy, Prepared};
use cloakroom_storage::SubjectNumber;
use cloakroom_time::Timestamp;

use super::choose::{Choice, choose};
use super::tokens::Tokens;
use crate::buffer::Buffer;
use crate::loaded::{ByValue, Loaded, Origin};
use crate::native::envelope::Envelope;
use crate::plan::{Live, Presented, ProofState};
use crate::provider::{Provider, Typed};
use crate::refusal::Refusal;
use crate::transform::Freshness;

/// A token made up to so much later than now was made now: clocks differ.
const CLOCK_SKEW: Duration = Duration::from_secs(60);

struct Verified {
    origin: ByValue,
    live: Live,
    renewed: Timestamp,
}

/// Loads a by-value session: no I/O.
pub(crate) fn load<S>(
    typed: &Typed<S>,
    tokens: Tokens,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> (Loaded, Option<S>) {
    let provider = &typed.provider;
    let candidates = match tokens.into_candidates() {
        Ok(candidates) => candidates,
        Err(presented) => return (Loaded::without_session(presented), None),
    };
    let prepared = provider.keys.prepared();
    let verified = candidates.into_iter().map(|token| {
        let token = token?;
        verify(provider, &prepared, token, entropy, now)
    });
    let Choice { chosen, alone } = choose(
        verified.collect(),
        |a, b| a.origin.id == b.origin.id,
        |a, b| (a.origin.generation, a.renewed) > (b.origin.generation, b.renewed),
    );
    match chosen.and_then(|verified| decode(typed, verified)) {
        Err(refusal) => (Loaded::refused(refusal, alone), None),
        Ok((origin, live, value)) => {
            let loaded = Loaded {
                presented: Presented::Live(live),
                origin: Origin::ByValue(origin),
                alone,
            };
            (loaded, Some(value))
        }
    }
}

/// Runs the token back through the chain and judges its life.
fn verify(
    provider: &Provider,
    prepared: &Prepared,
    mut buffer: Buffer,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Verified, Refusal> {
    let cx = provider.context(prepared, None, entropy, now);
    let freshness = provider.chain.read(&cx, &mut buffer)?;
    let (envelope, content) = Envelope::read(buffer.as_slice()).ok_or(Refusal::Malformed)?;
    let content_at = buffer.len() - content.len();
    if envelope.lineage.iter().any(|key| prepared.is_revoked(key)) {
        return Err(Refusal::KeyRevoked);
    }
    let latest = now.saturating_add(CLOCK_SKEW);
    if envelope.created > latest || envelope.renewed > latest {
        return Err(Refusal::FromTheFuture);
    }
    let absolute = provider.absolute(Some(envelope.absolute), envelope.created);
    if absolute.is_some_and(|deadline| now >= deadline) {
        return Err(Refusal::AbsoluteDeadline);
    }
    let idle = provider.policy.idle_deadline(envelope.renewed, absolute);
    if idle.is_some_and(|deadline| now >= deadline) {
        return Err(Refusal::IdleDeadline);
    }
    let live = Live {
        absolute,
        idle,
        outdated: freshness == Freshness::Outdated,
        proof: ProofState::Current,
    };
    let renewed = envelope.renewed;
    let mut origin = origin_of(&envelope, cx.found.get());
    buffer
        .trim_front(content_at)
        .map_err(|_| Refusal::Malformed)?;
    origin.content = buffer;
    Ok(Verified {
        origin,
        live,
        renewed,
    })
}

fn origin_of(envelope: &Envelope<'_>, key: Option<cloakroom_crypto::KeyId>) -> ByValue {
    ByValue {
        id: envelope.id,
        created: envelope.created,
        absolute: envelope.absolute,
        generation: envelope.generation,
        lineage: envelope.lineage,
        key,
        subject: envelope.subject.map(|(name, _)| Arc::from(name)),
        number: envelope
            .subject
            .map_or_else(SubjectNumber::default, |(_, number)| number),
        format: envelope.format,
        format_is_current: true,
        content: Buffer::default(),
    }
}

/// The value; a form that the present writer would not make counts as outdated.
fn decode<S>(typed: &Typed<S>, verified: Verified) -> Result<(ByValue, Live, S), Refusal> {
    let Verified {
        mut origin,
        mut live,
        ..
    } = verified;
    let content = origin.content.as_slice();
    let decoded = typed
        .codec
        .decode(origin.format, content)
        .map_err(|_| Refusal::Content)?;
    if !typed.is_valid(&decoded.value) {
        return Err(Refusal::Invalid);
    }
    origin.format_is_current = !decoded.outdated;
    live.outdated |= decoded.outdated;
    Ok((origin, live, decoded.value))
}
