//! Connections to a sandbox: its address stands in for all of Zoho's.

use super::{NewConnection, Registry};
use crate::connections::connection::{Connection, State};
use crate::connections::credential::{Credential, Tokens};
use crate::connections::resolve::STANDS_IN;
use crate::connections::service::{Grant, host_of};
use crate::connections::template::Values;
use crate::connections::{Error, Secret};

/// A sandbox's account: everything it takes to talk to it as a connection.
#[derive(Clone)]
pub struct SandboxAccount {
    /// `http://127.0.0.1:PORT`, where tokens come from.
    pub accounts_url: String,
    /// `http://127.0.0.1:PORT`, where the CRM is.
    pub api_url: String,
    pub client_id: String,
    pub client_secret: String,
    pub refresh_token: String,
}

impl Registry {
    /// Adds a connected `zoho_crm` that talks to a sandbox and to nothing else.
    pub async fn add_sandbox(&self, account: &SandboxAccount) -> Result<Connection, Error> {
        self.add_sandbox_product("zoho_crm", account).await
    }

    /// The same for another product that the sandbox plays; the connection is called after the service.
    pub async fn add_sandbox_product(&self, service: &str, account: &SandboxAccount) -> Result<Connection, Error> {
        let params = sandbox_params(&account.accounts_url, &account.api_url)?;
        let hosts = host_of(&account.api_url).into_iter().collect();
        let tokens = Tokens {
            client_id: account.client_id.clone(),
            client_secret: Some(Secret::new(account.client_secret.clone())),
            access: None,
            refresh: Some(Secret::new(account.refresh_token.clone())),
        };
        let mut connection = self
            .add(NewConnection {
                service: service.to_owned(),
                name: "Sandbox".to_owned(),
                link_name: service.to_owned(),
                params,
                hosts,
                grant: Some(Grant::SelfClient),
                credential: Some(Credential::OAuth2(tokens)),
                ..NewConnection::default()
            })
            .await?;
        // What the sandbox grants is the sandbox's to say.
        connection.scopes.clear();
        connection.state = State::Connected;
        self.save(&connection, None).await?;
        self.connection(service).await
    }
}

/// All of a data centre's placeholders, so that none leads to the real Zoho.
pub fn sandbox_params(accounts: &str, api: &str) -> Result<Values, Error> {
    let api_host = host_of(api).ok_or_else(|| Error::usage(format!("expected an address, found `{api}`")))?;
    let params = [
        ("accounts", accounts.trim_end_matches('/')),
        ("api", api.trim_end_matches('/')),
        ("api_domain", api_host.as_str()),
        ("domain", api_host.as_str()),
        ("manageengine", api_host.as_str()),
        (STANDS_IN, "yes"),
    ];
    Ok(params.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
