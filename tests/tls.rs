//! `invokeurl` over TLS: HTTP/2 where the server offers it, and no word to a server that nobody vouches for.
//!
//! `tests/certificates` holds an authority and a server's certificate for `localhost` that were made for this test
//! and are trusted by nobody; the program is told to trust the authority as any program is, by `SSL_CERT_FILE`.
#![cfg(feature = "http")]
// Tests read files and start programs themselves; the ban is for the language.
#![allow(clippy::disallowed_methods)]

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What a server was asked, and on how many connections.
#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<String>,
}

struct Server {
    port: u16,
    seen: Arc<Mutex<Seen>>,
    _runtime: tokio::runtime::Runtime,
}

fn certificate(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/certificates", name].iter().collect()
}

/// Serves over TLS, offering these protocols.
fn serve(protocols: &[&str]) -> Server {
    let chain = vec![CertificateDer::from_pem_file(certificate("server.pem")).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_file(certificate("server.key")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = config.expect("versions").with_no_client_auth().with_single_cert(chain, key).expect("a pair");
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let shared = seen.clone();
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, acceptor.clone(), shared.clone()));
        }
    });
    Server { port, seen, _runtime: runtime }
}

async fn answer(stream: TcpStream, acceptor: TlsAcceptor, seen: Arc<Mutex<Seen>>) {
    seen.lock().expect("a list").connections += 1;
    let Ok(mut tls) = acceptor.accept(stream).await else { return };
    if tls.get_ref().1.alpn_protocol() == Some(b"h2") {
        let mut connection = h2::server::handshake(tls).await.expect("a handshake");
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            seen.lock().expect("a list").requests.push(format!("{:?} {}", request.version(), request.uri()));
            let head = reqwest::header::HeaderValue::from_static("application/json");
            let mut response = axum::http::Response::new(());
            response.headers_mut().insert("content-type", head);
            let mut body = respond.send_response(response, false).expect("a head");
            body.send_data("{\"over\":\"2\"}".into(), true).expect("a body");
        }
        return;
    }
    let mut bytes = vec![0; 4096];
    let count = tls.read(&mut bytes).await.expect("a request");
    let line = String::from_utf8_lossy(&bytes[..count]).lines().next().unwrap_or("").to_owned();
    seen.lock().expect("a list").requests.push(line);
    let reply = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\nconnection: close\r\n\r\n{\"over\":\"1\"}";
    tls.write_all(reply.as_bytes()).await.expect("written");
    let _ = tls.shutdown().await;
}

/// Runs a script that asks twice, trusting the certificates in a file.
fn run(port: u16, trusted: PathBuf) -> Output {
    let script = format!(
        "for each n in {{1,2}}\n{{\n\tinfo invokeurl [ url :\"https://localhost:{port}/\" + n ].get(\"over\");\n}}\n"
    );
    let mut child = Command::new(env!("CARGO_BIN_EXE_ararat"))
        .args(["run", "-"])
        .env("SSL_CERT_FILE", trusted)
        .env_remove("SSL_CERT_DIR")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), script.as_bytes()).expect("written");
    child.wait_with_output().expect("an end")
}

#[test]
fn http_2_is_spoken_where_the_server_offers_it_on_one_connection() {
    let server = serve(&["h2", "http/1.1"]);
    let output = run(server.port, certificate("authority.pem"));
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "2\n2\n", "{complaint}");
    let seen = server.seen.lock().expect("a list");
    let base = format!("HTTP/2.0 https://localhost:{}", server.port);
    assert_eq!(seen.requests, [format!("{base}/1"), format!("{base}/2")]);
    assert_eq!(seen.connections, 1);
}

#[test]
fn a_server_of_the_older_version_is_served_as_well() {
    let server = serve(&["http/1.1"]);
    let output = run(server.port, certificate("authority.pem"));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n1\n", "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(server.seen.lock().expect("a list").requests[0], "GET /1 HTTP/1.1");
}

#[test]
fn a_certificate_that_nobody_vouches_for_ends_the_call_before_it_is_made() {
    let server = serve(&["h2", "http/1.1"]);
    // The server's own certificate is no authority: what it signs is trusted no more than before.
    let output = run(server.port, certificate("server.pem"));
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("could not reach the server") && complaint.contains("certificate"), "{complaint}");
    assert!(server.seen.lock().expect("a list").requests.is_empty());
}
