//! A connection in words: its state, the facts about it, code to copy, who else depends on it.

use super::connection::{Connection, State};
use super::registry::Registry;
use super::service::{Auth, Service};
use super::template::fill;
use super::{Error, dependency::Use, refresh};
use serde_json::{Value, json};

impl Connection {
    /// The state as people read it.
    pub fn state_text(&self, now: i64) -> &'static str {
        match self.state {
            State::Draft => "not connected yet",
            State::Connected if self.is_expired(now) => "connected, token due",
            State::Connected => "connected",
            State::NeedsReauth => "needs a new sign-in",
            State::Revoked => "revoked",
        }
    }

    /// Hosts that its credentials may go to.
    pub fn hosts_allowed(&self, service: &Service) -> Result<Vec<String>, Error> {
        let mut hosts = service.allowed_hosts(&refresh::values_of(service, self)?);
        hosts.extend(self.hosts.iter().cloned());
        Ok(hosts)
    }
}

/// An `invokeurl` block with everything filled in.
pub fn deluge_sample(connection: &Connection, service: &Service) -> Result<String, Error> {
    Ok(format!(
        "response = invokeurl\n[\n\turl: \"{}\"\n\ttype: GET\n\tconnection: \"{}\"\n];\ninfo response;",
        sample_url(connection, service)?,
        connection.link_name
    ))
}

/// The same as data.
pub fn json_sample(connection: &Connection, service: &Service) -> Result<Value, Error> {
    let url = sample_url(connection, service)?;
    Ok(json!({"url": url, "type": "GET", "parameters": {}, "connection": connection.link_name}))
}

fn sample_url(connection: &Connection, service: &Service) -> Result<String, Error> {
    let mut values = refresh::values_of(service, connection)?;
    // What the script writes itself stays a placeholder.
    if let Auth::ApiKey(params) = &service.auth {
        params.iter().for_each(|param| drop(values.remove(&param.name)));
    }
    let base = service.test.as_deref().or(service.api_base.as_deref()).unwrap_or("https://");
    Ok(fill(base, &values))
}

/// Who and what loses a connection that is revoked or deleted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Affected {
    /// The owner, where he is someone else and everyone's calls run with his credentials.
    pub owner: Option<String>,
    /// Users with sign-ins of their own.
    pub users: Vec<String>,
    pub uses: Vec<Use>,
}

impl Affected {
    pub fn is_empty(&self) -> bool {
        self.owner.is_none() && self.users.is_empty() && self.uses.is_empty()
    }
}

/// What to say before a connection is revoked or deleted.
pub async fn affected(registry: &Registry, connection: &Connection) -> Result<Affected, Error> {
    if connection.user.is_some() {
        return Ok(Affected::default());
    }
    let is_others = !connection.login_user && !registry.is_mine(connection);
    Ok(Affected {
        owner: is_others.then(|| connection.owner.clone()),
        users: registry.signed_in_users(&connection.link_name).await?,
        uses: registry.uses(&connection.link_name).await?,
    })
}
