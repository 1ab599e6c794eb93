//! An engine in this process, a caller, and a place that functions can call.

use super::postgres::{placed, server_files};
use ararat::http::network::Reach;
use ararat::server::app::{Call, Role};
use ararat::server::serve::Server;
use ararat::server::store::Cause;
use ararat::server::{App, Config};
use axum::Router;
use axum::extract::Path;
use axum::routing::any;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;

/// A running engine with an administrator's key.
pub struct Engine {
    pub app: App,
    pub url: String,
    pub key: String,
    stop: Option<oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<()>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// A call without arguments.
pub fn call(function: &str) -> Call {
    Call::new(function, Cause::Api, "test")
}

/// In memory, private addresses allowed on loopback.
pub fn config() -> Config {
    Config { reach: Reach { deny_private: true, allow: vec!["127.0.0.1".into()] }, ..Config::in_memory() }
}

impl Engine {
    pub async fn start() -> Self {
        Self::with(config()).await
    }

    pub async fn with(config: Config) -> Self {
        // An error says that another test was first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = Server::open(placed(config).await, ([127, 0, 0, 1], 0).into()).await.expect("the engine starts");
        let app = server.app.clone();
        let url = format!("http://{}", server.address());
        let key = app.create_key("test", Role::Administrator, "test").await.expect("a key").key.to_string();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            server.run(stopped).await.expect("the engine ends well");
        });
        Self { app, url, key, stop: Some(stop), task }
    }

    /// Publishes a source.
    pub async fn publish(&self, text: &str) {
        let source = ararat::Source::new("test.dg", text);
        if let Err(error) = self.app.publish(source, None, "test").await {
            panic!("{error}");
        }
    }

    /// Stops it as SIGTERM would, and waits.
    pub async fn stop(mut self) {
        let _ = self.stop.take().expect("not stopped yet").send(());
        self.task.await.expect("the engine ends");
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: &str) -> Answer {
        self.send(self.request("POST", path).header("content-type", "application/json").body(body.to_owned())).await
    }

    /// In Zoho's shape, with the key in the query.
    pub async fn zoho(&self, name: &str, query: &str) -> Answer {
        let path = format!("/crm/v7/functions/{name}/actions/execute?auth_type=apikey&zapikey={}&{query}", self.key);
        self.send(reqwest::Client::new().get(format!("{}{path}", self.url))).await
    }

    /// A request with the administrator's key.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        reqwest::Client::new().request(method, format!("{}{path}", self.url)).bearer_auth(&self.key)
    }

    /// Sends a request; the answer has to be one that the OpenAPI document tells of.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.expect("a request");
        let (method, path) = (request.method().to_string(), request.url().path().to_owned());
        let answer = client.execute(request).await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.expect("a body");
        let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        super::openapi::fits(&method, &path, status, kind, &text);
        Answer { status, headers, text }
    }
}

/// A server whose `/wait/MS` answers after that time. Lives as long as the test's runtime.
pub async fn slow_server() -> String {
    let wait = |Path(ms): Path<u64>| async move {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        "done"
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().route("/wait/{ms}", any(wait));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// A clock that stands until it is turned.
#[derive(Clone)]
pub struct Hands(pub Arc<AtomicI64>);

impl Hands {
    pub fn at(text: &str) -> Self {
        Self(Arc::new(AtomicI64::new(moment(text))))
    }

    pub fn set(&self, text: &str) {
        self.0.store(moment(text), Ordering::SeqCst);
    }

    pub fn turn(&self, config: Config) -> Config {
        let hands = self.0.clone();
        Config { clock: Arc::new(move || hands.load(Ordering::SeqCst)), ..config }
    }
}

/// Milliseconds since the epoch.
pub fn moment(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().expect("a moment").as_millisecond()
}

/// A folder of its own, removed at the end.
pub struct Folder(pub std::path::PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ararat-server-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Folder {
    /// What lies on disk of an engine with its data here, in its database too.
    pub fn stored(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut folders = vec![self.0.clone()];
        folders.extend(server_files());
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for file in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                match file.path() {
                    path if path.is_dir() => folders.push(path),
                    // A server may have removed a file of its own meanwhile.
                    path => found.extend(std::fs::read(&path).ok().map(|bytes| (path, bytes))),
                }
            }
        }
        let sum: usize = found.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(sum > 10_000, "the database is there");
        found
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
