//! OAuth 2: token requests of every grant, and the token's place in a request.
//!
//! The `oauth2` crate builds the requests; they are sent by our own client, and replies go through
//! `token_reply` before the crate reads them.

use super::token_reply::{self, Reply};
use crate::connections::credential::{Secret, Tokens};
use crate::connections::service::{ClientAuth, OAuth2, TokenBody};
use crate::connections::template::{Values, fill};
use crate::connections::{Error, data_centre, scope};
use crate::host::{Body, Method, Response};
use crate::http::network::is_loopback;
use crate::http::{Client, Hop, HttpError, Outgoing};
use oauth2::basic::{
    BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RefreshToken, RequestTokenError, Scope, StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use url::Url;

const TOKEN_TIMEOUT: Duration = Duration::from_secs(30);

type TokenClient = oauth2::Client<
    BasicErrorResponse,
    StandardTokenResponse<Others, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// Fields of a token reply that the standard does not know: `api_domain`, `instance_url` …
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Others {
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl ExtraTokenFields for Others {}

// Some providers put secrets into these.
impl fmt::Debug for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.fields.keys()).finish()
    }
}

/// How to a first or a next token.
#[derive(Clone)]
pub enum Ask<'a> {
    Code { code: &'a str, verifier: Option<String>, redirect: Option<&'a str> },
    Refresh { token: &'a Secret },
    ClientCredentials { scopes: &'a [String] },
}

/// A token reply, read.
#[derive(Debug)]
pub struct Granted {
    pub access: Secret,
    pub refresh: Option<Secret>,
    /// In milliseconds.
    pub lifetime: Option<i64>,
    pub scopes: Option<Vec<String>>,
    pub others: Others,
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenFailure {
    /// The grant is used up, revoked or unknown: a person must sign in again.
    Dead(String),
    /// Asked too often.
    Throttled(String),
    /// The client or the request is wrong.
    Refused(String),
    /// May pass.
    Transient {
        reason: String,
        /// Seconds that the server wants to be left alone.
        retry_after: Option<i64>,
        /// Whether the answer was so quick that asking again at once is fair to the caller.
        quick: bool,
    },
}

impl TokenFailure {
    pub fn reason(&self) -> &str {
        match self {
            TokenFailure::Dead(reason)
            | TokenFailure::Throttled(reason)
            | TokenFailure::Refused(reason)
            | TokenFailure::Transient { reason, .. } => reason,
        }
    }
}

/// Puts the access token where the row says.
pub fn put(hop: &mut Hop, row: &OAuth2, tokens: &Tokens, link: &str) -> Result<(), Error> {
    let access = tokens.access.as_ref().ok_or_else(|| Error::NotConnected { link: link.to_owned() })?;
    super::place(hop, row.place, &row.parameter, &row.value.replace("{token}", access.expose()))
}

/// Bodies larger than this hold data, not a complaint about a token.
const LARGEST_COMPLAINT: usize = 16 * 1024;

/// Whether an answer says that the access token is no longer good: by status 401, or as the row says.
pub fn says_expired(row: &OAuth2, answer: &Response) -> bool {
    if answer.status == 401 {
        return true;
    }
    if row.expired_signals.is_empty() || answer.body.len() > LARGEST_COMPLAINT {
        return false;
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice(&answer.body) else {
        return false;
    };
    let words = ["error", "code"].iter().filter_map(|name| fields.get(*name).and_then(Value::as_str));
    words.into_iter().any(|word| row.expired_signals.iter().any(|signal| signal == word))
}

/// What the authorize page is opened with, and what must come back.
pub struct Authorization {
    pub url: Url,
    pub state: String,
    pub verifier: Option<String>,
}

/// The address of the provider's consent page.
pub fn authorization(
    row: &OAuth2,
    values: &Values,
    client_id: &str,
    redirect: &str,
    scopes: &[String],
) -> Result<Authorization, Error> {
    let template = row.authorize_url.as_deref().unwrap_or_default();
    let address = AuthUrl::new(fill(template, values)).map_err(|error| bad_address("authorize", template, &error))?;
    let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|error| bad_address("redirect", redirect, &error))?;
    let client = oauth2::basic::BasicClient::new(ClientId::new(client_id.to_owned()))
        .set_auth_uri(address)
        .set_redirect_uri(redirect);
    // 256 bits; the crate's default has 128.
    let mut request = client.authorize_url(|| CsrfToken::new_random_len(32));
    if !scopes.is_empty() {
        // Joined here: the delimiter is the provider's.
        request = request.add_scope(Scope::new(scopes.join(&row.scope_delimiter)));
    }
    let mut verifier = None;
    if row.pkce {
        let (challenge, secret) = PkceCodeChallenge::new_random_sha256();
        request = request.set_pkce_challenge(challenge);
        verifier = Some(secret.into_secret());
    }
    for (name, value) in &row.authorize_params {
        request = request.add_extra_param(name.clone(), fill(value, values));
    }
    let (url, state) = request.url();
    Ok(Authorization { url, state: state.into_secret(), verifier })
}

/// Asks the token server.
pub async fn ask(
    http: &Client,
    row: &OAuth2,
    values: &Values,
    tokens: &Tokens,
    ask: Ask<'_>,
) -> Result<Granted, TokenFailure> {
    let address = token_address(row, values, &ask).map_err(|error| TokenFailure::Refused(error.to_string()))?;
    let client = token_client(row, tokens, address);
    let params = match &ask {
        Ask::Refresh { .. } => &row.refresh_params,
        Ask::Code { .. } | Ask::ClientCredentials { .. } => &row.token_params,
    };
    let extra: Vec<(String, String)> = params.iter().map(|(name, value)| (name.clone(), fill(value, values))).collect();
    let send = Sender { http, format: row.token_body };
    let result = match ask {
        Ask::Code { code, verifier, redirect } => {
            let mut request = client.exchange_code(AuthorizationCode::new(code.to_owned()));
            if let Some(verifier) = verifier {
                request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier));
            }
            if let Some(redirect) = redirect {
                let read = RedirectUrl::new(redirect.to_owned());
                let redirect = read.map_err(|error| TokenFailure::Refused(error.to_string()))?;
                request = request.set_redirect_uri(std::borrow::Cow::Owned(redirect));
            }
            for (name, value) in extra {
                request = request.add_extra_param(name, value);
            }
            request.request_async(&send).await
        }
        Ask::Refresh { token } => {
            let token = RefreshToken::new(token.expose().to_owned());
            let mut request = client.exchange_refresh_token(&token);
            for (name, value) in extra {
                request = request.add_extra_param(name, value);
            }
            request.request_async(&send).await
        }
        Ask::ClientCredentials { scopes } => {
            let mut request = client.exchange_client_credentials();
            if !scopes.is_empty() {
                request = request.add_scope(Scope::new(scopes.join(&row.scope_delimiter)));
            }
            for (name, value) in extra {
                request = request.add_extra_param(name, value);
            }
            request.request_async(&send).await
        }
    };
    let mut granted = result.map(granted).map_err(failure)?;
    if row.expires_in_ms {
        granted.lifetime = granted.lifetime.map(|life| life / 1000);
    }
    Ok(granted)
}

