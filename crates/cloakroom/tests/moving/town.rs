//! A town with one session type, an old form of tokens, and all doubles in place.

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use cloakroom::{
    Buffer, Carrier, ChangeError, Clock as _, Context, Contradiction, CookieSession, EventKind,
    Fingerprint, Freshness, IdForm, Key, KeyRing, LayerExt, Lifetime, MemoryStorage, OtherForm,
    Protection, Refusal, Session, Sessions, ThreadEntropy, Timestamp, Transformer, Transport,
    Unsendable,
};
use cloakroom_testkit::{Answer, Client, EventLog, FaultyStorage, ManualClock, SpyStorage};
use serde::{Deserialize, Serialize};

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The name of the cookie, in both forms.
pub(crate) const COOKIE: &str = "ticket";

/// The session: two fields to change, and whose it is.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Ticket {
    pub(crate) user: Option<String>,
    pub(crate) rides: u32,
    pub(crate) note: String,
}

impl Ticket {
    pub(crate) fn noting(note: &str) -> Self {
        Self {
            note: note.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn json(&self) -> String {
        serde_json::to_string(self).unwrap()
    }
}

/// The old system's step: a seal of wax behind the content, which nobody else has.
#[derive(Debug)]
pub(crate) struct Wax;

pub(crate) const WAX: &str = "~wax";

impl Transformer for Wax {
    fn protection(&self) -> Protection {
        Protection::Authenticity
    }

    fn write(&self, _: &Context<'_>, buffer: &mut Buffer) {
        buffer.append(WAX.as_bytes());
    }

    fn read(&self, _: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal> {
        if !buffer.as_slice().ends_with(WAX.as_bytes()) {
            return Err(Refusal::Transformer);
        }
        buffer
            .trim_back(WAX.len())
            .map_err(|_| Refusal::Malformed)?;
        Ok(Freshness::Current)
    }

    fn unbound_key(&self) -> Option<Fingerprint> {
        Some(Fingerprint::of(WAX.as_bytes()))
    }
}

/// The old system's cookie: text as it is, in hexadecimal digits where it has to be.
#[derive(Debug)]
pub(crate) struct OldCookie(String);

impl OldCookie {
    #[expect(clippy::unnecessary_wraps, reason = "as `transport` wants it")]
    pub(crate) fn named(name: &str) -> Result<Self, Contradiction> {
        Ok(Self(name.to_owned()))
    }
}

impl Transport for OldCookie {
    fn name(&self) -> &str {
        &self.0
    }

    fn carrier(&self) -> Carrier {
        Carrier::Cookie
    }

    fn tokens(&self, line: &[u8], each: &mut dyn FnMut(&[u8])) {
        let line = str::from_utf8(line).unwrap_or_default();
        for pair in line.split("; ") {
            if let Some((name, value)) = pair.split_once('=')
                && name == self.0
            {
                each(value.as_bytes());
            }
        }
    }

    fn decode(&self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
        for pair in text.chunks(2) {
            let digits = str::from_utf8(pair).map_err(|_| Refusal::Malformed)?;
            out.push(u8::from_str_radix(digits, 16).map_err(|_| Refusal::Malformed)?);
        }
        Ok(())
    }

    fn set(&self, token: &[u8], _: Lifetime, _: Timestamp) -> Result<Vec<u8>, Unsendable> {
        Ok(format!("{}={}; Path=/", self.0, hex(token)).into_bytes())
    }

    fn clear(&self) -> Option<Vec<u8>> {
        Some(format!("{}=; Max-Age=0; Path=/", self.0).into_bytes())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The old system's ids: sixteen digits behind an `o`.
#[derive(Debug)]
pub(crate) struct OldIds;

impl IdForm for OldIds {
    fn make(&self, random: &[u8; 32]) -> String {
        format!("o{}", hex(&random[..8]))
    }

    fn accepts(&self, text: &str) -> bool {
        text.len() == 17 && text.starts_with('o')
    }
}

/// A storage that is watched and fails when told.
pub(crate) type Watched = SpyStorage<FaultyStorage<MemoryStorage>>;

/// The town: its sessions, and what a test looks at and turns.
#[derive(Clone)]
pub(crate) struct Town {
    pub(crate) clock: ManualClock,
    pub(crate) events: EventLog,
    /// Where the old system keeps its sessions.
    pub(crate) old: FaultyStorage<MemoryStorage>,
    pub(crate) old_calls: Watched,
    /// Where the new one does.
    pub(crate) new: FaultyStorage<MemoryStorage>,
    pub(crate) new_calls: Watched,
    memories: [MemoryStorage; 2],
    keys: KeyRing,
}

impl Town {
    pub(crate) fn new() -> Self {
        let memories = [MemoryStorage::new(), MemoryStorage::new()];
        let [old, new] = memories.clone().map(FaultyStorage::new);
        Self {
            memories,
            clock: ManualClock::default(),
            events: EventLog::new(),
            old_calls: SpyStorage::new(old.clone()),
            new_calls: SpyStorage::new(new.clone()),
            old,
            new,
            keys: KeyRing::single(Key::generate(&ThreadEntropy)),
        }
    }

    /// A month from now: until then the other form is read.
    pub(crate) fn end(&self) -> Timestamp {
        self.clock.now().saturating_add(30 * DAY)
    }

    /// The town's server, configured in one way.
    pub(crate) fn serving(
        &self,
        configure: impl FnOnce(CookieSession<Ticket>) -> CookieSession<Ticket>,
    ) -> Router {
        serve(&self.sessions(configure))
    }

    pub(crate) fn sessions(
        &self,
        configure: impl FnOnce(CookieSession<Ticket>) -> CookieSession<Ticket>,
    ) -> Sessions {
        Sessions::builder("town", &self.keys)
            .clock(self.clock.clone())
            .observer(self.events.clone())
            .cookie::<Ticket>(COOKIE, |c| configure(c.transport(OldCookie::named)))
            .build()
            .unwrap()
    }

    pub(crate) fn browser(&self, app: &Router) -> Client<Router> {
        Client::new(app.clone()).with_clock(&self.clock)
    }

    /// A browser that holds this text as its cookie.
    pub(crate) fn holding(&self, app: &Router, token: &str) -> Client<Router> {
        let mut browser = self.browser(app);
        browser.set_cookie(COOKIE, &hex(token.as_bytes()));
        browser
    }

    /// The old system's server, by id.
    pub(crate) fn old_server(&self) -> Router {
        self.serving(|c| c.bare().ids(OldIds).stored_in(&self.old_calls))
    }

    /// The new server, which still reads what the old one made.
    pub(crate) fn new_server(&self) -> Router {
        serve(&self.new_sessions())
    }

    pub(crate) fn new_sessions(&self) -> Sessions {
        let end = self.end();
        self.sessions(|c| {
            c.stored_in(&self.new_calls)
                .subject_if_any(|ticket| ticket.user.clone())
                .also_reads(end, |other| self.old_form(other))
        })
    }

    pub(crate) fn old_form(&self, other: OtherForm<Ticket>) -> OtherForm<Ticket> {
        other.bare().ids(OldIds).stored_in(&self.old_calls)
    }

    /// Forgets calls and events.
    pub(crate) fn forget(&self) {
        self.events.clear();
        let _forgotten = (self.old_calls.take_calls(), self.new_calls.take_calls());
    }

    /// What was told since the last look.
    pub(crate) fn told(&self) -> Vec<EventKind> {
        self.events.take().iter().map(|event| event.kind).collect()
    }

    /// How many records lie in the old storage, and how many in the new one.
    pub(crate) fn records(&self) -> (usize, usize) {
        let [old, new] = &self.memories;
        (old.len(), new.len())
    }
}

pub(crate) fn serve(sessions: &Sessions) -> Router {
    Router::new()
        .route("/see", get(see))
        .route("/name", get(name))
        .route("/nothing", get(async || "nothing"))
        .route("/ride", post(ride))
        .route("/note/{text}", post(note))
        .route("/rotate", post(rotate))
        .route("/sign-in/{user}", post(sign_in))
        .route("/leave", post(leave))
        .layer(sessions.layer())
}

async fn see(ticket: Session<Ticket>) -> String {
    ticket
        .get()
        .map_or("none".to_owned(), |ticket| ticket.json())
}

async fn name(ticket: Session<Ticket>) -> String {
    let reference = ticket.reference();
    reference.map_or("none".to_owned(), |name| name.to_string())
}

async fn ride(ticket: Session<Ticket>) -> Result<(), ChangeError> {
    ticket.update_or_default(|ticket| ticket.rides += 1)
}

async fn note(ticket: Session<Ticket>, Path(text): Path<String>) -> Result<(), ChangeError> {
    ticket.update_or_default(|ticket| ticket.note = text)
}

async fn rotate(ticket: Session<Ticket>) -> Result<(), ChangeError> {
    ticket.rotate()
}

async fn sign_in(ticket: Session<Ticket>, Path(user): Path<String>) -> Result<(), ChangeError> {
    ticket.sign_in(Ticket {
        user: Some(user),
        ..Ticket::default()
    })
}

async fn leave(ticket: Session<Ticket>) -> Result<(), ChangeError> {
    ticket.clear()
}

/// What the browser sees of its session.
pub(crate) async fn seen(browser: &mut Client<Router>) -> Option<Ticket> {
    ticket_in(&browser.get("/see").await)
}

pub(crate) fn ticket_in(answer: &Answer) -> Option<Ticket> {
    assert_eq!(answer.status, 200);
    serde_json::from_str(&answer.body).ok()
}
