//! Signing in: from a connection's client or keys to a connection that works.
//!
//! `loopback` waits for the browser to come back; the rest here asks token servers and writes what
//! they grant. Nothing here prints or opens a browser: that is for the command line.

pub mod device;
pub mod loopback;
pub mod three_legs;
pub mod underway;

pub use three_legs::OAuth1Start;

use super::auth::basic;
use super::auth::oauth2::{self, Ask, Authorization, TokenFailure};
use super::connection::{Connection, State};
use super::credential::{Credential, Tokens, same};
use super::refresh;
use super::registry::Registry;
use super::service::{Auth, ClientAuth, Grant, OAuth2, Service};
use super::template::{Values, fill};
use super::{Error, Secret, data_centre};
use crate::host::{Body, Method};
use crate::http::{Client, Hop, Outgoing};
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;

/// What the provider's page is opened with.
pub struct Consent {
    pub authorization: Authorization,
    pub redirect: String,
}

/// What came back to the redirect address.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Callback {
    pub fields: BTreeMap<String, String>,
}

impl Callback {
    /// Reads the query of a redirect, or the whole address that a person pasted.
    pub fn read(text: &str) -> Self {
        let query = text.split_once('?').map_or(text, |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        Callback { fields: url::form_urlencoded::parse(query.trim().as_bytes()).into_owned().collect() }
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

/// Signs in with values that need no provider: API keys, or a user name and password.
pub async fn with_keys(registry: &Registry, link: &str, credential: Credential) -> Result<Connection, Error> {
    let mut connection = registry.connection(link).await?;
    let service = registry.service(&connection.service).await?;
    registry.must_own_credentials(&connection).await?;
    let fits = match (&service.auth, &credential) {
        (Auth::ApiKey(params), Credential::ApiKey { values }) => {
            params.iter().all(|param| values.contains_key(&param.name))
        }
        (Auth::Basic {}, Credential::Basic { .. }) | (Auth::AwsSigv4, Credential::AwsSigv4 { .. }) => true,
        (Auth::ApiKey(_) | Auth::Basic {} | Auth::OAuth1(_) | Auth::OAuth2(_) | Auth::AwsSigv4, _) => false,
    };
    if !fits {
        return Err(Error::usage(format!(
            "the service `{}` is signed in to with {}",
            service.link_name,
            service.auth.word()
        )));
    }
    connected(&mut connection);
    registry.save(&connection, Some(&credential)).await?;
    registry.log(link, "connected", None).await?;
    registry.connection(link).await
}

/// The provider's consent page for a connection.
pub async fn consent(registry: &Registry, link: &str, redirect: &str) -> Result<Consent, Error> {
    let (connection, service, row, tokens) = oauth2_parts(registry, link).await?;
    if !row.grants.contains(&Grant::AuthorizationCode) {
        return Err(Error::usage(format!("`{}` has no consent page", service.link_name)));
    }
    let values = refresh::values_of(&service, &connection)?;
    let authorization = oauth2::authorization(&row, &values, &tokens.client_id, redirect, &connection.scopes)?;
    Ok(Consent { authorization, redirect: redirect.to_owned() })
}

/// Finishes a sign-in with what came back from the consent page.
pub async fn finish(
    registry: &Registry,
    http: &Client,
    link: &str,
    consent: Consent,
    callback: &Callback,
) -> Result<Connection, Error> {
    let (mut connection, service, row, _) = oauth2_parts(registry, link).await?;
    check_callback(link, &consent, callback)?;
    check_issuer(link, &row, &refresh::values_of(&service, &connection)?, callback)?;
    if service.is_zoho() {
        follow_data_centre(registry, &mut connection, callback).await?;
    }
    let code = callback.field("code").ok_or_else(|| refused(link, "the redirect held no code"))?;
    let verifier = consent.authorization.verifier;
    exchange(registry, http, link, Ask::Code { code, verifier, redirect: Some(&consent.redirect) }).await
}

fn check_callback(link: &str, consent: &Consent, callback: &Callback) -> Result<(), Error> {
    let state = callback.field("state").unwrap_or_default();
    if !same(state.as_bytes(), consent.authorization.state.as_bytes()) {
        return Err(refused(link, "the redirect does not belong to this sign-in (its `state` differs)"));
    }
    match (callback.field("error"), callback.field("error_description")) {
        (Some(error), Some(more)) => Err(refused(link, &format!("{error} ({more})"))),
        (Some(error), None) => Err(refused(link, error)),
        (None, _) => Ok(()),
    }
}

/// A redirect that names its issuer (RFC 9207) must name the server that was asked.
fn check_issuer(link: &str, row: &OAuth2, values: &Values, callback: &Callback) -> Result<(), Error> {
    let Some(issuer) = callback.field("iss") else {
        return Ok(());
    };
    let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    let asked = [row.authorize_url.as_deref(), Some(row.token_url.as_str())];
    let known = asked.into_iter().flatten().filter_map(|template| origin(&fill(template, values)));
    if known.into_iter().any(|known| Some(known) == origin(issuer)) {
        return Ok(());
    }
    Err(refused(link, "the redirect comes from another server than the one that was asked (its `iss` differs)"))
}

/// Zoho says where the user's account lives; only its own accounts servers are believed.
async fn follow_data_centre(
    registry: &Registry,
    connection: &mut Connection,
    callback: &Callback,
) -> Result<(), Error> {
    if connection.params.contains_key("accounts") {
        return Ok(());
    }
    let server = callback.field("accounts-server").and_then(|text| Url::parse(text).ok());
    if let Some(server) = server {
        let host = server.host_str().unwrap_or_default();
        if !data_centre::is_accounts_host(host) || server.scheme() != "https" {
            let reason = format!("the redirect names `{host}`, which is none of Zoho's accounts servers");
            return Err(refused(&connection.link_name, &reason));
        }
        let centre = data_centre::all().iter().find(|centre| centre.accounts == host);
        if let Some(centre) = centre.filter(|centre| connection.dc.as_deref() != Some(centre.location.as_str())) {
            connection.dc = Some(centre.location.clone());
            registry.save(connection, None).await?;
        }
    }
    Ok(())
}

/// Signs in with a code made by hand in Zoho's API console.
pub async fn with_self_client(registry: &Registry, http: &Client, link: &str, code: &str) -> Result<Connection, Error> {
    exchange(registry, http, link, Ask::Code { code, verifier: None, redirect: None }).await
}

/// Signs in with a refresh token from elsewhere, which is tried at once.
pub async fn with_refresh_token(
    registry: &Registry,
    http: &Client,
    link: &str,
    token: Secret,
) -> Result<Connection, Error> {
    http.redactor().learn(token.expose());
    let (_, _, _, mut tokens) = oauth2_parts(registry, link).await?;
    let connection = registry.connection(link).await?;
    registry.must_own_credentials(&connection).await?;
    tokens.refresh = Some(token.clone());
    tokens.access = None;
    registry.save(&connection, Some(&Credential::OAuth2(tokens))).await?;
    exchange(registry, http, link, Ask::Refresh { token: &token }).await
}

/// Signs in with the client's own credentials.
pub async fn with_client_credentials(registry: &Registry, http: &Client, link: &str) -> Result<Connection, Error> {
    let (mut connection, ..) = oauth2_parts(registry, link).await?;
    connection.grant = Some(Grant::ClientCredentials.word().to_owned());
    registry.save(&connection, None).await?;
    let scopes = connection.scopes.clone();
    exchange(registry, http, link, Ask::ClientCredentials { scopes: &scopes }).await
}

async fn exchange(registry: &Registry, http: &Client, link: &str, ask: Ask<'_>) -> Result<Connection, Error> {
    let (connection, service, row, _) = oauth2_parts(registry, link).await?;
    registry.must_own_credentials(&connection).await?;
    let flight = registry.flight(&connection).await?;
    let done = exchange_in_flight(registry, http, &service, &row, link, ask).await;
    flight.end().await;
    done
}

async fn exchange_in_flight(
    registry: &Registry,
    http: &Client,
    service: &Service,
    row: &OAuth2,
    link: &str,
    ask: Ask<'_>,
) -> Result<Connection, Error> {
    let (mut connection, _, _, tokens) = oauth2_parts(registry, link).await?;
    let values = refresh::values_of(service, &connection)?;
    refresh::learn(http, &tokens);
    if let Ask::Refresh { .. } = ask {
        refresh::record_request(registry, row, &connection).await?;
    }
    let granted = oauth2::ask(http, row, &values, &tokens, ask).await.map_err(|failure| {
        let reason = http.redactor().clean(failure.reason()).into_owned();
        let more = match &failure {
            TokenFailure::Dead(_) => "; the code or token is used, expired, or of another data centre",
            TokenFailure::Throttled(_) | TokenFailure::Refused(_) | TokenFailure::Transient { .. } => "",
        };
        refused(link, &format!("{reason}{more}"))
    })?;
    let tokens = refresh::take(registry, service, &mut connection, tokens, granted);
    refresh::learn(http, &tokens);
    registry.save(&connection, Some(&Credential::OAuth2(tokens))).await?;
    registry.log(link, "connected", None).await?;
    registry.connection(link).await
}

/// Gives a connection an OAuth 2 client, keeping its tokens if it is the same client.
pub async fn set_client(registry: &Registry, link: &str, id: &str, secret: Option<Secret>) -> Result<(), Error> {
    let connection = registry.connection(link).await?;
    registry.must_own_credentials(&connection).await?;
    let tokens = match registry.credential(&connection).await? {
        Some(Credential::OAuth2(tokens)) if tokens.client_id == id => Tokens { client_secret: secret, ..tokens },
        Some(_) | None => Tokens { client_id: id.to_owned(), client_secret: secret, access: None, refresh: None },
    };
    registry.save(&connection, Some(&Credential::OAuth2(tokens))).await
}

/// Gives a connection an OAuth 1 consumer.
pub async fn set_consumer(registry: &Registry, link: &str, key: &str, secret: Secret) -> Result<(), Error> {
    let connection = registry.connection(link).await?;
    registry.must_own_credentials(&connection).await?;
    let consumer_key = key.to_owned();
    let credential = Credential::OAuth1 { consumer_key, consumer_secret: secret, token: None, token_secret: None };
    registry.save(&connection, Some(&credential)).await
}

/// The public half of the client that a connection signs in as, where it has one.
pub async fn client_id(registry: &Registry, connection: &Connection) -> Result<Option<String>, Error> {
    let id = match registry.credential(connection).await? {
        Some(Credential::OAuth2(tokens)) => Some(tokens.client_id.clone()),
        Some(Credential::OAuth1 { consumer_key, .. }) => Some(consumer_key),
        Some(Credential::ApiKey { .. } | Credential::Basic { .. } | Credential::AwsSigv4 { .. }) | None => None,
    };
    Ok(id.filter(|id| !id.is_empty()))
}

/// Signs out: the provider is told where it can be, the tokens are forgotten here in any case.
/// Answers with what the provider said, if it did not accept.
pub async fn revoke(registry: &Registry, http: &Client, link: &str) -> Result<Option<String>, Error> {
    let connection = registry.connection(link).await?;
    registry.must_own_credentials(&connection).await?;
    // Neither a vault that does not open nor a service that is gone is a reason to stay signed in.
    let told = match (registry.service(&connection.service).await, registry.credential(&connection).await) {
        (Ok(service), Ok(Some(Credential::OAuth2(tokens)))) => match service.oauth2() {
            Some(row) => {
                let values = refresh::values_of(&service, &connection)?;
                tell_provider(http, row, &values, &tokens).await
            }
            None => None,
        },
        (Ok(_) | Err(_), _) => None,
    };
    registry.forget_tokens(link, "by the user").await?;
    Ok(told)
}

/// Signs the acting user out of everything that he signed in to. Answers with the link names.
pub async fn revoke_all(registry: &Registry, http: &Client) -> Result<Vec<String>, Error> {
    let mut revoked = Vec::new();
    for connection in registry.signed_in_connections().await? {
        revoke(registry, http, &connection.link_name).await?;
        revoked.push(connection.link_name);
    }
    Ok(revoked)
}

async fn tell_provider(http: &Client, row: &OAuth2, values: &Values, tokens: &Tokens) -> Option<String> {
    let template = row.revoke_url.as_deref()?;
    let token = tokens.refresh.as_ref().or(tokens.access.as_ref())?;
    refresh::learn(http, tokens);
    let mut values = values.clone();
    values.insert("client_id".to_owned(), tokens.client_id.clone());
    let url = Url::parse(&fill(template, &values)).ok()?;
    if let Err(error) = oauth2::check_token_server(&url, template) {
        return Some(error.to_string());
    }
    let mut pairs = vec![("token".to_owned(), token.expose().to_owned())];
    let mut headers = Vec::new();
    match (row.client_auth, &tokens.client_secret) {
        (ClientAuth::Header, Some(secret)) => {
            headers.push(("Authorization".to_owned(), client_header(&tokens.client_id, secret)));
        }
        (ClientAuth::Body, Some(secret)) => {
            pairs.push(("client_id".to_owned(), tokens.client_id.clone()));
            pairs.push(("client_secret".to_owned(), secret.expose().to_owned()));
        }
        (ClientAuth::Body | ClientAuth::Header, None) => {
            pairs.push(("client_id".to_owned(), tokens.client_id.clone()));
        }
    }
    let hop = Hop { method: Method::Post, url, headers, body: Body::Form(pairs) };
    let timeout = Duration::from_secs(10);
    let outgoing = Outgoing { hop, timeout, max_response: 1 << 20, connection: None, follow: false };
    match http.send(&outgoing, None).await {
        Ok(answer) if answer.status < 300 => None,
        Ok(answer) => Some(format!("the provider answered with status {}", answer.status)),
        Err(error) => Some(http.redactor().clean(&error.to_string()).into_owned()),
    }
}

/// A client's id and secret as a form writes them, then as HTTP Basic (RFC 6749, 2.3.1).
fn client_header(id: &str, secret: &Secret) -> String {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    basic::header(&encoded(id), &Secret::new(encoded(secret.expose())))
}

async fn oauth2_parts(registry: &Registry, link: &str) -> Result<(Connection, Service, OAuth2, Tokens), Error> {
    let connection = registry.connection(link).await?;
    let service = registry.service(&connection.service).await?;
    let Some(row) = service.oauth2().cloned() else {
        return Err(Error::usage(format!(
            "the service `{}` is signed in to with {}",
            service.link_name,
            service.auth.word()
        )));
    };
    match registry.credential(&connection).await? {
        Some(Credential::OAuth2(tokens)) => Ok((connection, service, row, tokens)),
        Some(_) | None => Err(Error::usage_help(
            format!("the connection `{link}` has no OAuth client"),
            format!("give it one with `ararat connections connect {link} --client-id ID`"),
        )),
    }
}

fn connected(connection: &mut Connection) {
    connection.state = State::Connected;
    connection.reason = None;
    connection.retry_at = None;
    connection.failures = 0;
    connection.expires_at = None;
    connection.lifetime = None;
}

pub(super) fn refused(link: &str, reason: &str) -> Error {
    Error::Provider { link: link.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_form_encoded_before_basic() {
        assert_eq!(client_header("s6BhdRkqt3", &Secret::new("gX1fBat3bV")), "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW");
        // `a%3Ab` and `c+d`, so that the colon between them is the only one.
        assert_eq!(client_header("a:b", &Secret::new("c d")), "Basic YSUzQWI6Yytk");
    }
}
