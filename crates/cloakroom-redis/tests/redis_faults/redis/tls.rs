//! A server that is reached by TLS. With the feature `tls`.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use cloakroom_redis::{ConnectErrorKind, RedisStorage};
use servers::Redis;

use super::samples::{connect, found, keep, record, replace};
use super::told::Told;

/// Where the program that this test runs in finds the server.
const URL: &str = "CLOAKROOM_TEST_TLS_URL";

/// Which certificates are trusted is said by the environment, so the test runs itself again, once
/// with the authority that signed the server's and once without.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_reached_by_tls_if_its_certificate_is_trusted() {
    if let Ok(url) = std::env::var(URL) {
        let storage = connect(RedisStorage::server(url)).await;
        keep(&storage, 1, &record(b"content")).await;
        assert!(found(&storage, 1).await.is_some());
        // Who listens has connections of its own, which are no less trusting.
        let mut told = Told::by(&storage).await;
        replace(&storage, 1, &record(b"other")).await;
        told.is_told_of(1).await;
        return;
    }
    let folder = tempfile::Builder::new()
        .permissions(all())
        .tempdir()
        .expect("it can be made");
    certify(folder.path());
    let free = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    let port = free.local_addr().expect("it is bound").port();
    drop(free);
    let at = |name: &str| folder.path().join(name).display().to_string();
    let _server = tokio::task::block_in_place(|| {
        Redis::start_with(&[
            &format!("--tls-port {port}"),
            &format!("--tls-cert-file {}", at("server.pem")),
            &format!("--tls-key-file {}", at("server.key")),
            &format!("--tls-ca-cert-file {}", at("ca.pem")),
            "--tls-auth-clients no",
        ])
    });
    let url = format!("rediss://localhost:{port}");
    let refused = RedisStorage::server(&url)
        .connect()
        .await
        .expect_err("nobody trusts it");
    assert_eq!(refused.kind(), ConnectErrorKind::Unreachable);
    let output = Command::new(std::env::current_exe().expect("we run"))
        .args([
            "--exact",
            "redis::tls::a_server_is_reached_by_tls_if_its_certificate_is_trusted",
        ])
        .env(URL, &url)
        .env("SSL_CERT_FILE", at("ca.pem"))
        .output();
    let output = String::from_utf8(output.expect("it runs").stdout);
    let output = output.expect("it is text");
    assert!(output.contains("1 passed"), "{output}");
}

/// Makes an authority and a certificate of `localhost`.
fn certify(folder: &Path) {
    const STEPS: [&str; 3] = [
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem",
        "req -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost \
         -keyout server.key -out server.csr",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -days 2 -copy_extensions copy \
         -out server.pem",
    ];
    for step in STEPS {
        let output = Command::new("openssl")
            .args(step.split_whitespace())
            .current_dir(folder)
            .output();
        let output = output.expect("openssl can be run");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    // The server runs as another user.
    let key = folder.join("server.key");
    std::fs::set_permissions(key, all()).expect("it is ours");
}

fn all() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o755)
}
