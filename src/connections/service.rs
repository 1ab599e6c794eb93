//! A service: how a provider is signed in to, and where its credentials may go.
//!
//! The rows of `catalogue/services/` and the custom services of a registry have one shape.

use super::template::{Values, fill, names};
use super::{Error, data_centre};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use url::Url;

/// One provider, or one product of a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub link_name: String,
    pub name: String,
    /// `zoho`, `third_party` or `custom`.
    pub family: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Where its API begins; the host of it may get the credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_base: Option<String>,
    /// Further hosts that may get the credentials: `files.slack.com`, `*.googleapis.com`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Families of integration tasks that run on it: `api/crm/`, `desk/`, or `*` for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<String>,
    /// An address whose answer shows that the credentials work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// Fields of that answer that say who is signed in, as in `users.0.email`; the first that is there counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whoami: Vec<String>,
    /// Where the account's applications or portals are listed, of which a connection uses one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portals: Option<Portals>,
    /// Dynamic parameters, asked per connection and filled into addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<String>,
    /// Fields of the token reply that become dynamic parameters of the connection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from_token: Vec<String>,
    /// Calls that a connection may make.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Budget>,
    pub auth: Auth,
    /// Headers that every call needs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// A list of an account's applications or portals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portals {
    /// What the provider calls one: `organization`, `site`.
    pub label: String,
    /// The address that answers with the list.
    pub url: String,
    /// Where the list is in the answer, as in `data.orgs`; the answer itself where absent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub list: String,
    /// Fields of an entry.
    pub id: String,
    pub name: String,
    /// The dynamic parameter of the connection that holds the id of the chosen one.
    pub param: String,
}

/// How a service is signed in to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Any number of values that go with each call.
    ApiKey(Vec<KeyParam>),
    /// User name and password.
    Basic {},
    #[serde(rename = "oauth1")]
    OAuth1(OAuth1),
    #[serde(rename = "oauth2")]
    OAuth2(Box<OAuth2>),
    /// Each request is signed with an access key, for one region and one of AWS's services.
    AwsSigv4,
}

impl Auth {
    /// The word that people and files use.
    pub fn word(&self) -> &'static str {
        match self {
            Auth::ApiKey(_) => "api_key",
            Auth::Basic {} => "basic",
            Auth::OAuth1(_) => "oauth1",
            Auth::OAuth2(_) => "oauth2",
            Auth::AwsSigv4 => "aws_sigv4",
        }
    }
}

/// Where a credential goes in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    #[default]
    Header,
    Query,
    Form,
    /// A `{name}` in the address.
    Path,
}

/// One value of an API key service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyParam {
    /// The parameter's name on the wire.
    pub name: String,
    /// What a person is asked for.
    pub label: String,
    #[serde(default)]
    pub place: Place,
    /// Text around the value, with `{value}` in it: `Bearer {value}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth1 {
    pub request_token_url: String,
    pub authorize_url: String,
    pub access_token_url: String,
    pub signature: Signature,
    #[serde(default)]
    pub place: Place,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub authorize_params: BTreeMap<String, String>,
}

/// How an OAuth 1 request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signature {
    #[serde(rename = "HMAC-SHA1")]
    HmacSha1,
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
    #[serde(rename = "HMAC-SHA512")]
    HmacSha512,
    /// The consumer secret is an RSA private key in PEM.
    #[serde(rename = "RSA-SHA1")]
    RsaSha1,
    #[serde(rename = "PLAINTEXT")]
    Plaintext,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    pub grants: Vec<Grant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<String>,
    pub token_url: String,
    /// The token URL, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_code_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_token_url: Option<String>,
    #[serde(default)]
    pub place: Place,
    /// Name of the header or query parameter that carries the token.
    #[serde(default = "authorization")]
    pub parameter: String,
    /// Text around the token, with `{token}` in it.
    #[serde(default = "bearer")]
    pub value: String,
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Between scopes on the authorize page: comma, space or plus.
    #[serde(default = "comma")]
    pub scope_delimiter: String,
    #[serde(default = "yes")]
    pub pkce: bool,
    #[serde(default)]
    pub client_auth: ClientAuth,
    #[serde(default)]
    pub token_body: TokenBody,
    /// Seconds before its end at which a token is refreshed, where the usual tenth of its life does not do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_margin: Option<u32>,
    /// The provider writes `expires_in` in milliseconds.
    #[serde(default, skip_serializing_if = "is_no")]
    pub expires_in_ms: bool,
    /// The provider gives a new refresh token with each refresh.
    #[serde(default)]
    pub rotates: bool,
    /// Values of `error` or `code` in a JSON answer that mean what status 401 means.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expired_signals: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub authorize_params: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub token_params: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refresh_params: BTreeMap<String, String>,
}

/// A way to a first token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    AuthorizationCode,
    ClientCredentials,
    /// A code made by hand in Zoho's API console.
    SelfClient,
    DeviceCode,
}

