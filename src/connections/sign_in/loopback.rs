//! Waits on this machine for the browser to come back from the consent page (RFC 8252).
//!
//! One address, one path, one answer: anything else on the port gets a 404 and changes nothing.

use super::Callback;
use crate::connections::Error;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The path that providers redirect to.
pub const PATH: &str = "/delugeauth/callback";
/// Used where no port is named: providers compare redirect addresses letter by letter, so it is fixed.
pub const DEFAULT_PORT: u16 = 8912;
const LARGEST_HEAD: usize = 16 * 1024;
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// A listener that waits for one redirect.
pub struct Loopback {
    listener: TcpListener,
    port: u16,
}

impl Loopback {
    /// Listens on 127.0.0.1; port 0 takes any that is free.
    pub async fn bind(port: u16) -> Result<Self, Error> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| {
            Error::usage_help(
                format!("could not listen on 127.0.0.1:{port}: {error}"),
                "name another port with --port, and register its address with the provider",
            )
        })?;
        let port = listener.local_addr().map_err(|error| Error::usage(error.to_string()))?.port();
        Ok(Loopback { listener, port })
    }

    /// What the provider must redirect to.
    pub fn redirect(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// Waits for the redirect.
    pub async fn wait(self, patience: Duration) -> Result<Callback, Error> {
        tokio::time::timeout(patience, self.accept()).await.unwrap_or_else(|_| {
            Err(Error::usage_help(
                format!("nobody came back from the consent page within {} s", patience.as_secs()),
                "run the command again; with --paste the address can be pasted back",
            ))
        })
    }

    async fn accept(self) -> Result<Callback, Error> {
        loop {
            let (stream, _) = self.listener.accept().await.map_err(|error| Error::usage(error.to_string()))?;
            // A browser may open connections ahead of need, so a silent one must not block the next.
            if let Ok(Some(callback)) = tokio::time::timeout(HEAD_TIMEOUT, serve(stream)).await {
                return Ok(callback);
            }
        }
    }
}

async fn serve(mut stream: TcpStream) -> Option<Callback> {
    let target = read_target(&mut stream).await?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let callback = Callback::read(&format!("?{query}"));
    let is_answer =
        ["code", "error", "oauth_verifier", "oauth_token"].iter().any(|name| callback.fields.contains_key(*name));
    if path != PATH || !is_answer {
        answer(&mut stream, "404 Not Found", "This address is not in use.").await;
        return None;
    }
    answer(&mut stream, "200 OK", "You can close this page and go back to the terminal.").await;
    Some(callback)
}

/// The target of the request line of a `GET`.
async fn read_target(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut chunk = [0; 2048];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let count = stream.read(&mut chunk).await.ok()?;
        head.extend_from_slice(&chunk[..count]);
        if count == 0 || head.len() > LARGEST_HEAD {
            return None;
        }
    }
    let text = String::from_utf8_lossy(&head);
    let mut words = text.lines().next()?.split(' ');
    (words.next()? == "GET").then(|| words.next().map(str::to_owned))?
}

async fn answer(stream: &mut TcpStream, status: &str, text: &str) {
    let page = format!("<!doctype html><meta charset=\"utf-8\"><title>Ararat</title><p>{text}</p>\n");
    let reply = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    // The sign-in goes on even if the browser is gone.
    let _ = stream.write_all(reply.as_bytes()).await;
    let _ = stream.shutdown().await;
}
