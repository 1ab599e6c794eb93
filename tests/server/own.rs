//! The rest of the own API: tapes, metrics, the document of it all.

use super::support::{Engine, Folder, call, slow_server};
use serde_json::{Value, json};
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn a_tape_repeats_the_execution_without_a_network() {
    let (engine, slow, folder) = (Engine::start().await, slow_server().await, Folder::new("tape"));
    let source = format!(
        "string standalone.taped(Int ms)\n{{\n\tanswer = invokeurl [ url : \"{slow}/wait/\" + ms type : GET ];\n\
         \tinfo zoho.currenttime.toString(\"yyyy\").length();\n\treturn answer + ms;\n}}\n"
    );
    engine.publish(&source).await;
    let run = engine.post("/v1/functions/taped/executions", r#"{"ms":3}"#).await.json();
    assert_eq!(run["output"], "done3", "{run}");
    let tape = engine.get(&format!("/v1/executions/{}/tape", run["id"].as_str().expect("an id"))).await;
    assert_eq!(tape.status, 200, "{}", tape.text);
    engine.stop().await;
    std::fs::write(folder.0.join("run.tape"), &tape.text).expect("written");
    std::fs::write(folder.0.join("taped.dg"), source.replace("return answer + ms;", "info answer + ms; return \"\";"))
        .expect("written");
    let replayed = Command::new(env!("CARGO_BIN_EXE_ararat"))
        .current_dir(&folder.0)
        .args(["run", "--replay", "run.tape", "taped.dg"])
        .output()
        .expect("run runs");
    let printed = String::from_utf8_lossy(&replayed.stdout);
    assert_eq!(printed, "4\ndone3\n", "{}", String::from_utf8_lossy(&replayed.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_what_it_does() {
    let engine = Engine::start().await;
    engine.publish("// @rest apikey\nint standalone.one() { return 1; }").await;
    for _ in 0..3 {
        engine.zoho("one", "").await;
    }
    let bare = reqwest::Client::new().get(format!("{}/metrics", engine.url));
    assert_eq!(engine.send(bare).await.status, 401);
    let text = engine.get("/metrics").await.text;
    for line in [
        "ararat_executions_total{function=\"standalone.one\",state=\"succeeded\"} 3",
        "ararat_execution_seconds_count 3",
        "ararat_execution_seconds_bucket{le=\"+Inf\"} 3",
        "ararat_running 0",
    ] {
        assert!(text.lines().any(|found| found == line), "`{line}` is missing:\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_has_its_line() {
    let (engine, slow) = (Engine::start().await, slow_server().await);
    engine.publish(&format!("string standalone.inner()\n{{\n\treturn getUrl(\"{slow}/wait/1\");\n}}")).await;
    let outer = format!("void standalone.outer()\n{{\n\tgetUrl(\"{slow}/wait/1\");\n\tinfo standalone.inner();\n}}");
    engine.publish(&outer).await;
    let done = engine.app.run(call("outer")).await.expect("an execution");
    let lines: Vec<_> = done.calls.iter().map(|one| (one.line, one.file.as_deref(), one.status)).collect();
    assert_eq!(lines, [(Some(3), None, Some(200)), (Some(3), Some("standalone.inner"), Some(200))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn executions_are_found_by_what_they_say() {
    let engine = Engine::start().await;
    engine.publish("string standalone.say(String word) { info \"it says \" + word; return word; }").await;
    engine.publish("int standalone.fail() { return 1 / 0; }").await;
    for word in ["apple", "pear", "100%"] {
        engine.post("/v1/functions/say/executions", &json!({ "word": word }).to_string()).await;
    }
    engine.post("/v1/functions/fail/executions", "").await;
    let found = async |query: &str| {
        let list = engine.get(&format!("/v1/executions?{query}")).await.json();
        let ids = list["executions"].as_array().expect("a list").iter();
        ids.map(|one| one["output"].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("search=SAYS+pe").await, ["pear"]);
    assert_eq!(found("search=100%25").await, ["100%"]);
    assert_eq!(found("state=failed").await, ["-"]);
    assert_eq!(found("function=standalone.say&limit=2").await, ["100%", "pear"]);
    let page = engine.get("/v1/executions?limit=2").await.json();
    let last = page["executions"][1]["id"].as_str().expect("an id");
    assert_eq!(found(&format!("before={last}")).await, ["pear", "apple"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_of_the_document_is_there() {
    let engine = Engine::start().await;
    let document = engine.get("/v1/openapi.json").await.json();
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths.len() > 15);
    let mut ids = std::collections::HashSet::new();
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an operationId");
            assert!(ids.insert(id.to_owned()), "two operations are called {id}");
            let filled =
                path.replace("{version}", "v7").replace("{name}", "x").replace("{id}", "x").replace("{token}", "x");
            let method = reqwest::Method::from_bytes(method.to_ascii_uppercase().as_bytes()).expect("a method");
            let answer =
                engine.send(reqwest::Client::new().request(method.clone(), format!("{}{filled}", engine.url))).await;
            // Without a key nothing is told but that one is needed.
            let open = operation["security"] == json!([]);
            let expected: &[u16] = if open { &[200, 400, 404] } else { &[401] };
            assert!(expected.contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.text);
            // An address that is not there says so in other words.
            assert_eq!(answer.status == 404, path == "/hooks/{token}", "{method} {path}");
        }
    }
    references(&document, &document);
}

/// Everything that is referred to is there.
fn references(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref") {
                let pointer = target.strip_prefix('#').expect("within the document");
                assert!(document.pointer(pointer).is_some(), "{target}");
            }
            members.values().for_each(|member| references(document, member));
        }
        Value::Array(items) => items.iter().for_each(|item| references(document, item)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_large_a_body_is_refused() {
    let config = ararat::server::Config { largest_body: 1000, ..super::support::config() };
    let engine = Engine::with(config).await;
    engine.publish("string standalone.echo(String word) { return word; }").await;
    let answer = engine.post("/v1/functions/echo/executions", &json!({ "word": "x".repeat(2000) }).to_string()).await;
    assert_eq!(answer.status, 413, "{}", answer.text);
}
