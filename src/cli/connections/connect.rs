//! `ararat connections connect` and `test`: the sign-in that fits the service.

use super::secrets::Secrets;
use super::{ask_line, client, print};
use crate::connections::account::{self, Choice, Tested};
use crate::connections::outbound::Source;
use crate::connections::registry::Settings;
use crate::connections::service::{Auth, Grant, KeyParam, OAuth2};
use crate::connections::sign_in::loopback::{DEFAULT_PORT, Loopback};
use crate::connections::sign_in::{self, Callback};
use crate::connections::{Connection, Credential, Error, Outbound, Registry, Secret};
use crate::http::Client;
use clap::Args;
use std::sync::Arc;
use std::time::Duration;

/// How long a person has for the consent page.
const PATIENCE: Duration = Duration::from_secs(300);

#[derive(Args)]
pub struct Connect {
    link_name: String,
    /// Scopes to ask for besides those the connection has
    #[arg(long, value_delimiter = ',')]
    add_scope: Vec<String>,
    #[command(flatten)]
    way: Way,
}

/// How to sign in.
#[derive(Args)]
pub struct Way {
    /// OAuth client id, consumer key, or user name
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// authorization_code, client_credentials or self_client; the service's first unless given
    #[arg(long)]
    pub(super) grant: Option<String>,
    /// Port of this machine that the provider redirects to
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// Redirect address registered with the provider, where it is another
    #[arg(long, value_name = "URL")]
    redirect_uri: Option<String>,
    /// Sign in by a code that you type on another device
    #[arg(long, conflicts_with_all = ["paste", "grant", "redirect_uri"])]
    device: bool,
    /// Print the address of the consent page, and read where it led from standard input: for
    /// machines without a browser
    #[arg(long, visible_alias = "no-browser")]
    paste: bool,
    /// Application or portal of the account to use, by id or name, where it has several
    #[arg(long, value_name = "ID")]
    portal: Option<String>,
    #[command(flatten)]
    secrets: Secrets,
}

impl Connect {
    pub async fn run(self, registry: &Registry) -> Result<(), Error> {
        let mut connection = registry.connection(&self.link_name).await?;
        let more: Vec<String> =
            self.add_scope.iter().filter(|scope| !connection.scopes.contains(scope)).cloned().collect();
        if !more.is_empty() {
            registry.must_not_lock_scopes(&connection).await?;
            connection.scopes.extend(more);
            registry.save(&connection, None).await?;
            connection = registry.connection(&self.link_name).await?;
        }
        sign_in(registry, &connection, &self.way).await
    }
}

/// Signs in as the service's auth type asks.
pub async fn sign_in(registry: &Registry, connection: &Connection, way: &Way) -> Result<(), Error> {
    let link = connection.link_name.as_str();
    let service = registry.service(&connection.service).await?;
    let done = match &service.auth {
        Auth::ApiKey(params) => sign_in::with_keys(registry, link, ask_keys(way, params)?).await?,
        Auth::Basic {} => {
            let user = way.need_id("user name")?;
            let password = way.secrets.need("password", "password")?;
            sign_in::with_keys(registry, link, Credential::Basic { user, password }).await?
        }
        Auth::OAuth1(_) => three_legs(registry, connection, way).await?,
        Auth::OAuth2(row) => oauth2(registry, connection, row, way).await?,
        Auth::AwsSigv4 => {
            let access_key_id = way.need_id("access key id")?;
            let secret_access_key = way.secrets.need("secret_access_key", "secret access key")?;
            let session_token = way.secrets.given("session_token")?;
            let credential = Credential::AwsSigv4 { access_key_id, secret_access_key, session_token };
            sign_in::with_keys(registry, link, credential).await?
        }
    };
    errln!("`{}` is connected to {}", done.link_name, service.name);
    if service.portals.is_some() {
        offer_portals(registry, link, way).await?;
    }
    Ok(())
}

impl Way {
    fn need_id(&self, label: &str) -> Result<String, Error> {
        if let Some(id) = self.client_id.clone() {
            return Ok(id);
        }
        match ask_line(&format!("{label}: "))? {
            Some(id) if !id.is_empty() => Ok(id),
            Some(_) | None => Err(Error::usage_help(format!("the {label} is needed"), "give it with --client-id")),
        }
    }
}

fn ask_keys(way: &Way, params: &[KeyParam]) -> Result<Credential, Error> {
    let read = |param: &KeyParam| Ok((param.name.clone(), way.secrets.need(&param.name, &param.label)?));
    Ok(Credential::ApiKey { values: params.iter().map(read).collect::<Result<_, Error>>()? })
}

