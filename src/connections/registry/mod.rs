//! The registry: services and connections by link name, with their credentials in the vault.
//!
//! One value per process and data directory; clones are cheap and share everything. Opening it
//! reads no secret: the vault is unlocked when a credential is first needed (`keys`). Services are
//! in `services`; what is here is connections, their history and their locks.

mod flight;
mod kept;
mod keys;
mod sandbox;
mod services;
mod sharing;
mod texts;

use crate::connections::age::Ages;
use crate::connections::connection::{Connection, State};
use crate::connections::credential::Credential;
use crate::connections::link::{check_display_name, check_link_name, nearest};
use crate::connections::pace::Pace;
use crate::connections::resolve::STANDS_IN;
use crate::connections::service::{Auth, Budget, Grant, Service};
use crate::connections::store::{SecretChange, Store};
use crate::connections::template::Values;
use crate::connections::vault::{Keyring, Vault};
use crate::connections::warm::{Hot, Stamp, Warm};
use crate::connections::{Error, data_centre, home, scope};
use crate::database::Place;
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::RwLock;
use zeroize::Zeroizing;

pub use crate::connections::store::{AuditLine, AuditLine as HistoryLine};
pub use flight::Flight;
pub use sandbox::{SandboxAccount, sandbox_params};
pub use sharing::Changes;

/// Milliseconds since the epoch.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;
/// Asks a person for a secret.
pub type Ask = Arc<dyn Fn(&str) -> Result<Zeroizing<String>, Error> + Send + Sync>;

/// Told what happens to connections, as it happens. No event holds a secret.
pub type EventSink = Arc<dyn Fn(&Event<'_>) + Send + Sync>;

/// Something that happened to a connection.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A new line of the history: refreshed, failed, in need of a sign-in, changed by someone.
    History(&'a AuditLine),
    /// Something that a person may want to know though all went on.
    Note { link_name: &'a str, text: &'a str },
}

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const FILE: &str = "registry.db";

/// Services and connections of one data directory.
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
    /// Who acts.
    actor: Arc<str>,
}

struct Inner {
    store: Store,
    /// Absent for a registry in memory.
    dir: Option<PathBuf>,
    vault: RwLock<Option<Arc<Vault>>>,
    /// What seals texts for other places.
    texts: RwLock<Option<Arc<Vault>>>,
    /// One lock per connection being refreshed, so that many callers make one token request.
    flights: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    warm: Warm,
    pace: Pace,
    ages: Ages,
    clock: Clock,
    steady: Clock,
    ask: Option<Ask>,
    keyring: Option<Keyring>,
    events: Option<EventSink>,
    backoff: Duration,
}

/// How a registry is opened.
#[derive(Clone, Default)]
pub struct Settings {
    /// Instead of the system's clock.
    pub clock: Option<Clock>,
    /// Instead of the system's clock that nobody sets, in milliseconds since any moment; `clock` where
    /// only that is given.
    pub steady: Option<Clock>,
    /// Asks for the vault's passphrase where one is needed and not in the environment.
    pub ask: Option<Ask>,
    /// Instead of the system's keyring.
    pub keyring: Option<Keyring>,
    /// Who acts; the environment's ARARAT_USER, or the system's user, where absent.
    pub user: Option<String>,
    /// `postgres://USER@HOST/DATABASE`, where the registry is not in a file of the data directory.
    pub database_url: Option<String>,
    /// Told what happens.
    pub events: Option<EventSink>,
    /// The first pause before a failed token request is tried again within one call; 1 s where absent.
    pub backoff: Option<Duration>,
}

/// What a person chooses for a new connection.
#[derive(Debug, Clone, Default)]
pub struct NewConnection {
    pub service: String,
    pub name: String,
    pub link_name: String,
    pub scopes: Vec<String>,
    pub params: Values,
    pub hosts: Vec<String>,
    pub dc: Option<String>,
    pub grant: Option<Grant>,
    pub login_user: bool,
    /// Calls that it may make, where the service says something else or nothing.
    pub rate: Option<Budget>,
    /// The client or the keys, where known already.
    pub credential: Option<Credential>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registry(for `{}`)", self.actor)
    }
}

impl Registry {
    /// Opens the registry of the default data directory, making it where it is missing.
    pub async fn open_default(settings: Settings) -> Result<Self, Error> {
        Self::open(&home::default_dir()?, settings).await
    }

    /// Opens the registry of a data directory, making it where it is missing. Where the settings
    /// name a database, that one holds it, and the directory only the vault's key file.
    pub async fn open(dir: &Path, settings: Settings) -> Result<Self, Error> {
        home::make_private_dir(dir)?;
        let place = match settings.database_url.as_deref().filter(|url| !url.is_empty()) {
            Some(url) => Place::parse(url).map_err(Error::usage)?,
            None => Place::File(dir.join(FILE)),
        };
        let store = Store::open(&place).await?;
        Ok(Self::with(store, Some(dir.to_owned()), None, settings))
    }

