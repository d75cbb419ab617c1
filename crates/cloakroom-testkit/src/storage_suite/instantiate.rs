//! The macros that make tests of the suite's functions.

/// Makes a test of each function of the [storage suite](mod@crate::storage_suite), named like it.
///
/// It is given what makes a storage: an async closure, or the name of an async function, without
/// arguments. Each test calls it afresh, some several times, and each time it must give an empty
/// storage that no other one shares its records with: another database, schema or key prefix. It
/// fails by a panic.
///
/// The tests are `#[tokio::test(flavor = "multi_thread")]`: the crate that runs them needs `tokio`
/// with the features `macros` and `rt-multi-thread`, and nothing else.
///
/// A storage that cannot keep some sentence of the contract has to say so to its users. It names its
/// documentation (the source that has it, or a page), and what it leaves out by the sentences there
/// that say why. In place of a function that is left out, its test looks whether the sentence still
/// stands in the documentation; line breaks and `///` do not count. A name that no function has does
/// not compile.
///
/// # Examples
///
/// The whole of `tests/suite.rs` of a crate with a storage:
///
/// ```
/// use cloakroom_core::MemoryStorage;
///
/// async fn empty() -> MemoryStorage {
///     MemoryStorage::new()
/// }
///
/// cloakroom_testkit::storage_suite!(empty);
/// # fn main() {}
/// ```
///
/// A storage with an exception:
///
/// ```
/// # use cloakroom_core::MemoryStorage;
/// # async fn empty() -> MemoryStorage { MemoryStorage::new() }
/// cloakroom_testkit::storage_suite!(
///     empty,
///     documented in "/// Contents are at most
///                    /// 1,000,000 bytes.",
///     except { "at most 1,000,000 bytes" => [content_of_1_mib_comes_back] }
/// );
/// # fn main() {}
/// ```
///
/// ```compile_fail,E0425
/// # use cloakroom_core::MemoryStorage;
/// # async fn empty() -> MemoryStorage { MemoryStorage::new() }
/// cloakroom_testkit::storage_suite!(
///     empty,
///     documented in "Contents are small.",
///     except { "Contents are small." => [content_of_many_mib_comes_back] }
/// );
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! storage_suite {
    ($make:expr) => {
        $crate::for_each_in_storage_suite! { $crate::storage_suite_tests! { $make } }
    };
    (
        $make:expr,
        documented in $text:expr,
        except { $($sentence:expr => [$($name:ident),* $(,)?]),* $(,)? } $(,)?
    ) => {
        const LEFT_OUT_OF_STORAGE_SUITE: $crate::storage_suite::LeftOut =
            $crate::storage_suite::LeftOut::new($text, &[$(
                ($sentence, &[$($crate::storage_suite::names::$name),*]),
            )*]);

        $crate::for_each_in_storage_suite! {
            $crate::storage_suite_tests! { $make, LEFT_OUT_OF_STORAGE_SUITE }
        }
    };
}