async fn oauth2(registry: &Registry, connection: &Connection, row: &OAuth2, way: &Way) -> Result<Connection, Error> {
    let link = connection.link_name.as_str();
    ensure_client(registry, connection, way).await?;
    let http = client();
    if let Some(token) = way.secrets.given("refresh_token")? {
        return sign_in::with_refresh_token(registry, &http, link, token).await;
    }
    let chosen = way.grant.as_deref().or(connection.grant.as_deref());
    if way.device {
        return by_device(registry, &http, link).await;
    }
    let grant = match (chosen, way.secrets.given("code")?.is_some()) {
        (None, true) => Grant::SelfClient,
        (None, false) => row.grants.first().copied().unwrap_or(Grant::AuthorizationCode),
        (Some(word), _) => {
            Grant::parse(word).ok_or_else(|| Error::usage(format!("`{word}` is no grant type known here")))?
        }
    };
    match grant {
        Grant::ClientCredentials => sign_in::with_client_credentials(registry, &http, link).await,
        Grant::SelfClient => {
            let code = way.secrets.need("code", "code from Zoho's API console")?;
            sign_in::with_self_client(registry, &http, link, code.expose()).await
        }
        Grant::DeviceCode => by_device(registry, &http, link).await,
        Grant::AuthorizationCode => by_consent(registry, &http, link, way).await,
    }
}

/// Makes sure that the connection has an OAuth client, asking for it at need.
async fn ensure_client(registry: &Registry, connection: &Connection, way: &Way) -> Result<(), Error> {
    let known = match registry.credential(connection).await? {
        Some(Credential::OAuth2(tokens)) if !tokens.client_id.is_empty() => Some(tokens),
        Some(_) | None => None,
    };
    let given = way.secrets.given("client_secret")?;
    match (known, &way.client_id, given) {
        (Some(_), None, None) => Ok(()),
        (Some(tokens), None, Some(secret)) => {
            sign_in::set_client(registry, &connection.link_name, &tokens.client_id, Some(secret)).await
        }
        (_, _, given) => {
            let id = way.need_id("client id")?;
            let secret = match given {
                Some(secret) => Some(secret),
                None => optional_secret(way)?,
            };
            sign_in::set_client(registry, &connection.link_name, &id, secret).await
        }
    }
}

/// Keeps an OAuth 2 client for later, where one was given.
pub async fn keep_client(registry: &Registry, connection: &Connection, way: &Way) -> Result<(), Error> {
    let service = registry.service(&connection.service).await?;
    match (service.oauth2(), &way.client_id) {
        (Some(_), Some(_)) => ensure_client(registry, connection, way).await,
        (Some(_) | None, _) => Ok(()),
    }
}

/// Public clients have no secret: an empty answer is one.
fn optional_secret(way: &Way) -> Result<Option<Secret>, Error> {
    match way.secrets.need("client_secret", "client secret") {
        Ok(secret) => Ok(Some(secret)),
        Err(Error::Usage { message, .. }) if message.ends_with("cannot be empty") => Ok(None),
        Err(error) => Err(error),
    }
}

async fn by_consent(registry: &Registry, http: &Client, link: &str, way: &Way) -> Result<Connection, Error> {
    let way_back = WayBack::open(way).await?;
    let consent = sign_in::consent(registry, link, &way_back.redirect).await?;
    let connection = registry.connection(link).await?;
    let service = registry.service(&connection.service).await?;
    let scopes = if connection.scopes.is_empty() { "no scopes".to_owned() } else { connection.scopes.join(", ") };
    errln!("`{link}` asks {} for {scopes}", service.name);
    let callback = way_back.wait(consent.authorization.url.as_str()).await?;
    sign_in::finish(registry, http, link, consent, &callback).await
}

/// Shows the code, and waits until it was typed elsewhere.
async fn by_device(registry: &Registry, http: &Client, link: &str) -> Result<Connection, Error> {
    let start = sign_in::device::start(registry, http, link).await?;
    errln!("open {} on any device and type the code {}", start.page, start.user_code);
    if let Some(page) = &start.complete_page {
        errln!("or open {page}");
    }
    errln!("waiting for your decision …");
    sign_in::device::finish(registry, http, link, start).await
}

/// One line of standard input, which need not be a terminal.
fn read_line() -> Result<String, Error> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| Error::usage(error.to_string()))?;
    match line.trim() {
        "" => Err(Error::usage_help("no address was pasted", "run the command again, and paste the whole address")),
        address => Ok(address.to_owned()),
    }
}

async fn three_legs(registry: &Registry, connection: &Connection, way: &Way) -> Result<Connection, Error> {
    let link = connection.link_name.as_str();
    let known = registry.credential(connection).await?.is_some();
    if !known || way.client_id.is_some() {
        let key = way.need_id("consumer key")?;
        let secret = way.secrets.need("client_secret", "consumer secret")?;
        sign_in::set_consumer(registry, link, &key, secret).await?;
    }
    let http = client();
    let way_back = WayBack::open(way).await?;
    let start = sign_in::three_legs::start(registry, &http, link, &way_back.redirect).await?;
    let callback = way_back.wait(start.url.as_str()).await?;
    sign_in::three_legs::finish(registry, &http, link, start, &callback).await
}

