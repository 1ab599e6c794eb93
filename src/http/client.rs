//! Sends one request: encodes the body, follows redirects of reads, bounds the answer.
//!
//! Credentials are attached hop by hop through [`Attach`], and only while the request stays on the
//! server it was made for: a redirect elsewhere goes on without them.

use super::curl;
use super::fail::HttpError;
use super::inflate::{self, Inflation};
use super::multipart;
use super::network::{Reach, is_loopback};
use super::redact::{Redactor, is_secret_header};
use crate::fault::Fault;
use crate::host::{Body, Method, Response};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use url::Url;

/// Redirects followed before giving up.
pub const MAX_REDIRECTS: usize = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const USER_AGENT: &str = concat!("ararat/", env!("CARGO_PKG_VERSION"));
/// Headers that belong to the transport: computed here, so a script's own would only contradict.
const COMPUTED: &[&str] = &["content-length"];
/// Headers that a script may not set: they would change where the request goes or how it is framed.
const FORBIDDEN: &[&str] = &["host", "transfer-encoding", "connection", "te", "trailer", "upgrade"];

/// Adds credentials to a request.
pub trait Attach: Send + Sync {
    /// Called for each hop that stays on the server of the first one.
    fn attach(&self, hop: &mut Hop) -> Result<(), Fault>;
}

/// One request as it goes over the wire, redirects being hops of their own.
#[derive(Clone)]
pub struct Hop {
    pub method: Method,
    pub url: Url,
    pub headers: Vec<(String, String)>,
    pub body: Body,
}

impl Hop {
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name))
    }

    /// Sets a header, replacing any of the same name: a connection's header wins over a script's.
    pub fn set_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Adds a query parameter, percent-encoded, replacing any of the same name.
    pub fn set_query(&mut self, name: &str, value: &str) {
        let encoded = encoded(name);
        let kept = self.url.query().unwrap_or_default().split('&');
        let mut pairs: Vec<String> = kept
            .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(encoded.as_str()))
            .map(str::to_owned)
            .collect();
        pairs.push(format!("{encoded}={}", self::encoded(value)));
        self.url.set_query(Some(&pairs.join("&")));
    }
}

impl std::fmt::Debug for Hop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&curl::command(self, &Redactor::default()))
    }
}

fn encoded(text: &str) -> String {
    const QUERY: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(text, QUERY).to_string()
}

/// A request with everything that governs it.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub hop: Hop,
    pub timeout: Duration,
    /// Bytes of the inflated answer beyond this are a failure.
    pub max_response: usize,
    /// Link name of the connection, for messages.
    pub connection: Option<String>,
    /// Redirects are answered as they are where this is false.
    pub follow: bool,
}

/// An answer.
pub type Received = Response;

/// How requests are sent.
#[derive(Clone, Default)]
pub struct Options {
    pub reach: Reach,
    pub redactor: Redactor,
    /// Gets two lines per request: the request as a command, and how it went.
    pub trace: Option<Trace>,
}

/// Takes one line at a time.
pub type Trace = Arc<Mutex<dyn FnMut(&str) + Send>>;

/// One pooled client; made once, shared by reference.
pub struct Client {
    options: Options,
    /// For this machine: no proxy, no certificates to load.
    near: OnceLock<reqwest::Client>,
    far: OnceLock<reqwest::Client>,
}

impl Client {
    pub fn new(options: Options) -> Self {
        Client { options, near: OnceLock::new(), far: OnceLock::new() }
    }

    pub fn redactor(&self) -> &Redactor {
        &self.options.redactor
    }

    /// Sends a request and reads its answer, within the request's time.
    pub async fn send(&self, outgoing: &Outgoing, attach: Option<&dyn Attach>) -> Result<Received, HttpError> {
        let call = self.call_text(outgoing);
        let seconds = outgoing.timeout.as_secs();
        let timeout = outgoing.timeout;
        let work = self.follow(outgoing, attach, &call);
        match tokio::time::timeout(timeout, work).await {
            Ok(done) => done,
            Err(_) => Err(HttpError::Timeout { seconds, call }),
        }
    }

