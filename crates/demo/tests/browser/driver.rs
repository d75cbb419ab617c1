//! ChromeDriver, and browsers that it drives.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What Chromium is started with: no window, no traffic of its own.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// A running ChromeDriver and the profiles of its browsers.
pub(super) struct Driver {
    child: Child,
    port: u16,
    profiles: Vec<TempDir>,
}

impl Driver {
    /// Starts it on a port that it finds free.
    pub(super) fn start() -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| port(&line));
        Self {
            child,
            port: port.expect("chromedriver says where it listens"),
            profiles: Vec::new(),
        }
    }

    /// Opens a browser with a profile of its own, 1200 pixels wide.
    pub(super) async fn open(&mut self) -> Client {
        let profile = tempfile::tempdir().unwrap();
        let mut flags = FLAGS.map(str::to_owned).to_vec();
        flags.push("--window-size=1200,1000".to_owned());
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        self.profiles.push(profile);
        let wish = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": flags },
        });
        let Value::Object(wish) = wish else {
            unreachable!("written as an object")
        };
        let driver = format!("http://127.0.0.1:{}", self.port);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let opened = builder.capabilities(wish).connect(&driver).await;
        opened.expect("Chromium starts")
    }

    /// Asks it to quit all browsers, and itself.
    fn quit(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        write!(stream, "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\n")?;
        write!(stream, "Connection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new()).map(drop)
    }
}

/// The port in the line by which it says that it is ready.
fn port(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("started successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.quit().is_err() {
            // It does not answer; that it has ended is fine as well.
            self.child.kill().ok();
        }
        self.child.wait().ok();
    }
}
