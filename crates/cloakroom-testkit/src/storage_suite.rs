//! The suite that every storage passes: a test for each sentence of the contract of
//! [`Storage`](cloakroom_storage::Storage).
//!
//! * **Black boxes.** A test knows the trait alone and is given what makes an empty storage.
//! * **Time is an argument.** No test sleeps; every call meets a deadline to the millisecond.
//!   Instants lie in the year 2100, so that a store's own expiry is as late as the contract wants it,
//!   but for two tests whose clock is fifty minutes beside the machine's, on either side.
//! * **Races are run, many times**, of calls on a record, a subject and a scope. Sixteen tasks begin at
//!   once, on as many threads as the runtime has; what they were answered must add up.
//! * **Values are extreme**: contents of a mebibyte, every byte in keys, every ASCII character in names,
//!   dates of the first instant and of thousands of years ahead.
//! * **Futures are dropped** after the first poll, the second, and so on until the call is done.
//! * **Not here**: `Full`, since only the storage knows when it is, and what it may lose.
//!
//! [`storage_suite!`](crate::storage_suite!) makes tests of all of it, or of all but what the storage's
//! documentation says that it cannot promise.
//!
//! # Panics
//!
//! Each function panics where the storage breaks its sentence, and where the storage answers with
//! an error.
//!
//! # Examples
//!
//! One function alone:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use cloakroom_core::MemoryStorage;
//! use cloakroom_testkit::storage_suite;
//!
//! // It panics where the storage makes a record of an update.
//! storage_suite::update_never_makes_a_record(async || MemoryStorage::new()).await;
//! # }
//! ```

#![expect(
    clippy::missing_panics_doc,
    reason = "each function is a test, and this page says when it panics"
)]

mod cancel;
mod create;
mod crossing;
mod cut;
mod extreme;
mod floor;
mod instantiate;
mod left_out;
mod limit;
mod list;
mod moment;
mod race;
mod read;
mod remove;
mod samples;
mod sign_out;
mod sweep;
mod take;
mod touch;
mod trial;
mod update;