fn token_client(row: &OAuth2, tokens: &Tokens, address: TokenUrl) -> TokenClient {
    let mut client = oauth2::Client::new(ClientId::new(tokens.client_id.clone())).set_token_uri(address).set_auth_type(
        match row.client_auth {
            ClientAuth::Body => AuthType::RequestBody,
            ClientAuth::Header => AuthType::BasicAuth,
        },
    );
    if let Some(secret) = &tokens.client_secret {
        client = client.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
    }
    client
}

fn token_address(row: &OAuth2, values: &Values, ask: &Ask<'_>) -> Result<TokenUrl, Error> {
    let template = match ask {
        Ask::Refresh { .. } => row.refresh_url.as_deref().unwrap_or(&row.token_url),
        Ask::Code { .. } | Ask::ClientCredentials { .. } => &row.token_url,
    };
    let address = fill(template, values);
    let url = Url::parse(&address).map_err(|error| bad_address("token", template, &error))?;
    check_token_server(&url, template)?;
    Ok(TokenUrl::from_url(url))
}

/// Token servers see the client's secret: only over https, and Zoho's only where Zoho is.
pub fn check_token_server(url: &Url, template: &str) -> Result<(), Error> {
    if is_loopback(url) {
        return Ok(());
    }
    let host = url.host_str().unwrap_or_default();
    if url.scheme() != "https" {
        return Err(Error::NotEncrypted { host: host.to_owned() });
    }
    if template.starts_with("{accounts}") && !data_centre::is_accounts_host(host) {
        return Err(Error::usage(format!("`{host}` is none of Zoho's accounts servers; the client secret stays here")));
    }
    Ok(())
}

fn bad_address(what: &str, template: &str, error: &dyn fmt::Display) -> Error {
    Error::usage(format!("the {what} address `{template}` of the service does not work: {error}"))
}

/// Our client as the crate wants it; a type rather than a closure, so that any thread may poll what it does.
struct Sender<'a> {
    http: &'a Client,
    format: TokenBody,
}

impl<'c> AsyncHttpClient<'c> for Sender<'_> {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(exchange(self.http, self.format, request))
    }
}

