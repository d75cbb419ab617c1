//! Which servers take writes: all that is to be heard is heard there.
//!
//! * **A cluster is asked**, at the first of its nodes that answers; the addresses that we were told
//!   are only where to begin. Credentials and TLS are those of the first address, as the client
//!   library has it for calls.
//! * **The same node is asked again** whether they are others now: nodes may name one master in
//!   several ways.
//! * **A master without slots is none**: nothing is written there.

use std::collections::BTreeSet;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, ErrorKind, RedisError,
    RedisResult, Value,
};

use crate::dial::{Dialer, Kind, config};

/// A server's name or number, and its port.
type Host = (String, u16);

/// The masters at one moment.
pub(crate) struct Masters {
    pub(crate) servers: Vec<ConnectionInfo>,
    /// In a cluster, who has said so.
    guide: Option<Guide>,
}

/// A node of a cluster, and whom it named as masters.
struct Guide {
    line: MultiplexedConnection,
    host: String,
    hosts: BTreeSet<Host>,
}

impl Masters {
    /// Finds out who they are.
    pub(crate) async fn find(dialer: &mut Dialer, timeout: Duration) -> RedisResult<Self> {
        let servers = dialer.servers().await?;
        if dialer.kind() != Kind::Cluster {
            let guide = None;
            return Ok(Self { servers, guide });
        }
        let first = servers.first().cloned().ok_or_else(unknown)?;
        let mut failure = unknown();
        for node in servers {
            match Guide::at(node, timeout).await {
                Ok(guide) => {
                    let servers = guide.hosts.iter().map(|host| at(&first, host)).collect();
                    let guide = Some(guide);
                    return Ok(Self { servers, guide });
                }
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// Whether they are the same still. Where there is no cluster it is not asked.
    pub(crate) async fn are_the_same(&mut self) -> bool {
        match &mut self.guide {
            None => true,
            Some(guide) => {
                let seen = masters_by(&mut guide.line, &guide.host).await;
                seen.is_ok_and(|seen| seen == guide.hosts)
            }
        }
    }
}

impl Guide {
    async fn at(node: ConnectionInfo, timeout: Duration) -> RedisResult<Self> {
        let host = host_of(&node).unwrap_or_default();
        let mut line = connect(node, &config(timeout)).await?;
        let hosts = masters_by(&mut line, &host).await?;
        Ok(Self { line, host, hosts })
    }
}

/// Opens a connection to one server.
pub(crate) async fn connect(
    server: ConnectionInfo,
    config: &AsyncConnectionConfig,
) -> RedisResult<MultiplexedConnection> {
    let client = Client::open(server)?;
    client
        .get_multiplexed_async_connection_with_config(config)
        .await
}

/// The masters, as a node names them.
async fn masters_by(line: &mut MultiplexedConnection, host: &str) -> RedisResult<BTreeSet<Host>> {
    let mut slots = Cmd::new();
    slots.arg("CLUSTER").arg("SLOTS");
    let slots = line.send_packed_command(&slots).await?.extract_error()?;
    masters_in(slots, host).ok_or_else(unknown)
}

/// The masters in an answer to `CLUSTER SLOTS`; those without a name of their own are where it was
/// asked.
fn masters_in(slots: Value, asked: &str) -> Option<BTreeSet<Host>> {
    let Value::Array(ranges) = slots else {
        return None;
    };
    let hosts: Option<BTreeSet<Host>> = ranges.into_iter().map(|r| master_of(r, asked)).collect();
    hosts.filter(|hosts| !hosts.is_empty())
}

/// The master of a range: first, last, the master, its replicas.
fn master_of(range: Value, asked: &str) -> Option<Host> {
    let Value::Array(range) = range else {
        return None;
    };
    let Value::Array(master) = range.into_iter().nth(2)? else {
        return None;
    };
    let mut master = master.into_iter();
    let host = match master.next()? {
        Value::Nil => asked.to_owned(),
        Value::BulkString(name) => match str::from_utf8(&name).ok()? {
            "?" => return None,
            "" | "0.0.0.0" | "::" => asked.to_owned(),
            name => name.to_owned(),
        },
        _ => return None,
    };
    match master.next()? {
        Value::Int(port) => Some((host, u16::try_from(port).ok()?)),
        _ => None,
    }
}

fn host_of(server: &ConnectionInfo) -> Option<String> {
    match server.addr() {
        ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. } => Some(host.clone()),
        _ => None,
    }
}

/// The server there, which is spoken to as this one is.
fn at(server: &ConnectionInfo, (host, port): &Host) -> ConnectionInfo {
    let (host, port) = (host.clone(), *port);
    let address = match server.addr().clone() {
        ConnectionAddr::TcpTls {
            insecure,
            tls_params,
            ..
        } => ConnectionAddr::TcpTls {
            host,
            port,
            insecure,
            tls_params,
        },
        _ => ConnectionAddr::Tcp(host, port),
    };
    server.clone().set_addr(address)
}

fn unknown() -> RedisError {
    (ErrorKind::Client, "the cluster does not say where it is").into()
}

#[cfg(test)]
mod tests {
    use redis::IntoConnectionInfo;

    use super::*;

    fn text(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    /// A range of slots whose master and replica are there.
    fn range(master: Value, port: i64) -> Value {
        let node = |host, port| Value::Array(vec![host, Value::Int(port), text("id")]);
        let replica = node(text("replica"), 1);
        Value::Array(vec![
            Value::Int(0),
            Value::Int(9),
            node(master, port),
            replica,
        ])
    }

    #[test]
    fn each_master_counts_once_and_no_replica_does() {
        let ranges = [("10.0.0.2", 7), ("10.0.0.1", 7), ("10.0.0.2", 7)];
        let ranges = ranges.map(|(host, port)| range(text(host), port));
        let expected = [("10.0.0.1".to_owned(), 7), ("10.0.0.2".to_owned(), 7)];
        let masters = masters_in(Value::Array(ranges.to_vec()), "asked");
        assert_eq!(masters, Some(BTreeSet::from(expected)));
    }

    #[test]
    fn a_master_without_a_name_is_where_it_was_asked() {
        for host in [Value::Nil, text(""), text("0.0.0.0"), text("::")] {
            let masters = masters_in(Value::Array(vec![range(host, 7)]), "asked");
            assert_eq!(masters, Some(BTreeSet::from([("asked".to_owned(), 7)])));
        }
    }

    /// To listen to some of the masters only would be to miss what the others have.
    #[test]
    fn masters_that_are_not_all_known_are_none() {
        let good = range(text("10.0.0.1"), 7);
        for bad in [
            range(text("?"), 7),
            range(text("10.0.0.1"), 70_000),
            range(Value::Int(7), 7),
            Value::Array(vec![Value::Int(0), Value::Int(9)]),
            Value::Nil,
        ] {
            let slots = Value::Array(vec![good.clone(), bad]);
            assert_eq!(masters_in(slots, "asked"), None);
        }
        for slots in [Value::Nil, Value::Array(Vec::new())] {
            assert_eq!(masters_in(slots, "asked"), None);
        }
    }

    #[test]
    fn a_master_is_signed_in_to_as_the_first_node_is() {
        let first = "redis://clerk:secret@10.0.0.1:7".into_connection_info();
        let there = at(&first.unwrap(), &("10.0.0.2".to_owned(), 8));
        assert_eq!(there.addr(), &ConnectionAddr::Tcp("10.0.0.2".to_owned(), 8));
        assert_eq!(there.redis_settings().password(), Some("secret"));
    }
}
