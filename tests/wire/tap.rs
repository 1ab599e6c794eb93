//! A tap between a script and the sandbox: passes everything on, and writes the calls of the CRM down.

use crate::http::Message;
use crate::stage::{self, Log};
use ararat::connections::SandboxAccount;
use ararat::connections::outbound::Source;
use ararat::sandbox::{Clock, Sandbox, SandboxOptions};
use libtest_mimic::Failed;
use std::io::{self, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// Runs a case against a sandbox of its own; gives the log and the kind of the error, if it ended with one.
pub fn run(text: &str) -> Result<(String, Option<String>), Failed> {
    let clock = Clock::Fixed("2026-03-02T06:30:00Z".parse()?);
    let sandbox = Sandbox::start(SandboxOptions { clock, ..SandboxOptions::default() })?;
    let log = Log::default();
    let behind = sandbox.api_url().trim_start_matches("http://").parse()?;
    let url = format!("http://{}", listen(behind, log.clone())?);
    let account = SandboxAccount {
        accounts_url: url.clone(),
        api_url: url,
        client_id: sandbox.client_id().to_owned(),
        client_secret: sandbox.client_secret().to_owned(),
        refresh_token: sandbox.refresh_token().to_owned(),
    };
    let error = stage::run(text, &log, Source::Open(stage::registry(&account)));
    sandbox.stop();
    Ok((with_names_for_new_ids(&log.text()), error))
}

/// Ids that the sandbox has made up, by the order in which they were seen: which it makes up is its own affair.
fn with_names_for_new_ids(text: &str) -> String {
    const START: &str = "57257670000010";
    let mut names: Vec<&str> = Vec::new();
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(START) {
        let id = &rest[at..at + START.len() + 5];
        let number = names.iter().position(|known| *known == id).unwrap_or_else(|| {
            names.push(id);
            names.len() - 1
        });
        out += &format!("{}NEW-{}", &rest[..at], number + 1);
        rest = &rest[at + id.len()..];
    }
    out + rest
}

fn listen(behind: SocketAddr, log: Log) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr();
    // The thread ends with the process: a case is over before its connections are.
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let log = log.clone();
            std::thread::spawn(move || pass(client, behind, &log));
        }
    });
    address
}

/// Passes messages on until either side has had enough.
fn pass(client: TcpStream, behind: SocketAddr, log: &Log) -> io::Result<()> {
    let server = TcpStream::connect(behind)?;
    let (mut to_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    let (mut client, mut server) = (BufReader::new(client), BufReader::new(server));
    while let Some(request) = Message::read(&mut client)? {
        to_server.write_all(&request.bytes())?;
        let Some(reply) = Message::read(&mut server)? else { break };
        note(&request, &reply, log);
        to_client.write_all(&reply.bytes())?;
    }
    Ok(())
}

/// The line, what kind of body it has, the body and the status. Calls of the accounts server are not the script's.
fn note(request: &Message, reply: &Message, log: &Log) {
    let line = request.first_line().trim_end_matches(" HTTP/1.1");
    if line.contains(" /oauth/") {
        return;
    }
    let content_type = request.header("content-type").unwrap_or("").split("; boundary").next().unwrap_or("");
    log.add("> ", &format!("{line} {content_type}"));
    log.add("> ", &request.shown_body());
    if !request.header("authorization").is_some_and(|value| value.starts_with("Zoho-oauthtoken 1000.")) {
        log.add("> ", "without credentials");
    }
    let status = reply.first_line().split(' ').nth(1).unwrap_or("");
    log.add("< ", status);
}
