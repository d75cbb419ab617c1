//! What goes out: tokens of by-value sessions, ids of by-id sessions, and clearings, each as the
//! value of the provider's header.

use std::sync::Arc;

use cloakroom_crypto::{KeyId, Prepared, PreparedKey};
use cloakroom_storage::SubjectNumber;
use cloakroom_time::Timestamp;

use super::work::Work;
use crate::buffer::Buffer;
use crate::codec::Format;
use crate::id;
use crate::ids::Ids;
use crate::loaded::{ByValue, Origin};
use crate::native::envelope::{Envelope, Lineage, SessionId};
use crate::native::steps::TAILROOM;
use crate::plan::{
    ClientStep, Failure, Lies, Live, Notes, Presented, ProofState, Replacement, Sent, StorageStep,
    Wish,
};
use crate::provider::Provider;
use crate::slot::Outgoing;
use crate::transport::contract::{Lifetime, Unsendable};

/// Makes a by-value session's part of the response.
pub(super) fn make_by_value(work: &mut Work) -> Result<(), Failure> {
    match work.plan.client {
        ClientStep::None => Ok(()),
        ClientStep::Clear => {
            clear(work);
            Ok(())
        }
        ClientStep::Send(sent) => match seal(work, sent) {
            // A mere renewal that cannot be made waits; the client's token is still good.
            Err(_) if sent == Sent::Renewed => {
                work.plan.client = ClientStep::None;
                work.plan.after = Notes::NONE;
                Ok(())
            }
            other => other,
        },
    }
}

/// Makes sure that an id can be made and sent before anything is changed in the storage.
pub(super) fn ensure_by_id(work: &mut Work) -> Result<(), Failure> {
    if !must_send(work.plan.client) {
        return Ok(());
    }
    let now = work.moment.now;
    let provider = work.provider();
    if provider.form.chain.is_empty() && provider.wire.is_native() {
        return issuing(provider, &provider.keys.prepared(), now).map(drop);
    }
    // Steps of the application may make more of an id than can be sent: a trial shows it.
    let trial = trial(work);
    let provider = work.provider();
    let keys = provider.keys.prepared();
    let key = issuing(provider, &keys, now)?;
    let cx = provider.context(&keys, key, work.entropy(), now);
    let mut trial = Buffer::from_vec(trial);
    let written = provider.form.chain.write(&cx, &mut trial);
    written.map_err(|by| Failure::TooLarge { by })?;
    let lifetime = Lifetime {
        absolute: Some(now),
        idle: None,
    };
    let sent = provider.wire.set(trial.as_slice(), lifetime, now);
    sent.map(drop).map_err(failure_of)
}

/// What will be sent, as far as it is known before the storage was asked.
fn trial(work: &mut Work) -> Vec<u8> {
    let ids = &work.provider().form.ids;
    if ids.have_proofs() {
        // All of our own are of one length.
        return vec![0; id::TOKEN_LEN];
    }
    let id = match (&work.draft.loaded.origin, work.plan.storage) {
        (
            Origin::ById(origin),
            StorageStep::Update(_)
            | StorageStep::None
            | StorageStep::Replace(Replacement::Move { .. }),
        ) => origin.id.clone(),
        _ => {
            // Made once: what makes ids may count them.
            let id = ids.random(work.entropy());
            work.new_id = Some(id.clone());
            id
        }
    };
    Ids::write(&id, None).unwrap_or_default()
}

/// Whether a token is to be sent that the client cannot do without.
const fn must_send(client: ClientStep) -> bool {
    matches!(
        client,
        ClientStep::Send(Sent::New | Sent::Rotated | Sent::Changed)
    )
}

/// The key to write under; a form that is another system's needs none of ours.
fn issuing<'a>(
    provider: &Provider,
    keys: &'a Prepared,
    now: Timestamp,
) -> Result<Option<&'a PreparedKey>, Failure> {
    match keys.issuing(now) {
        None if provider.form.is_own() => Err(Failure::NoIssuingKey),
        key => Ok(key),
    }
}

/// A clearing of the provider's cookie or header.
fn clear(work: &mut Work) {
    if let Some(value) = work.provider().wire.clear() {
        work.outgoing = Outgoing::Clear(value);
    }
}

