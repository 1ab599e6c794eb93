//! Carries one request of a script out: connection, credentials, the network, a refresh after a 401.
//!
//! Asynchronous and free of any host, so that a script that blocks and a server that parks its
//! scripts share it. The registry is opened only when a request first needs it.

use super::Connection;
use super::Error;
use super::auth::{Bound, Signing, oauth2};
use super::credential::{Credential, Secret};
use super::dry_run;
use super::refresh::{self, Ready};
use super::registry::{Registry, Settings};
use super::resolve::{self, Chosen};
use super::service::{Auth, Service};
use super::template::Values;
use super::warm::{self, Hot};
use crate::fault::Fault;
use crate::host::{Request, Response};
use crate::http::{Attach, Client, Hop, Outgoing};
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
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
    dry_run: bool,
    /// The address of a server that stands in for Zoho's.
    stand_in: Option<String>,
}

impl Outbound {
    pub fn new(client: Arc<Client>, source: Source, settings: Settings) -> Self {
        Outbound { client, source, settings, registry: OnceCell::new(), dry_run: false, stand_in: None }
    }

    /// Sends calls to Zoho's hosts that name no connection to this server instead.
    pub fn standing_in(self, stand_in: Option<String>) -> Self {
        Outbound { stand_in, ..self }
    }

    /// Shows requests instead of sending them.
    pub fn dry(self, dry_run: bool) -> Self {
        Outbound { dry_run, ..self }
    }

    /// The same way out for someone else: the registry, its ready connections and its locks are shared.
    pub fn acting_as(self: &Arc<Self>, user: &str) -> Arc<Self> {
        let (base, user) = (self.clone(), Arc::<str>::from(user));
        let opener: Opener = Arc::new(move || {
            let (base, user) = (base.clone(), user.clone());
            Box::pin(async move { Ok(base.registry().await?.acting_as(&user)) })
        });
        let other = Outbound::new(self.client.clone(), Source::Lazy(opener), self.settings.clone());
        Arc::new(other.standing_in(self.stand_in.clone()).dry(self.dry_run))
    }

    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// The registry, opened on the first call.
    pub async fn registry(&self) -> Result<&Registry, Error> {
        match self.registry.get() {
            Some(open) => Ok(open),
            None => Box::pin(self.registry.get_or_try_init(|| self.open_registry())).await,
        }
    }

    async fn open_registry(&self) -> Result<Registry, Error> {
        match &self.source {
            Source::Default => Registry::open_default(self.settings.clone()).await,
            Source::Dir(dir) => Registry::open(dir, self.settings.clone()).await,
            Source::Open(registry) => Ok(registry.clone()),
            Source::Lazy(opener) => opener().await,
        }
    }

    /// User name and password of a connection of the kind Basic, for what is no HTTP: a mail server.
    pub async fn login(&self, link: &str) -> Result<(String, Secret), Error> {
        let registry = self.registry().await?;
        let connection = registry.connection(link).await?;
        refresh::check_state(&connection)?;
        let service = registry.service(&connection.service).await?;
        match refresh::ready(registry, &self.client, &service, connection, None).await?.credential {
            Credential::Basic { user, password } => {
                self.client.redactor().learn(password.expose());
                Ok((user, password))
            }
            Credential::ApiKey { .. }
            | Credential::OAuth1 { .. }
            | Credential::OAuth2(_)
            | Credential::AwsSigv4 { .. } => Err(Error::usage(format!(
                "the connection `{link}` has no user name and password: its service is not Basic"
            ))),
        }
    }

    /// Sends a request and answers with whatever status the server gave.
    pub async fn send(&self, request: &Request) -> Result<Response, Fault> {
        self.carry(request).await.map_err(Fault::from)
    }

    /// As `send`, with the error as connections name it.
    ///
    /// What a request on a connection takes is boxed: the many that have none wait without it.
    pub async fn carry(&self, request: &Request) -> Result<Response, Error> {
        if needs_connection(request) {
            return Box::pin(self.on_connection(request)).await;
        }
        let outgoing = self.without_connection(request)?;
        if self.dry_run {
            return Ok(dry_run::shown(&self.client, &outgoing.hop));
        }
        Ok(self.client.send(&outgoing, None).await?)
    }

