//! Puts a connection's credentials into a request: a file for each auth type.

pub mod api_key;
pub mod aws;
pub mod basic;
pub mod oauth1;
pub mod oauth2;
pub mod token_reply;

use super::Error;
use super::credential::Credential;
use super::service::{Auth, Place, Service, is_allowed};
use super::template::{Values, fill, names};
use crate::fault::Fault;
use crate::host::{Body, Part};
use crate::http::network::is_loopback;
use crate::http::{Attach, Hop};
use std::fmt;
use std::sync::Arc;
use url::Url;

/// A connection ready for use: its service, its credentials, and where they may go.
#[derive(Clone)]
pub struct Bound {
    /// The connection's id, or that of the user's own sign-in to it.
    pub id: String,
    pub link: String,
    pub service: Arc<Service>,
    pub credential: Credential,
    pub values: Values,
    pub allowed: Vec<String>,
}

impl Bound {
    /// Refuses addresses that must not see the credentials.
    pub fn check(&self, url: &Url) -> Result<(), Error> {
        let host = url.host_str().unwrap_or_default();
        if !is_allowed(url, &self.allowed) {
            let host = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
            return Err(Error::HostNotAllowed { link: self.link.clone(), host, allowed: self.allowed.clone() });
        }
        if url.scheme() != "https" && !is_loopback(url) {
            return Err(Error::NotEncrypted { host: host.to_owned() });
        }
        Ok(())
    }

    /// What the script sets itself and the connection sets over it: `the header `Authorization``.
    pub fn overridden(&self, hop: &Hop) -> Vec<String> {
        let header = |name: &str| hop.has_header(name).then(|| format!("the header `{name}`"));
        let query = |name: &str| {
            hop.url.query_pairs().any(|(key, _)| key == name).then(|| format!("the query parameter `{name}`"))
        };
        let form = |name: &str| {
            matches!(&hop.body, Body::Form(pairs) if pairs.iter().any(|(key, _)| key == name))
                .then(|| format!("the form parameter `{name}`"))
        };
        let placed = |place: Place, name: &str| match place {
            Place::Header => header(name),
            Place::Query => query(name),
            Place::Form => form(name),
            Place::Path => None,
        };
        match &self.service.auth {
            Auth::ApiKey(params) => params.iter().filter_map(|param| placed(param.place, &param.name)).collect(),
            Auth::OAuth2(row) => placed(row.place, &row.parameter).into_iter().collect(),
            Auth::OAuth1(row) if row.place != Place::Header => Vec::new(),
            Auth::Basic {} | Auth::OAuth1(_) | Auth::AwsSigv4 => header("Authorization").into_iter().collect(),
        }
    }

    /// Puts the credentials into a request, signed for a time in milliseconds since the epoch.
    pub fn put(&self, hop: &mut Hop, now: i64) -> Result<(), Error> {
        self.check(&hop.url)?;
        for (name, value) in &self.service.headers {
            let filled = fill(value, &self.values);
            // Without the account's portal, say, there is nothing to send.
            if !hop.has_header(name) && names(&filled).is_empty() {
                hop.set_header(name, &filled);
            }
        }
        match (&self.service.auth, &self.credential) {
            (Auth::ApiKey(params), Credential::ApiKey { values }) => api_key::put(hop, params, values),
            (Auth::Basic {}, Credential::Basic { user, password }) => {
                basic::put(hop, user, password);
                Ok(())
            }
            (Auth::OAuth1(row), Credential::OAuth1 { .. }) => oauth1::put(hop, row, &self.credential, now),
            (Auth::OAuth2(row), Credential::OAuth2(tokens)) => oauth2::put(hop, row, tokens, &self.link),
            (Auth::AwsSigv4, Credential::AwsSigv4 { .. }) => aws::put(hop, &self.credential, &self.values, now),
            (Auth::ApiKey(_) | Auth::Basic {} | Auth::OAuth1(_) | Auth::OAuth2(_) | Auth::AwsSigv4, _) => {
                Err(Error::NeedsSignIn {
                    link: self.link.clone(),
                    reason: format!("its service now expects {}", self.service.auth.word()),
                })
            }
        }
    }
}

/// A connection with the time that its signatures carry.
pub struct Signing<'a> {
    pub bound: &'a Bound,
    /// By the provider's clock, in milliseconds since the epoch.
    pub now: i64,
}

impl Attach for Signing<'_> {
    fn attach(&self, hop: &mut Hop) -> Result<(), Fault> {
        self.bound.put(hop, self.now).map_err(Fault::from)
    }
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bound(`{}` to {:?})", self.link, self.allowed)
    }
}

/// Puts one named value where its row says.
fn place(hop: &mut Hop, place: Place, name: &str, value: &str) -> Result<(), Error> {
    match place {
        Place::Header => hop.set_header(name, value),
        Place::Query => hop.set_query(name, value),
        Place::Form => put_form(hop, name, value)?,
        Place::Path => {
            // The URL parser has escaped the braces.
            let escaped = format!("%7B{name}%7D");
            let encoded = percent_encoding::utf8_percent_encode(value, PATH).to_string();
            let path = hop.url.path().replace(&escaped, &encoded).replace(&format!("{{{name}}}"), &encoded);
            hop.url.set_path(&path);
        }
    }
    Ok(())
}

const PATH: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

fn put_form(hop: &mut Hop, name: &str, value: &str) -> Result<(), Error> {
    match &mut hop.body {
        Body::Empty => hop.body = Body::Form(vec![(name.to_owned(), value.to_owned())]),
        Body::Form(pairs) => {
            pairs.retain(|(key, _)| key != name);
            pairs.push((name.to_owned(), value.to_owned()));
        }
        Body::Multipart(parts) => {
            let bytes = value.as_bytes().to_vec();
            parts.push(Part { name: name.to_owned(), file_name: None, content_type: None, bytes });
        }
        Body::Bytes { .. } => {
            return Err(Error::usage(
                "this connection sends its credentials as form data, and the request has a body of another kind",
            ));
        }
    }
    Ok(())
}
