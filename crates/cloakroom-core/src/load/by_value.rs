//! A by-value session from its token.

use std::sync::Arc;
use std::time::Duration;

use cloakroom_crypto::{Entropy, KeyId, Prepared};
use cloakroom_storage::SubjectNumber;
use cloakroom_time::Timestamp;

use super::choose::{Choice, choose, likelier};
use super::tokens::Tokens;
use crate::buffer::Buffer;
use crate::form::Form;
use crate::loaded::{ByValue, Loaded, Origin};
use crate::native::envelope::{Envelope, Lineage};
use crate::plan::{Live, Presented, ProofState};
use crate::provider::{Place, Provider, Typed};
use crate::refusal::Refusal;
use crate::transform::Freshness;

/// A token made up to so much later than now was made now: clocks differ.
const CLOCK_SKEW: Duration = Duration::from_secs(60);

struct Verified {
    origin: ByValue,
    live: Live,
    renewed: Timestamp,
    place: Place,
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
    let read = Read {
        provider,
        prepared: &prepared,
        entropy,
        now,
    };
    let verified = candidates.into_iter().map(|token| read.token(token?));
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

/// What every token is read with.
struct Read<'a> {
    provider: &'a Provider,
    prepared: &'a Prepared,
    entropy: &'a dyn Entropy,
    now: Timestamp,
}

impl Read<'_> {
    /// A token of the provider's own form, or else of the one that it reads besides.
    fn token(&self, token: Buffer) -> Result<Verified, Refusal> {
        let Some(other) = self.provider.other(self.now) else {
            return self.form(&self.provider.form, Place::Own, token);
        };
        let own = self.form(&self.provider.form, Place::Own, token.clone());
        own.or_else(|refusal| {
            let read = self.form(other, Place::Other, token);
            read.map_err(|other| likelier(refusal, other))
        })
    }

    /// Runs the token back through a form's chain and judges its life.
    fn form(&self, form: &Form, place: Place, mut buffer: Buffer) -> Result<Verified, Refusal> {
        let provider = self.provider;
        // Named by the whole token: what its steps leave may be the same for others.
        let name = form.bare.then(|| provider.moved_seed(buffer.as_slice()));
        let cx = provider.context(self.prepared, None, self.entropy, self.now);
        let freshness = form.chain.read(&cx, &mut buffer)?;
        let mut verified = match name {
            Some(name) => bare(provider, &name, buffer, self.now),
            None => enveloped(provider, self.prepared, cx.found.get(), buffer, self.now)?,
        };
        verified.place = place;
        verified.live.outdated = freshness == Freshness::Outdated || place == Place::Other;
        Ok(verified)
    }
}

/// What says nothing of its life began now, and lives as long as it is presented.
fn bare(provider: &Provider, name: &[u8; 32], content: Buffer, now: Timestamp) -> Verified {
    let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = name;
    let absolute = provider.absolute(None, now);
    Verified {
        origin: ByValue {
            id: *id,
            created: now,
            absolute: absolute.unwrap_or(Timestamp::MAX),
            generation: 0,
            lineage: Lineage::default(),
            key: None,
            subject: None,
            number: SubjectNumber::default(),
            format: None,
            format_is_current: true,
            content,
        },
        live: Live {
            absolute,
            idle: provider.policy.idle_deadline(now, absolute),
            outdated: false,
            proof: ProofState::Current,
            elsewhere: false,
            reseal: false,
        },
        renewed: now,
        place: Place::Own,
    }
}

fn enveloped(
    provider: &Provider,
    prepared: &Prepared,
    key: Option<KeyId>,
    mut buffer: Buffer,
    now: Timestamp,
) -> Result<Verified, Refusal> {
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
        outdated: false,
        proof: ProofState::Current,
        elsewhere: false,
        reseal: false,
    };
    let renewed = envelope.renewed;
    let mut origin = origin_of(&envelope, key);
    buffer
        .trim_front(content_at)
        .map_err(|_| Refusal::Malformed)?;
    origin.content = buffer;
    Ok(Verified {
        origin,
        live,
        renewed,
        place: Place::Own,
    })
}

fn origin_of(envelope: &Envelope<'_>, key: Option<KeyId>) -> ByValue {
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
        format: Some(envelope.format),
        format_is_current: true,
        content: Buffer::default(),
    }
}

/// The value; a form that the present writer would not make counts as outdated.
fn decode<S>(typed: &Typed<S>, verified: Verified) -> Result<(ByValue, Live, S), Refusal> {
    let Verified {
        mut origin,
        mut live,
        place,
        ..
    } = verified;
    let content = origin.content.as_slice();
    let codec = match place {
        Place::Own => &typed.codec,
        Place::Other => typed.other_codec.as_ref().ok_or(Refusal::Content)?,
    };
    let format = origin.format.unwrap_or(codec.format());
    let decoded = codec.decode(format, content);
    let decoded = decoded.map_err(|_| Refusal::Content)?;
    if !typed.is_valid(&decoded.value) {
        return Err(Refusal::Invalid);
    }
    let writes_so = place == Place::Own || codec.format() == typed.codec.format();
    origin.format_is_current = !decoded.outdated && writes_so;
    live.outdated |= decoded.outdated;
    if origin.format.is_none() {
        // Whose it is, a bare token does not say; taking it over is no sign-in.
        origin.subject = typed.subject_of(&decoded.value);
        origin.format = Some(format);
    }
    Ok((origin, live, decoded.value))
}
