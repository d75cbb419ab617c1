//! What profiles of other session systems say of a session type.

use super::options::SessionOptions;
use crate::registry::SessionValue;
use crate::transport::contract::Transport;
use crate::transport::contradiction::Contradiction;

impl<S: SessionValue, W> SessionOptions<S, W> {
    /// Lets the token travel as another session system has it. `make` is given the provider's name,
    /// and refuses what cannot work.
    ///
    /// The attributes of our own cookies do not apply, and neither do name prefixes and the names
    /// of `development_over_http`. [`Transport`] has an example.
    pub fn transport<T: Transport>(
        mut self,
        make: impl FnOnce(&str) -> Result<T, Contradiction> + 'static,
    ) -> Self {
        self.foreign.transport = Some(Box::new(|name| {
            make(name).map(|transport| Box::new(transport) as Box<dyn Transport>)
        }));
        self
    }
}