    fn without_connection(&self, request: &Request) -> Result<Outgoing, Error> {
        let mut outgoing = outgoing(request, &Values::new(), None)?;
        outgoing.hop.url = resolve::without_connection(outgoing.hop.url, self.stand_in.as_deref())?;
        Ok(outgoing)
    }

    async fn on_connection(&self, request: &Request) -> Result<Response, Error> {
        let registry = self.registry().await?;
        if self.dry_run {
            return dry_run::on_connection(registry, &self.client, request).await;
        }
        let hot = self.hot(registry, request).await?;
        let answer = self.attempt(registry, request, &hot).await?;
        let expired = hot.bound.service.oauth2().is_some_and(|row| oauth2::says_expired(row, &answer));
        let (true, Some(used)) = (expired, access_of(&hot.bound.credential)) else {
            return Ok(answer);
        };
        // The provider may have ended the token early: once more with a new one.
        let service = hot.bound.service.clone();
        match refresh::ready(registry, &self.client, &service, hot.connection.clone(), Some(&used)).await {
            Ok(ready) if access_of(&ready.credential).as_ref() != Some(&used) => {
                self.attempt(registry, request, &self.bind(service, ready)?).await
            }
            // The server's own answer says more than that there is nothing to refresh with.
            Ok(_) | Err(Error::Wait { .. } | Error::Provider { .. }) => Ok(answer),
            Err(error) => Err(error),
        }
    }

    /// A request on a connection as it would go over the wire, with its credentials; it is not sent.
    pub async fn prepare(&self, request: &Request) -> Result<Hop, Error> {
        let registry = self.registry().await?;
        let hot = self.hot(registry, request).await?;
        let mut hop = outgoing(request, &hot.bound.values, Some(&hot.bound.link))?.hop;
        hot.bound.put(&mut hop, registry.now() + registry.pace().skew(&hot.connection.id))?;
        Ok(hop)
    }

    /// The request's connection, ready for use: as it was kept, or read and refreshed at need.
    async fn hot(&self, registry: &Registry, request: &Request) -> Result<Arc<Hot>, Error> {
        let key = warm::key_of(request);
        if let Some(hot) = registry.warm(&key).await.filter(|hot| !is_due(hot, registry.time_for(&hot.connection))) {
            resolve::check_scopes(request, &hot.connection, &hot.bound.service)?;
            return Ok(hot);
        }
        let stamp = registry.stamp().await;
        let Chosen { connection, service } = resolve::choose(registry, request).await?;
        refresh::check_state(&connection)?;
        resolve::check_scopes(request, &connection, &service)?;
        // An address that must not see the credentials is refused before any token is asked for.
        let values = refresh::values_of(&service, &connection)?;
        let allowed = hosts_of(&service, &connection, &values);
        check_address(request, &values, &connection.link_name, &allowed)?;
        let ready = refresh::ready(registry, &self.client, &service, connection, None).await?;
        let hot = Arc::new(self.bind(service, ready)?);
        registry.keep_warm(&key, stamp, hot.clone());
        Ok(hot)
    }

    fn bind(&self, service: Arc<Service>, ready: Ready) -> Result<Hot, Error> {
        let Ready { connection, credential } = ready;
        for secret in credential.secrets() {
            self.client.redactor().learn(secret);
        }
        let values = refresh::values_of(&service, &connection)?;
        let allowed = hosts_of(&service, &connection, &values);
        let link = connection.link_name.clone();
        let id = connection.id.clone();
        Ok(Hot { connection, bound: Bound { id, link, service, credential, values, allowed } })
    }

