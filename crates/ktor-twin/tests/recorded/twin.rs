//! The twin as a process of its own, and requests to it, written to the socket as they are: no client
//! library changes a header.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};

use cloakroom::{Clock as _, SystemClock, Timestamp};

/// A running twin; it ends with this value.
pub(crate) struct Twin {
    process: Child,
    port: u16,
}

/// What the twin answered.
pub(crate) struct Answer {
    /// Seconds since 1970, just before.
    pub(crate) at: i64,
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) body: String,
    headers: Vec<(String, String)>,
}

impl Twin {
    pub(crate) fn start(profile: &str, arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_ktor-twin"))
            .args(["--profile", profile])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let port = line.strip_prefix("listening ").unwrap().trim();
        Self {
            port: port.parse().unwrap(),
            process,
        }
    }

    pub(crate) fn get(&self, path: &str, headers: &[(String, String)]) -> Answer {
        let at = SystemClock.now().saturating_since(Timestamp::EPOCH);
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
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
            at: at.as_secs().try_into().unwrap(),
            path: path.to_owned(),
            status: status.parse().unwrap(),
            headers: headers.collect(),
            body: body.to_owned(),
        }
    }
}

impl Drop for Twin {
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