    /// Traces a request that is not sent.
    pub fn show(&self, hop: &Hop) {
        self.trace(|| format!("# not sent\n{}", curl::command(hop, &self.options.redactor)));
    }

    /// `GET https://…, connection `x``: what failures name.
    fn call_text(&self, outgoing: &Outgoing) -> String {
        let target = self.options.redactor.url(&outgoing.hop.url);
        let call = format!("{} {target}", outgoing.hop.method.as_str());
        match &outgoing.connection {
            Some(link) => format!("{call}, connection `{link}`"),
            None => call,
        }
    }

    async fn follow(
        &self,
        outgoing: &Outgoing,
        attach: Option<&dyn Attach>,
        call: &str,
    ) -> Result<Received, HttpError> {
        // Boxed: few requests are redirected, and many wait at once.
        let mut redirected: Option<Box<Hop>> = None;
        for _ in 0..=MAX_REDIRECTS {
            let hop = redirected.as_deref().unwrap_or(&outgoing.hop);
            let answer = self.send_hop(hop, outgoing, attach, call).await?;
            let Some(next) = redirect_target(hop, &answer).filter(|_| outgoing.follow) else {
                return Ok(answer);
            };
            let mut hop = Box::new(hop.clone());
            if next.origin() != outgoing.hop.url.origin() {
                hop.headers.retain(|(name, _)| !is_secret_header(name));
            }
            hop.url = next;
            redirected = Some(hop);
        }
        Err(HttpError::Redirects { limit: MAX_REDIRECTS, call: call.to_owned() })
    }

    async fn send_hop(
        &self,
        hop: &Hop,
        outgoing: &Outgoing,
        attach: Option<&dyn Attach>,
        call: &str,
    ) -> Result<Received, HttpError> {
        let started = Instant::now();
        let attach = attach.filter(|_| hop.url.origin() == outgoing.hop.url.origin());
        // What was made of the hop is gone when the answer is waited for.
        let answering = self.begin(hop, attach, call)?;
        let result = self.answer(answering, &hop.url, outgoing.max_response, call).await;
        self.trace(|| match &result {
            Ok(answer) => {
                format!("# {}, {} bytes, {} ms", answer.status, answer.body.len(), started.elapsed().as_millis())
            }
            Err(error) => format!("# {}", self.options.redactor.clean(&error.to_string())),
        });
        result
    }

    /// Begins to send a hop with its credentials.
    fn begin(
        &self,
        hop: &Hop,
        attach: Option<&dyn Attach>,
        call: &str,
    ) -> Result<impl Future<Output = reqwest::Result<reqwest::Response>> + use<>, HttpError> {
        let attached = match attach {
            None => None,
            Some(attach) => {
                let mut hop = hop.clone();
                attach.attach(&mut hop).map_err(|fault| HttpError::Credentials(fault.message()))?;
                Some(hop)
            }
        };
        let hop = attached.as_ref().unwrap_or(hop);
        self.trace(|| curl::command(hop, &self.options.redactor));
        let refused = |reason: String| self.refused(reason, call);
        if !matches!(hop.url.scheme(), "http" | "https") {
            return Err(refused(format!("expected an address with http or https, found `{}`", hop.url.scheme())));
        }
        self.options.reach.check(&hop.url).map_err(refused)?;
        let request = wire_request(hop).map_err(refused)?;
        Ok(self.client_for(&hop.url).map_err(refused)?.execute(request))
    }

    /// A request that is not sent; told like one that failed.
    fn refused(&self, reason: String, call: &str) -> HttpError {
        let error = HttpError::Refused { reason, call: call.to_owned() };
        self.trace(|| self.options.redactor.clean(&format!("# {error}")).into_owned());
        error
    }

