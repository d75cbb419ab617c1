//! Which sentences of the contract hold beside Ktor: those that speak of neither deadlines nor
//! subjects, proofs, floors and hashes.
//!
//! * **The suite's records say more than a file of Ktor's can.** [`Lent`] strips what these sentences
//!   do not speak of, and gives back what all of the suite's records have in common.
//! * **A version is the text's**, so each text gets a number that makes it another one.
//! * **Every function of the suite is either run, or named with the sentence of the documentation that
//!   says why not.**

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cloakroom_ktor::SharedDirectory;
use cloakroom_storage::{
    CreateOutcome, Listed, ProofHash, Record, RemoveOutcome, Scope, Storage, StorageError,
    StorageKey, Stored, Subject, SubjectLimit, SubjectNumber, TakeOutcome, Timestamp, TouchOutcome,
    UpdateOutcome, Version,
};

use crate::housed::Housed;

/// The beginning of the year 2100, when all of the suite's plain records began.
const BEGAN: Timestamp = Timestamp::from_secs(4_102_444_800);

struct Lent {
    storage: Housed<SharedDirectory>,
    texts: AtomicU64,
}

async fn empty() -> Lent {
    Lent {
        storage: Housed::new(|root| SharedDirectory::open(root).unwrap()),
        texts: AtomicU64::new(0),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn id(key: &StorageKey) -> StorageKey {
    StorageKey::text(&hex(key.as_bytes())).unwrap()
}

fn dressed(stored: Stored) -> Stored {
    let Stored {
        record, version, ..
    } = stored;
    let text = std::str::from_utf8(&record.content).unwrap();
    let (digits, _) = text.split_once('#').unwrap();
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    let content: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
    let scope = Scope::new("suite/login");
    let record = Record::new(scope, ProofHash::new([1; 32]), BEGAN, content);
    Stored::new(record, version)
}

impl Lent {
    fn stripped(&self, record: &Record) -> Record {
        let number = self.texts.fetch_add(1, Ordering::Relaxed);
        let text = format!("{}#{number}", hex(&record.content));
        let proof = ProofHash::new([0; 32]);
        Record::new(record.scope.clone(), proof, BEGAN, text.into_bytes())
    }
}

impl Storage for Lent {
    async fn read(&self, key: &StorageKey, now: Timestamp) -> Result<Option<Stored>, StorageError> {
        Ok(self.storage.read(&id(key), now).await?.map(dressed))
    }

    async fn create(
        &self,
        key: &StorageKey,
        record: &Record,
        limit: Option<SubjectLimit>,
        now: Timestamp,
    ) -> Result<CreateOutcome, StorageError> {
        let record = self.stripped(record);
        self.storage.create(&id(key), &record, limit, now).await
    }

    async fn update(
        &self,
        key: &StorageKey,
        version: Version,
        record: &Record,
        now: Timestamp,
    ) -> Result<UpdateOutcome, StorageError> {
        let record = self.stripped(record);
        Ok(
            match self.storage.update(&id(key), version, &record, now).await? {
                UpdateOutcome::Conflict(there) => {
                    UpdateOutcome::Conflict(Box::new(dressed(*there)))
                }
                outcome => outcome,
            },
        )
    }

    async fn touch(
        &self,
        key: &StorageKey,
        idle_deadline: Timestamp,
        now: Timestamp,
    ) -> Result<TouchOutcome, StorageError> {
        self.storage.touch(&id(key), idle_deadline, now).await
    }

    async fn take(
        &self,
        key: &StorageKey,
        version: Version,
        now: Timestamp,
    ) -> Result<TakeOutcome, StorageError> {
        self.storage.take(&id(key), version, now).await
    }

    async fn remove(&self, key: &StorageKey) -> Result<RemoveOutcome, StorageError> {
        self.storage.remove(&id(key)).await
    }

    async fn begin_sign_in(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<SubjectNumber, StorageError> {
        self.storage.begin_sign_in(subject, now).await
    }

    /// Nobody's: no record has a subject.
    async fn list(&self, _subject: &Subject, _now: Timestamp) -> Result<Vec<Listed>, StorageError> {
        Ok(Vec::new())
    }

    async fn remove_all(
        &self,
        subject: &Subject,
        except: Option<&StorageKey>,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        self.storage.remove_all(subject, except, now).await
    }

    async fn end_before(&self, scope: &Scope, time: Timestamp) -> Result<(), StorageError> {
        self.storage.end_before(scope, time).await
    }

    async fn sweep(&self, now: Timestamp, limit: usize) -> Result<usize, StorageError> {
        self.storage.sweep(now, limit).await
    }
}

cloakroom_testkit::storage_suite!(
    empty,
    documented in include_str!("../../src/directory/shared.rs"),
    except {
        "A file of Ktor's has no place for a version, deadlines, proofs or a subject" => [
            read_gives_back_every_field,
            update_replaces_the_record_under_a_new_version,
            of_rotations_at_once_exactly_one_holds,
            a_rotation_and_an_update_at_once_do_not_mix,
            a_read_in_the_midst_of_updates_is_whole,
        ],
        "A key that is a hash, or a text that is [no id](#ids), is never there" => [
            a_text_and_a_hash_of_the_same_bytes_are_two_keys,
            keys_differ_by_every_byte,
            hashes_of_every_byte_value_are_different_keys,
            texts_of_every_byte_value_are_different_keys,
        ],
        "a version is the text's, and the same text has the same one" => [
            no_version_is_given_twice_for_a_key,
        ],
        "a record has none, `touch` moves none" => [
            a_record_ends_at_its_deadline_to_the_millisecond,
            a_read_with_a_later_now_ends_nothing,
            create_on_a_key_that_ended_replaces_it,
            create_of_an_ended_record_is_kept_and_is_none,
            update_of_an_ended_record_is_gone,
            update_never_moves_the_idle_deadline_back,
            update_sets_and_clears_the_idle_deadline,
            a_touch_and_an_update_that_cross_both_hold,
            touch_moves_the_idle_deadline_and_nothing_else,
            touch_never_moves_the_idle_deadline_back,
            touch_stops_at_the_absolute_deadline,
            touch_gives_no_idle_deadline_where_there_was_none,
            touch_of_an_ended_record_is_gone,
            of_touches_at_once_the_latest_deadline_is_left,
            remove_finds_an_ended_record,
            take_of_another_version_is_a_conflict,
            take_of_an_ended_record_is_gone,
            sweep_leaves_what_ended_within_the_hour,
            sweep_leaves_what_is_alive,
            sweep_goes_by_the_deadlines_as_they_are,
            sweep_removes_at_most_its_limit,
            what_was_swept_is_gone,
            a_sweep_spares_what_takes_the_place_of_the_ended,
            sweeps_at_once_count_each_record_once,
            changes_judge_a_deadline_to_the_millisecond,
            a_moved_deadline_is_met_to_the_millisecond,
            touches_at_once_with_an_update_all_hold,
            a_touch_that_crosses_a_sweep_is_kept_or_told_gone,
            an_update_that_crosses_a_sweep_is_kept_or_told_gone,
            // `shared::a_dropped_call_has_its_whole_effect_or_none` has the sentence without one.
            a_dropped_update_replaces_all_or_nothing,
            a_dropped_touch_moves_the_deadline_or_not,
        ],
        "`begin_sign_in`, `list` and `remove_all` are errors" => [
            create_on_a_live_key_answers_exists,
            exists_is_answered_before_all_else,
            signed_out_is_answered_before_too_many,
            create_fills_in_the_subjects_number,
            create_keeps_the_number_that_a_sign_in_found,
            without_a_subject_the_number_means_nothing,
            update_keeps_the_number_that_lies_there,
            remove_leaves_all_other_records,
            one_session_too_many_is_refused,
            one_session_too_many_ends_the_oldest,
            the_oldest_stays_while_there_is_room,
            only_live_sessions_are_counted,
            only_the_subjects_own_sessions_are_counted,
            without_limit_or_subject_nothing_is_counted,
            logins_at_once_are_let_in_up_to_the_limit,
            logins_at_once_never_exceed_the_limit,
            list_gives_names_and_dates,
            list_is_oldest_first,
            list_holds_live_sessions_only,
            list_holds_the_subjects_own_sessions_only,
            the_number_stays_until_all_are_ended,
            remove_all_ends_every_session_and_counts_the_live,
            remove_all_raises_the_number,
            a_sign_in_from_before_is_refused_whenever_it_comes,
            a_sign_in_from_after_is_let_in,
            the_excepted_session_takes_the_number_and_keeps_its_version,
            an_exception_of_another_subject_spares_nothing,
            remove_all_leaves_other_subjects_alone,
            one_name_in_two_scopes_is_two_subjects,
            no_sign_in_survives_that_crosses_the_ending,
            endings_at_once_each_raise_the_number,
            touches_at_once_with_a_removal_bring_nothing_back,
            creates_and_removals_at_once_add_up,
            sign_ins_that_cross_the_ending_are_live_and_listed_or_none,
            updates_that_cross_the_ending_of_all_bring_nothing_back,
            the_excepted_session_outlives_updates_that_cross_the_ending,
            removals_that_cross_the_ending_of_all_count_each_once,
            the_list_knows_what_was_acknowledged,
            room_that_an_end_makes_is_taken_once,
            subjects_differ_by_every_character,
            scope_and_name_are_not_joined,
            a_subject_has_a_session_until_its_deadline_to_the_millisecond,
            dates_of_long_ago_and_far_ahead_come_back,
            a_record_that_began_in_the_future_is_alive,
            a_clock_behind_the_stores_ends_nothing_early,
            a_clock_ahead_of_the_stores_ends_nothing_late,
            a_dropped_create_makes_a_whole_record_or_none,
            a_dropped_look_changes_nothing,
            a_dropped_sweep_leaves_the_living,
            a_dropped_remove_all_spares_the_excepted,
            later_calls_work_after_many_that_were_dropped,
            a_dropped_create_ends_the_oldest_or_does_nothing,
            take_removes_the_record_of_a_version,
            of_a_take_and_updates_at_once_exactly_one_has_it,
            a_dropped_remove_removes_all_or_nothing,
            a_dropped_take_removes_all_or_nothing,
            a_dropped_remove_all_ends_all_or_nothing,
        ],
        "`end_before` is an error" => [
            a_floor_ends_what_was_created_before_it,
            a_floor_only_rises,
            a_floor_leaves_other_scopes_alone,
            create_below_the_floor_is_kept_and_is_none,
            a_floor_outlives_what_it_ended,
            of_floors_at_once_the_highest_holds,
            sweep_removes_what_a_floor_ended,
            creates_that_cross_a_floor_are_none_below_it,
            updates_that_cross_a_floor_bring_nothing_back,
            a_dropped_floor_ends_all_below_it_or_nothing,
        ],
    }
);

/// What cannot be kept is an error and no silence.
#[tokio::test]
async fn what_is_left_out_is_refused() {
    let scope = Scope::new("suite/login");
    let storage = Housed::new(|root| SharedDirectory::open(root).unwrap());
    let ada = Subject::new(scope.clone(), "ada");
    storage.begin_sign_in(&ada, BEGAN).await.unwrap_err();
    storage.list(&ada, BEGAN).await.unwrap_err();
    storage.remove_all(&ada, None, BEGAN).await.unwrap_err();
    storage.end_before(&scope, BEGAN).await.unwrap_err();

    let plain = Record::new(scope, ProofHash::new([0; 32]), BEGAN, b"text".as_slice());
    let changes: [fn(&mut Record); 7] = [
        |record| record.subject = Some("ada".into()),
        |record| record.absolute_deadline = Some(BEGAN),
        |record| record.idle_deadline = Some(BEGAN),
        |record| record.proof = ProofHash::new([2; 32]),
        |record| {
            let previous = cloakroom_storage::PreviousProof::new(record.proof, BEGAN);
            record.previous = Some(previous);
        },
        |record| record.content = Arc::from([]),
        |record| record.content = Arc::from([0xFF]),
    ];
    let (key, other) = (
        StorageKey::text("a").unwrap(),
        StorageKey::text("b").unwrap(),
    );
    let CreateOutcome::Created(version) = storage.create(&key, &plain, None, BEGAN).await.unwrap()
    else {
        panic!("nothing was in the way");
    };
    for change in changes {
        let mut record = plain.clone();
        change(&mut record);
        let created = storage.create(&other, &record, None, BEGAN).await;
        let error = created.unwrap_err();
        assert!(error.expose_source().is_some(), "{error:?}");
        let updated = storage.update(&key, version, &record, BEGAN).await;
        assert_eq!(updated.unwrap_err().kind(), error.kind());
        assert_eq!(storage.read(&other, BEGAN).await.unwrap(), None);
        let stored = storage.read(&key, BEGAN).await.unwrap().unwrap();
        assert_eq!(stored.record.content, plain.content);
    }
    let hash = StorageKey::hash([1; 32]);
    storage
        .create(&hash, &plain, None, BEGAN)
        .await
        .unwrap_err();
    assert_eq!(storage.read(&hash, BEGAN).await.unwrap(), None);
    let gone = storage.update(&hash, version, &plain, BEGAN).await.unwrap();
    assert_eq!(gone, UpdateOutcome::Gone);
    assert_eq!(
        storage.touch(&hash, BEGAN, BEGAN).await.unwrap(),
        TouchOutcome::Gone
    );
    assert_eq!(storage.remove(&hash).await.unwrap(), RemoveOutcome::Absent);
}
