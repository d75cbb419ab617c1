//! Any row of calls against a model that is too simple to be wrong.

use std::collections::HashMap;

use cloakroom_storage::{
    CreateOutcome, Record, RemoveOutcome, SubjectNumber, Timestamp, TouchOutcome, UpdateOutcome,
    Version, WhenFull,
};
use proptest::prelude::*;

use super::support::{HOUR, at, at_most, key, login, scope, store, subject, visit};

const MAX: usize = 4;

#[derive(Clone, Debug)]
enum Call {
    Create {
        key: u16,
        record: Record,
        limit: Option<(u32, bool)>,
        numbered: bool,
    },
    Update {
        key: u16,
        record: Record,
        stale: bool,
    },
    Touch {
        key: u16,
        idle: u64,
    },
    Remove {
        key: u16,
    },
    BeginSignIn {
        name: u8,
    },
    RemoveAll {
        name: u8,
        except: u16,
    },
    EndBefore {
        time: u64,
    },
    Sweep {
        later: u64,
        limit: usize,
    },
    Wait {
        seconds: u64,
    },
}

fn name(number: u8) -> String {
    format!("user {number}")
}

fn any_record() -> impl Strategy<Value = Record> {
    let seconds = prop::option::of(1..100_u64);
    (0..4_u8, 0..100_u64, seconds.clone(), seconds, any::<u8>()).prop_map(
        |(owner, created, absolute, idle, content)| {
            let mut record = match owner {
                0 => visit(0),
                owner => login(&name(owner), created),
            };
            record.created = at(created);
            record.absolute_deadline = absolute.map(at);
            record.idle_deadline = idle.map(at);
            record.content = [content].into();
            record
        },
    )
}

fn any_call() -> impl Strategy<Value = Call> {
    let key = || 0..9_u16;
    let limit = prop::option::of((1..3_u32, any::<bool>()));
    prop_oneof![
        6 => (key(), any_record(), limit, any::<bool>()).prop_map(|(key, record, limit, numbered)| {
            Call::Create { key, record, limit, numbered }
        }),
        3 => (key(), any_record(), any::<bool>())
            .prop_map(|(key, record, stale)| Call::Update { key, record, stale }),
        2 => (key(), 0..200_u64).prop_map(|(key, idle)| Call::Touch { key, idle }),
        1 => key().prop_map(|key| Call::Remove { key }),
        1 => (1..4_u8).prop_map(|name| Call::BeginSignIn { name }),
        1 => (1..4_u8, key()).prop_map(|(name, except)| Call::RemoveAll { name, except }),
        1 => (0..60_u64).prop_map(|time| Call::EndBefore { time }),
        1 => (0..100_u64, 0..4_usize).prop_map(|(later, limit)| Call::Sweep { later, limit }),
        2 => (1..20_u64).prop_map(|seconds| Call::Wait { seconds }),
    ]
}

/// A record as the model has it.
struct Kept {
    key: u16,
    record: Record,
    version: Version,
    floored: Option<Timestamp>,
}

impl Kept {
    fn is_live(&self, now: Timestamp) -> bool {
        self.floored.is_none() && self.record.is_live(now)
    }

    fn end(&self) -> Timestamp {
        let deadline = self.record.ends_at().unwrap_or(Timestamp::MAX);
        self.floored.map_or(deadline, |floor| deadline.min(floor))
    }
}

/// One list, searched from the front.
#[derive(Default)]
struct Model {
    kept: Vec<Kept>,
    numbers: HashMap<String, SubjectNumber>,
    begun: HashMap<String, SubjectNumber>,
    floor: Timestamp,
}

impl Model {
    fn number(&self, name: &str) -> SubjectNumber {
        self.numbers.get(name).copied().unwrap_or_default()
    }

    fn live(&mut self, key: u16, now: Timestamp) -> Option<&mut Kept> {
        let mut kept = self.kept.iter_mut();
        kept.find(|kept| kept.key == key && kept.is_live(now))
    }

    /// Keys of the live sessions of `name`, oldest first.
    fn sessions(&self, name: &str, now: Timestamp) -> Vec<u16> {
        let of_name = |kept: &&Kept| kept.record.subject.as_deref() == Some(name);
        let live = self.kept.iter().filter(of_name).filter(|k| k.is_live(now));
        let mut live: Vec<_> = live.map(|k| (k.record.created, k.key)).collect();
        live.sort_unstable();
        live.into_iter().map(|(_, key)| key).collect()
    }