    /// Waits for an answer; `shown` is its address without credentials.
    async fn answer(
        &self,
        answering: impl Future<Output = reqwest::Result<reqwest::Response>>,
        shown: &Url,
        limit: usize,
        call: &str,
    ) -> Result<Received, HttpError> {
        let answer = answering.await.map_err(|error| self.failure(&error, call))?;
        let status = answer.status().as_u16();
        let headers = header_texts(answer.headers());
        let body = self.read_body(answer, limit, call).await?;
        self.finish(Response { status, headers, body, url: shown.to_string() }, limit, call).await
    }

    async fn read_body(&self, answer: reqwest::Response, limit: usize, call: &str) -> Result<Vec<u8>, HttpError> {
        let too_large = || HttpError::TooLarge { limit, call: call.to_owned() };
        let mut answer = answer;
        if answer.content_length().is_some_and(|length| length > limit as u64) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.failure(&error, call))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// Inflates the body; the headers then describe what the script gets, not what was sent.
    async fn finish(&self, mut answer: Response, limit: usize, call: &str) -> Result<Received, HttpError> {
        let Some(encoding) = answer.header("content-encoding").map(str::to_owned) else {
            return Ok(answer);
        };
        if answer.body.is_empty() {
            return Ok(answer);
        }
        let call = call.to_owned();
        // Boxed: decoders are large, and requests that wait for their answer have none yet.
        let body = std::mem::take(&mut answer.body);
        answer.body = Box::pin(inflate::inflate(&encoding, body, limit)).await.map_err(|why| match why {
            Inflation::TooLarge => HttpError::TooLarge { limit, call },
            Inflation::Unknown(name) => HttpError::Refused {
                reason: format!("expected a response in gzip, deflate or br, found `{name}`"),
                call,
            },
            Inflation::Broken(reason) => HttpError::Broken { reason, call },
        })?;
        answer.headers.retain(|(name, _)| name != "content-encoding" && name != "content-length");
        Ok(answer)
    }

    fn client_for(&self, url: &Url) -> Result<&reqwest::Client, String> {
        let near = is_loopback(url) && url.scheme() == "http";
        let cell = if near { &self.near } else { &self.far };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = build(near, &self.options.reach)?;
        Ok(cell.get_or_init(|| client))
    }

    fn failure(&self, error: &reqwest::Error, call: &str) -> HttpError {
        let reason = self.options.redactor.clean(&innermost(error)).into_owned();
        let call = call.to_owned();
        if error.is_connect() {
            HttpError::Unreachable { reason, call }
        } else if error.is_builder() {
            HttpError::Refused { reason, call }
        } else {
            HttpError::Broken { reason, call }
        }
    }

    fn trace(&self, line: impl FnOnce() -> String) {
        if let Some(trace) = &self.options.trace {
            let mut sink = trace.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            sink(&line());
        }
    }
}

fn build(near: bool, reach: &Reach) -> Result<reqwest::Client, String> {
    // An error says that the process has a provider already, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true);
    if near {
        // Only HTTP/2 has requests that a server hands back undone; without them no copy is kept to send again.
        let once = reqwest::retry::never().max_retries_per_request(0);
        builder = builder.no_proxy().tls_certs_only([]).retry(once);
    }
    if reach.deny_private {
        // A proxy would resolve names for us, out of sight of the check.
        builder = builder.no_proxy().dns_resolver(reach.clone());
    }
    builder.build().map_err(|error| format!("could not set up TLS: {}", innermost(&error)))
}

/// Where a read is sent on to, if the answer says so.
fn redirect_target(hop: &Hop, answer: &Received) -> Option<Url> {
    let is_read = matches!(hop.method, Method::Get | Method::Head);
    if !is_read || !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let next = hop.url.join(answer.header("location")?).ok()?;
    matches!(next.scheme(), "http" | "https").then_some(next)
}

