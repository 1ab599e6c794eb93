//! Requests that are resolved and shown, and never sent: credentials stay in the vault, made-up
//! ones stand where they would go, and every answer is an empty JSON object.

use super::auth::{Bound, Signing};
use super::credential::{Credential, Secret, Tokens};
use super::outbound::{check_address, hosts_of, outgoing};
use super::registry::Registry;
use super::resolve::{self, Chosen};
use super::service::Auth;
use super::{Error, refresh};
use crate::host::{Request, Response};
use crate::http::{Attach, Client, Hop};
use std::sync::Arc;

const FAKE: &str = "dry-run";

/// Does everything but sending: the same refusals come up.
pub async fn on_connection(registry: &Registry, client: &Client, request: &Request) -> Result<Response, Error> {
    let Chosen { connection, service } = resolve::choose(registry, request).await?;
    refresh::check_state(&connection)?;
    resolve::check_scopes(request, &connection, &service)?;
    let values = refresh::values_of(&service, &connection)?;
    let allowed = hosts_of(&service, &connection, &values);
    check_address(request, &values, &connection.link_name, &allowed)?;
    let mut hop = outgoing(request, &values, Some(&connection.link_name))?.hop;
    let credential = made_up(&service.auth);
    let (id, link) = (connection.id, connection.link_name);
    let bound = Bound { id, link, service: Arc::clone(&service), credential, values, allowed };
    // A fault of its own would be worded for a script.
    bound.check(&hop.url)?;
    Signing { bound: &bound, now: registry.now() }.attach(&mut hop).map_err(|fault| Error::usage(fault.message()))?;
    Ok(shown(client, &hop))
}

/// Shows a request and answers it.
pub fn shown(client: &Client, hop: &Hop) -> Response {
    client.show(hop);
    Response {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: b"{}".to_vec(),
        url: client.redactor().url(&hop.url),
    }
}

fn made_up(auth: &Auth) -> Credential {
    let secret = || Secret::new(FAKE);
    match auth {
        Auth::ApiKey(params) => {
            Credential::ApiKey { values: params.iter().map(|param| (param.name.clone(), secret())).collect() }
        }
        Auth::Basic {} => Credential::Basic { user: FAKE.to_owned(), password: secret() },
        Auth::OAuth1(_) => Credential::OAuth1 {
            consumer_key: FAKE.to_owned(),
            consumer_secret: secret(),
            token: Some(secret()),
            token_secret: Some(secret()),
        },
        Auth::OAuth2(_) => Credential::OAuth2(Tokens { access: Some(secret()), ..Tokens::default() }),
        Auth::AwsSigv4 => {
            Credential::AwsSigv4 { access_key_id: FAKE.to_owned(), secret_access_key: secret(), session_token: None }
        }
    }
}
