//! One way to the server: a connection that all calls share, or the connections to the nodes of a
//! cluster.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster_async::ClusterConnection;
use redis::{Cmd, Pipeline, RedisResult, Value};

/// How many replicas must have a write before it counts, and how long that may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replicas {
    pub(crate) count: u32,
    pub(crate) within: Duration,
}

/// An open way to the server; its clones share it.
#[derive(Clone)]
pub(crate) struct Line {
    way: Way,
    is_open: Arc<AtomicBool>,
}

#[derive(Clone)]
enum Way {
    Server(MultiplexedConnection),
    // Boxed, since it is several times as large.
    Cluster(Box<ClusterConnection>),
}

/// What came of a call.
pub(crate) enum Sent {
    Answer(Value),
    /// It was carried out, and too few replicas said that they have it.
    TooFewReplicas,
}

impl Line {
    /// A way to one server. `is_open` is told when it closes.
    pub(crate) const fn to_server(
        connection: MultiplexedConnection,
        is_open: Arc<AtomicBool>,
    ) -> Self {
        let way = Way::Server(connection);
        Self { way, is_open }
    }

    /// A way to a cluster, whose connections are kept open by the client library.
    pub(crate) fn to_cluster(connection: ClusterConnection) -> Self {
        let way = Way::Cluster(Box::new(connection));
        let is_open = Arc::new(AtomicBool::new(true));
        Self { way, is_open }
    }

    /// Whether it has not been closed, as far as is known.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Acquire)
    }

    /// Whether it is the same way, not another one to the same server.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.is_open, &other.is_open)
    }

    /// Whether it leads to a cluster.
    pub(crate) const fn is_cluster(&self) -> bool {
        matches!(self.way, Way::Cluster(_))
    }

    pub(crate) async fn send(
        &mut self,
        command: &Cmd,
        replicas: Option<Replicas>,
    ) -> RedisResult<Sent> {
        let Some(replicas) = replicas else {
            let answer = match &mut self.way {
                Way::Server(connection) => command.query_async(connection).await,
                Way::Cluster(connection) => command.query_async(&mut **connection).await,
            };
            return answer.map(Sent::Answer);
        };
        // In one go, so that it stays one round trip.
        let mut pipeline = Pipeline::with_capacity(2);
        let within = u64::try_from(replicas.within.as_millis()).unwrap_or(u64::MAX);
        pipeline.add_command(command.clone());
        pipeline.cmd("WAIT").arg(replicas.count).arg(within);
        let (answer, reached): (Value, u32) = match &mut self.way {
            Way::Server(connection) => pipeline.query_async(connection).await?,
            Way::Cluster(connection) => pipeline.query_async(&mut **connection).await?,
        };
        if reached < replicas.count {
            return Ok(Sent::TooFewReplicas);
        }
        Ok(Sent::Answer(answer))
    }

    /// What each master answers to a command without keys.
    pub(crate) async fn send_to_masters(&mut self, command: &Cmd) -> RedisResult<Vec<Value>> {
        match &mut self.way {
            Way::Server(connection) => {
                let answer = connection.req_packed_command(command).await?;
                Ok(vec![answer.extract_error()?])
            }
            Way::Cluster(connection) => {
                use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo};
                let masters = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
                let answers = connection.route_command(command.clone(), masters).await?;
                match answers.extract_error()? {
                    Value::Map(answers) => Ok(answers.into_iter().map(|(_, a)| a).collect()),
                    answer => Ok(vec![answer]),
                }
            }
        }
    }
}