fn seal(work: &mut Work, sent: Sent) -> Result<(), Failure> {
    let now = work.moment.now;
    let mut content = take_content(work)?;
    let keys = work.slot.provider().keys.prepared();
    let next = next_token(work, sent, &keys)?;
    let provider = work.slot.provider();
    let key = match next.key {
        Some(own) => Some(keys.find(&own, now).map_err(|_| Failure::NoIssuingKey)?),
        None => issuing(provider, &keys, now)?,
    };
    if let Some(id) = next.id {
        let envelope_len = Envelope::len(&next.lineage, next.subject.as_deref());
        let room = content.buffer.prepend_room(envelope_len);
        next.envelope(id, content.format).write(room);
    }
    let cx = provider.context(&keys, key, work.entropy(), now);
    let written = provider.form.chain.write(&cx, &mut content.buffer);
    written.map_err(|by| Failure::TooLarge { by })?;
    let absolute = provider.absolute(Some(next.absolute), next.created);
    let live = Live {
        absolute,
        idle: provider.policy.idle_deadline(now, absolute),
        outdated: false,
        proof: ProofState::Current,
        lies: Lies::Here,
        reseal: false,
    };
    let value = send(provider, content.buffer.as_slice(), &live, now)?;
    let issued_under = key.map(PreparedKey::id);
    drop(keys);
    work.outgoing = outgoing(sent, value);
    work.draft.loaded.presented = Presented::Live(live);
    work.draft.loaded.origin = Origin::ByValue(next.into_origin(content.format, issued_under));
    Ok(())
}

/// The content that travels: the handler's, or what was read.
struct Content {
    buffer: Buffer,
    format: Format,
}

fn take_content(work: &mut Work) -> Result<Content, Failure> {
    let format = work.slot.format();
    if let Some(buffer) = work.content.take() {
        return Ok(Content { buffer, format });
    }
    match &mut work.draft.loaded.origin {
        Origin::ByValue(origin) if origin.format_is_current => Ok(Content {
            buffer: std::mem::take(&mut origin.content),
            format,
        }),
        _ => Ok(Content {
            buffer: work.slot.encode(0, TAILROOM)?,
            format,
        }),
    }
}

/// All of a token but its content.
struct NextToken {
    /// As [`id_of`] says.
    id: Option<SessionId>,
    created: Timestamp,
    absolute: Timestamp,
    renewed: Timestamp,
    generation: u32,
    lineage: Lineage,
    subject: Option<Arc<str>>,
    number: SubjectNumber,
    /// The token's own key, where its lineage has no room for another.
    key: Option<KeyId>,
}

impl NextToken {
    fn envelope(&self, id: SessionId, format: Format) -> Envelope<'_> {
        Envelope {
            id,
            created: self.created,
            absolute: self.absolute,
            renewed: self.renewed,
            generation: self.generation,
            format,
            lineage: self.lineage,
            subject: self.subject.as_deref().map(|name| (name, self.number)),
        }
    }

    fn into_origin(self, format: Format, key: Option<KeyId>) -> ByValue {
        ByValue {
            id: self.id,
            created: self.created,
            absolute: self.absolute,
            generation: self.generation,
            lineage: self.lineage,
            key,
            subject: self.subject,
            number: self.number,
            format: Some(format),
            format_is_current: true,
            content: Buffer::default(),
        }
    }
}

fn next_token(work: &Work, sent: Sent, keys: &Prepared) -> Result<NextToken, Failure> {
    let now = work.moment.now;
    let origin = match &work.draft.loaded.origin {
        Origin::ByValue(origin) => Some(origin),
        Origin::ById(_) | Origin::None => None,
    };
    match origin {
        Some(origin) if sent != Sent::New => Ok(NextToken {
            id: id_of(work, origin.id),
            ..successor(origin, sent, keys, now)
        }),
        Some(origin) if work.draft.wish == Wish::Elevate => Ok(NextToken {
            id: id_of(work, None),
            generation: 0,
            ..successor(origin, sent, keys, now)
        }),
        _ => Ok(first_token(work, now)),
    }
}

