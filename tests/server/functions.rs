//! Publication over the own API: drafts, versions, deployments, rollback.

use super::support::Engine;
use ararat::server::app::Role;
use serde_json::json;

fn greeting(word: &str) -> String {
    format!("// @rest apikey\nstring standalone.greet() {{ return \"{word}\"; }}\n")
}

async fn said(engine: &Engine) -> String {
    let answer = engine.zoho("greet", "").await;
    answer.json()["details"]["output"].as_str().unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_kept_broken_and_published_whole() {
    let engine = Engine::start().await;
    engine.publish(&greeting("one")).await;
    let put = |source: &str| {
        engine.request("PUT", "/v1/functions/standalone.greet/draft").body(json!({ "source": source }).to_string())
    };
    let answer = engine.send(put("string standalone.greet() { return }")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["diagnostics"][0]["severity"], "error", "{}", answer.text);
    let refused = engine.post("/v1/functions/standalone.greet/publish", "").await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("not_compiled")));
    assert_eq!(said(&engine).await, "one");
    engine.send(put(&greeting("two"))).await;
    assert_eq!(said(&engine).await, "one", "a draft is not in force");
    let done = engine.post("/v1/functions/standalone.greet/publish", r#"{"note":"better"}"#).await.json();
    assert_eq!((done["action"].as_str(), done["version"].as_i64()), (Some("update"), Some(2)));
    assert_eq!(said(&engine).await, "two");
    let versions = engine.get("/v1/functions/standalone.greet/versions").await.json();
    assert_eq!(versions["versions"][0]["note"], "better");
    let back = engine.post("/v1/functions/standalone.greet/rollback", "").await.json();
    assert_eq!(back["version"], 3);
    assert_eq!(said(&engine).await, "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_all_or_nothing() {
    let engine = Engine::start().await;
    let deploy = |sources: &[(&str, &str)], dry_run: bool| {
        let functions: Vec<_> =
            sources.iter().map(|(file, source)| json!({ "file": file, "source": source })).collect();
        json!({ "functions": functions, "dry_run": dry_run }).to_string()
    };
    let caller = "// @rest apikey\nstring standalone.greet() { return standalone.word() + \"!\"; }";
    let word = "string standalone.word() { return \"hello\"; }";
    let broken = "string standalone.third() { return missing; }";
    let all = [("a.dg", caller), ("b.dg", word), ("c.dg", broken)];
    let refused = engine.post("/v1/deployments", &deploy(&all, false)).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["diagnostics"][0]["file"], "c.dg", "{}", refused.text);
    assert_eq!(engine.get("/v1/functions").await.json()["functions"], json!([]));
    let dry = engine.post("/v1/deployments", &deploy(&all[..2], true)).await.json();
    assert_eq!(dry["deployments"][0]["action"], "create");
    assert_eq!(engine.get("/v1/functions").await.json()["functions"], json!([]));
    engine.post("/v1/deployments", &deploy(&all[..2], false)).await;
    assert_eq!(said(&engine).await, "hello!");
    // A function called by another is taken in its new version at once.
    let again = [("b.dg", "string standalone.word() { return \"bye\"; }")];
    engine.post("/v1/deployments", &deploy(&again, false)).await;
    assert_eq!(said(&engine).await, "bye!");
    let breaking = [("b.dg", "string standalone.word(Int n) { return \"bye\"; }")];
    let done = engine.post("/v1/deployments", &deploy(&breaking, false)).await.json();
    assert_eq!(done["deployments"][0]["breaks"][0]["function"], "standalone.greet", "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_change_functions() {
    let engine = Engine::start().await;
    engine.publish(&greeting("one")).await;
    let key = engine.app.create_key("runner", Role::Execute, "test").await.expect("a key");
    let runner = |method: &str, path: &str| {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        reqwest::Client::new().request(method, format!("{}{path}", engine.url)).bearer_auth(key.key.as_str())
    };
    for (method, path) in [
        ("PUT", "/v1/functions/standalone.greet/draft"),
        ("DELETE", "/v1/functions/standalone.greet"),
        ("POST", "/v1/deployments"),
        ("GET", "/v1/keys"),
    ] {
        assert_eq!(engine.send(runner(method, path)).await.status, 403, "{method} {path}");
    }
    assert_eq!(engine.send(runner("POST", "/v1/functions/greet/executions")).await.status, 200);
    let path = format!("/v1/keys/{}", key.row.id);
    assert_eq!(engine.send(engine.request("DELETE", &path)).await.status, 204);
    assert_eq!(engine.send(runner("GET", "/v1/functions")).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_function_is_refused_with_its_place() {
    let engine = Engine::start().await;
    for (source, expected) in [
        ("info 1;", "expected a function such as"),
        ("string hello() { return 1; }", "expected one of the namespaces"),
        ("void elsewhere.hello() { }", "found `elsewhere`"),
        ("// @default b = 1\nvoid standalone.hello(Int a) { }", "has no such argument"),
        ("// @colour red\nvoid standalone.hello() { }", "found `@colour`"),
    ] {
        let body = json!({ "functions": [{ "file": "x.dg", "source": source }] }).to_string();
        let answer = engine.post("/v1/deployments", &body).await;
        assert_eq!(answer.status, 422, "{source}");
        assert!(answer.text.contains(expected), "{source}: {}", answer.text);
    }
}
