//! What uses a connection: webhooks, schedules and functions, which would break without it.

use super::Error;
use super::connection::{Connection, State};
use super::registry::Registry;
use serde::Serialize;
use std::fmt;

/// A kind of thing that uses connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UseKind {
    Webhook,
    Schedule,
    Function,
}

impl UseKind {
    pub fn word(self) -> &'static str {
        match self {
            UseKind::Webhook => "webhook",
            UseKind::Schedule => "schedule",
            UseKind::Function => "function",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [UseKind::Webhook, UseKind::Schedule, UseKind::Function].into_iter().find(|kind| kind.word() == word)
    }
}

/// One thing that uses a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Use {
    pub kind: UseKind,
    pub name: String,
}

impl Use {
    pub fn new(kind: UseKind, name: impl Into<String>) -> Self {
        Use { kind, name: name.into() }
    }

    pub(super) fn read(kind: String, name: String) -> Result<Self, Error> {
        let known = UseKind::parse(&kind);
        known.map(|kind| Use { kind, name }).ok_or_else(|| Error::Store(format!("a use of unknown kind `{kind}`")))
    }
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind.word(), self.name)
    }
}

impl Registry {
    /// Records that something uses a connection; saying so twice changes nothing.
    pub async fn add_use(&self, link: &str, by: &Use) -> Result<(), Error> {
        let connection = self.shared_connection(link).await?;
        if self.store().add_use(&connection.id, by, self.now()).await? {
            self.log(link, "in use", Some(&by.to_string())).await?;
        }
        Ok(())
    }

    /// Records that something no longer uses a connection; `false` where it did not.
    pub async fn remove_use(&self, link: &str, by: &Use) -> Result<bool, Error> {
        let connection = self.shared_connection(link).await?;
        let removed = self.store().remove_use(&connection.id, by).await?;
        if removed {
            self.log(link, "no longer in use", Some(&by.to_string())).await?;
        }
        Ok(removed)
    }

    /// Makes these the connections that something uses, and no others. Names without a connection are
    /// passed over: there is nothing to keep from deletion.
    pub async fn set_uses(&self, by: &Use, links: &[String]) -> Result<(), Error> {
        for link in self.store().used_by(by).await? {
            if !links.contains(&link) {
                self.remove_use(&link, by).await?;
            }
        }
        for link in links {
            match self.add_use(link, by).await {
                Ok(()) | Err(Error::UnknownConnection { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Everything that uses a connection, by kind and name.
    pub async fn uses(&self, link: &str) -> Result<Vec<Use>, Error> {
        let connection = self.shared_connection(link).await?;
        self.store().uses(&connection.id).await
    }

    /// Refuses a deletion while anything uses the connection.
    pub async fn must_be_unused(&self, link: &str) -> Result<(), Error> {
        let uses = self.uses(link).await?;
        if uses.is_empty() {
            return Ok(());
        }
        let list: Vec<String> = uses.iter().map(Use::to_string).collect();
        Err(Error::usage_help(
            format!("the connection `{link}` is in use by {}", list.join(", ")),
            "take it out of these first, or revoke it instead of deleting it",
        ))
    }

    /// Refuses other scopes while a connected connection serves a webhook.
    pub async fn must_not_lock_scopes(&self, connection: &Connection) -> Result<(), Error> {
        let link = &connection.link_name;
        let uses = self.uses(link).await?;
        let webhook = uses.iter().find(|by| by.kind == UseKind::Webhook);
        match (webhook, connection.state) {
            (Some(webhook), State::Connected) => Err(Error::usage_help(
                format!("the scopes of `{link}` stay as they are while it is connected: {webhook} uses it"),
                format!("run `ararat connections revoke {link}` first"),
            )),
            (Some(_), State::Draft | State::NeedsReauth | State::Revoked) | (None, _) => Ok(()),
        }
    }
}
