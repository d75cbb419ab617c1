//! A call that waits for the test.

use tokio::sync::watch;

/// A call that stops when it comes to the storage, until the test lets it go on.
///
/// Dropping this lets it go on too, so that a test that fails does not hang. Made by
/// [`FaultyStorage::pause_next`](crate::FaultyStorage::pause_next), where there are examples.
#[derive(Debug)]
#[must_use = "dropped, it lets the call go on at once"]
pub struct Paused {
    reached: watch::Receiver<bool>,
    resumed: watch::Sender<bool>,
}

/// The storage's end of a [`Paused`].
#[derive(Debug)]
pub(super) struct Gate {
    reached: watch::Sender<bool>,
    resumed: watch::Receiver<bool>,
}

/// A call that will be stopped, from both ends.
pub(super) fn pause() -> (Paused, Gate) {
    let (was_reached, reached) = watch::channel(false);
    let (resume, resumed) = watch::channel(false);
    let paused = Paused {
        reached,
        resumed: resume,
    };
    let gate = Gate {
        reached: was_reached,
        resumed,
    };
    (paused, gate)
}

impl Paused {
    /// Waits until the call is there and stands still. Its effect has not begun. For ever, if none comes.
    ///
    /// # Panics
    ///
    /// If the fault was forgotten before it was met ([`heal`](crate::FaultyStorage::heal)): there
    /// is nothing to wait for.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_testkit::{Call, FaultyStorage};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = FaultyStorage::new(MemoryStorage::new());
    /// let paused = storage.pause_next(Call::Sweep);
    /// let test = async {
    ///     paused.reached().await;
    ///     paused.resume();
    /// };
    /// let (swept, ()) = tokio::join!(storage.sweep(Timestamp::EPOCH, 10), test);
    /// assert_eq!(swept.unwrap(), 0);
    /// # }
    /// ```
    pub async fn reached(&self) {
        let mut reached = self.reached.clone();
        let met = reached.wait_for(|reached| *reached).await.is_ok();
        assert!(
            met,
            "the storage was healed before a call came to the pause"
        );
    }

    /// Lets the call go on, or not stop at all if it has not come yet.
    ///
    /// ```
    /// # use cloakroom_core::{MemoryStorage, Storage, Timestamp};
    /// # use cloakroom_testkit::{Call, FaultyStorage};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let storage = FaultyStorage::new(MemoryStorage::new());
    /// let paused = storage.pause_next(Call::Sweep);
    /// paused.resume();
    /// assert_eq!(storage.sweep(Timestamp::EPOCH, 10).await.unwrap(), 0);
    /// # }
    /// ```
    pub fn resume(&self) {
        self.resumed.send_replace(true);
    }
}

impl Gate {
    /// Stops the call that comes to this gate.
    pub(super) async fn pass(mut self) {
        self.reached.send_replace(true);
        // An error says that the test dropped its end, which lets the call go on.
        let _open = self.resumed.wait_for(|resumed| *resumed).await.is_ok();
    }
}
