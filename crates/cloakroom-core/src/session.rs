//! The handle that a handler has on its session, and how it gets one.

use std::fmt;
use std::sync::Arc;

use cloakroom_storage::Subject;

use crate::error::{ChangeError, StoreError};
use crate::frame::{Found, find};
use crate::loaded::Origin;
use crate::plan::{Lies, Presented};
use crate::provider::Place;
use crate::reference::{Deadlines, SessionRef};
use crate::registry::SessionValue;
use crate::slot::{AnySlot, Intent, Slot};

/// A handle on the session of type `S` of the running request. Cheap to clone.
///
/// Got by extraction in a handler; [`current`] finds it again deep in the call stack. Loading is
/// done by then, so all methods are synchronous ([`begin_sign_in`](Self::begin_sign_in) apart).
/// Changes take effect when the response's head is ready, whatever the handler answers, also an
/// error or a redirect. A handler that panics changes nothing; where something inside the layer
/// turns the panic into a response, that holds for every session of which a handle was alive.
///
/// What several wishes of one request come to: an end beats all; a write after an end is a
/// sign-in; a sign-in beats an elevation beats a rotation.
pub struct Session<S: SessionValue>(pub(crate) Arc<Slot<S>>);

impl<S: SessionValue> Session<S> {
    /// A snapshot of the value, with the changes of this request so far; `None` where there is no
    /// session. Holds no lock and may live across an `.await`.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # example(|cart: &Session<Cart>| {
    /// assert!(cart.get().is_none());
    /// cart.set(Cart { items: 2 }).unwrap();
    /// let snapshot = cart.get().unwrap();
    /// cart.set(Cart { items: 3 }).unwrap();
    /// assert_eq!(snapshot.items, 2);
    /// # });
    /// ```
    #[must_use]
    pub fn get(&self) -> Option<Arc<S>> {
        self.0.state().value.clone()
    }

    /// Makes `value` the session's. Setting what encodes to the same bytes is no change and sends
    /// nothing; a type whose encoding has no fixed order, such as one with a `HashMap`, always
    /// counts as changed. A value of another subject than before is a [`sign_in`](Self::sign_in).
    ///
    /// # Errors
    ///
    /// If the change cannot take effect.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # let lines = example(|cart: &Session<Cart>| {
    /// cart.set(Cart { items: 1 }).unwrap();
    /// assert_eq!(cart.get().unwrap().items, 1);
    /// # });
    /// assert!(lines[0].starts_with("__Host-example="));
    /// ```
    pub fn set(&self, value: S) -> Result<(), ChangeError> {
        let _turn = self.0.take_turn()?;
        self.store(value, Remade::Otherwise)
    }

    /// Changes the value by `change` and gives what that gives.
    ///
    /// Two requests may change one session at the same time. By id, the changes are joined by the
    /// provider's rule; by value, the response that reaches the browser last wins.
    ///
    /// Change no other session inside `change`: two threads of one request that do so in opposite
    /// order wait for each other.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoSession`] where there is none; else if the change cannot take effect. A
    /// panic inside `change` abandons the session for this request.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # example(|cart: &Session<Cart>| {
    /// use cloakroom_core::ChangeError;
    ///
    /// assert_eq!(cart.update(|cart| cart.items += 1), Err(ChangeError::NoSession));
    /// cart.set(Cart { items: 1 }).unwrap();
    /// let before = cart.update(|cart| std::mem::replace(&mut cart.items, 5)).unwrap();
    /// assert_eq!((before, cart.get().unwrap().items), (1, 5));
    /// // Inside a change, another one is told so instead of waiting for itself.
    /// let inner = cart.update(|_| cart.set(Cart::default())).unwrap();
    /// assert_eq!(inner, Err(ChangeError::Reentered));
    /// # });
    /// ```
    pub fn update<R>(&self, change: impl FnOnce(&mut S) -> R) -> Result<R, ChangeError>
    where
        S: Clone,
    {
        let _turn = self.0.take_turn()?;
        let value = self.open_value()?.ok_or(ChangeError::NoSession)?;
        let mut value = S::clone(&value);
        let answer = self.run(|| change(&mut value));
        self.store(value, Remade::Otherwise)?;
        Ok(answer)
    }

