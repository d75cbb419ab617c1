//! The builder of all of an application's sessions.

use std::fmt;
use std::sync::Arc;

use cloakroom_crypto::{Entropy, KeyRing, ProviderKeys, ThreadEntropy};
use cloakroom_storage::Scope;
use cloakroom_time::{Clock, SystemClock};

use super::check::{check, in_schema, policy, subject_limit};
use super::error::BuildError;
use super::foreign::{AlsoRead, MakeTransport};
use super::options::{CookieSession, HeaderSession, SessionOptions};
use crate::environment::Environment;
use crate::event::{EventKind, Observer};
use crate::form::Form;
use crate::ids::{IdForm, Ids};
use crate::native::as_text::AsText;
use crate::provider::{Other, Provider, Typed};
use crate::registry::{Registered, SessionValue, Sessions};
use crate::transport::contract::Carrier;
use crate::transport::contradiction::Contradiction;
use crate::transport::cookie::CookieWire;
use crate::transport::header::HeaderWire;
use crate::transport::options::{CookieLifetime, CookieOptions};
use crate::transport::wire::Wire;

/// Collects an application's session types; [`build`](Self::build) checks them.
#[must_use]
pub struct SessionsBuilder {
    application: Arc<str>,
    keys: KeyRing,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    observers: Vec<Arc<dyn Observer>>,
    development: bool,
    pending: Vec<Pending>,
}

/// A session type that is registered when it is known whether development is on.
type Pending = Box<dyn FnOnce(&SessionsBuilder) -> Result<Registered, BuildError>>;

impl Sessions {
    /// Begins the configuration of `application`'s sessions under `keys`.
    ///
    /// The application's name is bound into every token, so that two services with one key ring,
    /// or staging and production, never take each other's. Never change it lightly: it logs
    /// everyone out. No `/`, at most 64 bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use cloakroom_core::{Key, KeyRing, MemoryStorage, Sessions, ThreadEntropy};
    ///
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Cart { items: Vec<String> }
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Login { user: u64 }
    ///
    /// let keys = KeyRing::single(Key::generate(&ThreadEntropy));
    /// let storage = MemoryStorage::new();
    /// let sessions = Sessions::builder("shop", &keys)
    ///     .cookie::<Cart>("cart", |c| c.sealed())
    ///     .cookie::<Login>("login", |c| {
    ///         c.stored_in(&storage)
    ///             .idle_timeout(Duration::from_secs(30 * 60))
    ///             .subject(|login| login.user.to_string())
    ///     })
    ///     .build();
    /// assert!(sessions.is_ok());
    /// ```
    pub fn builder(application: &str, keys: &KeyRing) -> SessionsBuilder {
        SessionsBuilder {
            application: application.into(),
            keys: keys.clone(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(ThreadEntropy),
            observers: Vec::new(),
            development: false,
            pending: Vec::new(),
        }
    }
}

impl SessionsBuilder {
    /// Registers the session type `S` in a cookie. The name is given without a prefix, and is bound
    /// into every token.
    pub fn cookie<S: SessionValue>(
        mut self,
        name: &str,
        configure: impl FnOnce(CookieSession<S>) -> CookieSession<S>,
    ) -> Self {
        let name: Arc<str> = name.into();
        let mut options = configure(SessionOptions::new(CookieOptions::new()));
        self.pending.push(Box::new(move |builder| {
            let refused = |contradiction| BuildError::of(&name, contradiction);
            if let Some(make) = options.foreign.transport.take() {
                check_own_attributes(&options.wire).map_err(refused)?;
                let wire = other_wire(make, &name, Carrier::Cookie).map_err(refused)?;
                return builder.register(name.clone(), wire, options, false);
            }
            let follows_idle = options.wire.lifetime == CookieLifetime::FollowsIdle;
            if follows_idle && options.idle.is_none() {
                return Err(refused(Contradiction::new(
                    "lifetime",
                    "the cookie is to follow the idle deadline, and there is none",
                    "set `idle_timeout`, or choose another lifetime",
                )));
            }
            let wire = CookieWire::resolve(&name, &options.wire, builder.development);
            let wire = Wire::Cookie(wire.map_err(refused)?);
            builder.register(name.clone(), wire, options, follows_idle)
        }));
        self
    }

