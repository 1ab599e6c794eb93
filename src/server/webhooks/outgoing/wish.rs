//! What people write about an outgoing webhook, in Zoho's terms.

use super::template::{self, Facts, Form};
use crate::host::Method;
use axum::http::HeaderName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

/// An outgoing webhook as it is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutgoingWish {
    /// Unique in any case, at most 100 characters.
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The module whose records it tells of: `Leads`. That of the payload where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    #[serde(default)]
    pub method: Verb,
    /// The URL to notify; merge fields may stand behind its host.
    pub url: String,
    #[serde(default)]
    pub authorization: Authorization,
    /// Appended to the URL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Parameter>,
    #[serde(default)]
    pub body: Content,
    /// Executions that it tells of by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<Trigger>,
    /// Seconds to wait for an answer, at most 60; 30 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    #[serde(default = "on")]
    pub enabled: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verb {
    Get,
    #[default]
    Post,
    Put,
    Patch,
    Delete,
}

/// What stands for the sender.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Authorization {
    /// Only what headers and parameters say.
    #[default]
    General,
    /// The credentials of a connection, which go to the hosts of its service alone.
    Connection { link: String },
}

/// A named value that is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    pub name: String,
    #[serde(default, rename = "type")]
    pub kind: ParameterKind,
    /// A text, a field of the record, or a text with merge fields.
    pub value: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterKind {
    /// The value of a field of the record.
    Module,
    /// The value as it stands.
    #[default]
    Custom,
    /// A text with merge fields.
    UserDefined,
}

/// What is sent in the body.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// The payload as JSON.
    #[default]
    Payload,
    None,
    Form {
        parameters: Vec<Parameter>,
    },
    /// Texts with merge fields.
    Json {
        text: String,
    },
    Xml {
        text: String,
    },
    Text {
        text: String,
    },
}

/// The end of a function's executions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    pub function: String,
    #[serde(default)]
    pub when: When,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    Success,
    Failure,
    /// Either.
    #[default]
    End,
}

fn on() -> bool {
    true
}

const LONGEST_WAIT: u32 = 60;
/// Headers that the connection itself needs.
const FRAMING: &[&str] = &["host", "content-length", "transfer-encoding", "connection"];

impl Verb {
    pub fn method(self) -> Method {
        match self {
            Verb::Get => Method::Get,
            Verb::Post => Method::Post,
            Verb::Put => Method::Put,
            Verb::Patch => Method::Patch,
            Verb::Delete => Method::Delete,
        }
    }
}

impl OutgoingWish {
    /// The connection whose credentials it uses.
    pub fn link(&self) -> Option<&str> {
        match &self.authorization {
            Authorization::General => None,
            Authorization::Connection { link } => Some(link),
        }
    }