/// Hands the names of all functions of the [storage suite](mod@crate::storage_suite) to a macro,
/// after what that macro is to be given besides: for a test runner of your own.
///
/// # Examples
///
/// ```
/// macro_rules! count {
///     ({ $($given:tt)* } $($name:ident)*) => { [$(stringify!($name)),*].len() };
/// }
/// let functions = cloakroom_testkit::for_each_in_storage_suite! { count! {} };
/// assert!(functions > 60);
/// ```
#[macro_export]
macro_rules! for_each_in_storage_suite {
    ($($macro:ident)::+ ! { $($given:tt)* }) => {
        $crate::for_each_in_storage_suite! { @ [$($macro)::+] { $($given)* } }
    };
    ($root:tt :: $macro:ident ! { $($given:tt)* }) => {
        $crate::for_each_in_storage_suite! { @ [$root::$macro] { $($given)* } }
    };
    (@ [$($macro:tt)+] $given:tt) => {
        $($macro)+! {
            $given
            read_gives_back_every_field
            read_of_an_unknown_key_is_none
            a_record_ends_at_its_deadline_to_the_millisecond
            a_record_without_deadlines_never_ends
            a_read_with_a_later_now_ends_nothing
            content_of_every_byte_and_64_kib_comes_back
            a_text_and_a_hash_of_the_same_bytes_are_two_keys
            keys_differ_by_every_byte
            create_keeps_the_record_under_the_version_it_gives
            create_on_a_live_key_answers_exists
            create_on_a_key_that_ended_replaces_it
            exists_is_answered_before_all_else
            signed_out_is_answered_before_too_many
            create_fills_in_the_subjects_number
            create_keeps_the_number_that_a_sign_in_found
            without_a_subject_the_number_means_nothing
            create_of_an_ended_record_is_kept_and_is_none
            no_version_is_given_twice_for_a_key
            a_version_from_before_a_removal_is_a_conflict
            of_creates_at_once_exactly_one_makes_the_record
            update_replaces_the_record_under_a_new_version
            update_keeps_the_number_that_lies_there
            update_never_makes_a_record
            update_of_an_ended_record_is_gone
            update_of_another_version_is_a_conflict
            update_never_moves_the_idle_deadline_back
            update_sets_and_clears_the_idle_deadline
            a_touch_and_an_update_that_cross_both_hold
            of_updates_at_once_exactly_one_replaces
            no_acknowledged_update_is_lost
            updates_at_once_with_a_removal_bring_nothing_back
            touch_moves_the_idle_deadline_and_nothing_else
            touch_never_moves_the_idle_deadline_back
            touch_stops_at_the_absolute_deadline
            touch_gives_no_idle_deadline_where_there_was_none
            touch_never_makes_a_record
            touch_of_an_ended_record_is_gone
            of_touches_at_once_the_latest_deadline_is_left
            remove_tells_removed_once
            remove_leaves_all_other_records
            remove_finds_an_ended_record
            of_removals_at_once_exactly_one_is_told_removed
            take_removes_the_record_of_a_version
            take_of_another_version_is_a_conflict
            take_of_an_ended_record_is_gone
            of_a_take_and_updates_at_once_exactly_one_has_it
            one_session_too_many_is_refused
            one_session_too_many_ends_the_oldest
            the_oldest_stays_while_there_is_room
            only_live_sessions_are_counted
            only_the_subjects_own_sessions_are_counted
            without_limit_or_subject_nothing_is_counted
            logins_at_once_are_let_in_up_to_the_limit
            logins_at_once_never_exceed_the_limit
            list_gives_names_and_dates
            list_is_oldest_first
            list_holds_live_sessions_only
            list_holds_the_subjects_own_sessions_only
            the_number_stays_until_all_are_ended
            remove_all_ends_every_session_and_counts_the_live
            remove_all_raises_the_number
            a_sign_in_from_before_is_refused_whenever_it_comes
            a_sign_in_from_after_is_let_in
            the_excepted_session_takes_the_number_and_keeps_its_version
            an_exception_of_another_subject_spares_nothing
            remove_all_leaves_other_subjects_alone
            one_name_in_two_scopes_is_two_subjects
            no_sign_in_survives_that_crosses_the_ending
            endings_at_once_each_raise_the_number
            a_floor_ends_what_was_created_before_it
            a_floor_only_rises
            a_floor_leaves_other_scopes_alone
            create_below_the_floor_is_kept_and_is_none
            a_floor_outlives_what_it_ended
            of_floors_at_once_the_highest_holds
            sweep_leaves_what_ended_within_the_hour
            sweep_leaves_what_is_alive
            sweep_goes_by_the_deadlines_as_they_are
            sweep_removes_at_most_its_limit
            sweep_removes_what_a_floor_ended
            what_was_swept_is_gone
            a_sweep_spares_what_takes_the_place_of_the_ended
            sweeps_at_once_count_each_record_once
            a_dropped_create_makes_a_whole_record_or_none
            a_dropped_create_ends_the_oldest_or_does_nothing
            a_dropped_update_replaces_all_or_nothing
            a_dropped_touch_moves_the_deadline_or_not
            a_dropped_remove_removes_all_or_nothing
            a_dropped_take_removes_all_or_nothing
            a_dropped_remove_all_ends_all_or_nothing
            sign_ins_that_cross_the_ending_are_live_and_listed_or_none
            updates_that_cross_the_ending_of_all_bring_nothing_back
            the_excepted_session_outlives_updates_that_cross_the_ending
            removals_that_cross_the_ending_of_all_count_each_once
            creates_that_cross_a_floor_are_none_below_it
            updates_that_cross_a_floor_bring_nothing_back
            the_list_knows_what_was_acknowledged
            room_that_an_end_makes_is_taken_once
            a_dropped_look_changes_nothing
            a_dropped_floor_ends_all_below_it_or_nothing
            a_dropped_sweep_leaves_the_living
            a_dropped_remove_all_spares_the_excepted
            later_calls_work_after_many_that_were_dropped
            content_of_1_mib_comes_back
            hashes_of_every_byte_value_are_different_keys
            texts_of_every_byte_value_are_different_keys
            subjects_differ_by_every_character
            scope_and_name_are_not_joined
            changes_judge_a_deadline_to_the_millisecond
            a_subject_has_a_session_until_its_deadline_to_the_millisecond
            a_moved_deadline_is_met_to_the_millisecond
            dates_of_long_ago_and_far_ahead_come_back
            a_record_that_began_in_the_future_is_alive
            a_clock_behind_the_stores_ends_nothing_early
            a_clock_ahead_of_the_stores_ends_nothing_late
            of_rotations_at_once_exactly_one_holds
            a_rotation_and_an_update_at_once_do_not_mix
            a_read_in_the_midst_of_updates_is_whole
            reads_never_go_back
            touches_at_once_with_an_update_all_hold
            touches_at_once_with_a_removal_bring_nothing_back
            a_touch_that_crosses_a_sweep_is_kept_or_told_gone
            an_update_that_crosses_a_sweep_is_kept_or_told_gone
            creates_and_removals_at_once_add_up
        }
    };
}

/// What [`storage_suite!`](crate::storage_suite!) makes of the names.
#[doc(hidden)]
#[macro_export]
macro_rules! storage_suite_tests {
    ({ $make:expr } $($name:ident)*) => {
        $(
            #[::tokio::test(flavor = "multi_thread")]
            async fn $name() {
                $crate::storage_suite::$name($make).await;
            }
        )*
    };
    ({ $make:expr, $left_out:ident } $($name:ident)*) => {
        $(
            #[::tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if !$left_out.holds(stringify!($name)) {
                    $crate::storage_suite::$name($make).await;
                }
            }
        )*
    };
}
