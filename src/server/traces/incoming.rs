//! The trace that a request belongs to, by W3C's header `traceparent`.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

/// What a caller says of its trace; not checked yet.
#[derive(Debug, Clone)]
pub struct TraceParent {
    pub parent: String,
    pub state: Option<String>,
}

tokio::task_local! {
    static PARENT: TraceParent;
}

impl TraceParent {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Some(Self { parent: text("traceparent")?, state: text("tracestate") })
    }
}

/// The trace that the request belongs to which is being answered.
pub fn current() -> Option<TraceParent> {
    PARENT.try_with(TraceParent::clone).ok()
}

/// Answers a request as part of the trace that it names.
pub async fn with_parent(request: Request, next: Next) -> Response {
    match TraceParent::of(request.headers()) {
        Some(parent) => PARENT.scope(parent, next.run(request)).await,
        None => next.run(request).await,
    }
}