impl Grant {
    pub fn word(self) -> &'static str {
        match self {
            Grant::AuthorizationCode => "authorization_code",
            Grant::ClientCredentials => "client_credentials",
            Grant::SelfClient => "self_client",
            Grant::DeviceCode => "device_code",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        let all = [Grant::AuthorizationCode, Grant::ClientCredentials, Grant::SelfClient, Grant::DeviceCode];
        all.into_iter().find(|grant| grant.word() == word)
    }
}

/// Where the client's id and secret go in a token request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    #[default]
    Body,
    Header,
}

/// How a token request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenBody {
    #[default]
    Form,
    Json,
}

/// Requests allowed in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    pub requests: u32,
    pub seconds: u32,
}

fn authorization() -> String {
    "Authorization".to_owned()
}

fn bearer() -> String {
    "Bearer {token}".to_owned()
}

fn comma() -> String {
    ",".to_owned()
}

fn is_no(value: &bool) -> bool {
    !value
}

fn yes() -> bool {
    true
}

impl Budget {
    /// Reads `100/60`: a hundred requests in 60 seconds.
    pub fn parse(text: &str) -> Option<Self> {
        let (requests, seconds) = text.split_once('/')?;
        let (requests, seconds) = (requests.trim().parse().ok()?, seconds.trim().parse().ok()?);
        (requests > 0 && seconds > 0).then_some(Budget { requests, seconds })
    }
}

impl Service {
    pub fn is_zoho(&self) -> bool {
        self.family == "zoho"
    }

    pub fn oauth2(&self) -> Option<&OAuth2> {
        match &self.auth {
            Auth::OAuth2(oauth2) => Some(oauth2),
            Auth::ApiKey(_) | Auth::Basic {} | Auth::OAuth1(_) | Auth::AwsSigv4 => None,
        }
    }

    /// Whether a Zoho task's family and path run on this service.
    pub fn covers(&self, family: &str, path: &str) -> bool {
        let target = format!("{family}/{}", path.trim_start_matches('/'));
        self.covers.iter().any(|prefix| prefix == "*" || target.starts_with(prefix.as_str()))
    }

    /// Hosts that may get the credentials, filled in; `*.` stands for any host below.
    pub fn allowed_hosts(&self, values: &Values) -> Vec<String> {
        let base = self.api_base.as_deref().map(|base| fill(base, values));
        let base_host = base.as_deref().and_then(host_of);
        let others = self.hosts.iter().map(|host| fill(host, values));
        // A pattern never matches a port, so one with a port would only be shown in vain.
        let means_something = |host: &String| !(host.contains('{') || host.starts_with("*.") && host.contains(':'));
        base_host.into_iter().chain(others).filter(means_something).collect()
    }

    /// Everything wrong with the row, for the lint and for custom services.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.api_base.is_none() && self.hosts.is_empty() {
            problems.push("expected `api_base` or `hosts`: where may the credentials go?".to_owned());
        }
        for (what, url) in self.addresses() {
            self.check_address(what, url, &mut problems);
        }
        match &self.auth {
            Auth::ApiKey(params) if params.is_empty() => problems.push("expected at least one API key".to_owned()),
            Auth::OAuth2(oauth2) => oauth2_problems(oauth2, &mut problems),
            Auth::OAuth1(oauth1) if oauth1.place == Place::Path => {
                problems.push("OAuth 1 goes into a header, the query or form data".to_owned());
            }
            Auth::ApiKey(_) | Auth::Basic {} | Auth::OAuth1(_) | Auth::AwsSigv4 => {}
        }
        problems
    }

    fn addresses(&self) -> Vec<(&'static str, &str)> {
        let mut all: Vec<(&'static str, Option<&String>)> =
            vec![("api_base", self.api_base.as_ref()), ("test", self.test.as_ref())];
        all.push(("portals.url", self.portals.as_ref().map(|portals| &portals.url)));
        match &self.auth {
            Auth::OAuth2(o) => all.extend([
                ("authorize_url", o.authorize_url.as_ref()),
                ("token_url", Some(&o.token_url)),
                ("refresh_url", o.refresh_url.as_ref()),
                ("revoke_url", o.revoke_url.as_ref()),
                ("device_code_url", o.device_code_url.as_ref()),
                ("device_token_url", o.device_token_url.as_ref()),
            ]),
            Auth::OAuth1(o) => all.extend([
                ("request_token_url", Some(&o.request_token_url)),
                ("authorize_url", Some(&o.authorize_url)),
                ("access_token_url", Some(&o.access_token_url)),
            ]),
            Auth::ApiKey(_) | Auth::Basic {} | Auth::AwsSigv4 => {}
        }
        all.into_iter().filter_map(|(what, url)| url.map(|url| (what, url.as_str()))).collect()
    }

    fn check_address(&self, what: &str, url: &str, problems: &mut Vec<String>) {
        let mut values = Values::new();
        if self.is_zoho() {
            values.extend(data_centre::find(data_centre::DEFAULT).map(|centre| centre.values()).unwrap_or_default());
        }
        let portal = self.portals.as_ref().map(|portals| &portals.param);
        for name in self.params.iter().chain(&self.from_token).chain(portal) {
            let value = if url.starts_with(&format!("{{{name}}}")) { "https://example.com" } else { "x" };
            values.insert(name.clone(), value.to_owned());
        }
        let filled = fill(url, &values);
        for name in names(&filled).into_iter().filter(|name| !self.fills_later(name)) {
            problems.push(format!("`{what}` has `{{{name}}}`, which is no dynamic parameter of the service"));
        }
        match Url::parse(&filled) {
            Ok(parsed) if parsed.scheme() == "https" || crate::http::network::is_loopback(&parsed) => {}
            Ok(parsed) => problems.push(format!("expected https in `{what}`, found `{}`", parsed.scheme())),
            Err(error) => problems.push(format!("`{what}` is not an address: {error}")),
        }
    }

    /// Placeholders that are filled from credentials at the time of the call.
    fn fills_later(&self, name: &str) -> bool {
        let key = match &self.auth {
            Auth::ApiKey(params) => params.iter().any(|param| param.place == Place::Path && param.name == name),
            Auth::Basic {} | Auth::OAuth1(_) | Auth::OAuth2(_) | Auth::AwsSigv4 => false,
        };
        key || matches!(name, "client_id" | "refresh_token")
    }

    /// Placeholder values of the service under a data centre and a connection's own parameters.
    pub fn values(&self, dc: Option<&str>, own: &Values) -> Result<Values, Error> {
        let mut values = Values::new();
        if self.is_zoho() {
            values = data_centre::find(dc.unwrap_or(data_centre::DEFAULT))?.values();
        }
        values.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
        Ok(values)
    }
}

