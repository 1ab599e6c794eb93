//! Outgoing webhooks: what they send, with whose credentials, and how often they try.

use super::support::{Engine, Folder, Hands, config, moment};
use ararat::connections::outbound::Source;
use ararat::connections::registry::Settings;
use ararat::connections::{Credential, NewConnection, Registry, Secret, Service, sign_in};
use ararat::http::network::Reach;
use ararat::server::Config;
use ararat::server::store::{Delivery, DeliveryState};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Somebody who is told, and answers as the test wants.
#[derive(Clone)]
struct Receiver {
    url: String,
    told: Arc<Mutex<Vec<Told>>>,
    answers: Arc<Mutex<VecDeque<Planned>>>,
}

/// A status, and `Retry-After`.
type Planned = (u16, Option<&'static str>);

#[derive(Clone)]
struct Told {
    method: String,
    path: String,
    headers: HeaderMap,
    body: String,
}

impl Told {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("-")
    }
}

impl Receiver {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let receiver = Self { url, told: Arc::default(), answers: Arc::default() };
        let router = Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    /// What it answers next; 200 once that is used up.
    fn will_answer(&self, answers: &[Planned]) {
        self.answers.lock().expect("no panic").extend(answers);
    }

    fn told(&self) -> Vec<Told> {
        self.told.lock().expect("no panic").clone()
    }

    fn last(&self) -> Told {
        self.told().pop().expect("it was told something")
    }
}