fn wire_request(hop: &Hop) -> Result<reqwest::Request, String> {
    let method = reqwest::Method::from_bytes(hop.method.as_str().as_bytes()).map_err(|error| error.to_string())?;
    let mut request = reqwest::Request::new(method, hop.url.clone());
    let (content_type, bytes) = wire_body(&hop.body);
    let headers = request.headers_mut();
    for (name, value) in &hop.headers {
        if !COMPUTED.iter().any(|computed| computed.eq_ignore_ascii_case(name)) {
            let (name, value) = checked_header(name, value)?;
            headers.append(name, value);
        }
    }
    // The boundary is ours to name; otherwise a script's own content type wins.
    let is_multipart = matches!(hop.body, Body::Multipart(_));
    if let Some(content_type) = content_type.filter(|_| is_multipart || !hop.has_header("content-type")) {
        let (name, value) = checked_header("content-type", &content_type)?;
        headers.insert(name, value);
    }
    if !hop.has_header("accept-encoding") {
        headers.insert("accept-encoding", HeaderValue::from_static(inflate::ACCEPTED));
    }
    if !hop.has_header("accept") {
        headers.insert("accept", HeaderValue::from_static("*/*"));
    }
    if let Some(bytes) = bytes {
        *request.body_mut() = Some(bytes.into());
    }
    Ok(request)
}

/// The content type and bytes of a body.
pub fn wire_body(body: &Body) -> (Option<String>, Option<Vec<u8>>) {
    match body {
        Body::Empty => (None, None),
        Body::Bytes { content_type, bytes } => {
            (Some(content_type.clone()).filter(|named| !named.is_empty()), Some(bytes.clone()))
        }
        Body::Form(pairs) => {
            let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            (Some("application/x-www-form-urlencoded".to_owned()), Some(text.into_bytes()))
        }
        Body::Multipart(parts) => {
            let built = multipart::build(parts);
            (Some(built.content_type), Some(built.bytes))
        }
    }
}

fn checked_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let trimmed = name.trim();
    if FORBIDDEN.iter().any(|forbidden| forbidden.eq_ignore_ascii_case(trimmed)) {
        return Err(format!("the header `{trimmed}` cannot be set by a script"));
    }
    let name = HeaderName::from_bytes(trimmed.as_bytes())
        .map_err(|_| format!("expected a header name, found {}", quoted(name)))?;
    // The value is not shown: it may be a credential.
    let value = HeaderValue::from_bytes(value.trim().as_bytes())
        .map_err(|_| format!("the value of the header `{name}` has a line break or a control character"))?;
    Ok((name, value))
}

fn quoted(text: &str) -> String {
    format!("`{}`", text.escape_debug())
}

fn header_texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// The last cause: what the system or the server said, without the layers in between.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(url: &str) -> Hop {
        Hop { method: Method::Get, url: Url::parse(url).expect("a url"), headers: vec![], body: Body::Empty }
    }

    #[test]
    fn a_header_cannot_carry_another() {
        let mut hop = hop("https://example.com/");
        hop.headers = vec![("X-A".into(), "1\r\nX-B: 2".into())];
        let error = wire_request(&hop).expect_err("refused");
        assert_eq!(error, "the value of the header `x-a` has a line break or a control character");
        hop.headers = vec![("X-A\r\nX-B: 2".into(), "1".into())];
        assert_eq!(wire_request(&hop).expect_err("refused"), r"expected a header name, found `X-A\r\nX-B: 2`");
        hop.headers = vec![("Host".into(), "evil.example".into())];
        assert_eq!(wire_request(&hop).expect_err("refused"), "the header `Host` cannot be set by a script");
    }

    #[test]
    fn a_query_parameter_is_set_once() {
        let mut hop = hop("https://example.com/?a=1&key=old&b");
        hop.set_query("key", "new &=");
        assert_eq!(hop.url.as_str(), "https://example.com/?a=1&b&key=new%20%26%3D");
    }

    #[test]
    fn only_reads_are_redirected() {
        let answer = |status| Response {
            status,
            headers: vec![("location".into(), "/next".into())],
            body: vec![],
            url: String::new(),
        };
        assert!(redirect_target(&hop("https://example.com/a"), &answer(302)).is_some());
        assert!(redirect_target(&hop("https://example.com/a"), &answer(200)).is_none());
        let post = Hop { method: Method::Post, ..hop("https://example.com/a") };
        assert!(redirect_target(&post, &answer(307)).is_none());
    }
}
