//! The servers start, answer, survive a kill with their data, and are gone in the end.

use std::net::TcpStream;

/// Whether somebody listens on a port of this machine.
fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// What a server has started itself may hold its port for a moment longer than it does.
fn until_closed(port: u16) {
    servers::until("nobody listens any more", || !is_open(port));
}

mod postgres {
    use servers::Postgres;

    use super::{is_open, until_closed};

    #[test]
    fn a_server_comes_back_on_its_port_after_a_kill_and_goes_when_it_is_dropped() {
        let mut server = Postgres::start();
        let port = server.port();
        assert!(is_open(port));
        server.kill();
        until_closed(port);
        server.restart();
        assert!(is_open(port));
        drop(server);
        until_closed(port);
    }
}

mod mariadb {
    use servers::MariaDb;

    use super::{is_open, until_closed};

    #[test]
    fn a_server_comes_back_on_its_port_after_a_kill_and_goes_when_it_is_dropped() {
        let mut server = MariaDb::start();
        let port = server.port();
        assert!(is_open(port));
        server.kill();
        until_closed(port);
        server.restart();
        assert!(is_open(port));
        drop(server);
        until_closed(port);
    }
}

mod redis {
    use std::time::Duration;

    use servers::{Redis, RedisCluster, RedisSentinel};

    use super::until_closed;

    #[test]
    fn a_server_comes_back_on_its_port_after_a_kill_and_goes_when_it_is_dropped() {
        let mut server = Redis::start();
        let port = server.port();
        assert_eq!(server.ask(&["SET", "kept", "1"]), "OK");
        server.kill();
        until_closed(port);
        server.restart();
        assert_eq!(server.ask(&["GET", "kept"]), "1");
        drop(server);
        until_closed(port);
    }

    #[test]
    fn a_slot_of_a_cluster_moves_with_its_keys() {
        let mut cluster = RedisCluster::start();
        let slot = cluster.slot_of("moved");
        let set = ["-c", "SET", "moved", "1"];
        assert_eq!(cluster.nodes()[0].ask(&set), "OK");
        let before = keys(&mut cluster);
        cluster.move_slot(slot);
        let after = keys(&mut cluster);
        assert_ne!(before, after);
        assert!(after.contains(&"1".to_owned()), "{after:?}");
    }

    /// How many keys each node has.
    fn keys(cluster: &mut RedisCluster) -> [String; 3] {
        cluster.nodes().each_ref().map(|node| node.ask(&["DBSIZE"]))
    }

    #[test]
    fn a_replica_takes_the_place_of_a_killed_master() {
        let mut servers = RedisSentinel::start(Duration::from_secs(1));
        let before = servers.master_port();
        servers.kill_master();
        for _ in 0..60 {
            if servers.master_port() != before {
                servers.restart_killed();
                return;
            }
            std::thread::park_timeout(Duration::from_millis(500));
        }
        panic!("the replica has not become the master");
    }
}