    /// What a create should come to; where it is to be made, everything that goes for it is gone.
    fn admit(
        &mut self,
        key: u16,
        record: &Record,
        limit: Option<(u32, bool)>,
        now: Timestamp,
    ) -> Option<CreateOutcome> {
        if self.live(key, now).is_some() {
            return Some(CreateOutcome::Exists);
        }
        self.kept.retain(|kept| kept.key != key);
        let mut leaving = Vec::new();
        if let Some(name) = record.subject.as_deref() {
            if record
                .subject_number
                .is_some_and(|own| own < self.number(name))
            {
                return Some(CreateOutcome::SignedOutMeanwhile);
            }
            if let Some((max, end_oldest)) = limit {
                let live = self.sessions(name, now);
                let over = (live.len() + 1).saturating_sub(max as usize);
                if over > 0 && !end_oldest {
                    return Some(CreateOutcome::TooManyForSubject);
                }
                leaving.extend_from_slice(&live[..over]);
            }
        }
        self.kept.retain(|kept| !leaving.contains(&kept.key));
        let with_subject = record.subject.is_some();
        let alike = |kept: &&Kept| kept.record.subject.is_some() == with_subject;
        if self.kept.iter().filter(alike).count() < MAX {
            return None;
        }
        let evictable = |kept: &&Kept| !with_subject || !kept.is_live(now) && kept.end() <= now;
        let soonest = self.kept.iter().filter(alike).filter(evictable);
        let Some(soonest) = soonest.min_by_key(|kept| (kept.end(), kept.key)) else {
            return Some(CreateOutcome::Full);
        };
        let soonest = soonest.key;
        self.kept.retain(|kept| kept.key != soonest);
        None
    }
}

proptest! {
    /// Rules: no-upsert.
    #[test]
    fn any_row_of_calls_answers_as_the_model_does(calls in prop::collection::vec(any_call(), 1..120)) {
        let (store, mut model) = (store(MAX, MAX), Model::default());
        let mut now = at(20);
        for call in calls {
            run(&store, &mut model, &mut now, call);
            prop_assert_eq!(store.counted(), model.kept.len());
            for number in 0..9 {
                let ours = store.read(&key(number), now).map(|s| (s.record, s.version));
                let theirs = model.live(number, now).map(|k| (k.record.clone(), k.version));
                prop_assert_eq!(ours, theirs);
            }
            for name in (1..4).map(name) {
                let listed = store.list(&subject(&name), now).into_iter().map(|l| l.key);
                let expected = model.sessions(&name, now).into_iter().map(key);
                prop_assert!(listed.eq(expected));
            }
        }
    }
}

fn run(store: &super::super::store::Store, model: &mut Model, now: &mut Timestamp, call: Call) {
    let now_is = *now;
    match call {
        Call::Wait { seconds } => *now = at(now.as_secs() + seconds),
        Call::Create {
            key,
            record,
            limit,
            numbered,
        } => {
            create(store, model, now_is, (key, record, limit, numbered));
        }
        Call::Update { key, record, stale } => update(store, model, now_is, (key, record, stale)),
        Call::Touch { key: number, idle } => {
            let ours = store.touch(&key(number), at(idle), now_is);
            let Some(kept) = model.live(number, now_is) else {
                assert_eq!(ours, TouchOutcome::Gone);
                return;
            };
            assert_eq!(ours, TouchOutcome::Touched);
            let last = kept.record.absolute_deadline.unwrap_or(Timestamp::MAX);
            let idle = |old: Timestamp| old.max(at(idle).min(last));
            kept.record.idle_deadline = kept.record.idle_deadline.map(idle);
        }
        Call::Remove { key: number } => {
            let before = model.kept.len();
            model.kept.retain(|kept| kept.key != number);
            let removed = model.kept.len() < before;
            let ours = store.remove(&key(number));
            assert_eq!(ours == RemoveOutcome::Removed, removed);
        }
        Call::BeginSignIn { name: number } => {
            let name = name(number);
            let begun = store.begin_sign_in(&subject(&name));
            assert_eq!(begun, model.number(&name));
            model.begun.insert(name, begun);
        }
        Call::RemoveAll {
            name: number,
            except,
        } => {
            remove_all(store, model, now_is, &name(number), except);
        }
        Call::EndBefore { time } => {
            store.end_before(&scope(), at(time));
            model.floor = model.floor.max(at(time));
            let floor = model.floor;
            for kept in model.kept.iter_mut().filter(|k| k.record.created < floor) {
                kept.floored.get_or_insert(floor);
            }
        }
        Call::Sweep { later, limit } => sweep(store, model, at(HOUR + later), limit),
    }
}

