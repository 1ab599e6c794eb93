//! A sign-in whose consent page is open, kept sealed until the browser comes back: for whoever cannot
//! wait for it in one place, as a server cannot.

use super::{Callback, Consent, OAuth1Start, three_legs};
use crate::connections::auth::oauth2::Authorization;
use crate::connections::connection::Connection;
use crate::connections::registry::Registry;
use crate::connections::service::Auth;
use crate::connections::{Error, Secret};
use crate::http::Client;
use serde::{Deserialize, Serialize};
use url::Url;

/// A consent page to open.
pub struct Underway {
    pub page: Url,
    /// What comes back in the redirect and finds the rest again: a `state` or a request token.
    pub key: String,
    /// The rest, sealed by the vault.
    pub sealed: String,
}

#[derive(Serialize, Deserialize)]
enum Kept {
    OAuth2 { state: String, verifier: Option<String>, redirect: String },
    OAuth1 { token: String, token_secret: String },
}

/// Begins the sign-in that leads over a page of the provider.
pub async fn begin(registry: &Registry, http: &Client, link: &str, redirect: &str) -> Result<Underway, Error> {
    let connection = registry.connection(link).await?;
    registry.must_own_credentials(&connection).await?;
    let service = registry.service(&connection.service).await?;
    let (page, key, kept) = if let Auth::OAuth1(_) = service.auth {
        let OAuth1Start { url, token, token_secret } = three_legs::start(registry, http, link, redirect).await?;
        let (token, token_secret) = (token.expose().to_owned(), token_secret.expose().to_owned());
        (url, token.clone(), Kept::OAuth1 { token, token_secret })
    } else {
        let Consent { authorization, redirect } = super::consent(registry, link, redirect).await?;
        let Authorization { url, state, verifier } = authorization;
        (url, state.clone(), Kept::OAuth2 { state, verifier, redirect })
    };
    let text = serde_json::to_string(&kept).map_err(|error| Error::Store(error.to_string()))?;
    let sealed = registry.seal_text(&record(registry, link), &text).await?;
    Ok(Underway { page, key, sealed })
}

/// What a redirect brings back to find its sign-in by.
pub fn key_of(callback: &Callback) -> Option<&str> {
    callback.field("state").or_else(|| callback.field("oauth_token"))
}

/// Finishes the sign-in with what came back.
pub async fn finish(
    registry: &Registry,
    http: &Client,
    link: &str,
    sealed: &str,
    callback: &Callback,
) -> Result<Connection, Error> {
    let text = registry.open_text(&record(registry, link), sealed).await?;
    let kept = serde_json::from_str(&text);
    let kept = kept.map_err(|_| Error::Store(format!("the sign-in to `{link}` is damaged")))?;
    match kept {
        Kept::OAuth2 { state, verifier, redirect } => {
            let url = Url::parse(&redirect).map_err(|error| Error::Store(error.to_string()))?;
            let authorization = Authorization { url, state, verifier };
            super::finish(registry, http, link, Consent { authorization, redirect }, callback).await
        }
        Kept::OAuth1 { token, token_secret } => {
            if let Some(reason) = callback.field("denied").or_else(|| callback.field("error")) {
                return Err(super::refused(link, &format!("the consent was denied ({reason})")));
            }
            let url = Url::parse("https://unused.invalid/").map_err(|error| Error::Store(error.to_string()))?;
            let start = OAuth1Start { url, token: Secret::new(token), token_secret: Secret::new(token_secret) };
            three_legs::finish(registry, http, link, start, callback).await
        }
    }
}

/// Sealed for one user and connection.
fn record(registry: &Registry, link: &str) -> String {
    format!("consent:{link}:{}", registry.user())
}
