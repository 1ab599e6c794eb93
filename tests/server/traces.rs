//! Traces, as a collector on loopback gets them.

use super::cli::{ararat, started};
use super::support::Folder;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{any, post};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use std::sync::{Arc, Mutex};

/// Requests with their headers, as they came.
type Seen = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

async fn keep(State(seen): State<Seen>, headers: HeaderMap, body: Bytes) -> &'static str {
    seen.lock().expect("no panic").push((headers, body));
    "{}"
}

async fn listen(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn attribute(attributes: &[KeyValue], name: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == name)?;
    match found.value.as_ref()?.value.as_ref()? {
        any_value::Value::StringValue(text) => Some(text.clone()),
        any_value::Value::IntValue(number) => Some(number.to_string()),
        other => panic!("an unexpected value: {other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

const FUNCTIONS: &str = r#"
// @rest apikey
string standalone.asks(String url, String note)
{
	reply = invokeurl [ url: url + "/planted-path?key=planted-query" type: GET ];
	lost = invokeurl [ url: url + "/missing" type: POST body: note detailed: true ];
	return "done";
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn executions_and_their_requests_are_spans_of_the_callers_trace() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (spans, calls) = (Seen::default(), Seen::default());
    let collector = listen(Router::new().route("/v1/traces", post(keep)).with_state(spans.clone())).await;
    let target = listen(Router::new().route("/planted-path", any(keep)).with_state(calls.clone())).await;

    let folder = Folder::new("traces");
    std::fs::create_dir_all(folder.0.join("functions")).expect("a folder");
    std::fs::write(folder.0.join("functions/asks.dg"), FUNCTIONS.trim_start()).expect("written");
    let fails = "// @rest apikey\nint standalone.fails(Int n)\n{\n\treturn 1 / n;\n}\n";
    std::fs::write(folder.0.join("functions/fails.dg"), fails).expect("written");
    let mut command = ararat(&folder.0);
    command.args(["serve", "--port", "0", "--allow-host", "127.0.0.1"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector).env("OTEL_SERVICE_NAME", "shop");
    command.env("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20planted-collector-key");
    let mut served = started(command);

    let client = reqwest::Client::new();
    let call = async |name: &str, body: serde_json::Value| {
        let url = format!("{}/v1/functions/{name}/executions", served.url);
        let request =
            client.post(url).bearer_auth(&served.key).header("traceparent", format!("00-{TRACE}-{CALLER}-01"));
        let request = request.header("content-type", "application/json").body(body.to_string());
        let answer: serde_json::Value =
            serde_json::from_str(&request.send().await.expect("an answer").text().await.expect("a body"))
                .expect("JSON");
        answer
    };
    let ran = call("standalone.asks", serde_json::json!({ "url": target, "note": "planted-argument" })).await;
    assert_eq!(ran["state"], "succeeded", "{ran}");
    let failed = call("standalone.fails", serde_json::json!({ "n": 0 })).await;
    assert_eq!(failed["state"], "failed", "{failed}");
    assert!(served.terminate());

    for (headers, _) in calls.lock().expect("no panic").iter() {
        assert!(!headers.contains_key("traceparent"), "a trace is not handed to others: {headers:?}");
    }
    let seen = spans.lock().expect("no panic");
    let mut all: Vec<Span> = Vec::new();
    for (headers, body) in seen.iter() {
        assert_eq!(headers["authorization"], "Bearer planted-collector-key");
        assert!(!body.windows(7).any(|window| window == b"planted"), "{}", String::from_utf8_lossy(body));
        let batch = ExportTraceServiceRequest::decode(body.clone()).expect("a batch");
        for resource in batch.resource_spans {
            let sender = resource.resource.expect("a resource").attributes;
            assert_eq!(attribute(&sender, "service.name").as_deref(), Some("shop"));
            all.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    assert_eq!(all.len(), 4, "{all:#?}");
    assert!(all.iter().all(|span| hex(&span.trace_id) == TRACE));
    let named = |name: &str| all.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no span {name}"));

    let asks = named("standalone.asks");
    assert_eq!(hex(&asks.parent_span_id), CALLER);
    assert_eq!(attribute(&asks.attributes, "ararat.function.version").as_deref(), Some("1"));
    assert_eq!(attribute(&asks.attributes, "ararat.execution.state").as_deref(), Some("succeeded"));
    assert_eq!(attribute(&asks.attributes, "ararat.execution.id").as_deref(), ran["id"].as_str());
    for (name, status, is_error) in [("GET", "200", false), ("POST", "404", true)] {
        let request = named(name);
        assert_eq!(request.parent_span_id, asks.span_id);
        assert_eq!(attribute(&request.attributes, "http.response.status_code").as_deref(), Some(status));
        assert_eq!(attribute(&request.attributes, "server.address").as_deref(), Some("127.0.0.1"));
        assert_eq!(request.status.as_ref().is_some_and(|status| status.code == 2), is_error, "{request:?}");
        let within = asks.start_time_unix_nano <= request.start_time_unix_nano;
        assert!(within && request.start_time_unix_nano <= asks.end_time_unix_nano, "{request:?} in {asks:?}");
    }
    let fails = named("standalone.fails");
    assert_eq!(attribute(&fails.attributes, "error.type").as_deref(), Some("run.zero"));
    assert_eq!(attribute(&fails.attributes, "code.line.number").as_deref(), Some("4"));
    assert_eq!(fails.status.as_ref().map(|status| status.code), Some(2));
}

#[test]
fn what_traces_cannot_do_is_told_at_the_start() {
    let folder = Folder::new("traces-refused");
    let mut command = ararat(&folder.0);
    command.args(["serve", "--port", "0"]).env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    let refused = command.env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc").output().expect("serve runs");
    assert_eq!(refused.status.code(), Some(3));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("expected `http/protobuf` in OTEL_EXPORTER_OTLP_PROTOCOL, found `grpc`"), "{said}");
}
