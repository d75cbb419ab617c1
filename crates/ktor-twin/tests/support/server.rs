//! Servers as processes of their own, and requests to them, written to the socket as they are: no
//! client library changes a header.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// More than a server ever needs to start, or to answer, on a machine with other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; it ends with this value, or with the test.
pub(crate) struct Server {
    process: Child,
    port: u16,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) body: String,
    headers: Vec<(String, String)>,
}

/// The twin of a version, to be started.
pub(crate) fn twin(profile: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ktor-twin"));
    command.args(["--profile", profile]);
    command
}

impl Server {
    /// Starts a program that prints `listening N` when it is ready, and ends when its standard input
    /// does.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdout = process.stdout.take().unwrap();
        let (said, line) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).ok();
            // Nobody waits for it any more if it took too long.
            said.send(line).ok();
        });
        let line = line.recv_timeout(PATIENCE).unwrap_or_default();
        let port = line.strip_prefix("listening ").map(str::trim);
        let port = port.unwrap_or_else(|| panic!("{command:?} did not start: {line:?}"));
        Self {
            port: port.parse().unwrap(),
            process,
        }
    }

    pub(crate) fn get(&self, path: &str, headers: &[(String, String)]) -> Answer {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += "\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        });
        Answer {
            path: path.to_owned(),
            status: status.parse().unwrap(),
            headers: headers.collect(),
            body: body.to_owned(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends when its standard input does.
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}

impl Answer {
    /// The values of a header, whose name is in lower case.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.headers.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }
}