    /// A registry that ends with the process, with a key of its own.
    pub async fn in_memory(settings: Settings) -> Result<Self, Error> {
        let vault = Some(Arc::new(Vault::ephemeral()));
        Ok(Self::with(Store::open(&Place::Memory).await?, None, vault, settings))
    }

    fn with(store: Store, dir: Option<PathBuf>, vault: Option<Arc<Vault>>, settings: Settings) -> Self {
        let steady = settings.steady.or_else(|| settings.clock.clone());
        let inner = Inner {
            store,
            dir,
            vault: RwLock::new(vault),
            texts: RwLock::default(),
            flights: Mutex::default(),
            warm: Warm::default(),
            pace: Pace::default(),
            ages: Ages::default(),
            clock: settings.clock.unwrap_or_else(|| Arc::new(system_now)),
            steady: steady.unwrap_or_else(system_steady),
            ask: settings.ask,
            keyring: settings.keyring,
            events: settings.events,
            backoff: settings.backoff.unwrap_or(FIRST_PAUSE),
        };
        let actor = settings.user.filter(|user| !user.is_empty()).unwrap_or_else(environment_user);
        Registry { inner: Arc::new(inner), actor: actor.into() }
    }

    /// The same registry, with everything that is open and ready in it, for another user.
    pub fn acting_as(&self, user: &str) -> Registry {
        Registry { inner: self.inner.clone(), actor: user.into() }
    }

    /// Who acts.
    pub fn user(&self) -> &str {
        &self.actor
    }

    pub(in crate::connections) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub fn now(&self) -> i64 {
        (self.inner.clock)()
    }

    /// Milliseconds since some moment, by a clock that is never set.
    pub(in crate::connections) fn steady(&self) -> i64 {
        (self.inner.steady)()
    }

    /// The time to hold against the end of a connection's token.
    pub(in crate::connections) fn time_for(&self, connection: &Connection) -> i64 {
        self.inner.ages.time_for(connection, self.now(), self.steady())
    }

    /// Closes the file.
    pub async fn close(&self) {
        self.inner.store.close().await;
    }

    /// All connections, as the acting user finds them.
    pub async fn connections(&self) -> Result<Vec<Connection>, Error> {
        let bases = self.inner.store.connections().await?;
        self.as_mine(bases).await
    }

    /// A connection by its link name, as the acting user finds it: with his own sign-in where it wants one.
    pub async fn connection(&self, link: &str) -> Result<Connection, Error> {
        let base = self.shared_connection(link).await?;
        self.mine(base).await
    }

    /// A connection as its owner has it, or an error with the nearest name.
    pub async fn shared_connection(&self, link: &str) -> Result<Connection, Error> {
        if let Some(connection) = self.inner.store.connection(link).await? {
            return Ok(connection);
        }
        let all = self.inner.store.connections().await?;
        let by_name = all.iter().find(|connection| connection.name == link).map(|c| c.link_name.clone());
        let near = by_name.or_else(|| nearest(link, all.iter().map(|connection| connection.link_name.as_str())));
        // A registry that is the sandbox's own says what there is.
        let is_sandbox = self.inner.dir.is_none() && all.iter().all(|known| known.params.contains_key(STANDS_IN));
        let known = all.iter().filter(|_| is_sandbox).map(|known| known.link_name.clone());
        let sandbox = known.collect();
        Err(Error::UnknownConnection { link: link.to_owned(), near, sandbox })
    }

