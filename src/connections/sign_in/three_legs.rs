//! The three requests of an OAuth 1 sign-in: a request token, consent, an access token.

use super::Callback;
use crate::connections::auth::oauth1::{self, Moment, Signer};
use crate::connections::connection::Connection;
use crate::connections::credential::Credential;
use crate::connections::registry::Registry;
use crate::connections::service::{Auth, OAuth1, Place};
use crate::connections::template::{Values, fill};
use crate::connections::{Error, Secret, refresh};
use crate::host::{Body, Method};
use crate::http::network::is_loopback;
use crate::http::{Client, Hop, Outgoing};
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;

/// A sign-in under way: the page to open, and the token that comes back with it.
pub struct OAuth1Start {
    pub url: Url,
    pub(super) token: Secret,
    pub(super) token_secret: Secret,
}

/// Gets a request token and the address of the consent page.
pub async fn start(registry: &Registry, http: &Client, link: &str, callback: &str) -> Result<OAuth1Start, Error> {
    let (_, row, values, key, secret) = parts(registry, link).await?;
    http.redactor().learn(secret.expose());
    let signer = Signer { consumer_key: &key, consumer_secret: secret.expose(), token: None, signature: row.signature };
    let address = fill(&row.request_token_url, &values);
    let reply = ask(registry, http, link, &address, &signer, &[("oauth_callback", callback)]).await?;
    let token = field(link, &reply, "oauth_token")?;
    let token_secret = field(link, &reply, "oauth_token_secret")?;
    let mut url = Url::parse(&fill(&row.authorize_url, &values)).map_err(|error| Error::usage(error.to_string()))?;
    url.query_pairs_mut().append_pair("oauth_token", &token);
    for (name, value) in &row.authorize_params {
        url.query_pairs_mut().append_pair(name, &fill(value, &values));
    }
    Ok(OAuth1Start { url, token: Secret::new(token), token_secret: Secret::new(token_secret) })
}

/// Turns the consent into an access token.
pub async fn finish(
    registry: &Registry,
    http: &Client,
    link: &str,
    start: OAuth1Start,
    callback: &Callback,
) -> Result<Connection, Error> {
    let (mut connection, row, values, key, secret) = parts(registry, link).await?;
    let returned = callback.fields.get("oauth_token").map(String::as_str).unwrap_or_default();
    if Secret::new(returned) != start.token {
        return Err(super::refused(link, "the redirect does not belong to this sign-in (its `oauth_token` differs)"));
    }
    let verifier = field(link, &callback.fields, "oauth_verifier")?;
    let token = Some((start.token.expose(), start.token_secret.expose()));
    let signer = Signer { consumer_key: &key, consumer_secret: secret.expose(), token, signature: row.signature };
    let address = fill(&row.access_token_url, &values);
    let reply = ask(registry, http, link, &address, &signer, &[("oauth_verifier", &verifier)]).await?;
    let credential = Credential::OAuth1 {
        consumer_key: key,
        consumer_secret: secret,
        token: Some(Secret::new(field(link, &reply, "oauth_token")?)),
        token_secret: Some(Secret::new(field(link, &reply, "oauth_token_secret")?)),
    };
    registry.must_own_credentials(&connection).await?;
    super::connected(&mut connection);
    registry.save(&connection, Some(&credential)).await?;
    registry.log(link, "connected", None).await?;
    registry.connection(link).await
}

type Parts = (Connection, OAuth1, Values, String, Secret);

async fn parts(registry: &Registry, link: &str) -> Result<Parts, Error> {
    let connection = registry.connection(link).await?;
    let service = registry.service(&connection.service).await?;
    let values = refresh::values_of(&service, &connection)?;
    match (&service.auth, registry.credential(&connection).await?) {
        (Auth::OAuth1(row), Some(Credential::OAuth1 { consumer_key, consumer_secret, .. })) => {
            Ok((connection, row.clone(), values, consumer_key, consumer_secret))
        }
        (Auth::OAuth1(_), _) => Err(Error::usage_help(
            format!("the connection `{link}` has no consumer key"),
            format!("give it one with `ararat connections connect {link} --client-id KEY`"),
        )),
        (Auth::ApiKey(_) | Auth::Basic {} | Auth::OAuth2(_) | Auth::AwsSigv4, _) => Err(Error::usage(format!(
            "the service `{}` is signed in to with {}",
            service.link_name,
            service.auth.word()
        ))),
    }
}

async fn ask(
    registry: &Registry,
    http: &Client,
    link: &str,
    address: &str,
    signer: &Signer<'_>,
    extra: &[(&str, &str)],
) -> Result<BTreeMap<String, String>, Error> {
    let url = Url::parse(address).map_err(|error| Error::usage(format!("`{address}` is not an address: {error}")))?;
    if url.scheme() != "https" && !is_loopback(&url) {
        return Err(Error::NotEncrypted { host: url.host_str().unwrap_or_default().to_owned() });
    }
    let mut hop = Hop { method: Method::Post, url, headers: vec![], body: Body::Empty };
    oauth1::sign(&mut hop, signer, &Moment::at(registry.now()), extra, Place::Header)?;
    let timeout = Duration::from_secs(30);
    let outgoing = Outgoing { hop, timeout, max_response: 1 << 20, connection: Some(link.to_owned()), follow: false };
    let answer = http.send(&outgoing, None).await?;
    if answer.status >= 300 {
        return Err(super::refused(link, &format!("status {} from {}", answer.status, answer.url)));
    }
    Ok(Callback::read(&format!("?{}", String::from_utf8_lossy(&answer.body))).fields)
}

fn field(link: &str, fields: &BTreeMap<String, String>, name: &str) -> Result<String, Error> {
    fields
        .get(name)
        .cloned()
        .ok_or_else(|| super::refused(link, &format!("expected `{name}` in the reply, found none")))
}
