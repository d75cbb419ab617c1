//! How a way to the server is opened.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo,
    ProtocolVersion, PushInfo, PushKind, RedisConnectionInfo, RedisError, RedisResult, TlsMode,
};
use tokio::time;

use crate::line::Line;

/// Where the server is, and how one signs in there.
#[derive(Clone)]
pub(crate) enum Address {
    Server(String),
    Cluster(Vec<String>),
    Sentinel {
        sentinels: Vec<String>,
        master: String,
        username: Option<String>,
        password: Option<String>,
    },
}

impl Address {
    /// What was given.
    fn urls(&self) -> &[String] {
        match self {
            Self::Server(url) => std::slice::from_ref(url),
            Self::Cluster(urls) => urls,
            Self::Sentinel { sentinels, .. } => sentinels,
        }
    }

    /// Whether it asks for TLS, which is not built in.
    pub(crate) fn lacks_tls(&self) -> bool {
        let mut urls = self.urls().iter();
        !cfg!(feature = "tls")
            && urls.any(|url| url.starts_with("rediss:") || url.starts_with("valkeys:"))
    }

    /// Whether it is of another machine, which would be spoken to in the open. What is no address is
    /// none of another machine.
    pub(crate) fn is_exposed(&self) -> bool {
        let infos = infos(self.urls()).unwrap_or_default();
        infos.iter().any(|info| match info.addr() {
            ConnectionAddr::Tcp(host, _) => !is_local(host),
            _ => false,
        })
    }
}

/// Whether a host is this machine, so that nobody listens in between.
fn is_local(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// What is behind an address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Server,
    Cluster,
    Sentinel,
}

/// Opens ways to one address.
pub(crate) struct Dialer {
    client: AnyClient,
    timeout: Duration,
}

enum AnyClient {
    Server(Box<Client>),
    /// With the nodes that we were told of, by which the others are found.
    Cluster(Box<ClusterClient>, Vec<ConnectionInfo>),
    Sentinel(Box<SentinelClient>),
}

impl Dialer {
    /// A dialer of this address, if it is one. Nothing is opened yet.
    pub(crate) fn new(address: Address, timeout: Duration) -> RedisResult<Self> {
        #[cfg(feature = "tls")]
        provide_cryptography();
        let client = match address {
            Address::Server(url) => AnyClient::Server(Box::new(Client::open(info(&url)?)?)),
            Address::Cluster(urls) => {
                let nodes = infos(&urls)?;
                let client = cluster(nodes.clone(), timeout)?;
                AnyClient::Cluster(Box::new(client), nodes)
            }
            Address::Sentinel {
                sentinels,
                master,
                username,
                password,
            } => {
                let sentinels = infos(&sentinels)?;
                let server = server_behind(sentinels.first(), username, password);
                let kind = SentinelServerType::Master;
                let client = SentinelClient::build(sentinels, master, Some(server), kind)?;
                AnyClient::Sentinel(Box::new(client))
            }
        };
        Ok(Self { client, timeout })
    }

    /// Opens a way; under sentinels to whom they name as the master now.
    pub(crate) async fn dial(&mut self) -> RedisResult<Line> {
        let timeout = self.timeout;
        let opened = time::timeout(timeout, self.open()).await;
        opened.unwrap_or_else(|_| Err(late()))
    }

    /// Where one connects to: the server, whom the sentinels name as the master now, or the nodes of
    /// the cluster that we were told of.
    pub(crate) async fn servers(&mut self) -> RedisResult<Vec<ConnectionInfo>> {
        match &mut self.client {
            AnyClient::Server(client) => Ok(vec![client.get_connection_info().clone()]),
            AnyClient::Cluster(_, nodes) => Ok(nodes.clone()),
            AnyClient::Sentinel(sentinels) => {
                let named = time::timeout(self.timeout, sentinels.async_get_client()).await;
                let named = named.unwrap_or_else(|_| Err(late()))?;
                Ok(vec![named.get_connection_info().clone()])
            }
        }
    }

    /// What is behind the address.
    pub(crate) const fn kind(&self) -> Kind {
        match self.client {
            AnyClient::Server(_) => Kind::Server,
            AnyClient::Cluster(..) => Kind::Cluster,
            AnyClient::Sentinel(_) => Kind::Sentinel,
        }
    }

    async fn open(&mut self) -> RedisResult<Line> {
        let client = match &mut self.client {
            AnyClient::Cluster(client, _) => {
                return Ok(Line::to_cluster(client.get_async_connection().await?));
            }
            AnyClient::Server(client) => &mut **client,
            AnyClient::Sentinel(sentinels) => &mut sentinels.async_get_client().await?,
        };
        let is_open = Arc::new(AtomicBool::new(true));
        let watched = Arc::clone(&is_open);
        let watch = move |push: PushInfo| {
            if push.kind == PushKind::Disconnection {
                watched.store(false, Ordering::Release);
            }
            Ok::<(), ()>(())
        };
        let config = config(self.timeout).set_push_sender(watch);
        let connection = client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        Ok(Line::to_server(connection, is_open))
    }
}

/// How a connection to one server is made: nothing on it takes longer.
pub(crate) fn config(timeout: Duration) -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(timeout))
        .set_response_timeout(Some(timeout))
}

fn late() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}

/// Sees to it that `rustls`, which panics without, has a provider of cryptography: the one that the
/// application has installed, or `ring`.
#[cfg(feature = "tls")]
fn provide_cryptography() {
    use rustls::crypto::{CryptoProvider, ring};
    if CryptoProvider::get_default().is_none() {
        // It fails where another thread has just installed one, which is as good.
        ring::default_provider().install_default().ok();
    }
}

/// A cluster's client that tries nothing again: it would not know what may be sent twice.
fn cluster(nodes: Vec<ConnectionInfo>, timeout: Duration) -> RedisResult<ClusterClient> {
    ClusterClientBuilder::new(nodes)
        .use_protocol(ProtocolVersion::RESP3)
        .retries(0)
        .connection_timeout(timeout)
        .response_timeout(timeout)
        .overall_response_timeout(Some(timeout))
        .build()
}

/// How to sign in to the servers that the sentinels name: by TLS if the sentinels speak it.
fn server_behind(
    sentinel: Option<&ConnectionInfo>,
    username: Option<String>,
    password: Option<String>,
) -> SentinelNodeConnectionInfo {
    let mut settings = RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP3);
    if let Some(username) = username {
        settings = settings.set_username(username);
    }
    if let Some(password) = password {
        settings = settings.set_password(password);
    }
    let server = SentinelNodeConnectionInfo::default().set_redis_connection_info(settings);
    match sentinel.map(ConnectionInfo::addr) {
        Some(ConnectionAddr::TcpTls { .. }) => server.set_tls_mode(TlsMode::Secure),
        _ => server,
    }
}

fn infos(urls: &[String]) -> RedisResult<Vec<ConnectionInfo>> {
    urls.iter().map(|url| info(url)).collect()
}

fn info(url: &str) -> RedisResult<ConnectionInfo> {
    let info = url.into_connection_info()?;
    let settings = info.redis_settings().clone();
    Ok(info.set_redis_settings(settings.set_protocol(ProtocolVersion::RESP3)))
}
