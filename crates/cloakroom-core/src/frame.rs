//! Where a request's sessions are while it is served: a frame that the layer's future owns and
//! lends to whatever runs inside each poll.
//!
//! * **A request that never asks for a session allocates nothing**: the frame lies in the layer's
//!   future and is moved onto a stack of the thread for the time of a poll; moving back is done by
//!   a guard, also while unwinding.
//! * **Layers nest**: the frame on top is the nearest. The nearest one with a provider of the type
//!   answers, and each layer commits its own.
//! * **Code that leaves the task** does not see the frame, and is told so. A shared frame
//!   (`across_tasks()`) travels in the request itself and is seen everywhere, for one allocation a
//!   request.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use crate::few::Few;
use crate::head::RequestHead;
use crate::provider::Typed;
use crate::registry::{Reading, SessionValue, Sessions};
use crate::slot::{AnySlot, Slot};

thread_local! {
    static STACK: RefCell<Vec<Lent>> = const { RefCell::new(Vec::new()) };
}

/// A request's sessions, for the time that a layer serves it. For adapters of frameworks.
pub struct Frame(Option<Lent>);

enum Lent {
    Own { sessions: Sessions, slots: Slots },
    Shared(SharedFrame),
}

/// A frame that is seen across tasks; it travels in the request's extensions.
#[derive(Clone)]
pub struct SharedFrame(Arc<SharedInner>);

struct SharedInner {
    sessions: Sessions,
    slots: Mutex<Slots>,
    around: Option<SharedFrame>,
}

/// The sessions that a request has asked for.
#[derive(Default)]
pub(crate) struct Slots {
    asked: Few<(TypeId, Arc<dyn AnySlot>)>,
    /// The request is over: what is asked for now can be read, and never changed.
    over: bool,
}

impl Slots {
    fn get<S: SessionValue>(&self) -> Option<Arc<Slot<S>>> {
        let of = TypeId::of::<S>();
        let (_, slot) = self.asked.iter().find(|(known, _)| *known == of)?;
        let any: Arc<dyn Any + Send + Sync> = Arc::clone(slot) as _;
        any.downcast().ok()
    }

    /// The slot that is there, else `slot`.
    fn get_or_put<S: SessionValue>(&mut self, slot: Arc<Slot<S>>) -> Arc<Slot<S>> {
        if let Some(known) = self.get() {
            return known;
        }
        if self.over {
            slot.shut();
        }
        self.asked.push((TypeId::of::<S>(), Arc::clone(&slot) as _));
        slot
    }

    /// Keeps what was loaded before the handler ran, where nothing of the type is yet.
    fn keep(&mut self, opened: Few<(TypeId, Arc<dyn AnySlot>)>) {
        for (of, slot) in opened {
            if self.asked.iter().all(|(known, _)| *known != of) {
                self.asked.push((of, slot));
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = Arc<dyn AnySlot>> {
        self.asked.iter().map(|(_, slot)| Arc::clone(slot))
    }

    /// Takes the sessions out at the end of the request.
    fn take(&mut self) -> Few<Arc<dyn AnySlot>> {
        self.over = true;
        if self.asked.is_empty() {
            // Most requests ask for no session, and nothing is to be moved for them.
            return Few::new();
        }
        let taken = std::mem::take(&mut self.asked);
        taken.into_iter().map(|(_, slot)| slot).collect()
    }
}

/// A request that ends without a response's head commits nothing, and later changes are told: also
/// where a task that it left behind holds on to a shared frame.
impl Drop for Frame {
    fn drop(&mut self) {
        for slot in self.take_slots().iter() {
            slot.shut();
        }
    }
}

impl Frame {
    /// A frame for one request.
    #[must_use]
    pub fn new(sessions: &Sessions) -> Self {
        Self(Some(Lent::Own {
            sessions: sessions.clone(),
            slots: Slots::default(),
        }))
    }

    /// A frame for one request that is seen across tasks, inside `around`.
    #[must_use]
    pub fn shared(sessions: &Sessions, around: Option<&SharedFrame>) -> (Self, SharedFrame) {
        let shared = SharedFrame(Arc::new(SharedInner {
            sessions: sessions.clone(),
            slots: Mutex::default(),
            around: around.cloned(),
        }));
        (Self(Some(Lent::Shared(shared.clone()))), shared)
    }

    /// Lends the frame to whatever `run` does in this thread.
    pub fn lend<R>(&mut self, run: impl FnOnce() -> R) -> R {
        let Some(lent) = self.0.take() else {
            return run();
        };
        STACK.with_borrow_mut(|stack| stack.push(lent));
        let _back = TakeBack(self);
        run()
    }

    /// Loads the sessions that their rules load in every request; where there are none, the head is
    /// not looked at. `None` where nothing is left to wait for.
    ///
    /// What is left is to be awaited before the inner service is polled, and then given to
    /// [`keep`](Self::keep).
    pub fn open<H: RequestHead>(&mut self, head: impl FnOnce() -> H) -> Option<Opening> {
        let sessions = match self.0.as_ref()? {
            Lent::Own { sessions, .. } => sessions,
            Lent::Shared(shared) => &shared.0.sessions,
        };
        let readings = sessions.loads_always().then(|| sessions.open(&head()))?;
        let (mut opened, mut waiting) = (Few::new(), Few::new());
        for (of, reading) in readings {
            match reading {
                Reading::Done(slot) => opened.push((of, slot)),
                Reading::Waiting(future) => waiting.push((of, future)),
            }
        }
        self.keep(Opened(opened));
        if waiting.is_empty() {
            return None;
        }
        Some(Opening(Box::pin(async move {
            let mut opened = Few::new();
            for (of, future) in waiting {
                opened.push((of, future.await));
            }
            Opened(opened)
        })))
    }

    /// Keeps what was loaded, for the handler to find.
    pub fn keep(&mut self, opened: Opened) {
        match &mut self.0 {
            Some(Lent::Own { slots, .. }) => slots.keep(opened.0),
            Some(Lent::Shared(shared)) => shared.slots().keep(opened.0),
            None => {}
        }
    }

    /// The sessions that were asked for, taken out.
    pub(crate) fn take_slots(&mut self) -> Few<Arc<dyn AnySlot>> {
        match &mut self.0 {
            Some(Lent::Own { slots, .. }) => slots.take(),
            Some(Lent::Shared(shared)) => shared.slots().take(),
            None => Few::new(),
        }
    }
}

/// Takes the frame back from the thread's stack, also while unwinding.
struct TakeBack<'a>(&'a mut Frame);

impl Drop for TakeBack<'_> {
    fn drop(&mut self) {
        let popped = STACK.try_with(|stack| stack.borrow_mut().pop());
        self.0.0 = popped.ok().flatten();
    }
}

/// Sessions that are being loaded before the handler runs.
#[must_use = "it does nothing unless it is polled"]
pub struct Opening(Pin<Box<dyn Future<Output = Opened> + Send>>);

impl Future for Opening {
    type Output = Opened;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Opened> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").finish_non_exhaustive()
    }
}

