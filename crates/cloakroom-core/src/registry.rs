//! The registered session types of an application.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use cloakroom_crypto::KeyError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::environment::Environment;
use crate::error::StoreError;
use crate::event::{Event, EventKind};
use crate::few::Few;
use crate::head::{RequestFacts, RequestHead, came_over_https};
use crate::load::Tokens;
use crate::provider::{Provider, Typed};
use crate::reading::{read, read_by_value};
use crate::rules::Loads;
use crate::slot::AnySlot;

/// A type that can be a session: any serde type that can be shared between threads.
///
/// Implemented for all of them; never implement it by hand.
pub trait SessionValue: Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<S: Serialize + DeserializeOwned + Send + Sync + 'static> SessionValue for S {}

/// The session types of an application, configured and checked. Cheap to clone.
///
/// Made by [`Sessions::builder`]; a framework's layer is made from it, and it lists and ends stored
/// sessions.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    environment: Arc<Environment>,
    registered: Box<[Registered]>,
    /// Some are loaded in every request.
    some_always: bool,
}

/// One registered type.
pub(crate) struct Registered {
    of: TypeId,
    typed: Arc<dyn AnyTyped>,
}

/// A [`Typed`] without its type.
trait AnyTyped: Any + Send + Sync {
    fn provider(&self) -> &Provider;
    /// Reads the head at once; what is left to do waits for the storage.
    fn open(self: Arc<Self>, environment: &Arc<Environment>, head: &dyn RequestHead) -> Reading;
}

impl<S: SessionValue> AnyTyped for Typed<S> {
    fn provider(&self) -> &Provider {
        &self.provider
    }

    fn open(self: Arc<Self>, environment: &Arc<Environment>, head: &dyn RequestHead) -> Reading {
        let (facts, tokens) = (RequestFacts::of(head), Tokens::of(&self.provider, head));
        if self.provider.form.storage.is_none() {
            return Reading::Done(read_by_value(environment, &self, facts, tokens));
        }
        let environment = Arc::clone(environment);
        Reading::Waiting(Box::pin(async move {
            let slot: Arc<dyn AnySlot> = read(&environment, &self, facts, tokens).await;
            slot
        }))
    }
}

/// A session that is being loaded, without the type.
pub(crate) enum Reading {
    /// By value there is nothing to wait for.
    Done(Arc<dyn AnySlot>),
    Waiting(Pin<Box<dyn Future<Output = Arc<dyn AnySlot>> + Send>>),
}

impl Registered {
    pub(crate) fn new<S: SessionValue>(typed: Typed<S>) -> Self {
        Self {
            of: TypeId::of::<S>(),
            typed: Arc::new(typed),
        }
    }

    pub(crate) const fn of(&self) -> TypeId {
        self.of
    }

    pub(crate) fn provider(&self) -> &Provider {
        self.typed.provider()
    }
}

impl Sessions {
    pub(crate) fn new(environment: Environment, registered: Vec<Registered>) -> Self {
        let loads_always = |one: &Registered| one.provider().policy.rules.loads == Loads::Always;
        Self(Arc::new(Inner {
            environment: Arc::new(environment),
            some_always: registered.iter().any(loads_always),
            registered: registered.into(),
        }))
    }

    /// Tells the observers that a source of keys could not be read, and that the ring stays as it
    /// was: what a watched file reports goes where all other events go.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicBool, Ordering};
    /// use cloakroom_core::{
    ///     Event, EventKind, Key, KeyRing, Observer, Sessions, ThreadEntropy, WatchedFile,
    /// };
    ///
    /// struct Alarm(Arc<AtomicBool>);
    ///
    /// impl Observer for Alarm {
    ///     fn observe(&self, event: &Event<'_>) {
    ///         self.0.store(event.kind == EventKind::KeySourceFailed, Ordering::Relaxed);
    ///     }
    /// }
    ///
    /// let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    /// let rung = Arc::new(AtomicBool::new(false));
    /// let sessions = Sessions::builder("shop", &keys)
    ///     .observer(Alarm(Arc::clone(&rung)))
    ///     .build()
    ///     .unwrap();
    /// // `WatchedFile::spawn` calls a closure of yours with each error.
    /// if let Err(error) = WatchedFile::new(&keys, "/no/such/file").check() {
    ///     sessions.key_source_failed(&error);
    /// }
    /// assert!(rung.load(Ordering::Relaxed));
    /// ```
    pub fn key_source_failed(&self, _: &KeyError) {
        let event = Event::new("", EventKind::KeySourceFailed);
        self.environment().tell_event(&event);
    }

    /// The name under which sessions of type `S` are registered; `None` where they are not.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// let sessions = example_build(|c| c.sealed()).unwrap();
    /// assert_eq!(sessions.name_of::<String>(), Some("example"));
    /// assert_eq!(sessions.name_of::<u8>(), None);
    /// ```
    #[must_use]
    pub fn name_of<S: SessionValue>(&self) -> Option<&str> {
        self.provider_of::<S>().ok().map(|provider| &*provider.name)
    }

    /// Whether some sessions are loaded in every request.
    pub(crate) fn loads_always(&self) -> bool {
        self.0.some_always
    }

    /// Begins to load what is loaded in every request.
    pub(crate) fn open(&self, head: &dyn RequestHead) -> Few<(TypeId, Reading)> {
        if self.environment().development && came_over_https(head) {
            return Few::new();
        }
        let registered = self.0.registered.iter();
        let always = registered.filter(|one| one.provider().policy.rules.loads == Loads::Always);
        let open = |one: &Registered| {
            (
                one.of,
                Arc::clone(&one.typed).open(self.environment(), head),
            )
        };
        always.map(open).collect()
    }

    pub(crate) fn environment(&self) -> &Arc<Environment> {
        &self.0.environment
    }

    /// Whether both are the same, not merely alike.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The provider of a type.
    pub(crate) fn typed<S: SessionValue>(&self) -> Option<Arc<Typed<S>>> {
        let of = TypeId::of::<S>();
        let found = self.0.registered.iter().find(|one| one.of == of)?;
        let any: Arc<dyn Any + Send + Sync> = Arc::clone(&found.typed) as _;
        any.downcast().ok()
    }

    pub(crate) fn provider_of<S: SessionValue>(&self) -> Result<&Provider, StoreError> {
        let of = TypeId::of::<S>();
        let mut registered = self.0.registered.iter();
        let found = registered.find(|one| one.of == of);
        let missing = StoreError::NoProvider {
            of: type_name::<S>(),
        };
        found.map(Registered::provider).ok_or(missing)
    }

    pub(crate) fn provider_named(&self, name: &str) -> Option<&Provider> {
        let mut providers = self.0.registered.iter().map(Registered::provider);
        providers.find(|provider| &*provider.name == name)
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let providers = self.0.registered.iter().map(Registered::provider);
        f.debug_list().entries(providers).finish()
    }
}
