//! Records whose content is encrypted before the storage gets it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use cloakroom::{
    ChangeError, Clock as _, CookieSession, DatedKey, EventKind, Key, KeyRing, KeySet, LayerExt,
    MemoryStorage, Refusal, Session, Sessions, Storage, StorageError, SubjectLimit, ThreadEntropy,
    Timestamp,
};
use cloakroom_storage::{
    CreateOutcome, Listed, Record, RemoveOutcome, Scope, StorageKey, Stored, Subject,
    SubjectNumber, TakeOutcome, TouchOutcome, UpdateOutcome, Version,
};
use cloakroom_testkit::{Client, EventLog, ManualClock, Req};
use serde::{Deserialize, Serialize};

const COOKIE: &str = "__Host-diary";
const MINUTE: Duration = Duration::from_secs(60);

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Diary {
    writer: String,
    lines: Vec<String>,
    mood: String,
}

/// A storage into which an attacker can look, and write.
#[derive(Clone, Debug, Default)]
struct Looted {
    memory: MemoryStorage,
    seen: Arc<Mutex<Vec<(StorageKey, Record)>>>,
    /// What `read` answers instead of what lies there.
    planted: Arc<Mutex<Option<Record>>>,
}

impl Looted {
    fn last(&self) -> (StorageKey, Record) {
        self.seen.lock().unwrap().last().cloned().unwrap()
    }

    fn plant(&self, record: Record) {
        *self.planted.lock().unwrap() = Some(record);
    }

    fn note(&self, key: &StorageKey, record: &Record) {
        self.seen
            .lock()
            .unwrap()
            .push((key.clone(), record.clone()));
    }
}

impl Storage for Looted {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        let planted = self.planted.lock().unwrap().take();
        match planted {
            Some(record) => Ok(Some(Stored::new(record, Version::new(1)))),
            None => self.memory.read(key, now).await,
        }
    }

    async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        self.note(key, record);
        self.memory.create(key, record, limit, now).await
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        self.note(key, record);
        self.memory.update(key, version, record, now).await
    }

    async fn touch(
        &self,
        key: &StorageKey,
        idle: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        self.memory.touch(key, idle, now).await
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        self.memory.take(key, version, now).await
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        self.memory.remove(key).await
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        self.memory.begin_sign_in(subject, now).await
    }

    async fn list(&self, subject: &Subject, now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        self.memory.list(subject, now).await
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        self.memory.remove_all(subject, except, now).await
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        self.memory.end_before(scope, time).await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        self.memory.sweep(now, limit).await
    }
}

/// A house of diaries.
struct House {
    clock: ManualClock,
    events: EventLog,
    looted: Looted,
    keys: KeyRing,
    key: Key,
}

impl House {
    fn new() -> Self {
        let key = Key::generate(&ThreadEntropy);
        Self {
            clock: ManualClock::default(),
            events: EventLog::new(),
            looted: Looted::default(),
            keys: KeyRing::single(key.clone()),
            key,
        }
    }

    fn app(&self, configure: impl FnOnce(CookieSession<Diary>) -> CookieSession<Diary>) -> Router {
        let sessions = Sessions::builder("house", &self.keys)
            .clock(self.clock.clone())
            .observer(self.events.clone())
            .cookie::<Diary>("diary", |c| {
                configure(c.stored_in(&self.looted).subject_if_any(|diary| {
                    (!diary.writer.is_empty()).then(|| diary.writer.clone())
                }))
            })
            .build()
            .unwrap();
        Router::new()
            .route("/", get(read))
            .route("/begin/{writer}", post(begin))
            .route("/line/{text}", post(line))
            .route("/mood/{text}", post(mood))
            .layer(sessions.layer())
    }

    fn sealed(&self) -> Router {
        self.app(|c| c.sealed_at_rest())
    }

    fn visitor(&self, app: &Router) -> Client<Router> {
        Client::new(app.clone()).with_clock(&self.clock)
    }

    fn told(&self) -> Vec<EventKind> {
        self.events.take().iter().map(|event| event.kind).collect()
    }
}

async fn read(diary: Session<Diary>) -> String {
    diary.get().map_or("nobody's".to_owned(), |diary| {
        format!("{}: {} {}", diary.writer, diary.lines.join(" "), diary.mood)
    })
}

async fn begin(diary: Session<Diary>, Path(writer): Path<String>) -> Result<(), ChangeError> {
    diary.sign_in(Diary {
        writer,
        ..Diary::default()
    })
}

async fn line(diary: Session<Diary>, Path(text): Path<String>) -> Result<(), ChangeError> {
    diary.update(|diary| diary.lines.push(text))
}

async fn mood(diary: Session<Diary>, Path(text): Path<String>) -> Result<(), ChangeError> {
    diary.update(|diary| diary.mood = text)
}

fn holds(record: &Record, text: &str) -> bool {
    let windows = record.content.windows(text.len());
    windows.into_iter().any(|window| window == text.as_bytes())
}

