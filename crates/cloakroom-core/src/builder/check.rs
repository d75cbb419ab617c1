//! Which configurations of one session type are refused, and what a good one becomes.

use std::num::NonZeroU32;
use std::time::Duration;

use cloakroom_storage::{SubjectLimit, WhenFull};

use super::options::SessionOptions;
use crate::codec::SchemaError;
use crate::plan::{Policy, Tracking};
use crate::transform::Protection;
use crate::transport::contradiction::Contradiction;

/// How many live sessions a subject may have by default.
const PER_SUBJECT: u32 = 100;

type Checked = Result<(), Contradiction>;

fn refuse(field: &'static str, problem: &str, remedy: &str) -> Checked {
    Err(Contradiction::new(field, problem, remedy))
}

/// The first contradiction in what was said of a session type, if any.
pub(super) fn check<S, W>(options: &SessionOptions<S, W>) -> Checked {
    check_place(options)?;
    check_bare(options)?;
    check_other(options)?;
    check_protection(options)?;
    check_deadlines(options)?;
    check_subject(options)?;
    if options.storage_timeout == Some(Duration::ZERO) {
        return refuse(
            "storage_timeout",
            "every call of the storage fails at once",
            "set more than zero; 5 seconds are the default",
        );
    }
    if options.limit == 0 {
        return refuse(
            "size_limit",
            "not one byte is allowed",
            "allow some, such as 65,536",
        );
    }
    Ok(())
}

fn check_place<S, W>(options: &SessionOptions<S, W>) -> Checked {
    match (&options.storage, options.native_step, options.only_by_id) {
        (Some(_), Some(step), _) => refuse(
            step,
            "the content is kept in a storage and does not travel",
            "choose one: `stored_in`, or `sealed` or `signed`",
        ),
        (None, _, Some(field)) => refuse(
            field,
            "it is for stored sessions, and this one lives with the client",
            "leave it out, or keep the session with `stored_in`",
        ),
        (Some(_), None, _) if options.ending.is_some() => refuse(
            "ending",
            "a stored session can always be ended",
            "leave it out",
        ),
        (Some(_), None, _) if options.forgeable => refuse(
            "forgeable_by_clients",
            "the content is kept in a storage and does not travel",
            "leave it out",
        ),
        _ => Ok(()),
    }
}

fn check_protection<S, W>(options: &SessionOptions<S, W>) -> Checked {
    let by_value = options.storage.is_none();
    if by_value && !options.forgeable && options.chain.protection() == Protection::None {
        return refuse(
            "sealed",
            "nothing protects the content, which travels: clients could make any session",
            "say `sealed()` or `signed()`, keep it with `stored_in(&storage)`, or name the danger \
             with `forgeable_by_clients()`",
        );
    }
    Ok(())
}

/// Whether the content has nothing of cloakroom's around it.
const fn is_bare<S, W>(options: &SessionOptions<S, W>) -> bool {
    options.foreign.bare.is(options.storage.is_some())
}

/// What needs more than bare content holds.
fn check_bare<S, W>(options: &SessionOptions<S, W>) -> Checked {
    let foreign = &options.foreign;
    if foreign.ids.is_some() && options.rotates {
        return refuse(
            "rotation_overlap",
            "an id of another session system has no proof that could change",
            "leave out `rotation_overlap` and `survives_reused_tokens`",
        );
    }
    if foreign.keys_are_ids && foreign.ids.is_none() {
        return refuse(
            "keys_are_ids",
            "cloakroom's own ids are never given to a storage",
            "say the form of the ids with `ids`, or leave it out",
        );
    }
    if is_bare(options) && foreign.sealed_at_rest {
        return refuse(
            "sealed_at_rest",
            "the content lies as another session system reads it",
            "leave it out, or move the session to cloakroom's own form",
        );
    }
    if !is_bare(options) {
        return Ok(());
    }
    let said = [
        ("absolute_timeout", options.absolute_said),
        ("idle_timeout", options.idle.is_some()),
        ("touch_after", options.touch_after.is_some()),
        ("subject", options.subject.is_some()),
        ("sessions_per_subject", options.subject_limit.is_some()),
        ("ending", options.ending.is_some()),
    ];
    match said.into_iter().find(|(_, said)| *said) {
        None => Ok(()),
        Some((field, _)) => refuse(
            field,
            "the content travels, or lies, with nothing of cloakroom's around it, so there is no \
             place where that could be written down",
            "leave it out, or move the session to cloakroom's own form",
        ),
    }
}

