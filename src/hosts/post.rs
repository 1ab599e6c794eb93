//! Where mail and other messages of scripts go: a mail server, a folder, the sandbox, or nowhere.

use super::mail::{self, Purpose};
use super::smtp::SmtpServer;
use crate::connections::Outbound;
use crate::fault::Fault;
use crate::host::{Body, Mail, Method, Sms};
use crate::http::{Hop, Outgoing};
use serde_json::json;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use url::Url;

/// How many files there are: the order of the names is that of sending.
static KEPT: AtomicU32 = AtomicU32::new(1);

/// The ways out for messages. A mail goes to the server and into the folder, where both are given.
#[derive(Debug, Clone, Default)]
pub struct Routes {
    pub server: Option<SmtpServer>,
    /// Mail is written here as `.eml` files, other messages as `.json` files.
    pub outbox: Option<PathBuf>,
    /// The sandbox's outbox, `http://127.0.0.1:PORT/__sandbox/outbox`, where nothing else is given.
    pub sandbox: Option<Url>,
}

impl Routes {
    /// A server by its address, and a folder. The parser of the command line would show the password of a wrong
    /// address, so the address is read here.
    ///
    /// # Errors
    /// What is wrong with the address, without showing it.
    pub fn read(server: Option<&str>, outbox: Option<PathBuf>) -> Result<Self, String> {
        let server = server.filter(|text| !text.trim().is_empty()).map(SmtpServer::parse).transpose();
        Ok(Self { server: server.map_err(|error| format!("--smtp-url: {error}"))?, outbox, sandbox: None })
    }
}

/// Sends messages; shared by all runs of a process.
pub struct Post {
    routes: Routes,
    dry_run: bool,
}

impl Post {
    pub fn new(routes: Routes, outbound: &Outbound) -> Self {
        if let Some(password) = routes.server.as_ref().and_then(SmtpServer::password) {
            outbound.client().redactor().learn(&password);
        }
        Post { routes, dry_run: false }
    }

    /// With `true`, nothing leaves this machine: a mail is told of instead of sent.
    pub fn dry(self, dry_run: bool) -> Self {
        Post { dry_run, ..self }
    }

    /// Sends a mail.
    ///
    /// # Errors
    /// `run.mail`: no way out, an address that is none, or why it could not be sent.
    pub async fn mail(&self, mail: &Mail, now: i64, outbound: &Outbound) -> Result<(), Fault> {
        let fault =
            |message: String| Fault::other("run.mail", outbound.client().redactor().clean(&message).into_owned());
        let message = mail::message(mail, now, Purpose::Travel).map_err(fault)?;
        if self.dry_run && self.routes.outbox.is_none() {
            errln!("# a mail to {} is not sent", mail.to.join(", "));
            return Ok(());
        }
        if let Some(server) = self.routes.server.as_ref().filter(|_| !self.dry_run) {
            server.send(message, outbound).await.map_err(fault)?;
        }
        if self.routes.outbox.is_some() {
            let read = mail::message(mail, now, Purpose::Reading).map_err(fault)?;
            return self.keep("eml", &read.formatted(), now);
        }
        match (&self.routes.server, &self.routes.sandbox) {
            (Some(_), _) => Ok(()),
            (None, Some(sandbox)) => hand_over(sandbox, &shown(mail), outbound).await,
            (None, None) => {
                Err(Fault::other("run.mail", "no mail can be sent: no mail server and no outbox is configured")
                    .help("name a server with `--smtp-url smtps://…`, or write mail to files with `--outbox DIR`"))
            }
        }
    }

    /// Keeps a text message; nothing sends one from here.
    ///
    /// # Errors
    /// `run.unsupported` without an outbox.
    pub async fn sms(&self, sms: &Sms, now: i64, outbound: &Outbound) -> Result<(), Fault> {
        let message = json!({"sms": {
            "from": sms.from, "to": sms.to, "message": sms.message, "connection": sms.connection,
        }});
        self.note(message, now, outbound, "sending SMS (`sendsms`)").await
    }

    /// Keeps a push notification; nothing sends one from here.
    ///
    /// # Errors
    /// `run.unsupported` without an outbox.
    pub async fn push(
        &self,
        to: &[String],
        title: &str,
        message: &str,
        now: i64,
        outbound: &Outbound,
    ) -> Result<(), Fault> {
        let message = json!({"push": {"to": to, "title": title, "message": message}});
        self.note(message, now, outbound, "push notifications (`zoho.pushNotification`)").await
    }

    /// Keeps the wish to open a page; false where there is no place for it.
    ///
    /// # Errors
    /// `run.mail`: it could not be written.
    pub async fn open_url(
        &self,
        url: &str,
        window: &str,
        option: Option<&str>,
        now: i64,
        outbound: &Outbound,
    ) -> Result<bool, Fault> {
        if self.routes.outbox.is_none() && self.routes.sandbox.is_none() {
            return Ok(false);
        }
        let message = json!({"open_url": {"url": url, "window": window, "option": option}});
        self.note(message, now, outbound, "").await.map(|()| true)
    }

    async fn note(&self, message: serde_json::Value, now: i64, outbound: &Outbound, what: &str) -> Result<(), Fault> {
        if self.routes.outbox.is_some() {
            return self.keep("json", message.to_string().as_bytes(), now);
        }
        match &self.routes.sandbox {
            Some(sandbox) => hand_over(sandbox, &message, outbound).await,
            None => Err(Fault::unsupported(what).help("`--outbox DIR` keeps such messages as files")),
        }
    }

    fn keep(&self, ending: &str, bytes: &[u8], now: i64) -> Result<(), Fault> {
        let Some(outbox) = &self.routes.outbox else { return Ok(()) };
        let number = KEPT.fetch_add(1, Ordering::Relaxed);
        let path = outbox.join(format!("{now}-{number:03}-{:08x}.{ending}", rand::random::<u32>()));
        let written = std::fs::create_dir_all(outbox).and_then(|()| std::fs::write(&path, bytes));
        written.map_err(|error| Fault::other("run.mail", format!("could not write {}: {error}", path.display())))
    }
}

/// A mail as the sandbox's outbox shows it: attachments by name and size.
fn shown(mail: &Mail) -> serde_json::Value {
    let attachments: Vec<_> = mail
        .attachments
        .iter()
        .map(|part| json!({"name": part.file_name, "content_type": part.content_type, "size": part.bytes.len()}))
        .collect();
    json!({"mail": {
        "from": mail.from, "to": mail.to, "cc": mail.cc, "bcc": mail.bcc, "reply_to": mail.reply_to,
        "subject": mail.subject, "content": mail.message,
        "content_type": if mail.plain_text { "text/plain" } else { "text/html" }, "attachments": attachments,
    }})
}

async fn hand_over(sandbox: &Url, message: &serde_json::Value, outbound: &Outbound) -> Result<(), Fault> {
    let body = Body::Bytes { content_type: "application/json".to_owned(), bytes: message.to_string().into_bytes() };
    let hop = Hop { method: Method::Post, url: sandbox.clone(), headers: Vec::new(), body };
    let limits = (Duration::from_secs(10), 1 << 16);
    let outgoing = Outgoing { hop, timeout: limits.0, max_response: limits.1, connection: None, follow: false };
    let answer = outbound.client().send(&outgoing, None).await.map_err(Fault::from)?;
    match answer.status {
        200 => Ok(()),
        status => Err(Fault::other("run.mail", format!("the sandbox's outbox answered {status}"))),
    }
}