    /// # Errors
    /// What makes no sense in it.
    pub fn check(&self) -> Result<(), String> {
        crate::server::names::check(&self.name)?;
        check_url(&self.url)?;
        for header in &self.headers {
            let is_ours = FRAMING.iter().any(|name| header.name.eq_ignore_ascii_case(name));
            if is_ours || HeaderName::from_bytes(header.name.as_bytes()).is_err() {
                return Err(format!("expected the name of a header in `headers`, found `{}`", header.name));
            }
        }
        let form: &[Parameter] = match &self.body {
            Content::Form { parameters } => parameters,
            Content::Payload | Content::None | Content::Json { .. } | Content::Xml { .. } | Content::Text { .. } => &[],
        };
        for parameter in self.parameters.iter().chain(&self.headers).chain(form) {
            parameter.check()?;
        }
        self.body.check()?;
        match self.timeout {
            Some(seconds) if !(1..=LONGEST_WAIT).contains(&seconds) => {
                Err(format!("expected 1 to {LONGEST_WAIT} seconds in `timeout`, found {seconds}"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Parameter {
    fn check(&self) -> Result<(), String> {
        let reason = match self.kind {
            _ if self.name.is_empty() => "expected a name, found none".to_owned(),
            ParameterKind::Module if self.value.trim().is_empty() => "expected a field's name, found none".to_owned(),
            ParameterKind::UserDefined => match template::check(&self.value) {
                Ok(()) => return Ok(()),
                Err(reason) => reason,
            },
            ParameterKind::Module | ParameterKind::Custom => return Ok(()),
        };
        Err(format!("the parameter `{}`: {reason}", self.name))
    }
}

impl Content {
    fn check(&self) -> Result<(), String> {
        match self {
            Content::Payload | Content::None | Content::Form { .. } => Ok(()),
            Content::Xml { text } | Content::Text { text } => template::check(text),
            Content::Json { text } => {
                template::check(text)?;
                let empty = Facts { payload: &Value::Null, module: None };
                let filled = template::render(text, &empty, Form::Json);
                let read = serde_json::from_str::<Value>(&filled).map(drop);
                read.map_err(|error| format!("expected JSON in `body`, found other: {error}"))
            }
        }
    }
}

/// Merge fields must not say where a request goes.
fn check_url(text: &str) -> Result<(), String> {
    let wrong = || format!("expected an address such as `https://example.com/path` in `url`, found `{text}`");
    template::check(text)?;
    let behind_scheme = text.find("://").ok_or_else(wrong)? + 3;
    let end = text[behind_scheme..].find(['/', '?', '#']).map_or(text.len(), |at| behind_scheme + at);
    if text[..end].contains("${") {
        return Err(format!("expected merge fields behind the host of `url`, found one before its end in `{text}`"));
    }
    let empty = Facts { payload: &Value::Null, module: None };
    // What stands in single braces is a parameter of the connection.
    let filled = template::render(text, &empty, Form::Url).replace(['{', '}'], "");
    let url = Url::parse(&filled).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn checked(change: Value) -> Result<(), String> {
        let mut wish = json!({ "name": "w", "url": "https://example.com/a" });
        for (name, value) in change.as_object().expect("members") {
            wish[name] = value.clone();
        }
        serde_json::from_value::<OutgoingWish>(wish).map_err(|error| error.to_string())?.check()
    }

    #[test]
    fn addresses_cannot_be_led_elsewhere() {
        for good in ["https://example.com", "http://example.com/${Leads.id}?x=${a}", "https://{domain}.example.com/x"] {
            assert_eq!(checked(json!({ "url": good })), Ok(()), "{good}");
        }
        for wrong in ["https://${host}/x", "https://example.com${x}/", "${url}", "example.com", "ftp://a/", "https://"]
        {
            assert!(checked(json!({ "url": wrong })).is_err(), "{wrong}");
        }
    }

    #[test]
    fn says_what_makes_no_sense() {
        for (change, expected) in [
            (json!({ "headers": [{ "name": "Host", "value": "x" }] }), "expected the name of a header"),
            (json!({ "headers": [{ "name": "a b", "value": "x" }] }), "expected the name of a header"),
            (json!({ "parameters": [{ "name": "p", "type": "module", "value": "" }] }), "the parameter `p`"),
            (json!({ "parameters": [{ "name": "p", "type": "user_defined", "value": "${x" }] }), "the parameter `p`"),
            (json!({ "body": { "type": "json", "text": "{\"a\": ${b}" } }), "expected JSON in `body`"),
            (json!({ "body": { "type": "yaml" } }), "unknown variant `yaml`"),
            (json!({ "authorization": { "type": "connection" } }), "missing field `link`"),
            (json!({ "timeout": 61 }), "expected 1 to 60 seconds"),
        ] {
            let found = checked(change).expect_err("no webhook");
            assert!(found.contains(expected), "expected `{expected}`, found `{found}`");
        }
        assert_eq!(checked(json!({ "body": { "type": "json", "text": "{\"a\": ${b}, \"c\": \"${d}\"}" } })), Ok(()));
    }
}
