//! The space: every case, and every end that the storage's answers can lead to.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;
use std::time::Duration;

use crate::plan::samples::{NOW, OVERLAP, REFUSALS, WISHES, live, moment, policy};

use crate::plan::{
    Answer, Change, ConflictRule, Joined, Lies, Live, Moment, Next, Plan, Policy, Presented,
    ProofChange, ProofState, Removal, Settled, StorageStep, Tracking, Wish, plan, settle,
    settle_joined,
};
use crate::refusal::Refusal;
use crate::rules::{Clears, Rules, Writes};

/// What a plan is made from.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) presented: Presented,
    pub(super) wish: Wish,
    pub(super) policy: Policy,
    pub(super) moment: Moment,
}

impl Case {
    pub(super) fn by_value(&self) -> bool {
        self.policy.tracking == Tracking::ByValue
    }

    pub(super) fn live(&self) -> Option<Live> {
        match self.presented {
            Presented::Live(live) => Some(live),
            _ => None,
        }
    }

    pub(super) fn lies(&self) -> Option<Lies> {
        self.live().map(|live| live.lies)
    }

    pub(super) fn expired(&self) -> bool {
        let absolute = self.live().and_then(|live| live.absolute);
        absolute.is_some_and(|absolute| absolute <= self.moment.now)
    }

    pub(super) fn superseded(&self) -> bool {
        let proof = self.live().map(|live| live.proof);
        !self.by_value() && matches!(proof, Some(ProofState::Superseded { .. }))
    }
}

/// What happened at the storage on the way to an end.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct History {
    pub(super) steps: u32,
    repeats: u32,
    /// A record was made.
    pub(super) created: bool,
    /// The old record was removed by this request.
    pub(super) removed: bool,
    /// The old record was found to be removed already.
    pub(super) absent: bool,
    /// An update or a touch found no record.
    pub(super) gone: bool,
    /// A conflict showed that another request had rotated.
    pub(super) overtaken: bool,
    /// The handler's content was written.
    pub(super) written: bool,
    /// The handler's content lay there already.
    pub(super) same: bool,
    /// The proof that was never presented was replaced.
    pub(super) replaced_proof: bool,
    /// Another request had moved the session here already; it removes where it lay.
    pub(super) met: bool,
}

/// How a case ends.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub(super) case: Case,
    pub(super) history: History,
    pub(super) settled: Settled,
}

impl End {
    fn new(case: &Case, history: History, settled: Settled) -> Self {
        Self {
            case: case.clone(),
            history,
            settled,
        }
    }
}

/// Hands every case and its plan to `check`.
pub(super) fn for_each_plan(mut check: impl FnMut(&Case, &Plan)) {
    for policy in policies() {
        for presented in presented() {
            if !is_possible(&presented, &policy) {
                continue;
            }
            for moment in moments() {
                for wish in WISHES {
                    let case = Case {
                        presented,
                        wish,
                        policy: policy.clone(),
                        moment,
                    };
                    check(&case, &plan(&presented, wish, &policy, &moment));
                }
            }
        }
    }
}

/// Every end of every plan, with a case that leads to it. Worked out once for all tests.
///
/// What settling and the invariants look at is in the key, so cases with equal keys end alike.
pub(super) fn ends() -> &'static [End] {
    static ENDS: OnceLock<Vec<End>> = OnceLock::new();
    ENDS.get_or_init(|| {
        let mut distinct = HashMap::new();
        for_each_plan(|case, plan| {
            let key = (
                *plan,
                case.wish,
                case.by_value(),
                case.expired(),
                case.superseded(),
                case.lies().is_some_and(|lies| lies != Lies::Here),
                std::mem::discriminant(&case.presented),
            );
            distinct.entry(key).or_insert_with(|| case.clone());
        });
        let mut ends = Vec::new();
        for mut case in distinct.into_values() {
            for conflicts in CONFLICTS {
                case.policy.conflicts = conflicts;
                let plan = plan(&case.presented, case.wish, &case.policy, &case.moment);
                let step = plan.storage;
                follow(
                    &case,
                    &plan,
                    step,
                    History::default(),
                    &mut HashSet::new(),
                    &mut ends,
                );
            }
        }
        ends
    })
}

/// From a step by every answer to every end.
fn follow(
    case: &Case,
    plan: &Plan,
    step: StorageStep,
    mut history: History,
    seen: &mut HashSet<(StorageStep, History)>,
    ends: &mut Vec<End>,
) {
    if !seen.insert((step, history)) {
        return;
    }
    if step == StorageStep::None {
        let next = settle(step, plan, Answer::Done, &case.policy, 0);
        let Next::Finish(settled) = next else {
            panic!("nothing to do is done: {case:?}");
        };
        return ends.push(End::new(case, history, settled));
    }
    history.steps += 1;
    assert!(history.steps <= 11, "no end: {case:?}");
    for answer in ANSWERS {
        let mut now = history.after(step, answer);
        let next = settle(step, plan, answer, &case.policy, history.repeats);
        if answer.is_repeated() {
            now.repeats += 1;
        }
        for (history, next) in joined(plan, now, next) {
            match next {
                Next::Step(step, _) => follow(case, plan, step, history, seen, ends),
                Next::Finish(settled) => ends.push(End::new(case, history, settled)),
                Next::Join(..) => panic!("joining was asked for twice: {case:?}"),
            }
        }
    }
}

