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
use crate::native::envelope::{Envelope, Lineage, SessionId};
use crate::plan::{Lies, Live, Presented, ProofState};
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
    // Nearly always there is one; what is verified is large, and is not to be moved for a choice.
    let Choice { chosen, alone } = match candidates.into_only() {
        Ok(token) => Choice {
            chosen: token.and_then(|token| read.token(token)),
            alone: true,
        },
        Err(candidates) => choose(
            candidates.into_iter().map(|token| read.token(token?)),
            |a, b| a.origin.is_same(&b.origin),
            |a, b| (a.origin.generation, a.renewed) > (b.origin.generation, b.renewed),
        ),
    };
    let mut verified = match chosen {
        Ok(verified) => verified,
        Err(refusal) => return (Loaded::refused(refusal, alone), None),
    };
    match decode(typed, &mut verified) {
        Err(refusal) => (Loaded::refused(refusal, alone), None),
        Ok(value) => {
            let loaded = Loaded {
                presented: Presented::Live(verified.live),
                origin: Origin::ByValue(verified.origin),
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
        // What moves is named by its whole token: what its steps leave may be the same for others.
        let moves = form.bare && place == Place::Other;
        let seed = moves.then(|| provider.moved_seed(buffer.as_slice()));
        let cx = provider.context(self.prepared, None, self.entropy, self.now);
        let freshness = form.chain.read(&cx, &mut buffer)?;
        let outdated = freshness == Freshness::Outdated || place == Place::Other;
        if form.bare {
            Ok(self.bare(seed.map(first_half), buffer, place, outdated))
        } else {
            self.enveloped(cx.found.get(), buffer, place, outdated)
        }
    }

    /// What says nothing of its life began now, and lives as long as it is presented.
    fn bare(
        &self,
        id: Option<SessionId>,
        content: Buffer,
        place: Place,
        outdated: bool,
    ) -> Verified {
        let absolute = self.provider.absolute(None, self.now);
        let idle = self.provider.policy.idle_deadline(self.now, absolute);
        Verified {
            origin: ByValue {
                id,
                created: self.now,
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
            live: live(absolute, idle, outdated),
            renewed: self.now,
            place,
        }
    }

    /// What has an envelope, which says how long it lives.
    fn enveloped(
        &self,
        key: Option<KeyId>,
        mut buffer: Buffer,
        place: Place,
        outdated: bool,
    ) -> Result<Verified, Refusal> {
        let (envelope, content) = Envelope::read(buffer.as_slice()).ok_or(Refusal::Malformed)?;
        let (absolute, idle) = self.deadlines(&envelope)?;
        let Envelope {
            id,
            created,
            absolute: recorded,
            renewed,
            generation,
            format,
            lineage,
            subject,
        } = envelope;
        let (subject, number) = match subject {
            Some((name, number)) => (Some(Arc::from(name)), number),
            None => (None, SubjectNumber::default()),
        };
        let content_at = buffer.len() - content.len();
        let trimmed = buffer.trim_front(content_at);
        trimmed.map_err(|_| Refusal::Malformed)?;
        Ok(Verified {
            origin: ByValue {
                id: Some(id),
                created,
                absolute: recorded,
                generation,
                lineage,
                key,
                subject,
                number,
                format: Some(format),
                format_is_current: true,
                content: buffer,
            },
            live: live(absolute, idle, outdated),
            renewed,
            place,
        })
    }

    /// When an envelope's session ends: absolutely, and if it is not used. Or why it is none.
    fn deadlines(
        &self,
        envelope: &Envelope<'_>,
    ) -> Result<(Option<Timestamp>, Option<Timestamp>), Refusal> {
        let (provider, now) = (self.provider, self.now);
        let is_revoked = |key| self.prepared.is_revoked(key);
        if envelope.lineage.iter().any(is_revoked) {
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
        Ok((absolute, idle))
    }
}

const fn first_half(seed: [u8; 32]) -> SessionId {
    let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = seed;
    id
}

const fn live(absolute: Option<Timestamp>, idle: Option<Timestamp>, outdated: bool) -> Live {
    Live {
        absolute,
        idle,
        outdated,
        proof: ProofState::Current,
        lies: Lies::Here,
        reseal: false,
    }
}

/// The value; a form that the present writer would not make counts as outdated.
fn decode<S>(typed: &Typed<S>, verified: &mut Verified) -> Result<S, Refusal> {
    let Verified {
        origin,
        live,
        place,
        ..
    } = verified;
    let place = *place;
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
    Ok(decoded.value)
}