    /// Registers the session type `S` in a header, read and answered.
    pub fn header<S: SessionValue>(
        mut self,
        name: &str,
        configure: impl FnOnce(HeaderSession<S>) -> HeaderSession<S>,
    ) -> Self {
        let name: Arc<str> = name.into();
        let mut options = configure(SessionOptions::new(()));
        self.pending.push(Box::new(move |builder| {
            let wire = match options.foreign.transport.take() {
                Some(make) => other_wire(make, &name, Carrier::Header),
                None => HeaderWire::resolve(&name).map(Wire::Header),
            };
            let wire = wire.map_err(|contradiction| BuildError::of(&name, contradiction))?;
            builder.register(name.clone(), wire, options, false)
        }));
        self
    }

    /// Tells `observer` everything that happens to a session. May be called several times.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Takes the present from `clock`. **Default**: the machine's.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Takes randomness from `entropy`. **Default**: a generator of the thread, seeded by the
    /// operating system; see [`ThreadEntropy`] for processes that fork.
    pub fn entropy(mut self, entropy: impl Entropy + 'static) -> Self {
        self.entropy = Arc::new(entropy);
        self
    }

    /// For development over plain http: cookies go without `Secure` and are named `dev-<name>`,
    /// which no production reader knows.
    ///
    /// # Security
    ///
    /// Never in production: a request that says that it came over https is answered with 503.
    pub const fn development_over_http(mut self) -> Self {
        self.development = true;
        self
    }

    /// Checks everything that was said, and makes the sessions.
    ///
    /// # Errors
    ///
    /// The first contradiction: which provider, which field, what is wrong, what to do.
    pub fn build(mut self) -> Result<Sessions, BuildError> {
        check_name(&self.application).map_err(BuildError::general)?;
        let mut registered: Vec<Registered> = Vec::new();
        for pending in std::mem::take(&mut self.pending) {
            let next = pending(&self)?;
            check_unique(&registered, &next)?;
            registered.push(next);
        }
        if self.keys.issuing(self.clock.now()).is_none() {
            return Err(BuildError::general(Contradiction::new(
                "keys",
                "no key of the ring issues now",
                "let `issue_from` of one accepted key lie in the past, or make a key with \
                 `cloakroom key`",
            )));
        }
        let environment = Environment {
            clock: self.clock,
            entropy: self.entropy,
            observers: self.observers.into(),
            development: self.development,
        };
        for provider in registered.iter().map(Registered::provider) {
            for warning in provider.steps().filter_map(|step| step.warning()) {
                environment.tell(provider, None, EventKind::Warned(warning));
            }
        }
        Ok(Sessions::new(environment, registered))
    }

