//! Executions that fail and are tried again, and those that nobody tries any more.

use super::support::{Engine, Hands, call, config, moment};
use ararat::server::app::Given;
use ararat::server::store::{Execution, Filter, State};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;

const START: &str = "2026-03-27T12:00:00Z";

/// An engine whose clock stands, with a function that fails.
async fn engine(hands: &Hands, retry: &str) -> Engine {
    let engine = Engine::with(hands.turn(config())).await;
    engine.publish(&failing(retry)).await;
    engine
}

fn failing(retry: &str) -> String {
    format!(
        "// @rest apikey\n{retry}\nstring standalone.work(String key) {{ info \"with \" + key; return key.toLong(); }}"
    )
}

fn given(key: &str) -> Vec<(String, Given)> {
    vec![("key".to_owned(), Given::Text(key.to_owned()))]
}

/// The attempts of what began with an id, oldest first, once there are so many and the last one has ended or waits.
async fn attempts(engine: &Engine, first: &str, count: usize) -> Vec<Execution> {
    for _ in 0..1000 {
        let filter = Filter { first_attempt: Some(first.to_owned()), ..Filter::default() };
        let mut found = engine.app.executions(&filter).await.expect("the log");
        // Ids of one moment, at which the clock may stand, are in no order.
        found.sort_by_key(|one| (one.created_at, one.retry.as_ref().map(|retry| retry.attempt)));
        let rests = |one: &Execution| one.state.is_final() || one.due_at.is_some_and(|due| due > engine.app.now());
        if found.len() == count && found.iter().all(rests) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("there are not {count} attempts of {first}");
}

async fn dead(engine: &Engine, query: &str) -> Vec<String> {
    let answer = engine.get(&format!("/v1/dead-letters?{query}")).await.json();
    let all = answer["dead_letters"].as_array().expect("a list");
    all.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_as_declared_and_then_a_dead_letter() {
    let hands = Hands::at(START);
    let engine = engine(&hands, "// @retry attempts=3 delay=10s factor=3 jitter=0").await;
    let declared = engine.get("/v1/functions/work").await.json()["definition"]["retry"].clone();
    assert_eq!(declared, json!({ "attempts": 3, "delay": 10, "factor": 3.0, "max_delay": 3600, "jitter": 0.0 }));
    let id = engine.app.enqueue(call("work").arguments(given("x"))).await.expect("accepted");
    let mut due = moment(START);
    for (count, pause) in [(2, 10_000), (3, 30_000)] {
        let found = attempts(&engine, &id, count).await;
        due += pause;
        assert_eq!((found[count - 1].state, found[count - 1].due_at), (State::Queued, Some(due)));
        assert!(dead(&engine, "").await.is_empty());
        hands.0.store(due, Ordering::SeqCst);
    }
    for _ in 0..500 {
        if !dead(&engine, "").await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let found = attempts(&engine, &id, 3).await;
    let one = |at: usize| found[at].retry.as_deref().expect("an attempt of several");
    assert_eq!(
        [0, 1, 2].map(|at| (found[at].state, one(at).attempt, one(at).dead)),
        [(State::Failed, 1, false), (State::Failed, 2, false), (State::Failed, 3, true)]
    );
    assert_eq!([0, 1, 2].map(|at| one(at).first_attempt.clone()), [None, Some(id.clone()), Some(id.clone())]);
    assert_eq!(one(0).next_attempt.as_ref(), Some(&found[1].id));
    assert_eq!(one(1).next_attempt.as_ref(), Some(&found[2].id));
    let last = engine.get(&format!("/v1/executions/{}", found[2].id)).await.json();
    assert_eq!((last["attempt"].as_i64(), last["dead"].as_bool()), (Some(3), Some(true)));
    assert_eq!(last["lines"][0]["text"], "with x");
    assert_eq!(dead(&engine, "function=standalone.work&search=with").await, [found[2].id.clone()]);
    assert!(dead(&engine, &format!("before={}", found[2].id)).await.is_empty());
    let metrics = engine.get("/metrics").await.text;
    assert!(metrics.contains("\nararat_retried_total 2\n") && metrics.contains("\nararat_dead_letters_total 1\n"));
    engine.stop().await;
}

/// An execution that is dead after its only attempt.
async fn dead_letter(engine: &Engine, key: &str) -> String {
    let id = engine.app.enqueue(call("work").arguments(given(key))).await.expect("accepted");
    let ended = engine.app.wait_for(&id).await.expect("an execution");
    assert!(ended.retry.is_some_and(|retry| retry.dead));
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_run_again_or_dismissed() {
    let engine = Engine::start().await;
    engine.publish(&failing("// @retry attempts=1")).await;
    let (id, other) = (dead_letter(&engine, "x").await, dead_letter(&engine, "y").await);
    let retry = |id: &str| format!("/v1/dead-letters/{id}/retry");
    // Nothing has changed, so it fails once more.
    let again = engine.post(&retry(&id), "").await;
    assert_eq!(again.status, 202, "{}", again.text);
    let second = again.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(again.headers["location"], format!("/v1/executions/{second}"));
    assert_eq!(engine.app.wait_for(&second).await.expect("an execution").state, State::Failed);
    assert_eq!(engine.post(&retry(&id), "").await.status, 404, "it is none any more");
    let mut expected = [other.clone(), second.clone()];
    expected.sort_by(|a, b| b.cmp(a));
    assert_eq!(dead(&engine, "").await, expected);

    engine.publish("// @retry\nstring standalone.work(String key) { return \"mended \" + key; }").await;
    let again = engine.post(&retry(&second), "").await.json();
    let third = engine.app.wait_for(again["id"].as_str().expect("an id")).await.expect("an execution");
    assert_eq!(third.output.as_ref().map(|json| json.get()), Some("\"mended x\""));
    let chain: Vec<_> = attempts(&engine, &id, 3).await.into_iter().map(|one| one.id).collect();
    assert_eq!(chain, [id, second, third.id]);

    let dismiss = || engine.send(engine.request("DELETE", &format!("/v1/dead-letters/{other}")));
    assert_eq!((dismiss().await.status, dismiss().await.status), (204, 404));
    assert!(dead(&engine, "").await.is_empty());
    assert_eq!(engine.app.execution(&other).await.expect("still logged").state, State::Failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_gets_the_failure_and_no_second_try() {
    let engine = engine(&Hands::at(START), "// @retry delay=1s").await;
    let failed = engine.post("/v1/functions/work/executions", r#"{"key": "x"}"#).await.json();
    assert_eq!((failed["state"].as_str(), failed.get("attempt")), (Some("failed"), None));
    let request = engine.request("POST", "/v1/functions/work/executions").header("idempotency-key", "k");
    let failed = engine.send(request.body(r#"{"key": "x"}"#)).await.json();
    assert_eq!((failed["state"].as_str(), failed.get("attempt")), (Some("failed"), None));
    assert_eq!(engine.zoho("work", "key=x").await.status, 500);
    let all = engine.app.executions(&Filter::default()).await.expect("the log");
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all.iter().all(|one| one.retry.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_fail_again_is_dead_at_once() {
    let engine = Engine::with(Hands::at(START).turn(config())).await;
    let cases = [
        (
            "endless",
            "x = leftpad(\" \", 5000); for each a in x.toList(\"\") { for each b in x.toList(\"\") { y = 1; } }",
        ),
        ("deep", "return standalone.deep();"),
    ];
    for (name, body) in cases {
        engine.publish(&format!("// @retry\nstring standalone.{name}() {{ {body} return \"\"; }}")).await;
        let id = engine.app.enqueue(call(name)).await.expect("accepted");
        let ended = engine.app.wait_for(&id).await.expect("an execution");
        let error = ended.error.expect("an error");
        assert!(error.get().contains("\"kind\":\"limit."), "{name}: {error}");
        assert!(ended.retry.is_some_and(|retry| retry.dead && retry.next_attempt.is_none()), "{name}");
    }
    // Arguments that do not fit will not fit later.
    engine.publish("// @retry\nint standalone.number(int key) { return key; }").await;
    let id = engine.app.enqueue(call("number").arguments(given("x"))).await.expect("accepted");
    assert!(engine.app.wait_for(&id).await.expect("an execution").retry.is_some_and(|retry| retry.dead));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_waits_can_be_stopped() {
    let engine = engine(&Hands::at(START), "// @retry delay=1h").await;
    let id = engine.app.enqueue(call("work").arguments(given("x"))).await.expect("accepted");
    let waiting = attempts(&engine, &id, 2).await.remove(1).id;
    let stop = || engine.send(engine.request("DELETE", &format!("/v1/executions/{waiting}")));
    assert_eq!(stop().await.status, 202);
    let ended = engine.app.wait_for(&waiting).await.expect("an execution");
    assert_eq!((ended.state, ended.retry.is_some_and(|retry| retry.dead)), (State::Cancelled, false));
    assert_eq!((stop().await.status, attempts(&engine, &id, 2).await.len()), (404, 2));
    assert!(dead(&engine, "").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_have_the_arguments_that_the_log_masks() {
    let hands = Hands::at(START);
    let engine = Engine::with(hands.turn(config())).await;
    engine.publish("// @retry delay=10s attempts=2\nstring standalone.work(String password) { info password.length(); return password.toLong(); }").await;
    let arguments = vec![("password".to_owned(), Given::Text("planted-word".to_owned()))];
    let id = engine.app.enqueue(call("work").arguments(arguments)).await.expect("accepted");
    let second = attempts(&engine, &id, 2).await.remove(1);
    assert!(!second.arguments.get().contains("planted"), "{}", second.arguments);
    hands.set("2026-03-27T12:00:10Z");
    let ended = engine.app.wait_for(&second.id).await.expect("an execution");
    assert_eq!((ended.lines[0].text.as_str(), ended.arguments.get()), ("12", second.arguments.get()));
    // And so has what a person begins.
    let again = engine.app.retry_dead_letter(&second.id, "test").await.expect("accepted");
    let ended = engine.app.wait_for(&again).await.expect("an execution");
    assert_eq!((ended.lines[0].text.as_str(), ended.arguments.get()), ("12", second.arguments.get()));
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_told_of_the_last_failure_alone() {
    let hands = Hands::at(START);
    let engine = engine(&hands, "// @retry attempts=2 delay=10s").await;
    let wish =
        json!({ "name": "tell", "url": "http://127.0.0.1:9/", "on": [{ "function": "work", "when": "failure" }] });
    assert_eq!(engine.post("/v1/webhooks/outgoing", &wish.to_string()).await.status, 201);
    let id = engine.app.enqueue(call("work").arguments(given("x"))).await.expect("accepted");
    let second = attempts(&engine, &id, 2).await.remove(1).id;
    let told = async || engine.get("/v1/webhooks/deliveries").await.json()["deliveries"].clone();
    assert_eq!(told().await, json!([]));
    hands.set("2026-03-27T12:00:10Z");
    engine.app.wait_for(&second).await.expect("an execution");
    let told = told().await;
    assert_eq!((told.as_array().map(Vec::len), told[0]["execution"].as_str()), (Some(1), Some(second.as_str())));
}