/// The token of a session that begins now.
fn first_token(work: &Work, now: Timestamp) -> NextToken {
    let draft = &work.draft;
    let number = match (&draft.begun, &draft.subject) {
        (Some((begun, number)), Some(subject)) if begun == subject => *number,
        _ => SubjectNumber::default(),
    };
    NextToken {
        id: id_of(work, None),
        created: now,
        absolute: work
            .provider()
            .absolute(None, now)
            .unwrap_or(Timestamp::MAX),
        renewed: now,
        generation: 0,
        lineage: Lineage::default(),
        subject: draft.subject.clone(),
        number,
        key: None,
    }
}

/// The token that follows one of the same session.
///
/// Under a later key than before, the lineage grows by the key before; where it has no room, the
/// token stays under its own key. So it does where a node with a clock ahead has begun to use a
/// later key than the one that issues here: going back would only fill the lineage.
fn successor(origin: &ByValue, sent: Sent, keys: &Prepared, now: Timestamp) -> NextToken {
    let (lineage, key) = match origin.key {
        Some(own) if stays_under(own, keys, now) => (origin.lineage, Some(own)),
        Some(own) => match origin.lineage.with(own) {
            Some(longer) => (longer, None),
            None => (origin.lineage, Some(own)),
        },
        None => (origin.lineage, None),
    };
    let changed = u32::from(!matches!(sent, Sent::Renewed | Sent::Again));
    NextToken {
        id: origin.id,
        created: origin.created,
        absolute: origin.absolute,
        renewed: now,
        generation: origin.generation.saturating_add(changed),
        lineage,
        subject: origin.subject.clone(),
        number: origin.number,
        key,
    }
}

/// Whether no later key than this one issues. Where none issues at all, none is to be used.
fn stays_under(own: KeyId, keys: &Prepared, now: Timestamp) -> bool {
    keys.issuing(now).is_some()
        && keys
            .find(&own, now)
            .is_ok_and(|key| !keys.is_outdated(key, now))
}

/// The id of a token: the known one or a new one, and none exactly where the content is bare.
fn id_of(work: &Work, known: Option<SessionId>) -> Option<SessionId> {
    let random = || {
        let mut id = [0; 16];
        work.entropy().fill(&mut id);
        id
    };
    (!work.provider().form.bare).then(|| known.unwrap_or_else(random))
}

/// Makes a by-id session's part of the response, after its storage steps succeeded.
pub(super) fn make_by_id(work: &mut Work, client: ClientStep) -> Result<(), Failure> {
    match client {
        ClientStep::None => Ok(()),
        ClientStep::Clear => {
            clear(work);
            Ok(())
        }
        ClientStep::Send(sent) => send_id(work, sent),
    }
}

fn send_id(work: &mut Work, sent: Sent) -> Result<(), Failure> {
    let now = work.moment.now;
    let (Origin::ById(origin), Presented::Live(live)) =
        (&work.draft.loaded.origin, work.draft.loaded.presented)
    else {
        return Ok(());
    };
    let provider = work.provider();
    let keys = provider.keys.prepared();
    let key = issuing(provider, &keys, now)?;
    let token = Ids::write(&origin.id, key).ok_or(Failure::NoIssuingKey)?;
    let cx = provider.context(&keys, key, work.entropy(), now);
    let mut buffer = Buffer::from_vec(token);
    let written = provider.form.chain.write(&cx, &mut buffer);
    written.map_err(|by| Failure::TooLarge { by })?;
    let value = send(provider, buffer.as_slice(), &live, now)?;
    drop(keys);
    work.outgoing = outgoing(sent, value);
    Ok(())
}

const fn outgoing(sent: Sent, value: Vec<u8>) -> Outgoing {
    match sent {
        Sent::Renewed => Outgoing::Renew(value),
        Sent::New | Sent::Rotated | Sent::Changed | Sent::Again => Outgoing::Set(value),
    }
}

/// The header value that carries the token.
fn send(
    provider: &Provider,
    token: &[u8],
    live: &Live,
    now: Timestamp,
) -> Result<Vec<u8>, Failure> {
    let lifetime = Lifetime {
        absolute: live.absolute,
        idle: live.idle,
    };
    provider.wire.set(token, lifetime, now).map_err(failure_of)
}

/// What the transport does not carry cannot be sent at all: no other node would do better.
const fn failure_of(unsendable: Unsendable) -> Failure {
    match unsendable {
        Unsendable::TooLarge { by } => Failure::TooLarge { by },
        Unsendable::Characters => Failure::Encode,
    }
}
