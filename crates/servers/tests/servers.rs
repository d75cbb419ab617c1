//! The servers start, answer, survive a kill with their data, and are gone in the end.

use std::net::TcpStream;

/// Whether somebody listens on a port of this machine.
fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

mod postgres {
    use servers::Postgres;

    use super::is_open;

    #[test]
    fn a_server_comes_back_on_its_port_after_a_kill_and_goes_when_it_is_dropped() {
        let mut server = Postgres::start();
        let port = server.port();
        assert!(is_open(port));
        server.kill();
        assert!(!is_open(port));
        server.restart();
        assert!(is_open(port));
        drop(server);
        assert!(!is_open(port));
    }
}

mod mariadb {
    use servers::MariaDb;

    use super::is_open;

    #[test]
    fn a_server_comes_back_on_its_port_after_a_kill_and_goes_when_it_is_dropped() {
        let mut server = MariaDb::start();
        let port = server.port();
        assert!(is_open(port));
        server.kill();
        assert!(!is_open(port));
        server.restart();
        assert!(is_open(port));
        drop(server);
        assert!(!is_open(port));
    }
}