fn create(
    store: &super::super::store::Store,
    model: &mut Model,
    now: Timestamp,
    (number, mut record, limit, numbered): (u16, Record, Option<(u32, bool)>, bool),
) {
    if let (true, Some(name)) = (numbered, &record.subject) {
        record.subject_number = Some(model.begun.get(&**name).copied().unwrap_or_default());
    }
    let expected = model.admit(number, &record, limit, now);
    let limit = limit.and_then(|(max, end_oldest)| match end_oldest {
        true => at_most(max, WhenFull::EndOldest),
        false => at_most(max, WhenFull::RejectNew),
    });
    match (store.create(&key(number), &record, limit, now), expected) {
        (CreateOutcome::Created(version), None) => {
            if let Some(name) = record.subject.clone() {
                record.subject_number.get_or_insert(model.number(&name));
            }
            let floored = (record.created < model.floor).then_some(model.floor);
            model.kept.push(Kept {
                key: number,
                record,
                version,
                floored,
            });
        }
        (ours, expected) => assert_eq!(Some(ours), expected),
    }
}

fn update(
    store: &super::super::store::Store,
    model: &mut Model,
    now: Timestamp,
    (number, record, stale): (u16, Record, bool),
) {
    let Some(kept) = model.live(number, now) else {
        let ours = store.update(&key(number), Version::new(0), &record, now);
        assert_eq!(ours, UpdateOutcome::Gone);
        return;
    };
    let version = if stale {
        Version::new(u64::MAX)
    } else {
        kept.version
    };
    match store.update(&key(number), version, &record, now) {
        UpdateOutcome::Updated(version) => {
            assert!(!stale && version != kept.version);
            kept.version = version;
            kept.record.content = record.content;
            let (stored, updating) = (kept.record.idle_deadline, record.idle_deadline);
            kept.record.idle_deadline = Record::idle_after_update(stored, updating);
        }
        UpdateOutcome::Conflict(theirs) => {
            assert!(stale);
            assert_eq!(
                (theirs.record, theirs.version),
                (kept.record.clone(), kept.version)
            );
        }
        UpdateOutcome::Gone => panic!("gone, and the model has it"),
    }
}

fn remove_all(
    store: &super::super::store::Store,
    model: &mut Model,
    now: Timestamp,
    name: &str,
    except: u16,
) {
    let live = model.sessions(name, now).into_iter();
    let expected = live.filter(|key| *key != except).count() as u64;
    let ours = store.remove_all(&subject(name), Some(&key(except)), now);
    assert_eq!(ours, expected);
    let number = model.number(name).raised(now);
    model.numbers.insert(name.into(), number);
    let is_theirs = |kept: &Kept| kept.record.subject.as_deref() == Some(name);
    model
        .kept
        .retain(|kept| !is_theirs(kept) || kept.key == except);
    for kept in model.kept.iter_mut().filter(|kept| is_theirs(kept)) {
        kept.record.subject_number = Some(number);
    }
}

/// Which records a sweep takes first is its own affair, how many is not.
fn sweep(store: &super::super::store::Store, model: &mut Model, now: Timestamp, limit: usize) {
    let before = at(now.as_secs() - HOUR);
    let due = |kept: &Kept| kept.end() < before;
    let expected = model
        .kept
        .iter()
        .filter(|kept| due(kept))
        .count()
        .min(limit);
    assert_eq!(store.sweep(now, limit), expected);
    let still_there = |number| store.records_at(&key(number)).get(&key(number)).is_some();
    model
        .kept
        .retain(|kept| !due(kept) || still_there(kept.key));
    assert_eq!(store.counted(), model.kept.len());
}
