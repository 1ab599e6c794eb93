//! The lines of a tape as types, and bodies between bytes and what a person can read.

use crate::fault::{CODES, Fault, FaultKind};
use crate::host::{Account, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub ararat_tape: u32,
    #[serde(default)]
    pub recorded: String,
    #[serde(default)]
    pub by: String,
    /// The function that was called, where the tape knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// And its arguments: a JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Box<RawValue>>,
}

impl Header {
    /// The header of a tape that begins now, in milliseconds since the epoch.
    pub fn new(now: i64) -> Self {
        let recorded = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH).to_string();
        let by = concat!("ararat ", env!("CARGO_PKG_VERSION")).to_owned();
        Header { ararat_tape: super::VERSION, recorded, by, function: None, arguments: None }
    }
}

/// One entry of a tape.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    Http(Box<Exchange>),
    Now(Times),
    Account(Box<Person>),
    Mail(Box<Posted>),
}

/// A request and what came of it: a reply or a fault.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    pub method: String,
    pub url: String,
    /// What asked: `invokeurl`, or the name of a task.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Content>,
    /// How long it took, in milliseconds.
    #[serde(default)]
    pub ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Answer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Failure>,
}

/// A reply with any status.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub status: u16,
    /// The address that answered, where it is another than the one asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Content>,
}

/// Bytes in the most readable of five forms; exactly one is there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// JSON on one line, byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Vec<(String, String)>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<PartContent>>,
}

/// A part of a multipart body.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartContent {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    pub content: Content,
}

/// The time, as many times as the script asked for it and got the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    #[serde(with = "moment")]
    pub time: Timestamp,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub count: u64,
}

/// A time as its text.
mod moment {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(time)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| D::Error::custom(format!("expected a time such as 2026-03-02T09:00:00Z, found `{text}`")))
    }
}

fn one() -> u64 {
    1
}

fn is_one(count: &u64) -> bool {
    *count == 1
}

/// The account that the run ran under.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Person {
    pub login_user: String,
    pub login_user_id: String,
    pub admin_user: String,
    pub admin_user_id: String,
    pub app_name: String,
    pub app_uri: String,
    pub ip_address: String,
}

/// A mail that was handed over, or why it was not.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posted {
    pub to: Vec<String>,
    pub subject: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Failure>,
}

/// A fault instead of a reply.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The fault's name: `run.http`.
    pub kind: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Failure {
    /// The fault as the script met it.
    pub fn fault(&self) -> Fault {
        let kind = CODES.iter().map(|(name, _)| *name).find(|name| *name == self.kind).unwrap_or("run.http");
        let fault = if self.message == FaultKind::SocketTimeout.to_string() {
            Fault::new(FaultKind::SocketTimeout)
        } else if kind.starts_with("limit.") {
            Fault::limit(kind, self.message.clone())
        } else {
            Fault::other(kind, self.message.clone())
        };
        match &self.help {
            Some(help) => fault.help(help.clone()),
            None => fault,
        }
    }
}

impl Content {
    /// The content of bytes: JSON as it is, else text, else base64.
    pub fn of(bytes: &[u8]) -> Self {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Content { base64: Some(STANDARD.encode(bytes)), ..Content::default() };
        };
        // A raw value stands on the tape's line as it is, so it may hold no line break and no margin.
        let inline = text.starts_with(['{', '[']) && text.trim_end() == text && !text.contains(['\n', '\r']);
        match inline.then(|| RawValue::from_string(text.to_owned())) {
            Some(Ok(json)) => Content { json: Some(json), ..Content::default() },
            Some(Err(_)) | None => Content { text: Some(text.to_owned()), ..Content::default() },
        }
    }

    /// The bytes of a reply's body.
    ///
    /// # Errors
    /// That the base64 is none, or that the form is one of requests only.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        if let Some(json) = &self.json {
            return Ok(json.get().as_bytes().to_vec());
        }
        if let Some(encoded) = &self.base64 {
            return STANDARD
                .decode(encoded)
                .map_err(|error| format!("expected base64 in a body, found other: {error}"));
        }
        match &self.text {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => Err("expected `json`, `text` or `base64` in the body of a reply".to_owned()),
        }
    }

    /// One text that tells a body from another one, and that a person can read.
    pub fn shown(&self) -> String {
        if let Some(form) = &self.form {
            return form.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        }
        if let Some(parts) = &self.parts {
            let part = |part: &PartContent| match &part.file_name {
                Some(file) => format!("{} ({file})={}", part.name, part.content.shown()),
                None => format!("{}={}", part.name, part.content.shown()),
            };
            return parts.iter().map(part).collect::<Vec<_>>().join("\n");
        }
        let json = self.json.as_ref().map(|json| json.get().to_owned());
        json.or_else(|| self.text.clone()).or_else(|| self.base64.clone()).unwrap_or_default()
    }
}

impl Answer {
    /// The response as the script gets it; `asked` is the address of the request.
    ///
    /// # Errors
    /// What is wrong with the body.
    pub fn response(&self, asked: &str) -> Result<Response, String> {
        Ok(Response {
            status: self.status,
            headers: self.headers.clone(),
            body: self.body.as_ref().map_or(Ok(Vec::new()), Content::bytes)?,
            url: self.url.clone().unwrap_or_else(|| asked.to_owned()),
        })
    }
}

impl From<&Account> for Person {
    fn from(account: &Account) -> Self {
        let account = account.clone();
        Person {
            login_user: account.login_user,
            login_user_id: account.login_user_id,
            admin_user: account.admin_user,
            admin_user_id: account.admin_user_id,
            app_name: account.app_name,
            app_uri: account.app_uri,
            ip_address: account.ip_address,
        }
    }
}

impl From<&Person> for Account {
    fn from(person: &Person) -> Self {
        let person = person.clone();
        Account {
            login_user: person.login_user,
            login_user_id: person.login_user_id,
            admin_user: person.admin_user,
            admin_user_id: person.admin_user_id,
            app_name: person.app_name,
            app_uri: person.app_uri,
            ip_address: person.ip_address,
        }
    }
}