    /// Sends a request on its connection: in its turn, signed by the provider's clock.
    async fn attempt(&self, registry: &Registry, request: &Request, hot: &Hot) -> Result<Response, Error> {
        let bound = &hot.bound;
        // Another client may have made the entry.
        for secret in bound.credential.secrets() {
            self.client.redactor().learn(secret);
        }
        let outgoing = outgoing(request, &bound.values, Some(&bound.link))?;
        bound.check(&outgoing.hop.url)?;
        note_overridden(registry, hot, &outgoing.hop);
        wait_for_turn(registry, hot, outgoing.timeout).await?;
        let (pace, id) = (registry.pace(), hot.connection.id.as_str());
        let skew = pace.skew(id);
        let answer = self.sign_and_send(registry, bound, &outgoing, skew).await?;
        let learned = pace.skew(id);
        let by_time = matches!(bound.service.auth, Auth::OAuth1(_) | Auth::AwsSigv4);
        if by_time && matches!(answer.status, 400 | 401 | 403) && (learned - skew).abs() > TOLERATED_SKEW {
            // Signed for another time than the provider's: once more, for its own.
            return self.sign_and_send(registry, bound, &outgoing, learned).await;
        }
        Ok(answer)
    }

    async fn sign_and_send(
        &self,
        registry: &Registry,
        bound: &Bound,
        outgoing: &Outgoing,
        skew: i64,
    ) -> Result<Response, Error> {
        let signing = Signing { bound, now: registry.now() + skew };
        let answer = self.client.send(outgoing, Some(&signing as &dyn Attach)).await?;
        registry.pace().learn(&bound.id, &answer, registry.now(), registry.steady());
        Ok(answer)
    }
}

fn is_due(hot: &Hot, now: i64) -> bool {
    hot.connection.is_due(now, hot.bound.service.oauth2().and_then(|row| row.refresh_margin))
}

/// Providers take signatures that are a few minutes off.
const TOLERATED_SKEW: i64 = 60_000;

/// A connection's own value wins over a script's; the script's author should know.
fn note_overridden(registry: &Registry, hot: &Hot, hop: &Hop) {
    for what in hot.bound.overridden(hop) {
        if registry.pace().is_news(&hot.connection.id, &what) {
            let text = format!("the script sets {what} too; the connection's own is sent");
            registry.note(&hot.bound.link, &text);
        }
    }
}

/// Waits as the connection's rate and its provider ask, if that is not longer than the request may take.
async fn wait_for_turn(registry: &Registry, hot: &Hot, timeout: Duration) -> Result<(), Error> {
    let rate = hot.connection.rate.or(hot.bound.service.rate);
    let patience = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX);
    match registry.pace().book(&hot.connection.id, rate, registry.steady(), patience) {
        Ok(0) => Ok(()),
        Ok(wait) => {
            tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())).await;
            Ok(())
        }
        Err(wait) => {
            let reason = match rate {
                Some(rate) => format!("it may make {} calls in {} s", rate.requests, rate.seconds),
                None => "the provider asked for a pause".to_owned(),
            };
            Err(Error::Crowded { link: hot.bound.link.clone(), seconds: (wait + 999) / 1000, reason })
        }
    }
}

/// Only a connection, or a Zoho task that runs on the account's own, needs the registry.
fn needs_connection(request: &Request) -> bool {
    request.connection.is_some() || matches!(request.target, crate::host::Target::Zoho { .. })
}

fn access_of(credential: &Credential) -> Option<Secret> {
    match credential {
        Credential::OAuth2(tokens) => tokens.access.clone(),
        Credential::ApiKey { .. }
        | Credential::Basic { .. }
        | Credential::OAuth1 { .. }
        | Credential::AwsSigv4 { .. } => None,
    }
}

pub(super) fn hosts_of(service: &Service, connection: &Connection, values: &Values) -> Vec<String> {
    let mut hosts = service.allowed_hosts(values);
    let own: Vec<String> = connection.hosts.iter().filter(|host| !hosts.contains(host)).cloned().collect();
    hosts.extend(own);
    hosts
}

pub(super) fn check_address(request: &Request, values: &Values, link: &str, allowed: &[String]) -> Result<(), Error> {
    let url = resolve::address(request, values)?;
    if super::service::is_allowed(&url, allowed) {
        return Ok(());
    }
    let host = super::service::host_of(url.as_str()).unwrap_or_default();
    Err(Error::HostNotAllowed { link: link.to_owned(), host, allowed: allowed.to_vec() })
}

pub(super) fn outgoing(request: &Request, values: &Values, link: Option<&str>) -> Result<Outgoing, Error> {
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
