//! A cluster of three masters.

use std::sync::OnceLock;

use super::server::{Redis, ask};
use crate::process::free_port;
use crate::until::until;

/// How many slots a cluster has.
const SLOTS: u16 = 16_384;

/// Three masters without replicas that share the slots among them.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: [Redis; 3],
}

impl RedisCluster {
    /// The one cluster that all tests of a program share.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<RedisCluster> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A new cluster, of which every node serves every slot's owner.
    ///
    /// # Panics
    ///
    /// If Debian's package `redis-server` is not there, or the nodes do not find together.
    #[must_use]
    pub fn start() -> Self {
        let buses = [free_port(), free_port(), free_port()];
        let nodes = buses.map(node);
        let share = SLOTS.div_ceil(3);
        for (number, node) in (0_u16..).zip(&nodes) {
            let (first, end) = (number * share, ((number + 1) * share).min(SLOTS));
            let (first, last) = (first.to_string(), (end - 1).to_string());
            let _ok = node.ask(&["CLUSTER", "ADDSLOTSRANGE", &first, &last]);
            let epoch = (number + 1).to_string();
            let _ok = node.ask(&["CLUSTER", "SET-CONFIG-EPOCH", &epoch]);
        }
        let [first, others @ ..] = &nodes;
        for (other, bus) in others.iter().zip(&buses[1..]) {
            let (port, bus) = (other.port().to_string(), bus.to_string());
            let _ok = first.ask(&["CLUSTER", "MEET", "127.0.0.1", &port, &bus]);
        }
        until("the nodes find together", || {
            nodes.iter().all(|node| {
                let info = node.ask(&["CLUSTER", "INFO"]);
                info.contains("cluster_state:ok") && info.contains("cluster_size:3")
            })
        });
        Self { nodes }
    }

    /// How to reach its nodes.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(Redis::url).collect()
    }

    /// Its nodes.
    pub const fn nodes(&mut self) -> &mut [Redis; 3] {
        &mut self.nodes
    }

    /// In which slot a key lies.
    ///
    /// # Panics
    ///
    /// If a node does not answer.
    #[must_use]
    pub fn slot_of(&self, key: &str) -> u16 {
        let slot = self.nodes[0].ask(&["CLUSTER", "KEYSLOT", key]);
        slot.parse().expect("a number")
    }

    /// Starts a further node, which the others know and which has no slots.
    ///
    /// # Panics
    ///
    /// If it does not start, or they do not find together.
    #[must_use]
    pub fn grow(&self) -> Redis {
        let bus = free_port();
        let new = node(bus);
        let (port, bus) = (new.port().to_string(), bus.to_string());
        let _ok = self.nodes[0].ask(&["CLUSTER", "MEET", "127.0.0.1", &port, &bus]);
        until("the nodes know the new one", || {
            let mut nodes = self.nodes.iter().chain([&new]);
            nodes.all(|node| {
                let info = node.ask(&["CLUSTER", "INFO"]);
                info.contains("cluster_known_nodes:4") && info.contains("cluster_state:ok")
            })
        });
        new
    }

    /// Moves a slot with all its keys from the node that has it to the next one, key by key, as
    /// an operator would who adds a node.
    ///
    /// # Panics
    ///
    /// If the nodes refuse.
    pub fn move_slot(&self, slot: u16) {
        let owner = self.nodes.iter().position(|node| owns(node, slot));
        let owner = owner.expect("one node has the slot");
        self.move_slot_to(slot, &self.nodes[(owner + 1) % 3]);
    }

    /// Moves a slot as [`move_slot`](Self::move_slot) does, to this node.
    ///
    /// # Panics
    ///
    /// If the nodes refuse.
    pub fn move_slot_to(&self, slot: u16, to: &Redis) {
        let from = self.nodes.iter().find(|node| owns(node, slot));
        let from = from.expect("one node has the slot");
        let (from_id, to_id) = (from.ask(&["CLUSTER", "MYID"]), to.ask(&["CLUSTER", "MYID"]));
        let slot = slot.to_string();
        let _ok = to.ask(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &from_id]);
        let _ok = from.ask(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &to_id]);
        // A few keys at a time, as many times as it takes.
        until("the slot is moved", || {
            let keys = from.ask(&["CLUSTER", "GETKEYSINSLOT", &slot, "10"]);
            let keys: Vec<&str> = keys.lines().filter(|key| !key.is_empty()).collect();
            if !keys.is_empty() {
                let port = to.port().to_string();
                let mut command = vec!["MIGRATE", "127.0.0.1", &port, "", "0", "5000", "KEYS"];
                command.extend(&keys);
                let _ok = from.ask(&command);
            }
            keys.is_empty()
        });
        // The new owner first, so that no moment is without one.
        for node in [to, from].into_iter().chain(&self.nodes) {
            let _ok = node.ask(&["CLUSTER", "SETSLOT", &slot, "NODE", &to_id]);
        }
    }
}

fn node(bus: u16) -> Redis {
    Redis::start_with(&[
        "--cluster-enabled yes",
        "--cluster-node-timeout 15000",
        &format!("--cluster-port {bus}"),
    ])
}

fn owns(node: &Redis, slot: u16) -> bool {
    let nodes = ask(node.port(), &["CLUSTER", "NODES"]);
    let own = nodes.lines().find(|line| line.contains("myself"));
    let ranges = own.unwrap_or_default().split(' ').skip(8);
    ranges.filter(|range| !range.starts_with('[')).any(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let first: u16 = first.parse().expect("a number");
        let last: u16 = last.parse().expect("a number");
        (first..=last).contains(&slot)
    })
}