async fn take(State(receiver): State<Receiver>, request: Request) -> (StatusCode, HeaderMap) {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let told = Told {
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        headers: parts.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    receiver.told.lock().expect("no panic").push(told);
    let (status, retry_after) = receiver.answers.lock().expect("no panic").pop_front().unwrap_or((200, None));
    let mut headers = HeaderMap::new();
    if let Some(seconds) = retry_after {
        headers.insert("retry-after", seconds.parse().expect("a value"));
    }
    (StatusCode::from_u16(status).expect("a status"), headers)
}

async fn make(engine: &Engine, wish: Value) -> Value {
    let made = engine.post("/v1/webhooks/outgoing", &wish.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()
}

async fn trigger(engine: &Engine, name: &str, payload: Value) -> String {
    let answer = engine.post(&format!("/v1/webhooks/outgoing/{name}/trigger"), &payload.to_string()).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let id = answer.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(answer.headers["location"], format!("/v1/webhooks/deliveries/{id}"));
    id
}

/// The delivery once it was tried so often.
async fn tried(engine: &Engine, id: &str, times: usize) -> Delivery {
    for _ in 0..2000 {
        let delivery = engine.app.delivery(id).await.expect("a delivery");
        if delivery.log.len() >= times {
            return delivery;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it was not tried {times} times");
}

async fn tell(engine: &Engine, receiver: &Receiver, name: &str, payload: Value) -> Told {
    let id = trigger(engine, name, payload).await;
    let delivery = tried(engine, &id, 1).await;
    assert_eq!(delivery.state, DeliveryState::Delivered, "{:?}", delivery.log);
    assert_eq!((delivery.log[0].status, delivery.attempts), (Some(200), 1));
    let told = receiver.last();
    assert_eq!(told.header("x-ararat-delivery"), id);
    told
}

fn lead() -> Value {
    json!({ "module": "Leads", "record": { "id": "7", "Email": "a@b.c", "Last_Name": "O\"Neil & <Co>" }, "by": "Ada" })
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_told_in_every_form() {
    let (engine, receiver) = (Engine::start().await, Receiver::start().await);
    let url = &receiver.url;
    make(&engine, json!({
        "name": "form", "url": format!("{url}/leads/${{Leads.Last_Name}}"), "method": "PUT",
        "parameters": [{ "name": "email", "type": "module", "value": "Email" }, { "name": "fixed", "value": "a b" }],
        "headers": [{ "name": "X-By", "type": "user_defined", "value": "by ${by}" }],
        "body": { "type": "form", "parameters": [{ "name": "name", "type": "module", "value": "Last_Name" }] },
    }))
    .await;
    let told = tell(&engine, &receiver, "form", lead()).await;
    assert_eq!(told.method, "PUT");
    assert_eq!(told.path, "/leads/O%22Neil%20%26%20%3CCo%3E?email=a%40b.c&fixed=a+b");
    assert_eq!((told.header("x-by"), told.body.as_str()), ("by Ada", "name=O%22Neil+%26+%3CCo%3E"));

    let text = r#"{"name": "${Leads.Last_Name}", "missing": ${Leads.Phone}}"#;
    make(&engine, json!({ "name": "json", "url": url, "body": { "type": "json", "text": text } })).await;
    let told = tell(&engine, &receiver, "json", lead()).await;
    assert_eq!(told.header("content-type"), "application/json");
    let read: Value = serde_json::from_str(&told.body).expect("JSON");
    assert_eq!(read, json!({ "name": "O\"Neil & <Co>", "missing": null }));

    make(
        &engine,
        json!({ "name": "xml", "url": url, "body": { "type": "xml", "text": "<n>${!Leads.Last_Name}</n>" } }),
    )
    .await;
    let told = tell(&engine, &receiver, "xml", lead()).await;
    assert_eq!(told.body, "<n>O&quot;Neil &amp; &lt;Co&gt;</n>");

    make(&engine, json!({ "name": "payload", "url": url })).await;
    let told = tell(&engine, &receiver, "payload", lead()).await;
    assert_eq!((told.method.as_str(), serde_json::from_str::<Value>(&told.body).expect("JSON")), ("POST", lead()));
    let list = engine.get("/v1/webhooks/deliveries?webhook=payload&state=delivered").await.json();
    assert_eq!(list["deliveries"].as_array().map(Vec::len), Some(1));
    assert_eq!(list["deliveries"][0]["payload"], lead());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_succeed_later_is_tried_again() {
    let (hands, receiver) = (Hands::at("2026-03-27T12:00:00Z"), Receiver::start().await);
    let engine = Engine::with(hands.turn(config())).await;
    make(&engine, json!({ "name": "w", "url": receiver.url })).await;
    receiver.will_answer(&[(503, None), (429, Some("300"))]);
    let id = trigger(&engine, "w", json!({})).await;
    let start = moment("2026-03-27T12:00:00Z");
    let delivery = tried(&engine, &id, 1).await;
    assert_eq!(delivery.state, DeliveryState::Queued);
    let next = delivery.next_at.expect("a next attempt");
    assert!((start + 27_000..=start + 30_000).contains(&next), "after {} ms", next - start);
    hands.0.store(next - 1, Ordering::SeqCst);
    assert_eq!(engine.app.run_due_deliveries().await.expect("none"), 0);
    hands.0.store(next, Ordering::SeqCst);
    engine.app.run_due_deliveries().await.expect("sent");
    let delivery = tried(&engine, &id, 2).await;
    // The receiver wants more time than the pause has.
    assert_eq!(delivery.next_at, Some(next + 300_000));
    hands.0.store(next + 300_000, Ordering::SeqCst);
    engine.app.run_due_deliveries().await.expect("sent");
    let delivery = tried(&engine, &id, 3).await;
    let statuses: Vec<_> = delivery.log.iter().map(|attempt| attempt.status).collect();
    assert_eq!((delivery.state, statuses), (DeliveryState::Delivered, vec![Some(503), Some(429), Some(200)]));
    let names: Vec<_> = receiver.told().iter().map(|told| told.header("x-ararat-delivery").to_owned()).collect();
    assert_eq!(names, vec![id.clone(), id.clone(), id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_succeed_is_dead_until_somebody_revives_it() {
    let (hands, receiver) = (Hands::at("2026-03-27T12:00:00Z"), Receiver::start().await);
    let engine = Engine::with(hands.turn(config())).await;
    make(&engine, json!({ "name": "w", "url": receiver.url })).await;
    // Refused for good.
    receiver.will_answer(&[(410, None)]);
    let refused = trigger(&engine, "w", json!({})).await;
    assert_eq!(tried(&engine, &refused, 1).await.state, DeliveryState::Dead);
    // Tried for a day.
    receiver.will_answer(&[(500, None); 8]);
    let id = trigger(&engine, "w", json!({})).await;
    for attempt in 1..=8 {
        let delivery = tried(&engine, &id, attempt).await;
        let expected = if attempt == 8 { DeliveryState::Dead } else { DeliveryState::Queued };
        assert_eq!((delivery.state, delivery.attempts), (expected, i64::try_from(attempt).expect("small")));
        if let Some(next) = delivery.next_at {
            hands.0.store(next, Ordering::SeqCst);
            engine.app.run_due_deliveries().await.expect("sent");
        }
    }
    let dead = engine.get("/v1/webhooks/deliveries?state=dead").await.json();
    assert_eq!(dead["deliveries"].as_array().map(Vec::len), Some(2));
    assert!(engine.get("/metrics").await.text.contains("\nararat_given_up_total 2\n"));
    let again = engine.post(&format!("/v1/webhooks/deliveries/{id}/retry"), "").await;
    assert_eq!(again.status, 202, "{}", again.text);
    assert_eq!(tried(&engine, &id, 9).await.state, DeliveryState::Delivered);
    assert_eq!(engine.post(&format!("/v1/webhooks/deliveries/{id}/retry"), "").await.status, 409);
    // Nobody is there.
    make(&engine, json!({ "name": "nobody", "url": "http://127.0.0.1:9/x?token=planted-in-url" })).await;
    let id = trigger(&engine, "nobody", json!({})).await;
    let delivery = tried(&engine, &id, 1).await;
    let error = delivery.log[0].error.clone().expect("an error");
    assert!(delivery.state == DeliveryState::Queued && error.contains("could not reach the server"), "{error}");
    assert!(!error.contains("planted-in-url"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_refused_as_for_scripts() {
    let receiver = Receiver::start().await;
    let engine = Engine::with(Config { reach: Reach { deny_private: true, allow: vec![] }, ..config() }).await;
    make(&engine, json!({ "name": "w", "url": receiver.url })).await;
    let id = trigger(&engine, "w", json!({})).await;
    let delivery = tried(&engine, &id, 1).await;
    assert_eq!((delivery.state, receiver.told().len()), (DeliveryState::Dead, 0), "{:?}", delivery.log);
}

/// A registry with a connected connection `own`, whose key goes to one host.
async fn registry(host: &str) -> Registry {
    let registry =
        Registry::in_memory(Settings { user: Some("ararat".to_owned()), ..Settings::default() }).await.expect("open");
    let service: Service = toml::from_str(&format!(
        "link_name = \"keyed\"\nname = \"Keyed\"\nfamily = \"custom\"\napi_base = \"{host}\"\n\
         [[auth.api_key]]\nname = \"X-Key\"\nlabel = \"Key\"\nplace = \"header\"\n"
    ))
    .expect("a service");
    registry.add_service(&service).await.expect("added");
    let new = NewConnection {
        service: "keyed".into(),
        name: "Own".into(),
        link_name: "own".into(),
        ..NewConnection::default()
    };
    registry.add(new).await.expect("a connection");
    let values = [("X-Key".to_owned(), Secret::new("planted-connection-key"))].into();
    sign_in::with_keys(&registry, "own", Credential::ApiKey { values }).await.expect("connected");
    registry
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lends_its_credentials_and_knows_of_it() {
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    let registry = registry(&receiver.url).await;
    let engine = Engine::with(Config { connections: Source::Open(registry.clone()), ..config() }).await;
    let own = json!({ "type": "connection", "link": "own" });
    make(&engine, json!({ "name": "told", "url": format!("{}/x", receiver.url), "authorization": own })).await;
    assert_eq!(tell(&engine, &receiver, "told", json!({})).await.header("x-key"), "planted-connection-key");

    // Its key goes to no other host.
    make(&engine, json!({ "name": "elsewhere", "url": other.url, "authorization": own })).await;
    let id = trigger(&engine, "elsewhere", json!({})).await;
    let delivery = tried(&engine, &id, 1).await;
    assert_eq!((delivery.state, other.told().len()), (DeliveryState::Dead, 0));
    let error = delivery.log[0].error.clone().expect("an error");
    assert!(error.contains("the connection `own` may not send its credentials to"), "{error}");

    let refusal = registry.delete("own").await.expect_err("in use").to_string();
    assert_eq!(refusal, "the connection `own` is in use by webhook `elsewhere`, webhook `told`");
    let connection = registry.connection("own").await.expect("there");
    let locked = registry.must_not_lock_scopes(&connection).await.expect_err("in use").to_string();
    assert!(locked.contains("stay as they are while it is connected: webhook `elsewhere` uses it"), "{locked}");
    // A new name, another authorization, a deletion: the connection knows.
    let renamed = json!({ "name": "renamed", "url": format!("{}/x", receiver.url), "authorization": own });
    let changed = engine.send(engine.request("PUT", "/v1/webhooks/outgoing/told").body(renamed.to_string())).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let general = json!({ "name": "elsewhere", "url": other.url });
    engine.send(engine.request("PUT", "/v1/webhooks/outgoing/elsewhere").body(general.to_string())).await;
    let refusal = registry.delete("own").await.expect_err("in use").to_string();
    assert_eq!(refusal, "the connection `own` is in use by webhook `renamed`");
    assert_eq!(engine.send(engine.request("DELETE", "/v1/webhooks/outgoing/renamed")).await.status, 204);
    registry.delete("own").await.expect("deleted");

    let unknown = json!({ "name": "x", "url": other.url, "authorization": { "type": "connection", "link": "onw" } });
    let refused = engine.post("/v1/webhooks/outgoing", &unknown.to_string()).await;
    assert_eq!(refused.status, 404, "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_knows_the_schedules_of_functions_that_name_it() {
    let registry = registry("http://127.0.0.1:9").await;
    let engine = Engine::with(Config { connections: Source::Open(registry.clone()), ..config() }).await;
    let source =
        "void schedule.pull() { x = invokeurl [ url : \"http://127.0.0.1:9/\" type : GET connection : \"own\" ]; }";
    engine.publish(source).await;
    let wish = json!({ "name": "hourly", "function": "schedule.pull", "cron": "0 * * * *" });
    assert_eq!(engine.post("/v1/schedules", &wish.to_string()).await.status, 201);
    let refusal = async || registry.delete("own").await.expect_err("in use").to_string();
    let both = "the connection `own` is in use by function `schedule.pull`, schedule `hourly`";
    assert_eq!(refusal().await, both);
    // Scopes are a webhook's matter alone.
    let connection = registry.connection("own").await.expect("there");
    registry.must_not_lock_scopes(&connection).await.expect("not locked");
    engine.app.switch_schedule("hourly", false, "test").await.expect("off");
    assert_eq!(refusal().await, "the connection `own` is in use by function `schedule.pull`");
    engine.app.switch_schedule("hourly", true, "test").await.expect("on");
    assert_eq!(refusal().await, both);
    engine.publish("void schedule.pull() { info 1; }").await;
    assert_eq!(registry.uses("own").await.expect("there"), []);
    engine.publish(source).await;
    assert_eq!(refusal().await, both);
    assert_eq!(engine.send(engine.request("DELETE", "/v1/schedules/hourly")).await.status, 204);
    assert_eq!(engine.send(engine.request("DELETE", "/v1/functions/schedule.pull")).await.status, 204);
    registry.delete("own").await.expect("deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_an_execution_is_told_once() {
    let (engine, receiver) = (Engine::start().await, Receiver::start().await);
    engine.publish("int standalone.half(Int n) { if(n == 0) { return 1 / n; } return 10 / n; }").await;
    let text = r#"{"is": "${event}", "id": "${execution.id}", "output": ${execution.output}, "error": "${execution.error.message}"}"#;
    for (name, when) in [("won", "success"), ("lost", "failure"), ("any", "end")] {
        make(
            &engine,
            json!({ "name": name, "url": format!("{}/{name}", receiver.url),
            "on": [{ "function": "half", "when": when }], "body": { "type": "json", "text": text } }),
        )
        .await;
    }
    let won = engine.post("/v1/functions/half/executions", r#"{"n":5}"#).await.json();
    let lost = engine.post("/v1/functions/half/executions", r#"{"n":0}"#).await.json();
    let of = |path: &str| {
        let told = receiver.told().into_iter().filter(|told| told.path == path);
        let mut bodies: Vec<Value> = told.map(|told| serde_json::from_str(&told.body).expect("JSON")).collect();
        bodies.sort_by_key(|body| body["id"].as_str().map(str::to_owned));
        bodies
    };
    for id in [&won["id"], &lost["id"]] {
        for webhook in engine.app.outgoing_webhooks().await.expect("webhooks") {
            let wants = (webhook.wish.name == "any") || ((webhook.wish.name == "won") == (id == &won["id"]));
            if wants {
                tried(&engine, &format!("{}-{}", id.as_str().expect("an id"), webhook.id), 1).await;
            }
        }
    }
    let success = json!({ "is": "function.succeeded", "id": won["id"], "output": 2, "error": "" });
    assert_eq!(of("/won"), std::slice::from_ref(&success));
    let failure = &of("/lost")[0];
    assert_eq!((failure["is"].as_str(), &failure["id"]), (Some("function.failed"), &lost["id"]));
    assert!(failure["error"].as_str().is_some_and(|error| !error.is_empty()), "{failure}");
    assert_eq!(of("/any"), [success, failure.clone()]);
    assert_eq!(receiver.told().len(), 4);
    // Switched off, it hears nothing more.
    for name in ["won", "any"] {
        engine.app.switch_outgoing_webhook(name, false, "test").await.expect("off");
    }
    engine.post("/v1/functions/half/executions", r#"{"n":5}"#).await;
    let all = engine.get("/v1/webhooks/deliveries").await.json();
    assert_eq!(all["deliveries"].as_array().map(Vec::len), Some(4));
    assert_eq!(engine.post("/v1/webhooks/outgoing/any/trigger", "{}").await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_shown_masked_and_sent_whole() {
    let (folder, receiver) = (Folder::new("outgoing-secret"), Receiver::start().await);
    let engine = Engine::with(Config { data: Some(folder.0.clone()), ..config() }).await;
    let planted = ["planted-header-secret", "planted-query-secret", "planted-payload-secret", "planted0path1secret2x"];
    let wish = json!({
        "name": "w", "url": format!("{}/{}/x?zapikey={}", receiver.url, planted[3], planted[1]),
        "headers": [{ "name": "Authorization", "value": format!("Bearer {}", planted[0]) }, { "name": "X-A", "value": "b" }],
    });
    let made = make(&engine, wish).await;
    assert!(planted.iter().all(|secret| !made.to_string().contains(secret)), "{made}");
    let payload = json!({ "password": planted[2] });
    let told = tell(&engine, &receiver, "w", payload.clone()).await;
    assert_eq!(told.header("authorization"), format!("Bearer {}", planted[0]));
    assert_eq!(told.path, format!("/{}/x?zapikey={}", planted[3], planted[1]));
    assert!(told.body.contains(planted[2]), "{}", told.body);
    // A page sends back what it was shown.
    let members = ["url", "headers", "name"];
    let mut back: Value = members.iter().map(|name| ((*name).to_owned(), made[*name].clone())).collect();
    back["description"] = "changed".into();
    let changed = engine.send(engine.request("PUT", "/v1/webhooks/outgoing/w").body(back.to_string())).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let told = tell(&engine, &receiver, "w", payload).await;
    assert_eq!(told.header("authorization"), format!("Bearer {}", planted[0]));
    assert_eq!(told.path, format!("/{}/x?zapikey={}", planted[3], planted[1]));
    let pages = [
        engine.get("/v1/webhooks/outgoing").await.text,
        engine.get("/v1/webhooks/deliveries").await.text,
        changed.text,
    ];
    engine.stop().await;
    for secret in planted {
        assert!(pages.iter().all(|page| !page.contains(secret)), "{secret}: {pages:?}");
        for (file, bytes) in folder.stored() {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} in {}", file.display());
        }
    }
}

/// Two engines that look for deliveries at once send each of them once.
async fn sent_once(make_config: impl Fn() -> Config) {
    let (hands, receiver) = (Hands::at("2026-03-27T12:00:00Z"), Receiver::start().await);
    let engines = [Engine::with(hands.turn(make_config())).await, Engine::with(hands.turn(make_config())).await];
    make(&engines[0], json!({ "name": "w", "url": receiver.url })).await;
    let mut ids = Vec::new();
    for number in 0..40 {
        ids.push(trigger(&engines[number % 2], "w", json!({ "number": number })).await);
    }
    for look in 0..8 {
        engines[look % 2].app.run_due_deliveries().await.expect("sent");
    }
    for id in &ids {
        assert_eq!(tried(&engines[0], id, 1).await.state, DeliveryState::Delivered);
    }
    let mut told: Vec<_> = receiver.told().iter().map(|told| told.header("x-ararat-delivery").to_owned()).collect();
    told.sort();
    ids.sort();
    assert_eq!(told, ids);
    for engine in engines {
        engine.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_engines_on_one_database_send_a_delivery_once() {
    let folder = Folder::new("two-senders");
    sent_once(|| Config { data: Some(folder.0.clone()), ..config() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_whose_engine_was_killed_is_taken_over() {
    let (hands, receiver) = (Hands::at("2026-03-27T12:00:00Z"), Receiver::start().await);
    let engine = Engine::with(hands.turn(config())).await;
    make(&engine, json!({ "name": "w", "url": receiver.url })).await;
    let id = trigger(&engine, "w", json!({})).await;
    let done = tried(&engine, &id, 1).await;
    // As a killed engine leaves one behind: claimed, and never finished.
    let due = moment("2026-03-27T12:10:00Z");
    let left = Delivery { id: "left".to_owned(), created_at: due, ..done };
    engine.app.store().insert_delivery(&left).await.expect("queued");
    let claimed = engine.app.store().claim_deliveries(due, due + 120_000, 10).await.expect("claimed");
    assert_eq!(claimed.len(), 1);
    hands.set("2026-03-27T12:11:59Z");
    assert_eq!(engine.app.run_due_deliveries().await.expect("none yet"), 0);
    hands.set("2026-03-27T12:12:00Z");
    engine.app.run_due_deliveries().await.expect("sent");
    let delivery = tried(&engine, "left", 1).await;
    assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Delivered, 2));
    // Whoever comes back late changes nothing.
    let late = Delivery { state: DeliveryState::Dead, next_at: None, ..claimed[0].clone() };
    assert!(!engine.app.store().finish_attempt(&late).await.expect("written"));
}