/// Sessions that were loaded before the handler runs.
pub struct Opened(Few<(TypeId, Arc<dyn AnySlot>)>);

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("sessions", &self.0.len())
            .finish_non_exhaustive()
    }
}

impl SharedFrame {
    fn slots(&self) -> MutexGuard<'_, Slots> {
        // Nothing panics while it is held.
        self.0.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the frames around the running code have of a type.
pub(crate) enum Found<S> {
    /// The session, asked for before.
    Loaded(Arc<Slot<S>>),
    /// Its provider.
    Provider(Sessions, Arc<Typed<S>>),
    /// No frame has a provider of the type.
    NoProvider,
    /// There is no frame.
    NoFrame,
}

/// Looks a type up: in the frames of this thread, nearest first, then in those of the request.
pub(crate) fn find<S: SessionValue>(shared: Option<&SharedFrame>) -> Found<S> {
    let (found, here) = STACK.with_borrow(|stack| {
        let of_each = stack.iter().rev().filter_map(|lent| match lent {
            Lent::Own { sessions, slots } => look(sessions, slots),
            Lent::Shared(shared) => look(&shared.0.sessions, &shared.slots()),
        });
        (nearest(of_each), !stack.is_empty())
    });
    let in_request = || {
        let frames = std::iter::successors(shared, |frame| frame.0.around.as_ref());
        nearest(frames.filter_map(|frame| look(&frame.0.sessions, &frame.slots())))
    };
    match found.or_else(in_request) {
        Some(found) => found,
        None if here || shared.is_some() => Found::NoProvider,
        None => Found::NoFrame,
    }
}

/// What the nearest frame has. Where the same sessions lie around the code more than once, that is
/// the session which any of their frames has loaded: two copies of it would overwrite each other.
fn nearest<S>(mut of_each: impl Iterator<Item = Found<S>>) -> Option<Found<S>> {
    let first = of_each.next()?;
    let Found::Provider(sessions, _) = &first else {
        return Some(first);
    };
    let mut loaded = of_each.filter(|found| match found {
        Found::Loaded(slot) => Arc::ptr_eq(&slot.environment, sessions.environment()),
        Found::Provider(..) | Found::NoProvider | Found::NoFrame => false,
    });
    loaded.next().or(Some(first))
}

fn look<S: SessionValue>(sessions: &Sessions, slots: &Slots) -> Option<Found<S>> {
    if let Some(slot) = slots.get() {
        return Some(Found::Loaded(slot));
    }
    let typed = sessions.typed::<S>()?;
    Some(Found::Provider(sessions.clone(), typed))
}

/// Keeps a loaded session in the frame of its `sessions`; one that is there already wins.
///
/// `None` if that frame is out of sight.
pub(crate) fn keep<S: SessionValue>(
    sessions: &Sessions,
    shared: Option<&SharedFrame>,
    slot: &Arc<Slot<S>>,
) -> Option<Arc<Slot<S>>> {
    let in_request = || {
        let mut frames = std::iter::successors(shared, |frame| frame.0.around.as_ref());
        let frame = frames.find(|frame| frame.0.sessions.is(sessions))?;
        Some(frame.slots().get_or_put(Arc::clone(slot)))
    };
    let here = STACK.with_borrow_mut(|stack| {
        stack.iter_mut().rev().find_map(|lent| match lent {
            Lent::Own {
                sessions: of,
                slots,
            } if of.is(sessions) => Some(slots.get_or_put(Arc::clone(slot))),
            Lent::Shared(shared) if shared.0.sessions.is(sessions) => {
                Some(shared.slots().get_or_put(Arc::clone(slot)))
            }
            _ => None,
        })
    });
    here.or_else(in_request)
}

/// All sessions that were asked for in the frames of this thread.
pub(crate) fn all_slots() -> Few<Arc<dyn AnySlot>> {
    STACK.with_borrow(|stack| {
        let each = stack.iter().flat_map(|lent| match lent {
            Lent::Own { slots, .. } => slots.all().collect::<Few<_>>(),
            Lent::Shared(shared) => shared.slots().all().collect(),
        });
        each.collect()
    })
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").finish_non_exhaustive()
    }
}

impl fmt::Debug for SharedFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedFrame").finish_non_exhaustive()
    }
}
