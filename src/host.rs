//! The only door out of the evaluator.
//!
//! A running script asks for effects; a host carries them out (`hosts/`), refuses them, or
//! plays them from a tape. Requests name a connection by its link name: no secret has been
//! seen on this side of the door.

use crate::fault::{Fault, Place};
use std::time::Duration;

/// Carries out what a script asks for. One method that matters, so that blocking, parking and replaying
/// are each one small file.
pub trait Host {
    fn ask(&mut self, ask: Ask<'_>) -> Result<Reply, Fault>;

    /// Told where the script stands before it asks for output, a request or a message: for traces.
    fn standing_at(&mut self, _place: Place) {}

    /// The lowest address of the native stack that the script runs on, from a host that runs it on
    /// one of its own; elsewhere it is the thread's.
    fn stack_end(&self) -> Option<usize> {
        None
    }
}

/// A wish of the running script.
#[derive(Debug)]
pub enum Ask<'a> {
    /// One line of `info`, without its line break.
    Print(&'a str),
    /// An HTTP request; answered by [`Reply::Http`].
    Http(Request),
    /// `sendmail`.
    Mail(Mail),
    /// `sendsms`.
    Sms(Sms),
    /// `openUrl(url, window, option)`, recorded as an effect: a local run opens no browser.
    OpenUrl { url: &'a str, window: &'a str, option: Option<&'a str> },
    /// `zoho.pushNotification`.
    Push { to: Vec<String>, title: String, message: String },
    /// Milliseconds since the epoch; answered by [`Reply::Now`].
    Now,
    /// Who runs the script; answered by [`Reply::Account`].
    Account,
    /// Asked every few thousand statements, so that a host can stop the script or let others run.
    Breathe,
}

/// What a host answers.
#[derive(Debug)]
pub enum Reply {
    Done,
    Http(Response),
    Now(i64),
    Account(Account),
}

/// The account a script runs under: `zoho.loginuser`, `zoho.adminuserid` and their like.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Account {
    /// `zoho.loginuser`: the user's name.
    pub login_user: String,
    /// `zoho.loginuserid`: the user's e-mail address.
    pub login_user_id: String,
    pub admin_user: String,
    pub admin_user_id: String,
    pub app_name: String,
    pub app_uri: String,
    pub ip_address: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    Head,
}

impl Method {
    pub const ALL: [Method; 7] =
        [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options, Method::Head];

    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
            Method::Options => "OPTIONS",
            Method::Head => "HEAD",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(word))
    }
}

/// One HTTP request as the script means it, before a connection adds its credentials.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub method: Method,
    pub target: Target,
    /// Query parameters to append, not yet encoded.
    pub query: Vec<(String, String)>,
    /// Names as the script wrote them.
    pub headers: Vec<(String, String)>,
    pub body: Body,
    /// The link name of a connection, or none.
    pub connection: Option<String>,
    /// Scopes that the call needs, where known; named before the call if the connection lacks them.
    pub scopes: Vec<String>,
    /// No answer within this time is a `socket timeout error`.
    pub timeout: Duration,
    /// Bytes of the decoded body beyond this are a fault.
    pub max_response: usize,
    /// Where the request stands in the script, for traces: `invokeurl`, `zoho.crm.getRecords`.
    pub origin: String,
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// `invokeurl`: an absolute URL; may hold `{parameter}` placeholders of its connection.
    Url(String),
    /// An integration task: the host's family from the data-centre table (`api`, `creator`, `desk`,
    /// `cliq`, `people` …) and the path from its root. Without a link name it runs on the account's
    /// own connection for that family.
    Zoho { family: String, path: String },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Empty,
    /// Bytes under the given `Content-Type`, unless a header of the script says otherwise.
    Bytes {
        content_type: String,
        bytes: Vec<u8>,
    },
    /// `application/x-www-form-urlencoded`, not yet encoded.
    Form(Vec<(String, String)>),
    Multipart(Vec<Part>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub name: String,
    /// Present for files.
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    pub status: u16,
    /// Lower-case names, in the order received.
    pub headers: Vec<(String, String)>,
    /// Decompressed.
    pub body: Vec<u8>,
    /// The URL that answered, after redirects, without credentials.
    pub url: String,
}

impl Response {
    /// The first header of a (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// `sendmail [ … ]`, checked and turned into text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub reply_to: Vec<String>,
    pub subject: String,
    pub message: String,
    /// `content type : Plain Text`; HTML otherwise.
    pub plain_text: bool,
    pub attachments: Vec<Part>,
}

/// `sendsms [ … ]`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sms {
    pub from: Option<String>,
    pub to: Vec<String>,
    pub message: String,
    pub connection: Option<String>,
}