/// Every way in which joining goes on, where it was asked for.
fn joined(plan: &Plan, history: History, next: Next) -> Vec<(History, Next)> {
    let Next::Join(change) = next else {
        return vec![(history, next)];
    };
    let settled = |joined, same| {
        let history = History {
            same: history.same || same,
            ..history
        };
        (history, settle_joined(change, plan, joined))
    };
    vec![
        settled(Joined::Merged, false),
        settled(Joined::SameAsTheirs, true),
        settled(Joined::Rejected, false),
    ]
}

impl History {
    fn after(mut self, step: StorageStep, answer: Answer) -> Self {
        let done = answer == Answer::Done;
        match step {
            StorageStep::Create | StorageStep::Replace(_) => {
                self.created |= done;
                self.gone |= answer == Answer::Gone;
                self.met |= matches!(answer, Answer::Conflict { .. });
                self.overtaken |= answer == Answer::Conflict { same_proof: false };
            }
            StorageStep::Remove(Removal::Reused { .. }) | StorageStep::None => {}
            StorageStep::Remove(_) => {
                self.removed |= done;
                self.absent |= answer == Answer::Absent;
            }
            StorageStep::RemoveNew(_) => self.created &= !done,
            StorageStep::Touch(_) => self.gone |= answer == Answer::Gone,
            StorageStep::Update(Change { content, proof, .. }) => {
                self.gone |= answer == Answer::Gone;
                self.overtaken |= answer == Answer::Conflict { same_proof: false };
                self.written |= done && content;
                self.replaced_proof |= done && proof == ProofChange::ReplaceUnpresented;
            }
        }
        self
    }
}

const ANSWERS: [Answer; 10] = [
    Answer::Done,
    Answer::Absent,
    Answer::Exists,
    Answer::Full,
    Answer::TooManyForSubject,
    Answer::SignedOutMeanwhile,
    Answer::Conflict { same_proof: true },
    Answer::Conflict { same_proof: false },
    Answer::Gone,
    Answer::Failed,
];

const CONFLICTS: [ConflictRule; 3] = [
    ConflictRule::Join,
    ConflictRule::LastWins,
    ConflictRule::Reject,
];

fn presented() -> Vec<Presented> {
    let mut all = vec![Presented::Nothing, Presented::Unavailable];
    all.extend(REFUSALS.map(Presented::Refused));
    let tick = Duration::from_millis(1);
    let fresh = live().idle;
    let earlier = fresh.map(|idle| idle.saturating_sub(Duration::from_secs(600)));
    let deadlines = [
        None,
        // The idle deadline is cut short by this one.
        Some(NOW.saturating_add(Duration::from_secs(3_400))),
        Some(NOW.saturating_add(tick)),
        Some(NOW),
    ];
    let later = fresh.map(|idle| idle.saturating_add(Duration::from_secs(600)));
    for absolute in deadlines {
        for idle in [None, later, fresh, earlier] {
            for (outdated, reseal) in [(false, false), (true, false), (false, true)] {
                for proof in proofs() {
                    for lies in [Lies::Here, Lies::ElsewhereUnderThisId] {
                        all.push(Presented::Live(Live {
                            absolute,
                            idle,
                            outdated,
                            proof,
                            lies,
                            reseal,
                        }));
                    }
                }
            }
        }
        all.push(Presented::Live(Live {
            absolute,
            idle: None,
            outdated: true,
            proof: ProofState::Current,
            lies: Lies::Elsewhere,
            reseal: false,
        }));
    }
    all
}

fn proofs() -> Vec<ProofState> {
    let mut all = vec![
        ProofState::Current,
        ProofState::Overlapping,
        ProofState::Unsettled,
    ];
    let tick = Duration::from_millis(1);
    for rotated_at in [NOW.saturating_sub(OVERLAP), NOW.saturating_add(tick)] {
        for presented in [false, true] {
            all.push(ProofState::Superseded {
                rotated_at,
                presented,
            });
        }
    }
    all
}

/// Only a stored session has a proof, and only one under an id of ours; only a stored one lies
/// elsewhere.
fn is_possible(presented: &Presented, policy: &Policy) -> bool {
    match presented {
        Presented::Live(live) => match live.lies {
            Lies::Here => policy.has_proofs || live.proof == ProofState::Current,
            Lies::Elsewhere => policy.tracking == Tracking::ById,
            Lies::ElsewhereUnderThisId => policy.tracking == Tracking::ById && policy.has_proofs,
        },
        Presented::Refused(Refusal::ReusedProof) => policy.has_proofs,
        _ => true,
    }
}

/// All but the rule for conflicts, which a plan does not look at.
fn policies() -> Vec<Policy> {
    let mut all = Vec::new();
    for tracking in [Tracking::ByValue, Tracking::ById] {
        let ordinary = policy(tracking);
        for idle in [None, ordinary.idle] {
            for touch_after in [Duration::ZERO, ordinary.touch_after] {
                for (max_age_follows_idle, end_on_reuse) in pairs() {
                    all.push(Policy {
                        idle,
                        touch_after,
                        max_age_follows_idle,
                        end_on_reuse,
                        ..ordinary.clone()
                    });
                }
            }
        }
        for writes in [Writes::WhenSet, Writes::Always] {
            let mut other = ordinary.clone();
            other.has_proofs = false;
            other.rules = Rules::native().writing(writes).clearing(Clears::Unusable);
            all.push(other);
        }
    }
    all
}

fn moments() -> Vec<Moment> {
    let mut all = Vec::new();
    for (navigation, passive) in pairs() {
        for (may_renew, alone) in pairs() {
            all.push(Moment {
                navigation,
                passive,
                may_renew,
                alone,
                ..moment()
            });
        }
    }
    all
}

fn pairs() -> [(bool, bool); 4] {
    [(false, false), (false, true), (true, false), (true, true)]
}