    /// As [`update`](Self::update), beginning with the default value where there is no session.
    ///
    /// # Errors
    ///
    /// If the change cannot take effect.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # example(|cart: &Session<Cart>| {
    /// cart.update_or_default(|cart| cart.items += 1).unwrap();
    /// assert_eq!(cart.get().unwrap().items, 1);
    /// # });
    /// ```
    pub fn update_or_default<R>(&self, change: impl FnOnce(&mut S) -> R) -> Result<R, ChangeError>
    where
        S: Clone + Default,
    {
        let _turn = self.0.take_turn()?;
        let present = self.open_value()?;
        let (value, answer) = self.run(|| {
            let mut value = present.map_or_else(S::default, |value| S::clone(&value));
            let answer = change(&mut value);
            (value, answer)
        });
        self.store(value, Remade::Otherwise)?;
        Ok(answer)
    }

    /// The value; where there is no session, the one that `make` makes, which is kept.
    ///
    /// # Errors
    ///
    /// If there is no session and it cannot take effect to make one.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # example(|cart: &Session<Cart>| {
    /// assert_eq!(cart.get_or_set_with(|| Cart { items: 7 }).unwrap().items, 7);
    /// assert_eq!(cart.get_or_set_with(|| Cart { items: 8 }).unwrap().items, 7);
    /// # });
    /// ```
    pub fn get_or_set_with(&self, make: impl FnOnce() -> S) -> Result<Arc<S>, ChangeError> {
        let _turn = self.0.take_turn()?;
        if let Some(value) = self.get() {
            return Ok(value);
        }
        self.open_value()?;
        let value = self.run(make);
        self.store(value, Remade::Otherwise)?;
        self.get().ok_or(ChangeError::NoSession)
    }

    /// Changes the value by `change`, which is run again on the other's value if another request
    /// changed the session meanwhile (by id).
    ///
    /// Holds only while every change of the request is made so; with another kind of change beside
    /// it, the provider's rule for conflicts decides.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoSession`] where there is none; else if the change cannot take effect.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # example(|cart: &Session<Cart>| {
    /// cart.set(Cart { items: 1 }).unwrap();
    /// cart.update_retrying(|cart| cart.items += 1).unwrap();
    /// assert_eq!(cart.get().unwrap().items, 2);
    /// # });
    /// ```
    pub fn update_retrying(
        &self,
        change: impl Fn(&mut S) + Send + Sync + 'static,
    ) -> Result<(), ChangeError>
    where
        S: Clone,
    {
        let _turn = self.0.take_turn()?;
        let value = self.open_value()?.ok_or(ChangeError::NoSession)?;
        let mut value = S::clone(&value);
        self.run(|| change(&mut value));
        self.store(value, Remade::By(Arc::new(change)))
    }

    /// Ends the session: nothing of it is accepted any more (by id), and this browser forgets it.
    ///
    /// # Security
    ///
    /// By value the server keeps nothing, so a copy of the token stays good until its deadline.
    ///
    /// # Errors
    ///
    /// If the change cannot take effect.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # let lines = example(|cart: &Session<Cart>| {
    /// cart.set(Cart { items: 1 }).unwrap();
    /// cart.clear().unwrap();
    /// assert!(cart.get().is_none());
    /// # });
    /// assert!(lines.is_empty(), "a session that never began needs no clearing");
    /// ```
    pub fn clear(&self) -> Result<(), ChangeError> {
        let _turn = self.0.take_turn()?;
        let mut state = self.0.open()?;
        state.intent.end();
        state.value = None;
        state.retries = None;
        Ok(())
    }

    /// Gives the session a new token; the content and the deadlines stay.
    ///
    /// By id, the token before stays good until the new one has come back once, and for the
    /// provider's overlap after that. For a change of who is signed in, or of their rights, use
    /// [`sign_in`](Self::sign_in) and [`elevate`](Self::elevate), which have no overlap.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoSession`] where there is none; else if the change cannot take effect.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # example(|cart: &Session<Cart>| {
    /// use cloakroom_core::ChangeError;
    ///
    /// assert_eq!(cart.rotate(), Err(ChangeError::NoSession));
    /// # });
    /// ```
    pub fn rotate(&self) -> Result<(), ChangeError> {
        let _turn = self.0.take_turn()?;
        let mut state = self.0.open()?;
        if state.value.is_none() {
            return Err(ChangeError::NoSession);
        }
        state.intent.rotate();
        Ok(())
    }

