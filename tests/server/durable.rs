//! What is promised is kept: idempotency, restarts, secrets, rates.

use super::support::{Engine, Folder, call, config, slow_server};
use ararat::server::Config;
use ararat::server::app::{Given, KeyWish, MOST_TAKEN, Role};
use ararat::server::store::State;
use serde_json::json;
use std::path::Path;
use std::time::Duration;

fn in_folder(folder: &Path) -> Config {
    Config { data: Some(folder.to_owned()), ..config() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gets_the_same_execution() {
    let engine = Engine::start().await;
    engine.publish("string standalone.echo(String word) { return word; }").await;
    let send = |key: &str, word: &str| {
        let request = engine.request("POST", "/v1/functions/echo/executions").header("idempotency-key", key);
        engine.send(request.body(json!({ "word": word }).to_string()))
    };
    let first = send("k1", "a").await;
    assert_eq!(first.json()["output"], "a", "{}", first.text);
    let again = send("k1", "a").await;
    assert_eq!(again.json()["id"], first.json()["id"]);
    let other = send("k1", "b").await;
    assert_eq!((other.status, other.json()["code"].as_str()), (409, Some("conflict")));
    assert_ne!(send("k2", "a").await.json()["id"], first.json()["id"]);
    let all = engine.get("/v1/executions").await.json();
    assert_eq!(all["executions"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_that_no_engine_survives_is_given_up() {
    let (folder, slow) = (Folder::new("given-up"), slow_server().await);
    let short = || Config { grace: Duration::from_millis(1), ..in_folder(&folder.0) };
    let mut engine = Engine::with(short()).await;
    let source = format!("string standalone.wait() {{ return invokeurl [ url : \"{slow}/wait/60000\" type : GET ]; }}");
    engine.publish(&source).await;
    let id = engine.app.enqueue(call("wait")).await.expect("accepted");
    for _ in 0..MOST_TAKEN {
        while engine.app.executor().running() < 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        engine.stop().await;
        engine = Engine::with(short()).await;
    }
    let ended = engine.app.wait_for(&id).await.expect("the execution");
    let error = ended.error.expect("an error").get().to_owned();
    assert_eq!(ended.state, State::Failed);
    assert!(error.contains("25 engines took it and none of them ended it"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_execution_survives_a_restart() {
    let (folder, slow) = (Folder::new("restart"), slow_server().await);
    let short = Config { grace: Duration::from_millis(50), ..in_folder(&folder.0) };
    let engine = Engine::with(short).await;
    engine
        .publish(&format!(
            "string standalone.wait(String id) {{ x = invokeurl [ url : \"{slow}/wait/3000\" type : GET ]; return x + id; }}"
        ))
        .await;
    let given = vec![("id".to_owned(), Given::Text("7".to_owned()))];
    let id = engine.app.enqueue(call("wait").arguments(given.clone())).await.expect("accepted");
    let told = {
        let app = engine.app.clone();
        tokio::spawn(async move { app.run(call("wait").arguments(given)).await })
    };
    while engine.app.executor().running() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    engine.stop().await;
    let told = told.await.expect("no panic").expect("an execution");
    assert_eq!(told.state, State::Cancelled);
    let engine = Engine::with(in_folder(&folder.0)).await;
    let ended = engine.app.wait_for(&id).await.expect("the execution");
    assert_eq!(ended.state, State::Succeeded, "{:?}", ended.error);
    assert_eq!(ended.output.expect("an output").get(), "\"done7\"");
    let lost = engine.app.execution(&told.id).await.expect("the other");
    assert_eq!(lost.state, State::Cancelled);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn running_executions_end_before_the_engine_does() {
    let (folder, slow) = (Folder::new("grace"), slow_server().await);
    let engine = Engine::with(in_folder(&folder.0)).await;
    engine
        .publish(&format!("string standalone.wait() {{ return invokeurl [ url : \"{slow}/wait/300\" type : GET ]; }}"))
        .await;
    let (url, key) = (engine.url.clone(), engine.key.clone());
    let running = tokio::spawn(async move {
        let request = reqwest::Client::new().post(format!("{url}/v1/functions/wait/executions")).bearer_auth(key);
        request.send().await.expect("an answer").text().await.expect("a body")
    });
    while engine.app.executor().running() < 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    engine.stop().await;
    let answer = running.await.expect("no panic");
    assert!(answer.contains("\"output\":\"done\""), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_secrets_are_found_nowhere() {
    let (folder, slow) = (Folder::new("secrets"), slow_server().await);
    let engine = Engine::with(in_folder(&folder.0)).await;
    engine
        .publish(&format!(
            "// @rest apikey\nstring standalone.leak(String password, String header, String query, Map options, String crmAPIRequest) {{\n\
             info \"the password is \" + password;\n\
             x = invokeurl [ url : \"{slow}/wait/1?access_token=\" + query type : POST \
             headers : {{\"Authorization\" : \"Bearer \" + header}} parameters : options.toString() ];\n\
             info header + query;\n info crmAPIRequest;\n\
             return header.toLong();\n}}"
        ))
        .await;
    let key = engine.key.clone();
    let options = "%7B%22client_secret%22%3A%22planted-in-map%22%7D";
    let path = format!(
        "/crm/v7/functions/leak/actions/execute?auth_type=apikey&zapikey={key}&options={options}\
         &password=planted-argument&header=planted-in-header&query=planted-in-query"
    );
    let request = reqwest::Client::new().post(format!("{}{path}", engine.url)).header("cookie", "s=planted-in-cookie");
    let answer = engine.send(request).await;
    assert_eq!(answer.status, 500, "{}", answer.text);
    let list = engine.get("/v1/executions").await;
    let id = list.json()["executions"][0]["id"].as_str().expect("an id").to_owned();
    let (one, tape) =
        (engine.get(&format!("/v1/executions/{id}")).await, engine.get(&format!("/v1/executions/{id}/tape")).await);
    assert!(one.text.contains("the password is ***"), "{}", one.text);
    let rerun = engine.post(&format!("/v1/executions/{id}/rerun"), "").await;
    assert_eq!(rerun.status, 202, "{}", rerun.text);
    let again = engine.app.wait_for(rerun.json()["id"].as_str().expect("an id")).await.expect("an execution");
    assert_eq!(again.arguments.get(), engine.app.execution(&id).await.expect("the first").arguments.get());
    let keys = engine.get("/v1/keys").await;
    engine.stop().await;
    let mut everything = vec![
        ("the answer".into(), answer.text.into_bytes()),
        ("the list".into(), list.text.into_bytes()),
        ("the execution".into(), one.text.into_bytes()),
        ("the tape".into(), tape.text.into_bytes()),
        ("the keys".into(), keys.text.into_bytes()),
    ];
    everything.extend(folder.stored());
    let secret_half = key.rsplit('.').next().expect("two halves").to_owned();
    for (place, bytes) in everything {
        let text = String::from_utf8_lossy(&bytes);
        for planted in [
            "planted-in-header",
            "planted-in-query",
            "planted-in-map",
            "planted-in-cookie",
            "planted-argument",
            &secret_half,
        ] {
            assert!(!text.contains(planted), "`{planted}` stands in {}", place.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_makes_as_many_requests_as_it_may() {
    let engine = Engine::start().await;
    let wish = KeyWish { name: "slow", role: Role::Execute, rate: Some(12), user: None };
    let key = engine.app.create_key_as(&wish, "test").await.expect("a key").key;
    let get = || reqwest::Client::new().get(format!("{}/v1/functions", engine.url)).bearer_auth(key.as_str());
    assert_eq!(engine.send(get()).await.status, 200);
    assert_eq!(engine.send(get()).await.status, 200);
    let refused = engine.send(get()).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("too_often")));
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(engine.get("/v1/functions").await.status, 200, "others are not held up");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_oauth_stand_for_their_key() {
    let engine = Engine::start().await;
    engine.publish("// @rest oauth\nstring standalone.hello() { return \"hi\"; }").await;
    let (client, secret) = engine.key.strip_prefix("1003.").and_then(|rest| rest.split_once('.')).expect("two halves");
    let form = |secret: &str| {
        let fields = [("grant_type", "client_credentials"), ("client_id", client), ("client_secret", secret)];
        reqwest::Client::new().post(format!("{}/oauth/v2/token", engine.url)).form(&fields)
    };
    let wrong = engine.send(form("0000")).await;
    assert_eq!((wrong.status, wrong.json()["error"].as_str()), (400, Some("invalid_client")));
    let token = engine.send(form(secret)).await.json()["access_token"].as_str().expect("a token").to_owned();
    let url = format!("{}/crm/v7/functions/hello/actions/execute?auth_type=oauth", engine.url);
    let with =
        |token: &str| reqwest::Client::new().get(&url).header("authorization", format!("Zoho-oauthtoken {token}"));
    let answer = engine.send(with(&token)).await;
    assert_eq!(answer.json()["details"]["output"], "hi", "{}", answer.text);
    assert_eq!(engine.send(with("1000.a.b")).await.status, 401);
    engine.app.revoke_key(client, "test").await.expect("revoked");
    assert_eq!(engine.send(with(&token)).await.status, 401);
}
