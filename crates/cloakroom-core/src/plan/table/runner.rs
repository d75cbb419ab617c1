//! Runs each row to its end and compares it with what the row says.

use super::rows::TABLE;
use super::words::{Reply, Situation, replies, situations, wish};
use crate::event::EventKind;
use crate::plan::{
    Answer, Change, ClientStep, Next, Notes, ProofChange, StorageStep, Tracking, Wish, moves, plan,
    settle, settle_joined,
};

/// What a request came to.
#[derive(Default)]
struct Course {
    steps: Vec<String>,
    client: String,
    events: Vec<String>,
}

impl Course {
    fn note(&mut self, notes: Notes) {
        self.events.extend(notes.iter().map(event));
    }

    /// As the last three columns of a row.
    fn row(&self) -> [String; 3] {
        [
            folded(&self.steps),
            self.client.clone(),
            folded(&self.events),
        ]
    }
}

/// Runs a wish in a situation; `Done` answers what the replies do not.
fn run(situation: &Situation, wish: Wish, replies: &[Reply]) -> Course {
    let mut replies = replies.iter().copied();
    let plan = plan(
        &situation.presented,
        wish,
        &situation.policy,
        &situation.moment,
    );
    let mut course = Course::default();
    course.note(plan.before);
    let mut step = plan.storage;
    let mut repeats = 0;
    loop {
        let answer = if step == StorageStep::None {
            Answer::Done
        } else {
            course.steps.push(step_name(step));
            match replies.next().unwrap_or(Reply::Storage(Answer::Done)) {
                Reply::Storage(answer) => answer,
                Reply::Join(joined) => panic!("{joined:?} answers no storage step"),
            }
        };
        let mut next = settle(step, &plan, answer, &situation.policy, repeats);
        if answer.is_repeated() {
            repeats += 1;
        }
        if let Next::Join(change) = next {
            let Some(Reply::Join(joined)) = replies.next() else {
                panic!("the row does not say what joining comes to");
            };
            next = settle_joined(change, &plan, joined);
        }
        match next {
            Next::Step(another, notes) => {
                course.note(notes);
                step = another;
            }
            Next::Finish(settled) => {
                course.note(settled.notes);
                if moves(&plan, &settled) {
                    course.steps.push("move".into());
                }
                course.client = match settled.verdict {
                    Ok(()) => client_name(settled.client),
                    Err(failure) => format!("{}{failure:?}", client_name(settled.client)),
                };
                assert_eq!(replies.next(), None, "a reply that nothing asked for");
                return course;
            }
            Next::Join(..) => panic!("joining was asked for twice"),
        }
    }
}

fn step_name(step: StorageStep) -> String {
    match step {
        StorageStep::None => String::new(),
        StorageStep::Create | StorageStep::Replace(_) => "create".into(),
        StorageStep::Update(change) => change_name(change),
        StorageStep::Touch(_) => "touch".into(),
        StorageStep::Remove(_) => "remove".into(),
        StorageStep::RemoveNew(_) => "remove-new".into(),
    }
}

fn change_name(change: Change) -> String {
    let proof = match change.proof {
        ProofChange::Keep => None,
        ProofChange::Overtaken => Some("overtaken"),
        ProofChange::Rotate => Some("rotate"),
        ProofChange::ReplaceUnpresented => Some("replace"),
        ProofChange::Settle => Some("settle"),
    };
    let content = change.content.then_some("write");
    let idle = change.idle.map(|_| "idle");
    let reseal = (content.or(proof).is_none()).then_some("reseal");
    [content, idle, proof, reseal]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("+")
}

fn client_name(client: ClientStep) -> String {
    match client {
        ClientStep::None => String::new(),
        ClientStep::Send(sent) => format!("{sent:?}").to_lowercase(),
        ClientStep::Clear => "clear".into(),
    }
}

fn event(kind: EventKind) -> String {
    match kind {
        EventKind::Refused(_) => "Refused".into(),
        kind => format!("{kind:?}"),
    }
}

/// Names in order; equal ones in a row as one with their number.
fn folded(names: &[String]) -> String {
    names
        .chunk_by(|one, other| one == other)
        .map(|same| match same {
            [one] => one.clone(),
            several => format!("{}*{}", several[0], several.len()),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// The rows of the table, each with its cells.
fn rows() -> impl Iterator<Item = [&'static str; 8]> {
    TABLE.lines().filter(|line| !line.is_empty()).map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        cells
            .try_into()
            .unwrap_or_else(|_| panic!("eight columns: {line}"))
    })
}

fn tracking(word: &str) -> Tracking {
    match word {
        "V" => Tracking::ByValue,
        "I" => Tracking::ById,
        _ => panic!("{word:?} is neither V nor I"),
    }
}

/// Rules: row-1, row-1b, row-2, row-2b, row-3, row-3b, row-4, row-4b, row-5, row-6, row-7, row-9.
/// Rules: row-10, row-11, row-12, row-13, row-14, row-15, row-18, row-19, row-20, row-20b, row-21.
/// Rules: row-22, row-23, row-23b, row-23c, row-24, row-24b, row-25, row-25b, row-26, row-27.
/// Rules: row-28, row-29, row-30, row-30b, row-31, row-32, row-32b, row-33, row-34, row-35.
/// Rules: row-36, row-37, row-46, row-46b, row-46c, row-47, row-47b, row-48, row-49, row-50, row-50b.
/// Rules: row-51, row-51b, row-52, row-59, row-59b, row-60, row-61, row-63b.
#[test]
fn every_row_comes_to_what_it_says() {
    for [id, places, words, wishes, answers, storage, client, events] in rows() {
        let expected = [storage, client, events];
        for place in places.split(' ') {
            for words in words.split(" or ") {
                for situation in situations(tracking(place), words) {
                    for word in wishes.split(' ') {
                        let course = run(&situation, wish(word), &replies(answers));
                        assert_eq!(
                            course.row(),
                            expected,
                            "{id} {place}: {words}, {word}, {answers} ({situation:?})"
                        );
                    }
                }
            }
        }
    }
}

/// The list above is read by those who look for the test of a rule: it must not lie.
#[test]
fn the_table_holds_the_rules_that_its_test_names() {
    let source = include_str!("runner.rs");
    let mut named: Vec<_> = source
        .lines()
        .filter_map(|line| line.strip_prefix("/// Rules: "))
        .flat_map(|line| line.trim_end_matches('.').split(", "))
        .collect();
    let mut held: Vec<_> = rows().map(|row| row[0]).collect();
    named.sort_unstable();
    held.sort_unstable();
    held.dedup();
    assert_eq!(named, held);
}