    /// Makes a connection that is not signed in yet.
    pub async fn add(&self, new: NewConnection) -> Result<Connection, Error> {
        self.must_administer("add connections").await?;
        check_link_name(&new.link_name)?;
        check_display_name(&new.name)?;
        let service = self.service(&new.service).await?;
        check_choices(&service, &new)?;
        let now = self.now();
        let id = new_id();
        let connection = Connection {
            base: id.clone(),
            id,
            user: None,
            link_name: new.link_name,
            name: new.name,
            service: service.link_name.clone(),
            state: State::Draft,
            scopes: default_scopes(&service, new.scopes),
            params: new.params,
            hosts: new.hosts,
            dc: new.dc.or_else(|| service.is_zoho().then(|| data_centre::DEFAULT.to_owned())),
            grant: new.grant.map(|grant| grant.word().to_owned()),
            login_user: new.login_user,
            rate: new.rate,
            owner: self.user().to_owned(),
            expires_at: None,
            lifetime: None,
            reason: None,
            retry_at: None,
            failures: 0,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        let sealed = match &new.credential {
            Some(credential) => Some(self.seal(&connection.id, credential).await?),
            None => None,
        };
        self.inner.store.insert(&connection, sealed.as_ref()).await?;
        self.log(&connection.link_name, "added", None).await?;
        Ok(connection)
    }

    /// Takes over a connection from elsewhere; `false` where its link name is taken.
    pub async fn restore(&self, connection: Connection, credential: Option<&Credential>) -> Result<bool, Error> {
        if self.inner.store.connection(&connection.link_name).await?.is_some() {
            return Ok(false);
        }
        let mut connection = crate::connections::transfer::arriving(connection, credential.is_some());
        connection.id = new_id();
        connection.base = connection.id.clone();
        connection.user = None;
        connection.revision = 1;
        let sealed = match credential {
            Some(credential) => Some(self.seal(&connection.id, credential).await?),
            None => None,
        };
        self.inner.store.insert(&connection, sealed.as_ref()).await?;
        self.log(&connection.link_name, "imported", None).await?;
        Ok(true)
    }

    /// Writes a connection, with a new credential where given; refused if it was changed since it was read.
    pub async fn save(&self, connection: &Connection, credential: Option<&Credential>) -> Result<(), Error> {
        if self.try_save(connection, credential).await? {
            return Ok(());
        }
        Err(Error::Store(format!("the connection `{}` was changed by another process meanwhile", connection.link_name)))
    }

    /// As `save`, but `false` where it was changed since it was read.
    pub async fn try_save(&self, connection: &Connection, credential: Option<&Credential>) -> Result<bool, Error> {
        let mut connection = connection.clone();
        connection.updated_at = self.now();
        match credential {
            None => self.inner.store.update(&connection, SecretChange::Keep).await,
            Some(credential) => {
                let sealed = self.seal(&connection.id, credential).await?;
                self.inner.store.update(&connection, SecretChange::Set(&sealed)).await
            }
        }
    }

    /// Signs a connection out here: its tokens are forgotten, its client is kept.
    pub async fn forget_tokens(&self, link: &str, reason: &str) -> Result<(), Error> {
        let connection = self.connection(link).await?;
        self.must_own_credentials(&connection).await?;
        self.forget(connection, reason).await
    }

    pub(super) async fn forget(&self, mut connection: Connection, reason: &str) -> Result<(), Error> {
        let link = connection.link_name.clone();
        let link = link.as_str();
        // Where the vault does not open there is nothing to keep, and forgetting must still work.
        let kept = self.credential(&connection).await.ok().flatten().and_then(|credential| credential.without_tokens());
        connection.state = State::Revoked;
        connection.expires_at = None;
        connection.lifetime = None;
        connection.retry_at = None;
        connection.failures = 0;
        connection.reason = Some(reason.to_owned());
        connection.updated_at = self.now();
        let sealed = match &kept {
            Some(credential) => Some(self.seal(&connection.id, credential).await?),
            None => None,
        };
        let change = sealed.as_ref().map_or(SecretChange::Forget, SecretChange::Set);
        if !self.inner.store.update(&connection, change).await? {
            return Err(Error::Store(format!("the connection `{link}` was changed by another process meanwhile")));
        }
        self.log(link, "revoked", Some(reason)).await
    }

    /// Removes a connection and its sealed credential.
    pub async fn delete(&self, link: &str) -> Result<(), Error> {
        let connection = self.must_be_deletable(link).await?;
        self.inner.store.delete(&connection).await?;
        self.log(link, "deleted", None).await
    }

    /// The credential of a connection, where it has one.
    pub async fn credential(&self, connection: &Connection) -> Result<Option<Credential>, Error> {
        match self.credential_at(&connection.id).await? {
            Some(credential) => Ok(Some(credential)),
            // The client is the connection's; only the tokens are the user's own.
            None if connection.user.is_some() => {
                Ok(self.credential_at(&connection.base).await?.and_then(|shared| shared.without_tokens()))
            }
            None => Ok(None),
        }
    }

    async fn credential_at(&self, record: &str) -> Result<Option<Credential>, Error> {
        let Some(sealed) = self.inner.store.secret(record).await? else {
            return Ok(None);
        };
        let vault = self.vault().await?;
        let vault = if vault.key_id() == sealed.key_id { vault } else { self.reopen_vault().await? };
        let plain = vault.open(record, "credential", &sealed)?;
        Credential::from_plain(&plain).map(Some).map_err(Error::Store)
    }

    // --- history

    /// The latest events of a connection, newest first.
    pub async fn history(&self, link: &str, most: u32) -> Result<Vec<AuditLine>, Error> {
        self.inner.store.history(Some(link), most).await
    }

    /// The latest events of all connections, services and users, newest first.
    pub async fn whole_history(&self, most: u32) -> Result<Vec<AuditLine>, Error> {
        self.inner.store.history(None, most).await
    }

    /// Records an event. The reason must hold no secret.
    pub async fn log(&self, link: &str, event: &str, reason: Option<&str>) -> Result<(), Error> {
        let line = AuditLine {
            at: self.now(),
            actor: self.user().to_owned(),
            link_name: link.to_owned(),
            event: event.to_owned(),
            reason: reason.map(str::to_owned),
        };
        self.tell(&Event::History(&line));
        self.inner.store.log(&line).await
    }

    /// Tells of something that is worth a note and no line of the history.
    pub fn note(&self, link: &str, text: &str) {
        self.tell(&Event::Note { link_name: link, text });
    }

    fn tell(&self, event: &Event<'_>) {
        if let Some(tell) = &self.inner.events {
            tell(event);
        }
    }

    pub(in crate::connections) fn pace(&self) -> &Pace {
        &self.inner.pace
    }

    /// The pause before a token request is tried again within one call; the next one is longer.
    pub(in crate::connections) fn backoff(&self) -> Duration {
        self.inner.backoff
    }

    /// Times of an event since a given time.
    pub async fn times_of(&self, link: &str, event: &str, since: i64) -> Result<Vec<i64>, Error> {
        self.inner.store.times_of(link, event, since).await
    }

    // --- ready connections

    /// A connection kept ready under a key, unless the registry has changed since it was read.
    pub(in crate::connections) async fn warm(&self, key: &str) -> Option<Arc<Hot>> {
        self.inner.warm.get(&self.own_key(key), self.stamp().await)
    }

    pub(in crate::connections) fn keep_warm(&self, key: &str, stamp: Option<Stamp>, hot: Arc<Hot>) {
        self.inner.warm.put(self.own_key(key), stamp, hot);
    }

    /// Users may have sign-ins of their own under one link name.
    fn own_key(&self, key: &str) -> String {
        format!("{}\n{key}", self.actor)
    }

    /// Tells whether the registry has changed, for what is read after it.
    pub(in crate::connections) async fn stamp(&self) -> Option<Stamp> {
        Stamp::take(&self.inner.store).await
    }
}

fn environment_user() -> String {
    let named = |name: &str| std::env::var(name).ok().filter(|user| !user.is_empty());
    named("ARARAT_USER").or_else(|| named("USER")).or_else(|| named("USERNAME")).unwrap_or_else(|| "local".to_owned())
}

fn new_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

fn system_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn system_steady() -> Clock {
    let start = Instant::now();
    Arc::new(move || i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX))
}

