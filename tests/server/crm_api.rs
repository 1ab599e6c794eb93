//! `crmAPIRequest` and `crmAPIResponse`, and forms of several parts.

use super::support::{Answer, Engine};
use serde_json::{Value, json};

const PATH: &str = "/crm/v2/functions/f/actions/execute?auth_type=oauth&x=1";

async fn request_seen(engine: &Engine, request: reqwest::RequestBuilder) -> Value {
    let answer = engine.send(request).await;
    let output = answer.json()["details"]["output"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned();
    serde_json::from_str(&output).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_is_handed_in_without_credentials() {
    let engine = Engine::start().await;
    engine.publish("// @rest oauth\nstring standalone.f(String crmAPIRequest) { return crmAPIRequest; }").await;
    let request = engine
        .request("POST", &format!("{PATH}&crmAPIRequest=forged"))
        .header("x-own", "kept")
        .header("cookie", "a=b")
        .body("plain text");
    let seen = request_seen(&engine, request).await;
    assert_eq!(seen["method"], "POST");
    assert_eq!(seen["auth_type"], "oauth");
    assert_eq!(seen["params"]["x"], "1");
    assert_eq!(seen["body"], "plain text");
    assert_eq!(seen["headers"]["x-own"], "kept");
    assert!(seen["headers"].get("authorization").is_none() && seen["headers"].get("cookie").is_none(), "{seen}");
    let by_key = engine.zoho("f", "x=1").await;
    assert_eq!(by_key.status, 403);
}

async fn respond(engine: &Engine, body: &str) -> Answer {
    engine.publish(&format!("// @rest oauth\nmap standalone.f() {{ {body} }}")).await;
    engine.send(engine.request("GET", PATH)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_answers_itself() {
    let engine = Engine::start().await;
    let answer = respond(
        &engine,
        "own = Map(); own.put(\"status_code\", 201); own.put(\"Content-Type\", \"text/plain\"); own.put(\"body\", \"made\"); \
         own.put(\"headers\", {\"x-made\" : \"yes\", \"content-length\" : \"1\"}); return {\"crmAPIResponse\" : own};",
    )
    .await;
    assert_eq!((answer.status, answer.text.as_str()), (201, "made"));
    assert_eq!(answer.headers["content-type"], "text/plain");
    assert_eq!(answer.headers["x-made"], "yes");
    let answer = respond(&engine, "return {\"crmAPIResponse\" : {\"body\" : {\"a\" : 1}}};").await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "a": 1 })));
    let answer = respond(&engine, "return {\"other\" : 1};").await;
    assert_eq!(answer.json()["details"]["output"], "{\"other\":1}");
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_stand_in_a_form_of_parts() {
    let engine = Engine::start().await;
    engine.publish("// @rest oauth\nstring standalone.f(String a, Int b) { return a + b; }").await;
    let body = "--X\r\nContent-Disposition: form-data; name=\"arguments\"\r\n\r\n{\"a\":\"one\"}\r\n\
                --X\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n2\r\n--X--\r\n";
    let request = engine.request("POST", PATH).header("content-type", "multipart/form-data; boundary=X").body(body);
    let answer = engine.send(request).await;
    assert_eq!(answer.json()["details"]["output"], "one2", "{}", answer.text);
}
