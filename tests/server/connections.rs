//! The engine's connections: events, idle sign-ins, acting users, and what uses them.

use crate::support::{Engine, call, config};
use ararat::connections::outbound::Source as Connections;
use ararat::connections::registry::Settings;
use ararat::connections::{Credential, NewConnection, Registry, SandboxAccount, Secret, Service, sign_in};
use ararat::server::Config;
use ararat::server::app::{KeyWish, Role};
use axum::Router;
use axum::routing::any;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// A provider that gives a token twice and then calls the grant dead. Its CRM answers with the token.
async fn provider() -> String {
    let tokens = Arc::new(AtomicUsize::new(0));
    let give = move || {
        let number = tokens.fetch_add(1, Ordering::SeqCst);
        async move {
            match number {
                0 | 1 => format!("{{\"access_token\": \"token-{number}-0123456789\", \"expires_in\": 3600}}"),
                _ => "{\"error\": \"invalid_code\"}".to_owned(),
            }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router =
        Router::new().route("/oauth/v2/token", any(give)).fallback(any(|| async { "{\"data\":[{\"id\":1}]}" }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// A registry with a connected `zoho_crm`, and its clock.
async fn registry(url: &str) -> (Registry, Arc<AtomicI64>) {
    let time = Arc::new(AtomicI64::new(1_700_000_000_000));
    let clock = time.clone();
    let settings = Settings {
        clock: Some(Arc::new(move || clock.load(Ordering::SeqCst))),
        user: Some("engine".to_owned()),
        ..Settings::default()
    };
    let registry = Registry::in_memory(settings).await.expect("a registry");
    let account = SandboxAccount {
        accounts_url: url.to_owned(),
        api_url: url.to_owned(),
        client_id: "1000.CLIENT".to_owned(),
        client_secret: "planted-client-secret".to_owned(),
        refresh_token: "planted-refresh-token".to_owned(),
    };
    registry.add_sandbox(&account).await.expect("a connection");
    (registry, time)
}

fn with(registry: &Registry) -> Config {
    Config { connections: Connections::Open(registry.clone()), ..config() }
}

const ONE: &str = "int standalone.one() { return zoho.crm.getRecordById(\"Leads\", 1).get(\"id\"); }";

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_tokens_is_listed_and_idle_sign_ins_are_kept() {
    let (registry, time) = registry(&provider().await).await;
    let engine = Engine::with(with(&registry)).await;
    engine.publish(ONE).await;
    let run = engine.app.run(call("standalone.one")).await.expect("an execution");
    assert!(run.error.is_none(), "{run:?}");
    let events = || async {
        let events = engine.app.connection_events(10).await.expect("readable");
        events.into_iter().map(|line| format!("{} {}", line.link_name, line.event)).collect::<Vec<_>>()
    };
    assert_eq!(events().await, ["zoho_crm refreshed"]);

    assert_eq!(engine.app.keep_connections_alive(DAY).await.expect("looked"), 0, "used a moment ago");
    time.fetch_add(86_401_000, Ordering::SeqCst);
    assert_eq!(engine.app.keep_connections_alive(DAY).await.expect("looked"), 1);
    assert_eq!(events().await.len(), 2);

    time.fetch_add(86_401_000, Ordering::SeqCst);
    assert_eq!(engine.app.keep_connections_alive(DAY).await.expect("looked"), 1);
    assert_eq!(events().await[..2], ["zoho_crm needs a new sign-in", "zoho_crm refresh failed"]);
    let newest = engine.app.connection_events(1).await.expect("readable");
    assert!(newest[0].reason.as_deref().is_some_and(|reason| reason.contains("invalid_code")), "{newest:?}");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_told_to_keeps_sign_ins_alive_from_its_start() {
    let (registry, time) = registry(&provider().await).await;
    time.fetch_add(86_401_000, Ordering::SeqCst);
    let engine = Engine::with(Config { keep_alive: Some(DAY), ..with(&registry) }).await;
    let refreshed = async {
        while engine.app.connection_events(1).await.expect("readable").is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), refreshed).await.expect("an event");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_a_published_function_names_is_not_deleted() {
    let (registry, _) = registry(&provider().await).await;
    let engine = Engine::with(with(&registry)).await;
    let uses = || async {
        let uses = registry.uses("zoho_crm").await.expect("readable");
        uses.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let named =
        "int standalone.one() { return zoho.crm.getRecordById(\"Leads\", 1, {\"a\": 1}, \"zoho_crm\").get(\"id\"); }";
    engine.publish(named).await;
    assert_eq!(uses().await, ["function `standalone.one`"]);
    let error = registry.delete("zoho_crm").await.expect_err("refused");
    assert_eq!(error.to_string(), "the connection `zoho_crm` is in use by function `standalone.one`");

    engine.publish(ONE).await;
    assert!(uses().await.is_empty(), "the new version names none");
    engine.publish(named).await;
    engine
        .publish("void standalone.two() { info invokeurl [ url: \"https://x.example\" connection: \"nobody\" ]; }")
        .await;
    assert_eq!(uses().await.len(), 1);
    engine.app.delete_function("standalone.one", "test").await.expect("deleted");
    assert!(uses().await.is_empty());
    registry.delete("zoho_crm").await.expect("deleted");
    engine.stop().await;
}

/// A connection on which everyone signs in with a key of his own; the provider says whose it was.
async fn everyone_for_himself() -> (Registry, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let echo = any(|headers: axum::http::HeaderMap| async move {
        let key = headers.get("x-key").and_then(|key| key.to_str().ok()).unwrap_or("nobody").to_owned();
        key.strip_prefix("key-of-").map(str::to_uppercase).unwrap_or(key)
    });
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(echo)).await });
    let settings = Settings { user: Some("engine".to_owned()), ..Settings::default() };
    let registry = Registry::in_memory(settings).await.expect("a registry");
    let service: Service = toml::from_str(&format!(
        "link_name = \"keyed\"\nname = \"Keyed\"\nfamily = \"custom\"\napi_base = \"{url}\"\n\
         [[auth.api_key]]\nname = \"X-Key\"\nlabel = \"key\"\nplace = \"header\"\n"
    ))
    .expect("a service");
    registry.add_service(&service).await.expect("added");
    let new = NewConnection {
        service: "keyed".into(),
        name: "Each".into(),
        link_name: "each".into(),
        login_user: true,
        ..NewConnection::default()
    };
    registry.add(new).await.expect("a connection");
    for user in ["engine", "ravi"] {
        let values = [("X-Key".to_owned(), Secret::new(format!("key-of-{user}")))].into();
        let credential = Credential::ApiKey { values };
        sign_in::with_keys(&registry.acting_as(user), "each", credential).await.expect("signed in");
    }
    (registry, url)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_uses_the_connections_of_the_user_who_calls() {
    let (registry, url) = everyone_for_himself().await;
    let engine = Engine::with(with(&registry)).await;
    let who =
        format!("string standalone.who() {{ return invokeurl [ url: \"{url}/me\" type: GET connection: \"each\" ]; }}");
    engine.publish(&who).await;
    let wish = |user| KeyWish { name: "a key", role: Role::Execute, rate: None, user };
    let mut said = Vec::new();
    for user in [None, Some("ravi"), Some("mira")] {
        let key = engine.app.create_key_as(&wish(user), "test").await.expect("a key").key;
        let request = reqwest::Client::new().post(format!("{}/v1/functions/who/executions", engine.url));
        let done = engine.send(request.bearer_auth(key.as_str()).body("{}")).await.json();
        assert_eq!(done["acts_as"].as_str(), user);
        said.push(done["output"].as_str().map_or_else(|| done["error"]["message"].to_string(), str::to_owned));
    }
    assert_eq!(said[..2], ["ENGINE", "RAVI"]);
    assert!(said[2].contains("`mira` has not authorised the connection `each`"), "{}", said[2]);

    // In the background and once more, it is the same user.
    let id = engine.app.enqueue(call("standalone.who").acting_as(Some("ravi"))).await.expect("accepted");
    let first = engine.app.wait_for(&id).await.expect("an execution");
    let again = engine.app.rerun(&id, "test").await.expect("accepted");
    let second = engine.app.wait_for(&again).await.expect("an execution");
    for execution in [first, second] {
        assert_eq!(
            (execution.acts_as.as_deref(), execution.output.as_ref().map(|json| json.get())),
            (Some("ravi"), Some("\"RAVI\""))
        );
    }
    engine.stop().await;
}
