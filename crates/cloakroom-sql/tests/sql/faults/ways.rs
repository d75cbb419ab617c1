//! Two ways to the same tables.

use std::time::Duration;

use servers::Proxy;

/// How long a call through the proxy may take: long enough for a busy machine, short enough for a test
/// that waits for it some times.
pub(crate) const LIMIT: Duration = Duration::from_secs(1);

/// Two storages on the same tables, one of them through a proxy.
pub(crate) struct Ways<S> {
    pub(super) direct: S,
    pub(super) through: S,
    pub(super) proxy: Proxy,
}

impl<S> Ways<S> {
    pub(crate) const fn new(direct: S, through: S, proxy: Proxy) -> Self {
        Self {
            direct,
            through,
            proxy,
        }
    }
}