    /// Begins a new session with `value` and ends the one before, at once and also if value and
    /// subject are equal: the defence against session fixation and against a stolen id (OWASP ASVS
    /// 5.0, 7.2.4).
    ///
    /// Call [`begin_sign_in`](Self::begin_sign_in) before the credentials are checked.
    ///
    /// # Errors
    ///
    /// If the change cannot take effect.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # example(|cart: &Session<Cart>| {
    /// cart.sign_in(Cart { items: 1 }).unwrap();
    /// assert_eq!(cart.get().unwrap().items, 1);
    /// # });
    /// ```
    pub fn sign_in(&self, value: S) -> Result<(), ChangeError> {
        let _turn = self.0.take_turn()?;
        self.put(value, Remade::Otherwise, Intent::sign_in)
    }

    /// Raises the rights of the same user: as [`sign_in`](Self::sign_in), but the created time and
    /// the absolute deadline stay.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoSession`] where there is none; else if the change cannot take effect.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # example(|cart: &Session<Cart>| {
    /// use cloakroom_core::ChangeError;
    ///
    /// assert_eq!(cart.elevate(Cart::default()), Err(ChangeError::NoSession));
    /// # });
    /// ```
    pub fn elevate(&self, value: S) -> Result<(), ChangeError> {
        let _turn = self.0.take_turn()?;
        if !self.0.open()?.loaded.is_live() {
            return Err(ChangeError::NoSession);
        }
        self.put(value, Remade::Otherwise, Intent::elevate)
    }

    /// To be called before the credentials of `subject` are checked: if all of the subject's
    /// sessions are ended while the check is under way, the sign-in does not survive it.
    ///
    /// Without it a sign-in begins when it is committed.
    ///
    /// # Errors
    ///
    /// If the storage failed. By value there is nothing to read, and it always succeeds.
    pub async fn begin_sign_in(&self, subject: &str) -> Result<(), StoreError> {
        let provider = &self.0.typed.provider;
        let Some(storage) = &provider.form.storage else {
            return Ok(());
        };
        let of = Subject::new(provider.scope.clone(), subject);
        let environment = &self.0.environment;
        let call = storage.begin_sign_in(&of, environment.now());
        let number = environment.asked(provider, call).await?;
        self.0.state().begun = Some((of.shared_name(), number));
        Ok(())
    }

    /// The session's name for listing and ending; not secret. `None` where there is no session, or
    /// only one that this request has made and not yet committed; and for
    /// [bare](crate::SessionOptions::bare) content in a token, which has no place for a name.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # example(|cart: &Session<Cart>| {
    /// cart.set(Cart { items: 1 }).unwrap();
    /// assert!(cart.reference().is_none(), "it is not committed yet");
    /// # });
    /// ```
    #[must_use]
    pub fn reference(&self) -> Option<SessionRef> {
        let name = &self.0.typed.provider.name;
        let state = self.0.state();
        match &state.loaded.origin {
            _ if !state.loaded.is_live() => None,
            Origin::ByValue(origin) => origin.id.map(|id| SessionRef::of_value(name, id)),
            // Under another id elsewhere, nothing of ours ends it by name.
            Origin::ById(_) if state.loaded.lies() == Some(Lies::Elsewhere) => None,
            Origin::ById(origin) => SessionRef::of_record(name, &origin.key),
            Origin::None => None,
        }
    }

    /// Takes up the subject's number that the record has now: all other sessions of the subject
    /// were ended, and this one is to outlive it also when it is elevated in this request.
    pub(crate) async fn reload_number(&self) -> Result<(), StoreError> {
        let provider = &self.0.typed.provider;
        let (key, place, subject) = match &self.0.state().loaded.origin {
            Origin::ById(origin) => {
                let subject = origin.stored.record.subject.clone();
                (origin.key.clone(), origin.place, subject)
            }
            Origin::ByValue(_) | Origin::None => return Ok(()),
        };
        let (Some(storage), Some(subject)) = (&provider.form.storage, subject) else {
            return Ok(());
        };
        let environment = &self.0.environment;
        let now = environment.now();
        let number = match place {
            Place::Own => {
                let latest = storage.read_latest(&key, now);
                let stored = environment.asked(provider, latest).await?;
                stored.and_then(|stored| stored.record.subject_number)
            }
            // What is moved here takes the number that its subject has here.
            Place::Other => {
                let subject = Subject::new(provider.scope.clone(), subject);
                let number = storage.begin_sign_in(&subject, now);
                Some(environment.asked(provider, number).await?)
            }
        };
        if let (Some(_), Origin::ById(origin)) = (number, &mut self.0.state().loaded.origin) {
            origin.stored.record.subject_number = number;
        }
        Ok(())
    }

