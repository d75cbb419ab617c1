//! From a request's tokens to a slot.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::environment::Environment;
use crate::head::RequestFacts;
use crate::load::{Tokens, load_by_id, load_by_value};
use crate::provider::Typed;
use crate::slot::Slot;

/// Loads the session of one provider; only a storage may have to be waited for.
///
/// A slot is large: it is never moved once it is made.
pub(crate) async fn read<S>(
    environment: &Arc<Environment>,
    typed: &Arc<Typed<S>>,
    facts: RequestFacts,
    tokens: Tokens,
) -> Arc<Slot<S>>
where
    S: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    if typed.provider.form.storage.is_none() {
        return read_by_value(environment, typed, facts, tokens);
    }
    let now = environment.now();
    // Boxed: the futures of handlers whose sessions travel would have its size.
    let loading = Box::pin(load_by_id(typed, tokens, &*environment.entropy, now));
    let (loaded, value) = loading.await;
    Arc::new(Slot::new(environment, typed, facts, loaded, value))
}

/// The same for a provider without a storage.
pub(crate) fn read_by_value<S>(
    environment: &Arc<Environment>,
    typed: &Arc<Typed<S>>,
    facts: RequestFacts,
    tokens: Tokens,
) -> Arc<Slot<S>> {
    let now = environment.now();
    let (loaded, value) = load_by_value(typed, tokens, &*environment.entropy, now);
    Arc::new(Slot::new(environment, typed, facts, loaded, value))
}
