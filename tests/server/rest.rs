//! The two shapes over HTTP: envelopes, arguments, keys.

use super::support::Engine;
use serde_json::json;

const HELLO: &str = "// Greets.\n// @rest apikey oauth\n// @default name = \"World\"\nstring standalone.hello(String name)\n{\n\tinfo \"greeting \" + name;\n\treturn \"Hello, \" + name;\n}\n";

#[tokio::test(flavor = "multi_thread")]
async fn answers_in_zohos_envelope() {
    let engine = Engine::start().await;
    engine.publish(HELLO).await;
    let answer = engine.zoho("hello", "name=Ada").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut body = answer.json();
    let id = body["details"]["id"].take();
    assert_eq!(id.as_str().map(str::len), Some(19));
    let details =
        json!({ "output": "Hello, Ada", "output_type": "string", "id": null, "userMessage": ["greeting Ada"] });
    assert_eq!(body, json!({ "code": "success", "details": details, "message": "function executed successfully" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn takes_arguments_wherever_they_stand() {
    let engine = Engine::start().await;
    engine.publish(HELLO).await;
    let output = |answer: super::support::Answer| answer.json()["details"]["output"].as_str().map(str::to_owned);
    let by_default = engine.zoho("standalone.hello", "").await;
    assert_eq!(output(by_default).as_deref(), Some("Hello, World"));
    let in_json = engine.zoho("hello", "arguments=%7B%22name%22%3A%22Bo%22%7D").await;
    assert_eq!(output(in_json).as_deref(), Some("Hello, Bo"));
    let path = "/crm/v2/functions/hello/actions/execute?auth_type=oauth";
    let form = engine.request("POST", path).form(&[("arguments", r#"{"name":"Cy"}"#)]);
    assert_eq!(output(engine.send(form).await).as_deref(), Some("Hello, Cy"));
    let body = engine.post(path, r#"{"name":"Di"}"#).await;
    assert_eq!(output(body).as_deref(), Some("Hello, Di"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_function_says_where() {
    let engine = Engine::start().await;
    engine.publish("// @rest apikey\nint standalone.broken(Int n)\n{\n\treturn 1 / n;\n}\n").await;
    let answer = engine.zoho("broken", "n=0").await;
    assert_eq!(answer.status, 500);
    let body = answer.json();
    assert_eq!(body["code"], "INTERNAL_ERROR");
    assert_eq!(body["status"], "error");
    assert_eq!(body["details"]["line"], 4);
    assert!(body["message"].as_str().expect("a text").contains("Divide by zero"), "{body}");
    let wrong = engine.zoho("broken", "n=many").await;
    assert_eq!((wrong.status, wrong.json()["code"].as_str()), (400, Some("INVALID_DATA")));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_calls_without_a_key_or_what_is_not_open() {
    let engine = Engine::start().await;
    engine.publish(HELLO).await;
    engine.publish("string standalone.closed() { return \"no\"; }").await;
    let bare = |path: &str| reqwest::Client::new().get(format!("{}{path}", engine.url));
    let answer = engine.send(bare("/crm/v7/functions/hello/actions/execute?auth_type=apikey&zapikey=1003.a.b")).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (401, Some("AUTHENTICATION_FAILURE")));
    let answer = engine.send(bare("/crm/v7/functions/hello/actions/execute?auth_type=oauth")).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (401, Some("INVALID_TOKEN")));
    let answer = engine.zoho("closed", "").await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("NO_PERMISSION")));
    let answer = engine.zoho("missing", "").await;
    assert_eq!(answer.status, 404);
    let answer = engine.send(bare("/v1/executions")).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_own_api_runs_and_logs() {
    let engine = Engine::start().await;
    engine.publish(HELLO).await;
    let answer = engine.post("/v1/functions/hello/executions", r#"{"name":"Ada"}"#).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let run = answer.json();
    assert_eq!(run["state"], "succeeded");
    assert_eq!(run["output"], "Hello, Ada");
    let logged = engine.get(&format!("/v1/executions/{}", run["id"].as_str().expect("an id"))).await.json();
    assert_eq!(logged, run);
    let unknown = engine.post("/v1/functions/hello/executions", r#"{"nome":"Ada"}"#).await;
    assert_eq!(unknown.status, 400);
    assert!(unknown.text.contains("has no argument `nome`"), "{}", unknown.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asynchronous_execution_is_polled() {
    let engine = Engine::start().await;
    engine.publish(HELLO).await;
    let request = engine.request("POST", "/v1/functions/hello/executions").header("prefer", "respond-async");
    let answer = engine.send(request).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let location = answer.headers["location"].to_str().expect("a text").to_owned();
    let mut state = String::new();
    for _ in 0..500 {
        state = engine.get(&location).await.json()["state"].as_str().expect("a state").to_owned();
        if state == "succeeded" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(state, "succeeded");
    engine.stop().await;
}
