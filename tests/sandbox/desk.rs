//! A sandbox with a client at its side.

use ararat::sandbox::{Clock, Sandbox, SandboxOptions};
use reqwest::{Method, Response};
use serde_json::{Value, json};

/// A running sandbox, an HTTP client and an access token.
pub struct Desk {
    pub sandbox: Sandbox,
    pub http: reqwest::Client,
    pub token: String,
}

/// A status and a body.
pub type Seen = (u16, Value);

impl Desk {
    /// A sandbox in memory, whose clock stands.
    pub async fn new() -> Desk {
        let clock = Clock::Fixed("2026-03-02T06:30:00Z".parse().expect("a moment"));
        Desk::with(SandboxOptions { clock, ..SandboxOptions::default() }).await
    }

    /// A sandbox with these options.
    pub async fn with(options: SandboxOptions) -> Desk {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sandbox = Sandbox::start(options).expect("the sandbox starts");
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let mut desk = Desk { sandbox, http, token: String::new() };
        desk.token = desk.fresh_token().await;
        desk
    }

    /// An access token from the ready-made refresh token.
    pub async fn fresh_token(&self) -> String {
        let refresh = self.sandbox.refresh_token().to_owned();
        let body = self.token(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await;
        body["access_token"].as_str().unwrap_or_else(|| panic!("a token, not {body}")).to_owned()
    }

    /// Posts to the token endpoint with the client's id and secret.
    pub async fn token(&self, form: &[(&str, &str)]) -> Value {
        let (id, secret) = (self.sandbox.client_id(), self.sandbox.client_secret());
        let form: Vec<(&str, &str)> =
            form.iter().copied().chain([("client_id", id), ("client_secret", secret)]).collect();
        self.post_form("/oauth/v2/token", &form).await.1
    }

    /// Posts a form.
    pub async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Seen {
        read(self.http.post(self.url(path)).form(form).send().await.expect("an answer")).await
    }

    /// The whole address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.api_url())
    }

    /// Sends a request with the token.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let authorization = format!("Zoho-oauthtoken {}", self.token);
        let request = self.http.request(method, self.url(path)).header("Authorization", authorization);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        request.send().await.expect("an answer")
    }

    pub async fn get(&self, path: &str) -> Seen {
        read(self.send(Method::GET, path, None).await).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Seen {
        read(self.send(Method::POST, path, Some(body)).await).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Seen {
        read(self.send(Method::PUT, path, Some(body)).await).await
    }

    pub async fn delete(&self, path: &str) -> Seen {
        read(self.send(Method::DELETE, path, None).await).await
    }

    /// Inserts one record and hands back its id.
    pub async fn insert(&self, module: &str, record: Value) -> String {
        let (status, body) = self.post(&format!("/crm/v8/{module}"), json!({"data": [record]})).await;
        assert_eq!(status, 201, "{body}");
        body["data"][0]["details"]["id"].as_str().expect("an id").to_owned()
    }

    /// Moves the sandbox's clock.
    pub async fn advance(&self, seconds: i64) {
        let (status, _) = self.post("/__sandbox/clock", json!({"advance_seconds": seconds})).await;
        assert_eq!(status, 200);
    }
}

/// The status and the body, null where there is none and text where it is no JSON.
pub async fn read(response: Response) -> Seen {
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
    (status, body)
}

/// The id of the `number`th seeded record of the module that stands at this place in the list of modules.
pub fn seeded(place: u64, number: u64) -> String {
    (5_725_767_000_000_300_001 + place * 1000 + number).to_string()
}

/// The first seeded lead.
pub fn lead(number: u64) -> String {
    seeded(0, number)
}

/// The first seeded contact, account and deal.
pub fn contact(number: u64) -> String {
    seeded(1, number)
}

pub fn account(number: u64) -> String {
    seeded(2, number)
}

pub fn deal(number: u64) -> String {
    seeded(3, number)
}
