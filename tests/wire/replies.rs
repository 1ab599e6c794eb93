//! A server that gives the answers which a case lists, and writes down what it was asked.

use crate::http::Message;
use crate::stage::{self, Log, directive};
use ararat::connections::outbound::Source;
use libtest_mimic::Failed;
use std::io::{self, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

type Replies = Arc<Mutex<Vec<String>>>;

/// Runs a case; gives the log and the kind of the error, if it ended with one.
pub fn run(text: &str) -> Result<(String, Option<String>), Failed> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let host = listener.local_addr()?.to_string();
    let replies: Vec<String> = directive(text, "reply").map(str::to_owned).collect();
    let (log, replies) = (Log::default(), Arc::new(Mutex::new(replies)));
    let (server_log, server_replies) = (log.clone(), replies.clone());
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (log, replies) = (server_log.clone(), server_replies.clone());
            std::thread::spawn(move || serve(client, &replies, &log));
        }
    });
    let text = text.replace("{URL}", &format!("http://{host}"));
    // A registry that cannot be opened: a script without connections must not need one.
    let error = stage::run(&text, &log, Source::Dir("/proc/ararat-cannot-be-here".into()));
    let left = replies.lock().expect("replies");
    if !left.is_empty() {
        return Err(format!("the script did not ask for {left:?}\n{}", log.text()).into());
    }
    Ok((log.text().replace(&host, "HOST"), error))
}

fn serve(client: TcpStream, replies: &Replies, log: &Log) -> io::Result<()> {
    let mut to_client = client.try_clone()?;
    let mut client = BufReader::new(client);
    while let Some(request) = Message::read(&mut client)? {
        note(&request, log);
        let reply = {
            let mut replies = replies.lock().expect("replies");
            if replies.is_empty() { "500 | no more replies".to_owned() } else { replies.remove(0) }
        };
        if reply == "CUT" {
            return to_client.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it");
        }
        to_client.write_all(&written(&reply))?;
    }
    Ok(())
}

/// The request as it came, without what is the same for all: address, length and the client's name.
fn note(request: &Message, log: &Log) {
    log.add("> ", request.first_line());
    let usual = ["host", "content-length", "user-agent", "accept-encoding"];
    for (name, value) in request.headers() {
        if !usual.contains(&name) && (name, value) != ("accept", "*/*") {
            let value = value.split("boundary=").next().unwrap_or("").trim_end_matches("; ");
            log.add("> ", &format!("{name}: {value}"));
        }
    }
    if !request.body.is_empty() {
        log.add(">   ", &request.shown_body());
    }
}

/// `200 content-type=text/plain; x-a=b | body` as a message. `%3B` in a header is a semicolon, `\xE9` in the body a
/// byte, `{FILL 5}` five letters, `{GZIP 5}` the same compressed; `CUT` is an answer that ends too early.
fn written(reply: &str) -> Vec<u8> {
    let (head, body) = reply.split_once(" | ").unwrap_or((reply.trim_end_matches(" |"), ""));
    let (status, headers) = head.trim().split_once(' ').unwrap_or((head.trim(), ""));
    let body = bytes(body);
    let mut out = format!("HTTP/1.1 {status} OK\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers.split("; ").filter_map(|header| header.split_once('=')) {
        out += &format!("{name}: {}\r\n", value.replace("%3B", ";"));
    }
    [out.as_bytes(), b"\r\n", &body].concat()
}

fn bytes(text: &str) -> Vec<u8> {
    let number = |mark: &str| text.strip_prefix(mark)?.strip_suffix('}')?.trim().parse::<usize>().ok();
    if let Some(count) = number("{FILL") {
        return vec![b'x'; count];
    }
    if let Some(count) = number("{GZIP") {
        return gzip(&vec![b'x'; count]);
    }
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("\\x") {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        out.push(u8::from_str_radix(&rest[at + 2..at + 4], 16).expect("two digits"));
        rest = &rest[at + 4..];
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use tokio::io::AsyncReadExt;
    let mut out = Vec::new();
    let read = async {
        let mut encoder = async_compression::tokio::bufread::GzipEncoder::new(bytes);
        encoder.read_to_end(&mut out).await
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(read).expect("compresses");
    out
}