/// Sends a request of the crate with our client and hands back a reply that it can read.
async fn exchange(http: &Client, format: TokenBody, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let answer = http.send(&outgoing(format, request)?, None).await?;
    if let Some(error) = overloaded(&answer) {
        return Err(error);
    }
    let (status, body) = match token_reply::read(answer.status, &answer.body) {
        Reply::Token(fields) => (200, Value::Object(fields)),
        Reply::Error { code, description } => {
            (400, serde_json::json!({ "error": code, "error_description": description }))
        }
        Reply::Unreadable(what) => {
            let reason = format!("expected a token, found {what}");
            return Err(HttpError::Refused { reason, call: format!("POST {}", answer.url) });
        }
    };
    let mut response = HttpResponse::new(body.to_string().into_bytes());
    *response.status_mut() = oauth2::http::StatusCode::from_u16(status).expect("both statuses written above are valid");
    response.headers_mut().insert("content-type", oauth2::http::HeaderValue::from_static("application/json"));
    Ok(response)
}

/// A server that is down or busy, whatever its body says.
fn overloaded(answer: &Response) -> Option<HttpError> {
    let is_busy = answer.status >= 500 || answer.status == 429;
    let retry_after = crate::http::clock::retry_after(answer);
    is_busy.then(|| HttpError::Busy { status: answer.status, retry_after, call: format!("POST {}", answer.url) })
}

fn outgoing(format: TokenBody, request: HttpRequest) -> Result<Outgoing, HttpError> {
    let call = format!("POST {}", request.uri());
    let url = Url::parse(&request.uri().to_string())
        .map_err(|error| HttpError::Refused { reason: error.to_string(), call })?;
    let text = |value: &oauth2::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = request
        .headers()
        .iter()
        .filter(|(name, _)| name.as_str() != "content-type")
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(request.body()).into_owned().collect();
    let body = match format {
        TokenBody::Form => Body::Form(pairs),
        TokenBody::Json => {
            let fields: Map<String, Value> = pairs.into_iter().map(|(name, value)| (name, value.into())).collect();
            let bytes = Value::Object(fields).to_string().into_bytes();
            Body::Bytes { content_type: "application/json".to_owned(), bytes }
        }
    };
    let hop = Hop { method: Method::Post, url, headers, body };
    Ok(Outgoing { hop, timeout: TOKEN_TIMEOUT, max_response: token_reply::LARGEST, connection: None, follow: false })
}

fn granted(reply: StandardTokenResponse<Others, BasicTokenType>) -> Granted {
    let scopes = reply.scopes().map(|scopes| {
        let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        scope::split(&words.join(" "))
    });
    Granted {
        access: Secret::new(reply.access_token().secret().clone()),
        refresh: reply.refresh_token().map(|token| Secret::new(token.secret().clone())),
        lifetime: reply.expires_in().and_then(|life| i64::try_from(life.as_millis()).ok()),
        scopes: scopes.filter(|scopes| !scopes.is_empty()),
        others: reply.extra_fields().clone(),
    }
}

fn failure(error: RequestTokenError<HttpError, BasicErrorResponse>) -> TokenFailure {
    match error {
        RequestTokenError::ServerResponse(reply) => {
            let code = reply.error().to_string();
            let reason = match reply.error_description() {
                Some(more) => format!("{code} ({more})"),
                None => code.clone(),
            };
            match (reply.error(), code.as_str()) {
                (BasicErrorResponseType::InvalidGrant, _) => TokenFailure::Dead(reason),
                // Zoho's and GitHub's words for an invalid grant.
                (_, "invalid_code" | "bad_verification_code" | "bad_refresh_token" | "invalid_refresh_token") => {
                    TokenFailure::Dead(reason)
                }
                // Zoho: too many token requests.
                (_, "access_denied" | "Access Denied") => TokenFailure::Throttled(reason),
                (_, "temporarily_unavailable" | "server_error") => {
                    TokenFailure::Transient { reason, retry_after: None, quick: true }
                }
                (_, _) => TokenFailure::Refused(reason),
            }
        }
        RequestTokenError::Request(error) if error.is_transient() => {
            let retry_after = match &error {
                HttpError::Busy { retry_after, .. } => *retry_after,
                _ => None,
            };
            let quick = retry_after.is_none() && !matches!(error, HttpError::Timeout { .. });
            TokenFailure::Transient { reason: error.to_string(), retry_after, quick }
        }
        RequestTokenError::Request(error) => TokenFailure::Refused(error.to_string()),
        // The crate's parse error quotes the body.
        RequestTokenError::Parse(_, _) => TokenFailure::Refused("expected a token, found an unknown reply".to_owned()),
        RequestTokenError::Other(reason) => TokenFailure::Refused(reason),
    }
}
