//! Spans over OTLP: protobuf in HTTP requests, in batches, as the standard environment variables say.

use super::{TraceParent, are_wanted};
use crate::host::{Body, Method};
use crate::http::{Client, Hop, Options, Outgoing};
use crate::server::executor::journal::HttpCall;
use crate::server::store::{Cause, Execution, State};
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{Span, SpanBuilder, SpanKind, Status, TraceContextExt, TracerProvider};
use opentelemetry::{Context, Key, KeyValue};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use std::fmt;
use std::pin::Pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::runtime::Handle;
use url::Url;

/// How long one request of a batch may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of a collector's answer.
const ANSWER: usize = 1 << 20;

/// The way to a collector.
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Traces {
    /// What `OTEL_EXPORTER_OTLP_ENDPOINT` and its like describe; nothing where no collector is named.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn from_environment(network: &Handle) -> Result<Option<Self>, String> {
        if !are_wanted() {
            return Ok(None);
        }
        let protocol = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        if let Some(other) = protocol.filter(|protocol| protocol != "http/protobuf") {
            return Err(format!("expected `http/protobuf` in OTEL_EXPORTER_OTLP_PROTOCOL, found `{other}`"));
        }
        let way = Way { client: std::sync::Arc::new(Client::new(Options::default())), network: network.clone() };
        let exporter = SpanExporter::builder().with_http().with_http_client(way).with_protocol(Protocol::HttpBinary);
        let exporter = exporter.build().map_err(|error| format!("traces cannot be sent: {error}"))?;
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource()).build();
        let tracer = provider.tracer("ararat");
        Ok(Some(Self { provider, tracer }))
    }

    /// Sends the spans of an execution that has ended: its own, and one for each request it made.
    pub fn ended(&self, execution: &Execution, parent: Option<&TraceParent>) {
        let (Some(began), Some(_)) = (execution.started_at, execution.ended_at) else { return };
        let parent = parent.map_or_else(Context::new, |parent| TraceContextPropagator::new().extract(parent));
        let began = moment(began);
        let mut span = execution_span(execution).with_start_time(began).start_with_context(&self.tracer, &parent);
        if execution.state == State::Failed {
            span.set_status(Status::error(""));
        }
        let around = Context::new().with_remote_span_context(span.span_context().clone());
        for call in &execution.calls {
            let at = began + Duration::from_millis(call.at);
            let mut request = call_span(call).with_start_time(at).start_with_context(&self.tracer, &around);
            if call.status.is_none_or(|status| status >= 400) {
                request.set_status(Status::error(""));
            }
            request.end_with_timestamp(at + Duration::from_millis(call.ms));
        }
        span.end_with_timestamp(began + Duration::from_micros(execution.duration_us.unsigned_abs()));
    }

    /// Sends what is waiting. Blocks.
    pub fn close(&self) {
        if let Err(error) = self.provider.shutdown() {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// Who sends: `service.name` is the environment's, or `ararat`.
fn resource() -> Resource {
    let ours = [KeyValue::new("service.name", "ararat"), KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))];
    let named = Resource::builder().build();
    let is_named =
        named.get(&Key::new("service.name")).is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    let [name, version] = ours;
    let builder = Resource::builder().with_attribute(version);
    if is_named { builder.build() } else { builder.with_attribute(name).build() }
}

fn moment(epoch_ms: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(epoch_ms.unsigned_abs())
}

fn execution_span(execution: &Execution) -> SpanBuilder {
    let kind = match execution.cause {
        Cause::Rest | Cause::Api | Cause::Webhook => SpanKind::Server,
        Cause::Console | Cause::Schedule | Cause::Rerun => SpanKind::Internal,
    };
    let mut attributes = vec![
        KeyValue::new("code.function.name", execution.name.clone()),
        KeyValue::new("ararat.function.version", execution.version),
        KeyValue::new("ararat.execution.id", execution.id.clone()),
        KeyValue::new("ararat.execution.cause", execution.cause.word()),
        KeyValue::new("ararat.execution.state", execution.state.word()),
        KeyValue::new("ararat.statements", execution.statements),
    ];
    // The kind and the line of an error; its message may say what the script worked on.
    let error = execution.error.as_ref().and_then(|json| serde_json::from_str::<serde_json::Value>(json.get()).ok());
    if let Some(error) = error {
        attributes.extend(error["kind"].as_str().map(|kind| KeyValue::new("error.type", kind.to_owned())));
        attributes.extend(error["line"].as_i64().map(|line| KeyValue::new("code.line.number", line)));
    }
    SpanBuilder::from_name(execution.name.clone()).with_kind(kind).with_attributes(attributes)
}

fn call_span(call: &HttpCall) -> SpanBuilder {
    let mut attributes = vec![
        KeyValue::new("http.request.method", call.method.clone()),
        KeyValue::new("ararat.task", call.origin.clone()),
    ];
    // Paths and queries may hold anything; where a task's request goes depends on its connection.
    let url = Url::parse(&call.url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    if let Some(url) = url {
        attributes.extend(url.host_str().map(|host| KeyValue::new("server.address", host.to_owned())));
        attributes.extend(url.port_or_known_default().map(|port| KeyValue::new("server.port", i64::from(port))));
    }
    attributes.extend(call.connection.clone().map(|link| KeyValue::new("ararat.connection", link)));
    match call.status {
        Some(status) => attributes.push(KeyValue::new("http.response.status_code", i64::from(status))),
        None => attributes.push(KeyValue::new("error.type", "run.http")),
    }
    SpanBuilder::from_name(call.method.clone()).with_kind(SpanKind::Client).with_attributes(attributes)
}

impl Extractor for TraceParent {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            "traceparent" => Some(&self.parent),
            "tracestate" => self.state.as_deref(),
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent", "tracestate"]
    }
}

/// Requests to the collector go the way of all others, on the network's runtime.
struct Way {
    client: std::sync::Arc<Client>,
    network: Handle,
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Way")
    }
}

type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Way {
    fn send_bytes<'a, 'b>(&'a self, request: Request<Bytes>) -> Sending<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        let client = self.client.clone();
        // The batches have a thread of their own, which is not the runtime's.
        let sent = self.network.spawn(async move { send(&client, &request).await });
        Box::pin(async move { sent.await.map_err(|error| error.to_string())?.map_err(HttpError::from) })
    }
}

async fn send(client: &Client, request: &Request<Bytes>) -> Result<Response<Bytes>, String> {
    let url = Url::parse(&request.uri().to_string()).map_err(|error| error.to_string())?;
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = request.headers().iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
    // The content type stands among the headers.
    let body = Body::Bytes { content_type: String::new(), bytes: request.body().to_vec() };
    let hop = Hop { method: Method::Post, url, headers, body };
    let outgoing = Outgoing { hop, timeout: TIMEOUT, max_response: ANSWER, connection: None, follow: false };
    let answer = client.send(&outgoing, None).await.map_err(|error| error.to_string())?;
    let response = Response::builder().status(answer.status);
    response.body(Bytes::from(answer.body)).map_err(|error| error.to_string())
}
