//! The socket: one loopback port, its own thread and runtime, calls one at a time.

use super::clock::Clock;
use super::control;
use super::crm;
use super::docs::Change;
use super::exchange::{Answer, Call};
use super::store::Store;
use super::world::World;
use super::{SandboxError, accounts, books, cliq, creator, desk};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

/// Attachments may have 20 MB; a little more for the form around them.
const BODY_LIMIT: usize = 25 * 1024 * 1024;

/// What the thread needs to start.
pub struct Plan {
    /// The port, or 0 for any.
    pub port: u16,
    /// The folder of the SQLite file.
    pub data: Option<PathBuf>,
    /// The clock at the start.
    pub clock: Clock,
    /// The modules.
    pub modules: Vec<crm::module::Module>,
    /// The forms of Creator.
    pub forms: Vec<creator::Form>,
}

/// What the thread reports once it listens.
pub struct Started {
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
    /// The ready-made client and tokens.
    pub keys: super::Keys,
}

enum Job {
    Write(Vec<Change>, oneshot::Sender<bool>),
    Close,
}

struct Shared {
    world: Mutex<World>,
    writer: Option<mpsc::UnboundedSender<Job>>,
}

/// Runs the server until `stop` is sent or dropped; reports once, through `started`.
pub async fn run(
    plan: Plan,
    started: std::sync::mpsc::Sender<Result<Started, SandboxError>>,
    stop: oneshot::Receiver<()>,
) {
    match listen(plan).await {
        Err(error) => {
            // Nobody waits any more only where the caller is gone too.
            let _ = started.send(Err(error));
        }
        Ok((listener, shared, report, writing)) => {
            let _ = started.send(Ok(report));
            let app =
                Router::new().fallback(serve).layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(Arc::clone(&shared));
            let server = axum::serve(listener, app);
            tokio::select! {
                _ = server.into_future() => {}
                _ = stop => {}
            }
            if let (Some(writer), Some(writing)) = (&shared.writer, writing) {
                // Connections may still be open, so the writer is told; what came before is written first.
                let _ = writer.send(Job::Close);
                let _ = writing.await;
            }
        }
    }
}

type Listening = (TcpListener, Arc<Shared>, Started, Option<tokio::task::JoinHandle<()>>);

async fn listen(plan: Plan) -> Result<Listening, SandboxError> {
    let refused = |error: std::io::Error| SandboxError::Port { port: plan.port, reason: error.to_string() };
    let listener = TcpListener::bind(("127.0.0.1", plan.port)).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let origin = format!("http://127.0.0.1:{}", address.port());
    let mut world = World::new(plan.clock, plan.modules, plan.forms, origin.clone())?;
    let store = match &plan.data {
        None => None,
        Some(folder) => {
            let store = Store::open(folder).await?;
            let unread = |error: sqlx::Error| SandboxError::Data { folder: folder.clone(), reason: error.to_string() };
            store.load(&mut world.docs).await.map_err(unread)?;
            world.docs.record_changes();
            Some(store)
        }
    };
    let keys = super::Keys::ready(&mut world);
    let first = world.docs.take_changes();
    let (writer, writing) = match store {
        None => (None, None),
        Some(store) => {
            let (sender, receiver) = mpsc::unbounded_channel();
            (Some(sender), Some(tokio::spawn(write_all(store, receiver))))
        }
    };
    let shared = Arc::new(Shared { world: Mutex::new(world), writer });
    written(&shared, first).await;
    Ok((listener, shared, Started { origin, keys }, writing))
}

async fn write_all(store: Store, mut jobs: mpsc::UnboundedReceiver<Job>) {
    while let Some(Job::Write(changes, done)) = jobs.recv().await {
        let _ = done.send(store.write(&changes).await.is_ok());
    }
    store.close().await;
}

