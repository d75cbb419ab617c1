//! What the connections of a proxy share.

#![expect(clippy::expect_used, reason = "how a test fails")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::watch;

use super::fate::Fate;

pub(super) struct Shared {
    pub(super) fate: watch::Sender<Fate>,
    /// How often a client came, or tried to.
    pub(super) dials: watch::Sender<usize>,
    /// How many connections there are.
    pub(super) open: watch::Sender<usize>,
    /// How many of those that were refused have not been closed by their clients yet.
    pub(super) leaving: watch::Sender<usize>,
    /// How many parts wait here.
    pub(super) held: watch::Sender<usize>,
    trips: AtomicUsize,
    /// Whether the last bytes went to the server.
    is_asking: AtomicBool,
}

/// Something that is counted for as long as this lives.
pub(super) struct Counted<'a>(&'a watch::Sender<usize>);

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            fate: watch::Sender::new(Fate::Passes),
            dials: watch::Sender::new(0),
            open: watch::Sender::new(0),
            leaving: watch::Sender::new(0),
            held: watch::Sender::new(0),
            trips: AtomicUsize::new(0),
            is_asking: AtomicBool::new(false),
        }
    }

    /// A trip is a request after an answer.
    pub(super) fn request(&self) {
        if !self.is_asking.swap(true, Ordering::SeqCst) {
            self.trips.fetch_add(1, Ordering::SeqCst);
        }
    }

    pub(super) fn answer(&self) {
        self.is_asking.store(false, Ordering::SeqCst);
    }

    pub(super) fn take_trips(&self) -> usize {
        self.trips.swap(0, Ordering::SeqCst)
    }

    /// Applies the fate to a part, and gives what comes of it.
    pub(super) fn by_fate<T>(&self, apply: impl FnOnce(&mut Fate) -> T) -> T {
        let mut applied = None;
        self.fate.send_if_modified(|fate| {
            let before = fate.clone();
            applied = Some(apply(fate));
            *fate != before
        });
        applied.expect("it is called once")
    }

    /// Waits here for as long as the fate is like this.
    pub(super) async fn wait_while(&self, waits: impl Fn(&Fate) -> bool) {
        let mut fate = self.fate.subscribe();
        if !waits(&fate.borrow_and_update()) {
            return;
        }
        let _held = Counted::one(&self.held);
        fate.wait_for(|fate| !waits(fate)).await.ok();
    }
}

impl<'a> Counted<'a> {
    pub(super) fn one(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
