//! Carries one request of a script out: connection, credentials, the network, a refresh after a 401.
//!
//! Asynchronous and free of any host, so that a script that blocks and a server that parks its
//! scripts share it. The registry is opened only when a request first needs it.

use super::Error;
use super::auth::Bound;
use super::credential::{Credential, Secret};
use super::refresh::{self, Ready};
use super::registry::{Registry, Settings};
use super::resolve::{self, Chosen};
use super::template::Values;
use crate::fault::Fault;
use crate::host::{Request, Response};
use crate::http::{Attach, Client, Hop, Outgoing};
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// Where the registry is.
#[derive(Clone, Default)]
pub enum Source {
    /// In the data directory that the environment names.
    #[default]
    Default,
    Dir(PathBuf),
    Open(Registry),
    /// Made when first needed: the sandbox's, say.
    Lazy(Opener),
}

/// Opens a registry when one is first needed.
pub type Opener = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Registry, Error>> + Send>> + Send + Sync>;

/// The way out for requests. Cheap to share; nothing is opened before it is needed.
pub struct Outbound {
    client: Arc<Client>,
    source: Source,
    settings: Settings,
    registry: OnceCell<Registry>,
}

impl Outbound {
    pub fn new(client: Arc<Client>, source: Source, settings: Settings) -> Self {
        Outbound { client, source, settings, registry: OnceCell::new() }
    }

    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// The registry, opened on the first call.
    pub async fn registry(&self) -> Result<&Registry, Error> {
        let open = || async {
            match &self.source {
                Source::Default => Registry::open_default(self.settings.clone()).await,
                Source::Dir(dir) => Registry::open(dir, self.settings.clone()).await,
                Source::Open(registry) => Ok(registry.clone()),
                Source::Lazy(opener) => opener().await,
            }
        };
        self.registry.get_or_try_init(open).await
    }

    /// Sends a request and answers with whatever status the server gave.
    pub async fn send(&self, request: Request) -> Result<Response, Fault> {
        self.carry(request).await.map_err(Fault::from)
    }

    /// As `send`, with the error as connections name it.
    pub async fn carry(&self, request: Request) -> Result<Response, Error> {
        if !needs_connection(&request) {
            let outgoing = outgoing(&request, &Values::new(), None)?;
            return Ok(self.client.send(outgoing, None).await?);
        }
        let registry = self.registry().await?;
        let Some(chosen) = resolve::choose(registry, &request).await? else {
            let outgoing = outgoing(&request, &Values::new(), None)?;
            return Ok(self.client.send(outgoing, None).await?);
        };
        refresh::check_state(&chosen.connection)?;
        resolve::check_scopes(&request, &chosen)?;
        let Chosen { connection, service } = chosen;
        let chosen = |connection| Chosen { connection, service: service.clone() };

        // An address that must not see the credentials is refused before any token is asked for.
        let values = refresh::values_of(&service, &connection)?;
        let allowed = hosts_of(&chosen(connection.clone()), &values);
        check_address(&request, &values, &connection.link_name, &allowed)?;

        let ready = refresh::ready(registry, &self.client, &service, connection, None).await?;
        let used = access_of(&ready.credential);
        let connection = ready.connection.clone();
        let answer = self.attempt(&request, &chosen(connection.clone()), ready).await?;
        let (401, Some(used)) = (answer.status, used) else {
            return Ok(answer);
        };
        // The provider may have ended the token early: once more with a new one.
        match refresh::ready(registry, &self.client, &service, connection.clone(), Some(&used)).await {
            Ok(ready) if access_of(&ready.credential).as_ref() != Some(&used) => {
                self.attempt(&request, &chosen(connection), ready).await
            }
            // The server's own answer says more than that there is nothing to refresh with.
            Ok(_) | Err(Error::Wait { .. } | Error::Provider { .. }) => Ok(answer),
            Err(error) => Err(error),
        }
    }

    async fn attempt(&self, request: &Request, chosen: &Chosen, ready: Ready) -> Result<Response, Error> {
        let connection = &ready.connection;
        let values = refresh::values_of(&chosen.service, connection)?;
        for secret in ready.credential.secrets() {
            self.client.redactor().learn(secret);
        }
        let bound = Bound {
            link: connection.link_name.clone(),
            service: chosen.service.clone(),
            allowed: hosts_of(&Chosen { connection: connection.clone(), service: chosen.service.clone() }, &values),
            credential: ready.credential,
            values,
        };
        let outgoing = outgoing(request, &bound.values, Some(&bound.link))?;
        bound.check(&outgoing.hop.url)?;
        Ok(self.client.send(outgoing, Some(&bound as &dyn Attach)).await?)
    }
}

/// Only a connection, or a Zoho task that runs on the account's own, needs the registry.
fn needs_connection(request: &Request) -> bool {
    request.connection.is_some() || matches!(request.target, crate::host::Target::Zoho { .. })
}

fn access_of(credential: &Credential) -> Option<Secret> {
    match credential {
        Credential::OAuth2(tokens) => tokens.access.clone(),
        Credential::ApiKey { .. } | Credential::Basic { .. } | Credential::OAuth1 { .. } => None,
    }
}

fn hosts_of(chosen: &Chosen, values: &Values) -> Vec<String> {
    let mut hosts = chosen.service.allowed_hosts(values);
    hosts.extend(chosen.connection.hosts.iter().cloned());
    hosts
}

fn check_address(request: &Request, values: &Values, link: &str, allowed: &[String]) -> Result<(), Error> {
    let url = resolve::address(request, values)?;
    if super::service::is_allowed(&url, allowed) {
        return Ok(());
    }
    let host = super::service::host_of(url.as_str()).unwrap_or_default();
    Err(Error::HostNotAllowed { link: link.to_owned(), host, allowed: allowed.to_vec() })
}

fn outgoing(request: &Request, values: &Values, link: Option<&str>) -> Result<Outgoing, Error> {
    let url = resolve::address(request, values)?;
    let hop = Hop { method: request.method, url, headers: request.headers.clone(), body: request.body.clone() };
    Ok(Outgoing {
        hop,
        timeout: request.timeout,
        max_response: request.max_response,
        connection: link.map(str::to_owned),
        follow: true,
    })
}
