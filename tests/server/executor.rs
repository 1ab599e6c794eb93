//! Executions side by side: waiting, breathing, limits.

use super::support::{Engine, call, config, slow_server};
use ararat::server::Config;
use ararat::server::app::Given;
use ararat::server::executor::Capacity;
use ararat::server::store::State;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn many_wait_at_once() {
    let (engine, slow) = (Engine::start().await, slow_server().await);
    engine
        .publish(&format!("string standalone.wait() {{ return invokeurl [ url : \"{slow}/wait/200\" type : GET ]; }}"))
        .await;
    let runs: Vec<_> = (0..300)
        .map(|_| {
            let app = engine.app.clone();
            tokio::spawn(async move { app.run(call("wait")).await })
        })
        .collect();
    for run in runs {
        let execution = run.await.expect("no panic").expect("an execution");
        assert_eq!(execution.output.as_ref().map(|json| json.get()), Some("\"done\""), "{:?}", execution.error);
        assert_eq!(execution.calls.len(), 1);
        assert_eq!(execution.calls[0].status, Some(200));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_loop_lets_others_run() {
    // One thread: without breathing the small function would wait for the loop.
    let capacity = Capacity { threads: 1, ..Capacity::default() };
    let engine = Engine::with(Config { capacity, ..config() }).await;
    let list = "leftpad(\"1\", 90000).toList(\"\")";
    engine
        .publish(&format!(
            "// @rest apikey\nint standalone.busy() {{ n = 0; for each x in {list} {{ n = n + 1; }} return n; }}"
        ))
        .await;
    engine.publish("// @rest apikey\nint standalone.small() { return 1; }").await;
    let ended = Arc::new(Mutex::new(Vec::new()));
    let begin = |name: &'static str| {
        let (app, ended) = (engine.app.clone(), ended.clone());
        tokio::spawn(async move {
            let execution = app.run(call(name)).await.expect("an execution");
            assert_eq!(execution.state, State::Succeeded, "{:?}", execution.error);
            ended.lock().expect("no panic").push(name);
        })
    };
    let busy: Vec<_> = (0..4).map(|_| begin("busy")).collect();
    while engine.app.executor().running() < 4 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    begin("small").await.expect("no panic");
    let last = ended.lock().expect("no panic").len();
    for run in busy {
        run.await.expect("no panic");
    }
    assert!(last < 5, "the small function ended after all loops");
}

#[tokio::test(flavor = "multi_thread")]
async fn recursion_is_as_deep_as_allowed_and_no_deeper() {
    let engine = Engine::start().await;
    // Deep expressions inside deep calls, with a suspension at the bottom.
    let slow = slow_server().await;
    let nested = format!("{}standalone.deep(n - 1){}", "(0 + ".repeat(60), ")".repeat(60));
    engine
        .publish(&format!(
            "// @rest apikey\nint standalone.deep(Int n) {{ if(n <= 1) {{ x = invokeurl [ url : \"{slow}/wait/1\" type : GET ]; return 1; }} return 1 + {nested}; }}"
        ))
        .await;
    let side_by_side: Vec<_> = (0..8).map(|_| engine.zoho("deep", "n=256")).collect();
    for answer in futures(side_by_side).await {
        assert_eq!(answer.json()["details"]["output"], "256", "{}", answer.text);
    }
    let beyond = engine.zoho("deep", "n=257").await;
    assert_eq!(beyond.json()["details"]["code"], "DG306", "{}", beyond.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beyond_the_queue_is_refused() {
    let slow = slow_server().await;
    let capacity = Capacity { threads: 1, running: 1, waiting: 1, ..Capacity::default() };
    let engine = Engine::with(Config { capacity, ..config() }).await;
    engine
        .publish(&format!(
            "// @rest apikey\nstring standalone.wait() {{ return invokeurl [ url : \"{slow}/wait/300\" type : GET ]; }}"
        ))
        .await;
    let answers = futures((0..6).map(|_| engine.zoho("wait", "")).collect()).await;
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!(!refused.is_empty(), "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert!(refused.iter().all(|answer| answer.headers.contains_key("retry-after")));
    assert!(answers.iter().any(|answer| answer.status == 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_execution_can_be_cancelled() {
    let (engine, slow) = (Engine::start().await, slow_server().await);
    engine
        .publish(&format!(
            "string standalone.wait() {{ try {{ x = invokeurl [ url : \"{slow}/wait/60000\" type : GET ]; }} catch (e) {{ info \"caught\"; }} return \"went on\"; }}"
        ))
        .await;
    let request = engine.request("POST", "/v1/functions/wait/executions").header("prefer", "respond-async");
    let id = engine.send(request).await.json()["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/executions/{id}");
    let mut cancelled = 0;
    for _ in 0..500 {
        cancelled = engine.send(engine.request("DELETE", &path)).await.status;
        if cancelled == 202 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(cancelled, 202);
    let mut execution = engine.get(&path).await.json();
    for _ in 0..500 {
        if execution["state"] == "cancelled" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        execution = engine.get(&path).await.json();
    }
    assert_eq!(execution["state"], "cancelled");
    // A stop goes past every `catch`.
    assert_eq!(execution["lines"], serde_json::json!([]));
}

async fn futures<F: Future<Output = T>, T>(all: Vec<F>) -> Vec<T> {
    let mut all: Vec<_> = all.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<T>> = all.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        for (one, slot) in all.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let std::task::Poll::Ready(value) = one.as_mut().poll(cx)
            {
                *slot = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_was_short_may_take_its_time_later() {
    let (engine, slow) = (Engine::start().await, slow_server().await);
    engine
        .publish(&format!(
            "string standalone.moody(Int wait, Int loops) {{ info \"begun \" + wait; n = 0; \
             for each x in leftpad(\"1\", loops).toList(\"\") {{ n = n + 1; }} \
             if(wait > 0) {{ return invokeurl [ url : \"{slow}/wait/\" + wait type : GET ]; }} return n.toString(); }}"
        ))
        .await;
    let run = async |wait: u32, loops: u32| {
        let arguments =
            [("wait", wait), ("loops", loops)].map(|(name, n)| (name.to_owned(), Given::Json(n.to_string())));
        let execution = engine.app.run(call("moody").arguments(arguments.into())).await.expect("an execution");
        assert_eq!(execution.state, State::Succeeded, "{:?}", execution.error);
        let lines: Vec<_> = execution.lines.iter().map(|line| line.text.clone()).collect();
        // However often it was begun.
        assert_eq!(lines, [format!("begun {wait}")]);
        assert_eq!(execution.calls.len(), usize::from(wait > 0));
        assert_eq!(engine.app.execution(&execution.id).await.expect("a row").lines, execution.lines);
        execution.output.map(|json| json.get().to_owned()).unwrap_or_default()
    };
    // The fifth and later ones on the thread of their caller.
    for _ in 0..8 {
        assert_eq!(run(0, 10).await, "\"11\"");
    }
    assert_eq!(run(1, 10).await, "\"done\"");
    for _ in 0..250 {
        run(0, 1).await;
    }
    // More statements than a caller's thread carries out.
    assert_eq!(run(0, 20_000).await, "\"20001\"");
}
