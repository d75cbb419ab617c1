//! The program itself: what it prints, and how it ends.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

/// The running program; stopped when the test ends, however it ends.
struct Program {
    child: Child,
    out: BufReader<ChildStdout>,
    port: u16,
}

impl Program {
    fn start(folder: &TempDir, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_demo"))
            .current_dir(folder)
            .args(["--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let port = line.strip_prefix("listening on http://127.0.0.1:").unwrap();
        let port = port.strip_suffix('\n').unwrap().parse().unwrap();
        Self { child, out, port }
    }

    fn post(&self, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Length: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, head: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "{head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        )
        .unwrap();
        write!(stream, "Content-Length: 9\r\n").unwrap();
        write!(
            stream,
            "Content-Type: application/x-www-form-urlencoded\r\n\r\nitem=coat"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to end by a signal; what else it printed, and whether it ended well.
    fn end(mut self, signal: &str) -> (String, bool) {
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap().success())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail where it has ended, as it should have.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn it_prints_its_address_alone_and_ends_well_when_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    for signal in ["TERM", "INT"] {
        let program = Program::start(&folder, &[]);
        let _idle = TcpStream::connect(("127.0.0.1", program.port)).unwrap();
        assert!(program.get("GET /").starts_with("HTTP/1.1 200 OK"));
        assert_eq!(program.end(signal), (String::new(), true), "{signal}");
    }
}

#[test]
fn carts_survive_a_restart_because_the_keys_do() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(&folder, &[]);
    let answer = program.get("POST /cart/add");
    let (_, rest) = answer.split_once("set-cookie: dev-cart=").unwrap();
    let token = rest.split_once(';').unwrap().0.to_owned();
    assert!(program.end("TERM").1);
    let program = Program::start(&folder, &["--keys", "shop.keys"]);
    let page = program.get(&format!(
        "GET /cart HTTP/1.1\r\nCookie: dev-cart={token}\r\nX-Rest:"
    ));
    assert!(page.contains("€189.00"));
    assert!(program.end("TERM").1);
}

/// Signs in at the program and gives the cookie.
fn signed_in(program: &Program) -> String {
    let answer = program.post("/sign-in", "name=ada&password=analytical+engine");
    let (_, rest) = answer.split_once("set-cookie: dev-login=").unwrap();
    rest.split_once(';').unwrap().0.to_owned()
}

#[test]
fn logins_survive_a_restart_because_they_lie_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(&folder, &[]);
    let token = signed_in(&program);
    assert!(program.end("TERM").1);

    let program = Program::start(&folder, &[]);
    let cookie = format!("Cookie: dev-login={token}\r\nX-Rest:");
    let page = program.get(&format!("GET /record HTTP/1.1\r\n{cookie}"));
    assert!(page.contains("in a SQLite file"));
    assert!(
        page.contains("data-without-id"),
        "the id is not in its record"
    );
    assert!(page.contains("shop/login"));
    assert!(!page.contains(&token));
    assert!(program.end("TERM").1);
}

#[test]
fn logins_in_memory_end_with_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(&folder, &["--store", "memory"]);
    let token = signed_in(&program);
    assert!(program.end("TERM").1);
    let program = Program::start(&folder, &["--store", "memory"]);
    let cookie = format!("Cookie: dev-login={token}\r\nX-Rest:");
    let page = program.get(&format!("GET /record HTTP/1.1\r\n{cookie}"));
    assert!(page.starts_with("HTTP/1.1 401"));
}

#[test]
fn a_store_that_cannot_be_had_is_an_error_that_names_no_password() {
    let output = Command::new(env!("CARGO_BIN_EXE_demo"))
        .args(["--port", "0", "--store", "redis://:secret@127.0.0.1:1"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("demo: ") && !error.contains("secret"),
        "{error}"
    );
}

#[test]
fn secure_cookies_are_those_of_production() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(&folder, &["--secure-cookies"]);
    let answer = program.get("POST /cart/add");
    let (_, rest) = answer.split_once("set-cookie: __Host-cart=").unwrap();
    assert!(
        rest.split_once('\n')
            .unwrap()
            .0
            .contains("; Path=/; Secure; HttpOnly; SameSite=Lax")
    );
}

#[test]
fn an_argument_that_is_not_understood_is_an_error() {
    let output = Command::new(env!("CARGO_BIN_EXE_demo"))
        .arg("--tls")
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8(output.stderr).unwrap().contains("--tls"));
}
