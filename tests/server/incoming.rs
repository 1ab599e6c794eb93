//! Incoming webhooks, as their senders and their owners see them.

use super::support::{Answer, Engine, Folder, Hands, config, moment};
use ararat::server::Config;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const ORDER: &str = "string automation.order(String name, Int count, List tags, String event) \
     { return name + \" x\" + count + \" \" + tags.size() + \" \" + event; }";

/// Makes a webhook; gives its address and what was answered.
async fn hook(engine: &Engine, wish: Value) -> (String, Value) {
    let made = engine.post("/v1/webhooks/incoming", &wish.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.headers["cache-control"], "no-store");
    let made = made.json();
    let path = made["path"].as_str().expect("a path");
    assert!(path.starts_with("/hooks/") && path.len() == 71, "{path}");
    (format!("{}{path}", engine.url), made)
}

async fn deliver(engine: &Engine, url: &str, body: &str) -> Answer {
    let request = reqwest::Client::new().post(url).header("content-type", "application/json").body(body.to_owned());
    engine.send(request.header("x-event", "paid")).await
}

fn order() -> Value {
    json!({
        "name": "orders", "function": "order", "answer": "sync",
        "arguments": {
            "name": { "from": "body.customer.name", "required": true },
            "count": { "from": "query.count", "default": 1 },
            "tags": "body.tags",
            "event": "header.x-event",
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_mapped_to_arguments() {
    let engine = Engine::start().await;
    engine.publish(ORDER).await;
    let (url, made) = hook(&engine, order()).await;
    let body = json!({ "customer": { "name": "Ada" }, "tags": ["a", "b"] }).to_string();
    let answer = deliver(&engine, &url, &body).await;
    assert_eq!((answer.status, answer.json()["output"].as_str()), (200, Some("Ada x1 2 paid")), "{}", answer.text);
    let answer = deliver(&engine, &format!("{url}?count=7"), &body).await;
    assert_eq!(answer.json()["output"], "Ada x7 2 paid");
    let execution = answer.json()["execution"].as_str().expect("an id").to_owned();
    let execution = engine.get(&format!("/v1/executions/{execution}")).await.json();
    assert_eq!((execution["cause"].as_str(), execution["actor"].as_str()), (Some("webhook"), Some("webhook orders")));
    let theirs = engine.get("/v1/executions?actor=webhook%20orders").await.json();
    assert_eq!(theirs["executions"].as_array().map(Vec::len), Some(2));

    let form = reqwest::Client::new().put(&url).header("x-event", "put").form(&[("customer", "no object")]);
    assert_eq!(engine.send(form).await.status, 405);
    let missing = deliver(&engine, &url, "{}").await;
    assert_eq!((missing.status, missing.json()["code"].as_str()), (400, Some("unfit")));
    assert!(missing.text.contains("the argument `name`: expected a value at `body.customer.name`"), "{}", missing.text);
    assert_eq!(deliver(&engine, &url, "{").await.status, 400);

    // The address is shown once; switched off or renewed, the old one leads nowhere.
    let id = made["id"].as_str().expect("an id");
    let list = engine.get("/v1/webhooks/incoming").await;
    let token = url.rsplit('/').next().expect("a token");
    assert!(!list.text.contains(token) && list.json()["webhooks"][0]["name"] == "orders", "{}", list.text);
    let renewed = engine.post(&format!("/v1/webhooks/incoming/{id}/token"), "").await.json();
    assert_eq!(deliver(&engine, &url, &body).await.status, 404);
    let url = format!("{}{}", engine.url, renewed["path"].as_str().expect("a path"));
    assert_eq!(deliver(&engine, &url, &body).await.status, 200);
    engine.send(engine.request("PATCH", "/v1/webhooks/incoming/ORDERS").body(r#"{"enabled":false}"#)).await;
    assert_eq!(deliver(&engine, &url, &body).await.status, 404);
    assert_eq!(engine.send(engine.request("DELETE", "/v1/webhooks/incoming/orders")).await.status, 204);
    assert_eq!(engine.get("/v1/webhooks/incoming/orders").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_queries_and_whole_requests_are_mapped_too() {
    let engine = Engine::start().await;
    engine.publish("string standalone.f(String a, String all, String raw) { return a + \"|\" + all.toMap().get(\"params\").get(\"q\") + \"|\" + raw; }").await;
    let wish = json!({ "name": "f", "function": "f", "answer": "sync", "methods": ["GET", "POST"],
        "arguments": { "a": "body.a", "all": "request", "raw": "raw" } });
    let (url, _) = hook(&engine, wish).await;
    let url = format!("{url}?q=1");
    let form = engine.send(reqwest::Client::new().post(&url).form(&[("a", "b c")])).await;
    assert_eq!(form.json()["output"], "b c|1|a=b+c", "{}", form.text);
    let parts = reqwest::multipart::Form::new().text("a", "part");
    let answer = engine.send(reqwest::Client::new().post(&url).multipart(parts)).await;
    assert!(answer.json()["output"].as_str().is_some_and(|output| output.starts_with("part|1|--")), "{}", answer.text);
    let got = engine.send(reqwest::Client::new().get(&url)).await;
    assert_eq!(got.json()["output"], "null|1|", "{}", got.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_sender_with_the_secret_is_heard() {
    let engine = Engine::start().await;
    engine.publish("string standalone.seen(Map body, String all) { return all; }").await;
    let secret = "planted-webhook-secret";
    let wish = |verification: Value| {
        json!({ "name": "v", "function": "seen", "answer": "sync", "verification": verification,
            "arguments": { "body": "body", "all": "request" } })
    };
    let signed = json!({ "type": "hmac_sha256", "header": "X-Sign", "prefix": "sha256=", "secret": secret });
    let (url, made) = hook(&engine, wish(signed)).await;
    assert!(!made.to_string().contains(secret), "{made}");
    let body = r#"{"a":1}"#;
    let sign = |key: &str, body: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any key");
        mac.update(body.as_bytes());
        let bytes = mac.finalize().into_bytes();
        format!("sha256={}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    };
    let send = |signature: Option<String>| {
        let mut request = reqwest::Client::new().post(&url).header("content-type", "application/json").body(body);
        if let Some(signature) = signature {
            request = request.header("x-sign", signature);
        }
        engine.send(request)
    };
    let good = sign(secret, body);
    let answer = send(Some(good.clone())).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    // The function does not see what it was signed with.
    assert!(!answer.text.contains(&good[7..]) && !answer.text.contains("x-sign"), "{}", answer.text);
    for wrong in [None, Some(sign("other", body)), Some(sign(secret, "{}")), Some("sha256=".to_owned())] {
        let answer = send(wrong).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("unverified")));
    }
    // Changed without a secret, it keeps the one it has.
    let kept = wish(json!({ "type": "hmac_sha256", "header": "X-Sign", "prefix": "sha256=" }));
    let changed = engine.send(engine.request("PUT", "/v1/webhooks/incoming/v").body(kept.to_string())).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(send(Some(good)).await.status, 200);
    // One that is made here is shown once.
    let mut other = wish(json!({ "type": "secret_header", "header": "X-Token" }));
    other["name"] = "w".into();
    let (url, made) = hook(&engine, other).await;
    let token = made["secret"].as_str().expect("a secret");
    let with = |token: &str| {
        let request = reqwest::Client::new().post(&url).header("x-token", token).json(&json!({}));
        engine.send(request)
    };
    assert_eq!((with(token).await.status, with("wrong").await.status), (200, 403));
    assert!(!engine.get("/v1/webhooks/incoming/w").await.text.contains(token));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_comes_again_begins_nothing_new() {
    let engine = Engine::start().await;
    engine.publish("void automation.note(Map body) { info body; }").await;
    let wish =
        json!({ "name": "d", "function": "note", "delivery_header": "X-Delivery", "arguments": { "body": "body" } });
    let (url, _) = hook(&engine, wish).await;
    let send = |name: &str, body: &str| {
        let request = reqwest::Client::new().post(&url).header("x-delivery", name).body(body.to_owned());
        engine.send(request)
    };
    let first = send("one", "{}").await;
    assert_eq!(first.status, 202, "{}", first.text);
    assert_eq!(send("one", "{}").await.json(), first.json());
    assert_eq!(send("one", "[]").await.status, 409);
    assert_ne!(send("two", "{}").await.json(), first.json());
    engine.app.wait_for(first.json()["execution"].as_str().expect("an id")).await.expect("it ends");
    let all = engine.get("/v1/executions").await.json();
    assert_eq!(all["executions"].as_array().map(Vec::len), Some(2));
    assert_eq!(send(&"x".repeat(300), "{}").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_and_rates_are_bounded() {
    let engine = Engine::with(Config { largest_body: 1000, ..config() }).await;
    engine.publish("void automation.note() { }").await;
    let (url, _) = hook(&engine, json!({ "name": "s", "function": "note", "max_body": 100, "rate": 6 })).await;
    assert_eq!(deliver(&engine, &url, &"x".repeat(2000)).await.status, 413);
    let large = deliver(&engine, &url, &"x".repeat(200)).await;
    assert_eq!((large.status, large.json()["code"].as_str()), (413, Some("too_large")));
    assert_eq!(deliver(&engine, &url, "").await.status, 202);
    let often = deliver(&engine, &url, "").await;
    assert_eq!((often.status, often.headers.contains_key("retry-after")), (429, true), "{}", often.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_can_answer_itself_and_its_errors_stay_here() {
    let engine = Engine::start().await;
    engine
        .publish("map standalone.own() { return {\"crmAPIResponse\": {\"status_code\": 201, \"body\": \"made\", \"Content-Type\": \"text/plain\"}}; }")
        .await;
    engine.publish("int standalone.fails() { return 1 / 0; }").await;
    let (own, _) = hook(&engine, json!({ "name": "own", "function": "own", "answer": "sync" })).await;
    let answer = deliver(&engine, &own, "").await;
    assert_eq!((answer.status, answer.text.as_str()), (201, "made"));
    let (fails, _) = hook(&engine, json!({ "name": "fails", "function": "fails", "answer": "sync" })).await;
    let answer = deliver(&engine, &fails, "").await;
    assert_eq!((answer.status, answer.json()["message"].as_str()), (500, Some("the function failed")));
    assert!(!answer.text.contains("line"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused() {
    let engine = Engine::start().await;
    engine.publish(ORDER).await;
    for (status, change, expected) in [
        (404, json!({ "function": "oder" }), "there is no function `oder`"),
        (400, json!({ "arguments": { "name": "raw" } }), "needs the argument `count`"),
        (400, json!({ "arguments": { "nome": "raw" } }), "has no argument `nome`"),
        (422, json!({ "arguments": { "name": "cookie.x" } }), "the argument `name`: expected `body`"),
        (400, json!({ "arguments": { "name": { "form": "raw" } } }), "unknown field `form`"),
        (422, json!({ "methods": [] }), "expected at least one of GET, POST and PUT"),
        (400, json!({ "methods": ["DELETE"] }), "unknown variant `DELETE`"),
        (422, json!({ "verification": { "type": "secret_header", "header": "x y" } }), "expected the name of a header"),
        (422, json!({ "verification": { "type": "secret_header", "header": "x", "secret": "short" } }), "at least 12"),
        (422, json!({ "delivery_header": "" }), "expected the name of a header in `delivery_header`"),
        (422, json!({ "name": "" }), "expected a name"),
    ] {
        let mut wish = order();
        for (name, value) in change.as_object().expect("members") {
            wish[name] = value.clone();
        }
        let answer = engine.post("/v1/webhooks/incoming", &wish.to_string()).await;
        assert_eq!(answer.status, status, "{change}: {}", answer.text);
        assert!(answer.text.contains(expected), "{}", answer.text);
    }
    hook(&engine, order()).await;
    assert_eq!(engine.post("/v1/webhooks/incoming", &order().to_string()).await.status, 409);
    let nobody = reqwest::Client::new().get(format!("{}/v1/webhooks/incoming", engine.url));
    assert_eq!(engine.send(nobody).await.status, 401);
    let nowhere = reqwest::Client::new().post(format!("{}/hooks/{}", engine.url, "0".repeat(64)));
    assert_eq!(engine.send(nowhere).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_come_from_the_networks_that_are_allowed() {
    let proxies = vec!["127.0.0.1".parse().expect("a network")];
    for (behind_proxy, forwarded, allowed, status) in [
        (false, None, json!(["127.0.0.0/8"]), 200),
        (false, None, json!(["203.0.113.0/24", "::1"]), 403),
        (false, Some("203.0.113.9"), json!(["203.0.113.0/24"]), 403),
        (true, Some("203.0.113.9"), json!(["203.0.113.0/24"]), 200),
        (true, Some("203.0.113.9, 198.51.100.1"), json!(["203.0.113.0/24"]), 403),
        (true, Some("nobody"), json!(["0.0.0.0/0"]), 403),
    ] {
        let proxies = if behind_proxy { proxies.clone() } else { Vec::new() };
        let engine = Engine::with(Config { proxies, ..config() }).await;
        engine.publish(ORDER).await;
        let mut wish = order();
        wish["allow_from"] = allowed.clone();
        let (url, made) = hook(&engine, wish).await;
        assert_eq!(made["allow_from"], allowed);
        let mut request = reqwest::Client::new().post(&url).body(r#"{"customer": {"name": "Ada"}, "tags": []}"#);
        if let Some(forwarded) = forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        let answer = engine.send(request).await;
        assert_eq!(answer.status, status, "{forwarded:?} {allowed}: {}", answer.text);
        assert!(status == 200 || answer.json()["code"] == "address", "{}", answer.text);
    }
    let engine = Engine::start().await;
    engine.publish(ORDER).await;
    let mut wish = order();
    wish["allow_from"] = json!(["example.com"]);
    let refused = engine.post("/v1/webhooks/incoming", &wish.to_string()).await;
    assert!(refused.status == 400 || refused.status == 422, "{}", refused.text);
    assert!(refused.text.contains("expected an address or a network such as `203.0.113.0/24`"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_request_that_is_sent_again_later_is_refused() {
    let hands = Hands::at("2026-03-02T09:00:00Z");
    let engine = Engine::with(hands.turn(config())).await;
    engine.publish(ORDER).await;
    let secret = "planted-webhook-secret";
    let mut wish = order();
    wish["verification"] = json!({ "type": "hmac_sha256", "header": "Stripe-Signature", "prefix": "v1=", "secret": secret,
        "timestamp": { "tolerance": 60 } });
    let (url, _) = hook(&engine, wish).await;
    let (time, body) = (moment("2026-03-02T09:00:00Z") / 1000, r#"{"customer": {"name": "Ada"}, "tags": []}"#);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(format!("{time}.{body}").as_bytes());
    let signature: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let deliver = async |header: &str| {
        let request = reqwest::Client::new().post(&url).header("stripe-signature", header);
        engine.send(request.body(body)).await.status
    };
    let header = format!("t={time},v1={signature}");
    assert_eq!(deliver(&header).await, 200);
    assert_eq!(deliver(&format!("t={},v1={signature}", time + 1)).await, 403);
    hands.set("2026-03-02T09:01:01Z");
    assert_eq!(deliver(&header).await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_disk_holds_the_address_or_the_secret() {
    let folder = Folder::new("incoming-secret");
    let engine = Engine::with(Config { data: Some(folder.0.clone()), ..config() }).await;
    engine.publish("void automation.note(Map body) { info body; }").await;
    let secret = "planted-incoming-secret";
    let wish = json!({ "name": "n", "function": "note", "arguments": { "body": "body" },
        "verification": { "type": "secret_header", "header": "x-token", "secret": secret } });
    let (url, _) = hook(&engine, wish).await;
    let body = json!({ "echo": secret }).to_string();
    let request = reqwest::Client::new().post(&url).header("x-token", secret).body(body);
    let id = engine.send(request).await.json()["execution"].as_str().expect("an id").to_owned();
    engine.app.wait_for(&id).await.expect("it ends");
    engine.stop().await;
    let token = url.rsplit('/').next().expect("a token");
    for (file, bytes) in folder.stored() {
        for planted in [secret, token] {
            let found = bytes.windows(planted.len()).any(|window| window == planted.as_bytes());
            assert!(!found, "{planted} in {}", file.display());
        }
    }
}