fn oauth2_problems(oauth2: &OAuth2, problems: &mut Vec<String>) {
    if oauth2.grants.is_empty() {
        problems.push("expected at least one grant type".to_owned());
    }
    if oauth2.grants.contains(&Grant::AuthorizationCode) && oauth2.authorize_url.is_none() {
        problems.push("expected `authorize_url` for the grant type `authorization_code`".to_owned());
    }
    if !oauth2.value.contains("{token}") {
        problems.push(format!("expected `{{token}}` in `value`, found `{}`", oauth2.value));
    }
    if !matches!(oauth2.place, Place::Header | Place::Query) {
        problems.push("an OAuth 2 token goes into a header or the query".to_owned());
    }
    if ![",", " ", "+"].contains(&oauth2.scope_delimiter.as_str()) {
        problems.push(format!("expected a comma, a space or `+` between scopes, found `{}`", oauth2.scope_delimiter));
    }
}

/// `host` or `host:port` of an address.
pub fn host_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// Whether an address goes to one of the allowed hosts.
pub fn is_allowed(url: &Url, allowed: &[String]) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let with_port = url.port().map(|port| format!("{host}:{port}"));
    allowed.iter().any(|pattern| match pattern.strip_prefix("*.") {
        // A pattern below a top-level domain would allow everyone.
        Some(domain) => {
            domain.contains('.')
                && url.port().is_none()
                && (host.strip_suffix(domain).is_some_and(|p| p.ends_with('.')))
        }
        None => match &with_port {
            Some(with_port) => with_port.eq_ignore_ascii_case(pattern),
            None => host.eq_ignore_ascii_case(pattern),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(url: &str, hosts: &[&str]) -> bool {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        is_allowed(&Url::parse(url).expect("a url"), &hosts)
    }

    #[test]
    fn hosts_match_whole_labels_and_ports() {
        assert!(allows("https://www.zohoapis.com/crm", &["www.zohoapis.com"]));
        assert!(allows("https://desk.zoho.com/", &["*.zoho.com"]));
        assert!(!allows("https://evilzoho.com/", &["*.zoho.com"]));
        assert!(!allows("https://zoho.com.evil.example/", &["*.zoho.com", "zoho.com"]));
        assert!(!allows("https://a.com/", &["*.com"]));
        assert!(!allows("https://www.zohoapis.com:8443/", &["www.zohoapis.com"]));
        assert!(allows("http://127.0.0.1:99/", &["127.0.0.1:99"]));
        assert!(!allows("http://127.0.0.1:98/", &["127.0.0.1:99"]));
    }

    #[test]
    fn zoho_services_cover_their_tasks() {
        let crm = crate::connections::catalogue::find("zoho_crm").expect("a service");
        assert!(crm.covers("api", "/crm/v2/Leads"));
        assert!(!crm.covers("api", "/books/v3/invoices"));
        assert!(!crm.covers("desk", "/api/v1/tickets"));
        let all = crate::connections::catalogue::find("zoho_oauth").expect("a service");
        assert!(all.covers("desk", "/api/v1/tickets"));
    }
}
