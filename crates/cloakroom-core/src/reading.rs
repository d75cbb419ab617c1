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
pub(crate) async fn read<S>(
    environment: &Arc<Environment>,
    typed: &Arc<Typed<S>>,
    facts: RequestFacts,
    tokens: Tokens,
) -> Slot<S>
where
    S: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let now = environment.now();
    let entropy = &*environment.entropy;
    let (loaded, value) = match &typed.provider.form.storage {
        None => load_by_value(typed, tokens, entropy, now),
        Some(_) => load_by_id(typed, tokens, entropy, now).await,
    };
    Slot::new(environment, typed, facts, loaded, value)
}
