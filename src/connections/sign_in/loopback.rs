//! Waits on this machine for the browser to come back from the consent page (RFC 8252), on
//! 127.0.0.1 and, where the machine has it, on [::1]: browsers take either for `localhost`.
//!
//! One address, one path, one answer: anything else on the port gets a 404 and changes nothing.

use super::Callback;
use crate::connections::Error;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// The path that providers redirect to.
pub const PATH: &str = "/delugeauth/callback";
/// Used where no port is named: providers compare redirect addresses letter by letter, so it is fixed.
pub const DEFAULT_PORT: u16 = 8912;
const LARGEST_HEAD: usize = 16 * 1024;
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// A listener that waits for one redirect.
pub struct Loopback {
    listener: TcpListener,
    second: Option<TcpListener>,
    port: u16,
}

impl Loopback {
    /// Listens on 127.0.0.1 and [::1]; port 0 takes any that is free.
    pub async fn bind(port: u16) -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| busy(port, &error))?;
        let chosen = listener.local_addr().map_err(|error| Error::usage(error.to_string()))?.port();
        let second = match TcpListener::bind((Ipv6Addr::LOCALHOST, chosen)).await {
            Ok(second) => Some(second),
            // Another program would be answered in our place.
            Err(error) if error.kind() == ErrorKind::AddrInUse && port != 0 => return Err(busy(port, &error)),
            Err(_) => None,
        };
        Ok(Loopback { listener, second, port: chosen })
    }

    /// Listens for a redirect address that leads to this machine; none where it leads elsewhere.
    pub async fn at(redirect: &str) -> Result<Option<Self>, Error> {
        let Ok(url) = Url::parse(redirect) else { return Ok(None) };
        let is_here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let is_ours = (url.scheme(), url.path(), url.query()) == ("http", PATH, None);
        let Some(port) = url.port().filter(|_| is_here && is_ours) else { return Ok(None) };
        let bound = Self::bind(port).await?;
        if url.host_str() == Some("[::1]") && bound.second.is_none() {
            return Err(Error::usage("this machine has no [::1]; use 127.0.0.1 in the redirect address"));
        }
        Ok(Some(bound))
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

    async fn next(&self) -> std::io::Result<(TcpStream, SocketAddr)> {
        match &self.second {
            None => self.listener.accept().await,
            Some(second) => tokio::select! {
                come = self.listener.accept() => come,
                come = second.accept() => come,
            },
        }
    }

    async fn accept(self) -> Result<Callback, Error> {
        loop {
            let (stream, _) = self.next().await.map_err(|error| Error::usage(error.to_string()))?;
            // A browser may open connections ahead of need, so a silent one must not block the next.
            if let Ok(Some(callback)) = tokio::time::timeout(HEAD_TIMEOUT, serve(stream)).await {
                return Ok(callback);
            }
        }
    }
}

fn busy(port: u16, error: &std::io::Error) -> Error {
    Error::usage_help(
        format!("could not listen on port {port} of this machine: {error}"),
        "name another port with --port, and register its address with the provider",
    )
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