    fn register<S: SessionValue, W>(
        &self,
        name: Arc<str>,
        wire: Wire,
        options: SessionOptions<S, W>,
        max_age_follows_idle: bool,
    ) -> Result<Registered, BuildError> {
        let refused = |contradiction| BuildError::of(&name, contradiction);
        check(&options).map_err(refused)?;
        let policy = policy(&options, max_age_follows_idle);
        let subject_limit = subject_limit(&options);
        let codec = options.codec.map_err(|error| refused(in_schema(error)))?;
        let here = (&*self.application, &*name);
        let native_wire = wire.is_native();
        let stored = options.storage.is_some();
        let form = Form {
            chain: options.chain,
            bare: options.foreign.bare.is(stored),
            ids: ids(options.foreign.ids, options.foreign.keys_are_ids, here),
            sealed_at_rest: options.foreign.sealed_at_rest,
            storage: options.storage,
        };
        let form = travelling(form, native_wire);
        let (other, other_codec) = match options.foreign.other {
            None => (None, None),
            Some(AlsoRead {
                form: said, until, ..
            }) => {
                let codec = said.codec.map_err(|error| refused(in_schema(error)))?;
                let form = Form {
                    chain: said.chain,
                    bare: said.bare.is(stored),
                    ids: ids(said.ids, said.keys_are_ids, here),
                    sealed_at_rest: said.sealed_at_rest,
                    storage: said.storage,
                };
                let form = travelling(form, native_wire);
                let other = Other::new(form, until, said.in_place);
                (Some(other), Some(codec))
            }
        };
        let provider = Provider {
            scope: Scope::new(format!("{}/{name}", self.application)),
            keys: ProviderKeys::new(&self.keys, &self.application, &name),
            application: Arc::clone(&self.application),
            wire,
            policy,
            form,
            other,
            storage_timeout: options.storage_timeout,
            storage_failure: options.storage_failure,
            subject_limit,
            limit: options.limit,
            cache_headers: options.foreign.cache_headers,
            shares_keys: options.foreign.shares_keys,
            name,
        };
        Ok(Registered::new(Typed {
            provider,
            codec,
            other_codec,
            subject: options.subject,
            validate: options.validate,
            joiner: options.joiner,
        }))
    }
}

/// A form whose tokens are text where they travel by another system's transport, which carries
/// nothing else.
fn travelling(mut form: Form, native_wire: bool) -> Form {
    let is_text = match form.storage {
        Some(_) => !form.ids.have_proofs(),
        None => form.bare,
    };
    if !is_text && !native_wire {
        form.chain.push(AsText);
    }
    form
}

/// The ids of a provider: of another system's form, or our own.
fn ids(
    form: Option<Arc<dyn IdForm>>,
    keys_are_ids: bool,
    (application, provider): (&str, &str),
) -> Ids {
    match form {
        None => Ids::own(application, provider),
        Some(form) => Ids::text(form, (!keys_are_ids).then_some((application, provider))),
    }
}

fn other_wire(make: MakeTransport, name: &str, carrier: Carrier) -> Result<Wire, Contradiction> {
    let transport = make(name)?;
    if transport.carrier() != carrier {
        return Err(Contradiction::new(
            "transport",
            "a cookie's transport is given to a header's session, or the other way round",
            "register the session with `cookie` or with `header`, as the transport is",
        ));
    }
    Ok(Wire::Other(transport))
}

/// A transport of another system has its own attributes.
fn check_own_attributes(attributes: &CookieOptions) -> Result<(), Contradiction> {
    if *attributes == CookieOptions::new() {
        return Ok(());
    }
    Err(Contradiction::new(
        "attributes",
        "they are for cloakroom's own cookies, and this one is another system's",
        "say them to its transport",
    ))
}

fn check_name(application: &str) -> Result<(), Contradiction> {
    let remedy = "name it with 1 to 64 bytes, without `/`";
    let problem = match application.len() {
        0 => "the application has no name",
        65.. => "the application's name is longer than 64 bytes",
        _ if application.contains('/') => "the application's name holds a `/`",
        _ => return Ok(()),
    };
    Err(Contradiction::new("application", problem, remedy))
}

/// A type and a name have one provider each, and no two travel under one name.
fn check_unique(registered: &[Registered], next: &Registered) -> Result<(), BuildError> {
    let provider = next.provider();
    let refused = |field, problem: String, remedy: &str| {
        let contradiction = Contradiction::new(field, problem, remedy);
        Err(BuildError::of(&provider.name, contradiction))
    };
    for known in registered {
        let other = known.provider();
        if known.of() == next.of() {
            let problem = format!("session `{}` has the same type", other.name);
            return refused("type", problem, "wrap the value in a type of its own");
        }
        let same_wire = other.wire.is_cookie() == provider.wire.is_cookie()
            && other.wire.name() == provider.wire.name();
        if same_wire || other.name == provider.name {
            let problem = "another session has the same name".to_owned();
            return refused("name", problem, "give each session a name of its own");
        }
        let named = provider.shares_keys && other.shares_keys;
        if !named && share_a_key(provider, other) {
            let problem = format!(
                "session `{}` has a transformer with the same key, and nothing binds a token to \
                 its session type: one passes as the other",
                other.name
            );
            let remedy = "give each a key of its own, or say `dangerous_shared_key` for both";
            return refused("transform", problem, remedy);
        }
    }
    Ok(())
}

/// Whether two providers have a transformer under one key that binds tokens to neither.
fn share_a_key(one: &Provider, other: &Provider) -> bool {
    let keys = |provider: &'_ Provider| -> Vec<_> {
        provider
            .steps()
            .filter_map(|step| step.unbound_key())
            .collect()
    };
    let known = keys(one);
    keys(other).iter().any(|key| known.contains(key))
}

impl fmt::Debug for SessionsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionsBuilder")
            .field("application", &self.application)
            .field("sessions", &self.pending.len())
            .field("development", &self.development)
            .finish_non_exhaustive()
    }
}