/// The form that is read besides.
fn check_other<S, W>(options: &SessionOptions<S, W>) -> Checked {
    let Some(other) = &options.foreign.other else {
        return Ok(());
    };
    if other.form.storage.is_some() != options.storage.is_some() {
        return refuse(
            "also_reads",
            "one form is kept in a storage and the other lives with the client",
            "keep both in one way; sessions do not move between the two",
        );
    }
    let are_ours = options.foreign.ids.is_none() && other.form.ids.is_none();
    if other.form.in_place && !(options.storage.is_some() && are_ours) {
        return refuse(
            "in_place",
            "only a session that has the same id in both stores can be changed in either of them",
            "leave it out: sessions of this form move, or are read, one by one",
        );
    }
    let weaker = other.form.chain.protection() < options.chain.protection();
    if options.storage.is_none() && weaker && !other.may_be_weaker {
        return refuse(
            "also_reads",
            "the other form is weaker than the own one: who can forge it gets it written in the \
             stronger one",
            "say `dangerous_also_reads` if that is worth it until the end date",
        );
    }
    Ok(())
}

fn check_deadlines<S, W>(options: &SessionOptions<S, W>) -> Checked {
    let zero = Some(Duration::ZERO);
    if is_bare(options) {
        // Nothing of it is written down, and `check_bare` has refused what was said.
        return Ok(());
    }
    if options.absolute.is_none() && options.storage.is_none() {
        return refuse(
            "no_absolute_timeout",
            "a session that lives with the client would be good for ever",
            "set `absolute_timeout`, or keep the session with `stored_in`",
        );
    }
    if options.absolute == zero {
        return refuse(
            "absolute_timeout",
            "every session is over at once",
            "set more than zero",
        );
    }
    if options.idle == zero {
        return refuse(
            "idle_timeout",
            "every session is over at once",
            "set more than zero",
        );
    }
    if let (Some(idle), Some(absolute)) = (options.idle, options.absolute)
        && idle > absolute
    {
        return refuse(
            "idle_timeout",
            "it is longer than the absolute timeout, so it never takes effect",
            "make it shorter, or raise `absolute_timeout`",
        );
    }
    match (options.touch_after, options.idle) {
        (Some(_), None) => refuse(
            "touch_after",
            "there is no idle deadline to move",
            "set `idle_timeout`, or leave it out",
        ),
        (Some(touch), Some(idle)) if touch >= idle => refuse(
            "touch_after",
            "it is not shorter than the idle timeout: a session in use would end",
            "make it shorter; a tenth of the idle timeout is the default",
        ),
        _ => Ok(()),
    }
}

fn check_subject<S, W>(options: &SessionOptions<S, W>) -> Checked {
    let has_subject = options.subject.is_some();
    if has_subject && options.storage.is_none() && options.ending.is_none() {
        return refuse(
            "ending",
            "the session belongs to someone and lives with the client, and nothing says whether \
             the server can end it",
            "say `ending(Ending::Stateless)` if deadlines are enough, or keep it with `stored_in`",
        );
    }
    if !has_subject && options.subject_limit.is_some() {
        return refuse(
            "sessions_per_subject",
            "sessions of this type have no subject",
            "say whose they are with `subject`, or leave it out",
        );
    }
    Ok(())
}

/// A schema with two readers of one version.
pub(super) fn in_schema(error: SchemaError) -> Contradiction {
    let remedy = "register each older version once, and none of the version that is written";
    Contradiction::new("schema", error.to_string(), remedy)
}

/// The policy that the options come to.
pub(super) fn policy<S, W>(options: &SessionOptions<S, W>, max_age_follows_idle: bool) -> Policy {
    let tracking = if options.storage.is_some() {
        Tracking::ById
    } else {
        Tracking::ByValue
    };
    let tenth = |idle: Duration| idle / 10;
    Policy {
        tracking,
        absolute: options.absolute.filter(|_| !is_bare(options)),
        idle: options.idle,
        touch_after: options
            .touch_after
            .or(options.idle.map(tenth))
            .unwrap_or_default(),
        max_age_follows_idle,
        overlap: options.overlap,
        end_on_reuse: options.end_on_reuse,
        conflicts: options.conflicts,
        has_proofs: options.foreign.ids.is_none() || options.storage.is_none(),
        rules: options.foreign.rules,
    }
}

/// The limit on a subject's sessions: as said, else 100 where there are subjects.
pub(super) fn subject_limit<S, W>(options: &SessionOptions<S, W>) -> Option<SubjectLimit> {
    let default = NonZeroU32::new(PER_SUBJECT).filter(|_| options.subject.is_some());
    options
        .subject_limit
        .or_else(|| Some(SubjectLimit::new(default?, WhenFull::RejectNew)))
}