pub use cancel::{
    a_dropped_create_ends_the_oldest_or_does_nothing,
    a_dropped_create_makes_a_whole_record_or_none, a_dropped_remove_all_ends_all_or_nothing,
    a_dropped_remove_removes_all_or_nothing, a_dropped_take_removes_all_or_nothing,
    a_dropped_touch_moves_the_deadline_or_not, a_dropped_update_replaces_all_or_nothing,
};
pub use create::{
    a_version_from_before_a_removal_is_a_conflict, create_fills_in_the_subjects_number,
    create_keeps_the_number_that_a_sign_in_found,
    create_keeps_the_record_under_the_version_it_gives,
    create_of_an_ended_record_is_kept_and_is_none, create_on_a_key_that_ended_replaces_it,
    create_on_a_live_key_answers_exists, exists_is_answered_before_all_else,
    no_version_is_given_twice_for_a_key, of_creates_at_once_exactly_one_makes_the_record,
    signed_out_is_answered_before_too_many, without_a_subject_the_number_means_nothing,
};
pub use crossing::{
    creates_that_cross_a_floor_are_none_below_it,
    removals_that_cross_the_ending_of_all_count_each_once, room_that_an_end_makes_is_taken_once,
    sign_ins_that_cross_the_ending_are_live_and_listed_or_none,
    the_excepted_session_outlives_updates_that_cross_the_ending,
    the_list_knows_what_was_acknowledged, updates_that_cross_a_floor_bring_nothing_back,
    updates_that_cross_the_ending_of_all_bring_nothing_back,
};
pub use cut::{
    a_dropped_floor_ends_all_below_it_or_nothing, a_dropped_look_changes_nothing,
    a_dropped_remove_all_spares_the_excepted, a_dropped_sweep_leaves_the_living,
    later_calls_work_after_many_that_were_dropped,
};
pub use extreme::{
    content_of_1_mib_comes_back, hashes_of_every_byte_value_are_different_keys,
    scope_and_name_are_not_joined, subjects_differ_by_every_character,
    texts_of_every_byte_value_are_different_keys,
};
pub use floor::{
    a_floor_ends_what_was_created_before_it, a_floor_leaves_other_scopes_alone, a_floor_only_rises,
    a_floor_outlives_what_it_ended, create_below_the_floor_is_kept_and_is_none,
    of_floors_at_once_the_highest_holds,
};
#[doc(hidden)]
pub use left_out::{LeftOut, names};
pub use limit::{
    logins_at_once_are_let_in_up_to_the_limit, logins_at_once_never_exceed_the_limit,
    one_session_too_many_ends_the_oldest, one_session_too_many_is_refused,
    only_live_sessions_are_counted, only_the_subjects_own_sessions_are_counted,
    the_oldest_stays_while_there_is_room, without_limit_or_subject_nothing_is_counted,
};
pub use list::{
    list_gives_names_and_dates, list_holds_live_sessions_only,
    list_holds_the_subjects_own_sessions_only, list_is_oldest_first,
};
pub use moment::{
    a_clock_ahead_of_the_stores_ends_nothing_late, a_clock_behind_the_stores_ends_nothing_early,
    a_moved_deadline_is_met_to_the_millisecond, a_record_that_began_in_the_future_is_alive,
    a_subject_has_a_session_until_its_deadline_to_the_millisecond,
    changes_judge_a_deadline_to_the_millisecond, dates_of_long_ago_and_far_ahead_come_back,
};
pub use race::{
    a_read_in_the_midst_of_updates_is_whole, a_rotation_and_an_update_at_once_do_not_mix,
    a_touch_that_crosses_a_sweep_is_kept_or_told_gone,
    an_update_that_crosses_a_sweep_is_kept_or_told_gone, creates_and_removals_at_once_add_up,
    of_rotations_at_once_exactly_one_holds, reads_never_go_back,
    touches_at_once_with_a_removal_bring_nothing_back, touches_at_once_with_an_update_all_hold,
};
pub use read::{
    a_read_with_a_later_now_ends_nothing, a_record_ends_at_its_deadline_to_the_millisecond,
    a_record_without_deadlines_never_ends, a_text_and_a_hash_of_the_same_bytes_are_two_keys,
    content_of_every_byte_and_64_kib_comes_back, keys_differ_by_every_byte,
    read_gives_back_every_field, read_of_an_unknown_key_is_none,
};
pub use remove::{
    of_removals_at_once_exactly_one_is_told_removed, remove_finds_an_ended_record,
    remove_leaves_all_other_records, remove_tells_removed_once,
};
pub use sign_out::{
    a_sign_in_from_after_is_let_in, a_sign_in_from_before_is_refused_whenever_it_comes,
    an_exception_of_another_subject_spares_nothing, endings_at_once_each_raise_the_number,
    no_sign_in_survives_that_crosses_the_ending, one_name_in_two_scopes_is_two_subjects,
    remove_all_ends_every_session_and_counts_the_live, remove_all_leaves_other_subjects_alone,
    remove_all_raises_the_number, the_excepted_session_takes_the_number_and_keeps_its_version,
    the_number_stays_until_all_are_ended,
};
pub use sweep::{
    a_sweep_spares_what_takes_the_place_of_the_ended, sweep_goes_by_the_deadlines_as_they_are,
    sweep_leaves_what_ended_within_the_hour, sweep_leaves_what_is_alive,
    sweep_removes_at_most_its_limit, sweep_removes_what_a_floor_ended,
    sweeps_at_once_count_each_record_once, what_was_swept_is_gone,
};
pub use take::{
    of_a_take_and_updates_at_once_exactly_one_has_it, take_of_an_ended_record_is_gone,
    take_of_another_version_is_a_conflict, take_removes_the_record_of_a_version,
};
pub use touch::{
    of_touches_at_once_the_latest_deadline_is_left,
    touch_gives_no_idle_deadline_where_there_was_none,
    touch_moves_the_idle_deadline_and_nothing_else, touch_never_makes_a_record,
    touch_never_moves_the_idle_deadline_back, touch_of_an_ended_record_is_gone,
    touch_stops_at_the_absolute_deadline,
};
pub use update::{
    a_touch_and_an_update_that_cross_both_hold, no_acknowledged_update_is_lost,
    of_updates_at_once_exactly_one_replaces, update_keeps_the_number_that_lies_there,
    update_never_makes_a_record, update_never_moves_the_idle_deadline_back,
    update_of_an_ended_record_is_gone, update_of_another_version_is_a_conflict,
    update_replaces_the_record_under_a_new_version, update_sets_and_clears_the_idle_deadline,
    updates_at_once_with_a_removal_bring_nothing_back,
};