/// Where the consent page leads back to: a port of this machine, or a pasted address.
struct WayBack {
    redirect: String,
    loopback: Option<Loopback>,
    open_browser: bool,
}

impl WayBack {
    async fn open(way: &Way) -> Result<Self, Error> {
        match &way.redirect_uri {
            // Where the provider leads to a page that is not ours, its address must be pasted.
            Some(redirect) => {
                let loopback = if way.paste { None } else { Loopback::at(redirect).await? };
                Ok(WayBack { redirect: redirect.clone(), loopback, open_browser: !way.paste })
            }
            None if way.paste => {
                let redirect = format!("http://127.0.0.1:{}{}", way.port, sign_in::loopback::PATH);
                Ok(WayBack { redirect, loopback: None, open_browser: false })
            }
            None => {
                let loopback = Loopback::bind(way.port).await?;
                Ok(WayBack { redirect: loopback.redirect(), loopback: Some(loopback), open_browser: true })
            }
        }
    }

    async fn wait(self, page: &str) -> Result<Callback, Error> {
        errln!("the redirect address to register with the provider is {}", self.redirect);
        if self.open_browser && open::that_detached(page).is_ok() {
            errln!("the consent page is open in your browser; if it is not, open\n{page}");
        } else {
            errln!("open this page and consent\n{page}");
        }
        match self.loopback {
            Some(loopback) => loopback.wait(PATIENCE).await,
            None => {
                errln!("then paste the address that the browser was led to; it may show an error page");
                Ok(Callback::read(&read_line()?))
            }
        }
    }
}

/// Calls an address of the service and says what it answered, and who is signed in.
pub async fn test(registry: &Registry, link: &str, url: Option<String>) -> Result<(), Error> {
    let Tested { status, url, whoami } = account::test(&outbound(registry), link, url).await?;
    let who = whoami.map_or(String::new(), |who| format!(", signed in as {who}"));
    print(&format!("`{link}` works: status {status} from {url}{who}"));
    Ok(())
}

/// Lists the applications or portals of the account, or takes one of them.
pub async fn portal(registry: &Registry, link: &str, wanted: Option<&str>) -> Result<(), Error> {
    let Some(choice) = account::choice(&outbound(registry), link).await? else {
        let service = registry.connection(link).await?.service;
        return Err(Error::usage(format!("accounts of `{service}` have nothing to choose from")));
    };
    match wanted {
        Some(wanted) => take(registry, link, &choice, wanted).await,
        None => {
            for portal in &choice.portals {
                let mark = if choice.chosen.as_deref() == Some(portal.id.as_str()) { "  (chosen)" } else { "" };
                print(&format!("{}  {}{mark}", portal.id, portal.name));
            }
            Ok(())
        }
    }
}

async fn take(registry: &Registry, link: &str, choice: &Choice, wanted: &str) -> Result<(), Error> {
    let portal =
        choice.portals.iter().find(|portal| portal.id == wanted || portal.name == wanted).ok_or_else(|| {
            let known: Vec<String> =
                choice.portals.iter().map(|portal| format!("{} ({})", portal.id, portal.name)).collect();
            Error::usage_help(
                format!("no {} is called `{wanted}`", choice.label),
                format!("there is {}", known.join(", ")),
            )
        })?;
    account::choose(registry, link, portal).await?;
    errln!("`{link}` uses the {} `{}`", choice.label, portal.name);
    Ok(())
}

/// After a sign-in: the only portal is taken, among several a person chooses.
async fn offer_portals(registry: &Registry, link: &str, way: &Way) -> Result<(), Error> {
    let choice = match account::choice(&outbound(registry), link).await {
        Ok(Some(choice)) => choice,
        Ok(None) => return Ok(()),
        Err(error) => {
            errln!("note: what to choose from could not be listed: {error}");
            return Ok(());
        }
    };
    if let Some(wanted) = &way.portal {
        return take(registry, link, &choice, wanted).await;
    }
    let Some(choice) = account::settle(registry, link, choice).await? else { return Ok(()) };
    errln!("the account has several, of which the connection uses one {}:", choice.label);
    for (index, portal) in choice.portals.iter().enumerate() {
        errln!("{:>3}  {} ({})", index + 1, portal.name, portal.id);
    }
    let answer = ask_line("number: ")?.and_then(|line| line.parse::<usize>().ok());
    match answer.and_then(|number| choice.portals.get(number.wrapping_sub(1))) {
        Some(portal) => take(registry, link, &choice, &portal.id).await,
        None => {
            errln!("choose one with `ararat connections portal {link} ID`");
            Ok(())
        }
    }
}

fn outbound(registry: &Registry) -> Outbound {
    Outbound::new(Arc::new(client()), Source::Open(registry.clone()), Settings::default())
}