    /// The name of the session's subject, as it was loaded or committed last.
    pub(crate) fn subject(&self) -> Option<String> {
        self.0.state().loaded.subject().map(str::to_owned)
    }

    /// When the session ends, as it was loaded or committed last.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # example(|cart: &Session<Cart>| {
    /// assert!(cart.deadlines().is_none());
    /// # });
    /// ```
    #[must_use]
    pub fn deadlines(&self) -> Option<Deadlines> {
        match self.0.state().loaded.presented {
            Presented::Live(live) => Some(Deadlines {
                absolute: live.absolute,
                idle: live.idle,
            }),
            _ => None,
        }
    }

    /// How many bytes the value has as the codec encodes it; `None` where there is no session or
    /// it cannot be encoded.
    ///
    /// ```
    /// # use cloakroom_core::{Session, example};
    /// # #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    /// # struct Cart { items: u32 }
    /// # example(|cart: &Session<Cart>| {
    /// assert_eq!(cart.encoded_len(), None);
    /// cart.set(Cart { items: 1 }).unwrap();
    /// assert_eq!(cart.encoded_len(), Some(r#"{"items":1}"#.len()));
    /// # });
    /// ```
    #[must_use]
    pub fn encoded_len(&self) -> Option<usize> {
        let content = self.0.encode(0, 0).ok()?;
        Some(content.len())
    }

    /// The value, if the gate is open.
    fn open_value(&self) -> Result<Option<Arc<S>>, ChangeError> {
        Ok(self.0.open()?.value.clone())
    }

    fn store(&self, value: S, remade: Remade<S>) -> Result<(), ChangeError> {
        self.put(value, remade, |_| ())
    }

    /// Keeps `value` and what else it means, in one step: a commit in another thread sees both or
    /// neither.
    fn put(
        &self,
        value: S,
        remade: Remade<S>,
        means: impl FnOnce(&mut Intent),
    ) -> Result<(), ChangeError> {
        let mut state = self.0.open()?;
        state.value = Some(Arc::new(value));
        state.intent.write();
        means(&mut state.intent);
        match (remade, &mut state.retries) {
            (Remade::By(change), Some(retries)) => retries.push(change),
            _ => state.retries = None,
        }
        Ok(())
    }

    /// Runs code of the application; a panic in it abandons the session.
    fn run<R>(&self, code: impl FnOnce() -> R) -> R {
        let unwinding = AbandonOnUnwind(&self.0);
        let answer = code();
        std::mem::forget(unwinding);
        answer
    }
}

/// How a change can be made again on another value.
enum Remade<S> {
    By(Arc<dyn Fn(&mut S) + Send + Sync>),
    Otherwise,
}

struct AbandonOnUnwind<'a, S>(&'a Slot<S>);

impl<S> Drop for AbandonOnUnwind<'_, S> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl<S: SessionValue> Clone for Session<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// A handle that is alive while a panic unwinds may have been about to change the session: nothing
/// of it is kept.
impl<S: SessionValue> Drop for Session<S> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.abandon();
        }
    }
}

impl<S: SessionValue> fmt::Debug for Session<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("provider", &self.0.typed.provider.name)
            .field("present", &self.get().is_some())
            .finish_non_exhaustive()
    }
}

/// The session of type `S`, if the running request has asked for it already.
///
/// Finds it deep in the call stack without handing it down; never loads. Works in the task that
/// serves the request.
///
/// ```
/// # use cloakroom_core::{Session, example};
/// # #[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
/// # struct Cart { items: u32 }
/// use cloakroom_core::current;
///
/// fn deep_down() {
///     let cart = current::<Cart>().expect("the handler asked for it");
///     cart.update_or_default(|cart| cart.items += 1).unwrap();
/// }
///
/// # example(|cart: &Session<Cart>| {
/// deep_down();
/// assert_eq!(cart.get().unwrap().items, 1);
/// # });
/// assert!(current::<Cart>().is_none(), "no request is being served here");
/// ```
#[must_use]
pub fn current<S: SessionValue>() -> Option<Session<S>> {
    match find(None) {
        Found::Loaded(slot) => Some(Session(slot)),
        Found::Provider(..) | Found::NoProvider | Found::NoFrame => None,
    }
}