async fn written(shared: &Shared, changes: Vec<Change>) -> bool {
    let Some(writer) = shared.writer.as_ref().filter(|_| !changes.is_empty()) else { return true };
    let (done, wait) = oneshot::channel();
    writer.send(Job::Write(changes, done)).is_ok() && wait.await.unwrap_or(false)
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !is_for_us(&parts.headers) {
        return respond(Answer::json(421, &json!({"error": "this server answers for 127.0.0.1 and localhost only"})));
    }
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return respond(too_large());
    };
    let query = parts.uri.query().unwrap_or("").to_owned();
    let call = Call::new(parts.method, parts.uri.path(), &query, parts.headers, body);
    let wait = shared.world.lock().unwrap_or_else(PoisonError::into_inner).control.latency();
    let controls = call.segments.first().is_some_and(|first| first == "__sandbox");
    if !wait.is_zero() && !controls {
        tokio::time::sleep(wait).await;
    }
    let (answer, pending) = decide(&shared, &call);
    let kept = match pending {
        None => true,
        Some(wait) => wait.await.unwrap_or(false),
    };
    if !kept {
        return respond(Answer::json(500, &internal("the sandbox could not write its data file")));
    }
    respond(answer)
}

/// Decides on the answer and hands what changed to the writer, in one go so that the order is kept.
fn decide(shared: &Shared, call: &Call) -> (Answer, Option<oneshot::Receiver<bool>>) {
    let mut world = shared.world.lock().unwrap_or_else(PoisonError::into_inner);
    let answer = route(&mut world, call);
    let changes = world.docs.take_changes();
    let Some(writer) = shared.writer.as_ref().filter(|_| !changes.is_empty()) else { return (answer, None) };
    let (done, wait) = oneshot::channel();
    // A writer that is gone drops `done`, which the waiting side reads as a failure.
    let _ = writer.send(Job::Write(changes, done));
    (answer, Some(wait))
}

fn route(world: &mut World, call: &Call) -> Answer {
    let first = call.segments.first().map_or("", String::as_str);
    if first == "__sandbox" {
        return control::answer(world, call).unwrap_or_else(Answer::from);
    }
    let now = world.now_ms();
    let limited = (first != "oauth").then(|| world.control.throttled(now)).flatten();
    let answer = match world.control.fault(call).or(limited) {
        Some(instead) => instead,
        None => match first {
            "oauth" => accounts::answer(world, call),
            "crm" => crm::answer(world, call),
            "books" => books::answer(world, call),
            "creator" => creator::answer(world, call),
            "api" => product_api(world, call),
            _ => Answer::json(404, &crm::problem::invalid_url().to_value()),
        },
    };
    world.control.remember(call, answer.status);
    answer
}

/// Desk, Cliq and Creator have hosts of their own at Zoho; here their paths tell them apart.
fn product_api(world: &mut World, call: &Call) -> Answer {
    let parts: Vec<&str> = call.segments.iter().skip(1).map(String::as_str).collect();
    match parts.as_slice() {
        ["v1", ..] => desk::answer(world, call),
        // How Books was addressed at its own host before.
        ["v3", ..] => books::answer(world, call),
        ["v2", _, _, "form" | "report", ..] => creator::answer(world, call),
        ["v2", ..] => cliq::answer(world, call),
        _ => Answer::json(404, &crm::problem::invalid_url().to_value()),
    }
}

/// Only loopback names: a page elsewhere must not reach the sandbox through a name that it controls.
fn is_for_us(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

fn too_large() -> Answer {
    let body = json!({
        "code": "FILE_SIZE_MORE_THAN_ALLOWED_SIZE", "details": {"maximum_length": BODY_LIMIT},
        "message": "please check whether the file size is within the limit", "status": "error",
    });
    let mut answer = Answer::json(413, &body);
    // The rest of the body is not read, so the connection cannot be used again.
    answer.headers.push(("connection", "close".to_owned()));
    answer
}

fn internal(message: &str) -> serde_json::Value {
    json!({"code": "INTERNAL_ERROR", "details": {}, "message": message, "status": "error"})
}

fn respond(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(Bytes::from(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
