//! What people write about an incoming webhook.

use super::mapping::Mapping;
use super::verify::Verification;
use crate::server::senders::Network;
use axum::http::{HeaderName, Method};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An incoming webhook as it is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncomingWish {
    /// Unique in any case, at most 100 characters.
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// A published function.
    pub function: String,
    /// Where each argument comes from.
    #[serde(default)]
    pub arguments: BTreeMap<String, Mapping>,
    #[serde(default = "post")]
    pub methods: Vec<Verb>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// The networks that its sender's requests come from; from anywhere where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_from: Vec<Network>,
    #[serde(default)]
    pub answer: Answer,
    /// A header that names a delivery: the same name again begins nothing new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_header: Option<String>,
    /// Bytes of a body; the engine's own bound where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_body: Option<usize>,
    /// Requests per minute; no bound where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<u32>,
    #[serde(default = "on")]
    pub enabled: bool,
}

/// When the sender is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// As soon as the execution is on disk.
    #[default]
    Async,
    /// When the function has ended, with what it returned.
    Sync,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verb {
    Get,
    Post,
    Put,
}

fn post() -> Vec<Verb> {
    vec![Verb::Post]
}

fn on() -> bool {
    true
}

impl Verb {
    pub fn method(self) -> Method {
        match self {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
        }
    }
}

impl IncomingWish {
    /// # Errors
    /// What makes no sense in it.
    pub fn check(&mut self) -> Result<(), String> {
        crate::server::names::check(&self.name)?;
        if self.methods.is_empty() {
            return Err("expected at least one of GET, POST and PUT in `methods`, found none".to_owned());
        }
        if let Some(verification) = &mut self.verification {
            verification.check()?;
        }
        if let Some(header) = self.delivery_header.as_ref().filter(|name| !is_header(name)) {
            return Err(format!("expected the name of a header in `delivery_header`, found `{header}`"));
        }
        for (field, zero) in [("max_body", self.max_body == Some(0)), ("rate", self.rate == Some(0))] {
            if zero {
                return Err(format!("expected at least 1 in `{field}`, found 0"));
            }
        }
        let secret = self.verification.as_ref().map(Verification::header);
        for (argument, mapping) in &self.arguments {
            mapping.check(secret).map_err(|reason| format!("the argument `{argument}`: {reason}"))?;
        }
        Ok(())
    }
}

fn is_header(name: &str) -> bool {
    HeaderName::from_bytes(name.as_bytes()).is_ok()
}