fn default_scopes(service: &Service, chosen: Vec<String>) -> Vec<String> {
    match (&service.auth, chosen.is_empty()) {
        (Auth::OAuth2(oauth2), true) => oauth2.scopes.clone(),
        (_, _) => scope::split(&chosen.join(" ")),
    }
}

fn check_choices(service: &Service, new: &NewConnection) -> Result<(), Error> {
    if let Some(dc) = &new.dc {
        data_centre::find(dc)?;
        if !service.is_zoho() {
            return Err(Error::usage(format!("`{}` has no data centres", service.link_name)));
        }
    }
    for param in &service.params {
        if !new.params.contains_key(param) {
            return Err(Error::usage_help(
                format!("the service `{}` needs a value for `{param}`", service.link_name),
                format!("give it with --param {param}=VALUE"),
            ));
        }
    }
    for host in &new.hosts {
        check_host(host)?;
    }
    match (new.grant, service.oauth2()) {
        (Some(grant), Some(oauth2)) if !oauth2.grants.contains(&grant) => {
            let known: Vec<_> = oauth2.grants.iter().map(|grant| grant.word()).collect();
            Err(Error::usage(format!("expected a grant type of {}, found `{}`", known.join(", "), grant.word())))
        }
        (Some(_), None) => Err(Error::usage(format!("`{}` is no OAuth 2 service", service.link_name))),
        (Some(_) | None, _) => Ok(()),
    }
}

/// A host that credentials may go to: a name, with a port at need.
pub fn check_host(host: &str) -> Result<(), Error> {
    let name = host.strip_prefix("*.").unwrap_or(host);
    let read = url::Url::parse(&format!("https://{name}/"));
    let whole = read.as_ref().is_ok_and(|url| {
        url.path() == "/" && url.query().is_none() && url.username().is_empty() && url.host_str().is_some()
    });
    if !whole || name.contains(['/', '@', '?', '#']) {
        return Err(Error::usage(format!("expected a host such as `api.example.com`, found `{host}`")));
    }
    Ok(())
}