/// Rules: sealed-at-rest.
#[tokio::test]
async fn a_stolen_storage_gives_no_content_and_no_id() {
    let house = House::new();
    let mut anna = house.visitor(&house.sealed());
    anna.post("/begin/anna").await;
    anna.post("/line/secret").await;
    assert_eq!(anna.get("/").await.body, "anna: secret ");

    let (key, record) = house.looted.last();
    assert!(!holds(&record, "secret") && !holds(&record, "lines"));
    assert!(!key.is_text());
    // The same content is never the same bytes.
    anna.post("/line/more").await;
    let (_, other) = house.looted.last();
    assert_ne!(
        record.content[9..33],
        other.content[9..33],
        "the nonce is new"
    );

    // Without it, the content lies there to be read.
    let mut plain = house.visitor(&house.app(|c| c));
    plain.post("/begin/anna").await;
    plain.post("/line/secret").await;
    assert!(holds(&house.looted.last().1, "secret"));
}

/// Rules: sealed-at-rest, row-59c.
#[tokio::test]
async fn no_record_passes_for_another_ones() {
    let house = House::new();
    let app = house.sealed();
    let (mut anna, mut ben) = (house.visitor(&app), house.visitor(&app));
    anna.post("/begin/anna").await;
    let (_, of_anna) = house.looted.last();
    ben.post("/begin/ben").await;
    let (_, of_ben) = house.looted.last();

    let mut swapped = of_ben.clone();
    swapped.content = of_anna.content.clone();
    let mut renamed = of_ben.clone();
    renamed.subject = Some("anna".into());
    let mut rejuvenated = of_ben.clone();
    rejuvenated.created = of_ben.created.saturating_add(MINUTE);
    let mut immortal = of_ben.clone();
    immortal.absolute_deadline = None;
    let mut cut = of_ben.clone();
    cut.content = of_ben.content[..of_ben.content.len() - 1].into();
    let mut flipped = of_ben.content.to_vec();
    flipped[40] ^= 1;
    let mut changed = of_ben.clone();
    changed.content = flipped.into();
    let mut plain = of_ben.clone();
    plain.content = b"\x01\x00\x01{\"writer\":\"anna\",\"lines\":[],\"mood\":\"\"}"
        .as_slice()
        .into();
    for record in [swapped, renamed, rejuvenated, immortal, cut, changed, plain] {
        house.told();
        house.looted.plant(record);
        assert_eq!(ben.get("/").await.body, "nobody's");
        assert_eq!(house.told(), [EventKind::Refused(Refusal::Content)]);
    }
    // What changes without the content is not bound.
    let mut touched = of_ben;
    touched.idle_deadline = Some(house.clock.now().saturating_add(MINUTE));
    house.looted.plant(touched);
    assert_eq!(ben.get("/").await.body, "ben:  ");
}

/// Rules: row-59, key-change.
#[tokio::test]
async fn a_change_of_keys_loses_no_session_that_is_only_read() {
    let house = House::new();
    let app = house.sealed();
    let mut anna = house.visitor(&app);
    anna.post("/begin/anna").await;
    let old = house.looted.last().1.content[1..9].to_vec();

    // In two steps: the new key is accepted, and an hour later it issues.
    let issues = house.clock.now().saturating_add(60 * MINUTE);
    let second = Key::generate(&ThreadEntropy);
    let next = DatedKey::from(second.clone())
        .accept_from(house.clock.now())
        .issue_from(issues);
    let both = KeySet::new().with(house.key.clone()).with(next);
    house.keys.replace(both).unwrap();
    house.clock.advance(2 * 60 * MINUTE);
    house.told();
    assert_eq!(anna.get("/").await.body, "anna:  ");
    assert!(house.told().contains(&EventKind::Resealed));
    assert_ne!(house.looted.last().1.content[1..9], old[..]);
    // The record is under the new key alone now, and so is the cookie that was renewed.
    house.keys.replace(KeySet::new().with(second)).unwrap();
    assert_eq!(anna.get("/").await.body, "anna:  ");
}

/// Rules: sealed-at-rest, merging.
#[tokio::test]
async fn changes_at_once_are_joined_and_lie_sealed() {
    let house = House::new();
    let app = house.sealed();
    let mut anna = house.visitor(&app);
    anna.post("/begin/anna").await;
    let other = anna.fork();
    let (one, two) = tokio::join!(
        anna.dispatch(&Req::post("/line/late")),
        other.dispatch(&Req::post("/mood/glad")),
    );
    assert_eq!((one.status, two.status), (200, 200));
    assert_eq!(anna.get("/").await.body, "anna: late glad");
    assert!(!holds(&house.looted.last().1, "late"));
}

/// Rules: sealed-at-rest, row-50, second-reader.
#[tokio::test]
async fn sessions_that_lay_there_in_the_open_are_sealed_as_they_are_used() {
    let house = House::new();
    let mut anna = house.visitor(&house.app(|c| c));
    anna.post("/begin/anna").await;
    anna.post("/line/secret").await;

    let end = house.clock.now().saturating_add(7 * 24 * 60 * MINUTE);
    let storage = house.looted.clone();
    let app = house.app(|c| {
        c.sealed_at_rest()
            .also_reads(end, |plain| plain.stored_in(&storage))
    });
    let mut moved = house.visitor(&app);
    moved.set_cookie(COOKIE, &anna.cookie(COOKIE).unwrap());
    assert_eq!(moved.get("/").await.body, "anna: secret ");
    assert!(!holds(&house.looted.last().1, "secret"));
    assert_eq!(house.looted.memory.len(), 1);
    assert_eq!(moved.get("/").await.body, "anna: secret ");
}
