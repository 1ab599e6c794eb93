//! Schedules, by a clock that the tests turn.

use super::support::{Engine, Folder, Hands, config, moment};
use ararat::server::Config;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::Ordering;

const HOUR: i64 = 3_600_000;

const COUNT: &str = "void schedule.count() { info \"counted\"; }";

async fn engine(hands: &Hands) -> Engine {
    let engine = Engine::with(hands.turn(config())).await;
    engine.publish(COUNT).await;
    engine
}

/// The times of what became of a schedule, oldest first.
async fn history(engine: &Engine, id: &str) -> Vec<(i64, String)> {
    let answer = engine.get(&format!("/v1/schedules/{id}/runs?n=1000")).await.json();
    let mut runs: Vec<_> = answer["runs"]
        .as_array()
        .expect("runs")
        .iter()
        .map(|run| (run["at"].as_i64().expect("a time"), run["outcome"].as_str().expect("an outcome").to_owned()))
        .collect();
    runs.reverse();
    runs
}

async fn due(engine: &Engine) -> usize {
    engine.app.run_due_schedules().await.expect("they run")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_made_looked_at_changed_and_removed() {
    let hands = Hands::at("2026-03-27T12:00:00Z");
    let engine = engine(&hands).await;
    let wish = json!({ "name": "nightly", "function": "count", "every": "day", "start": "2026-03-27T02:30",
        "zone": "Europe/Berlin" });
    let made = engine.post("/v1/schedules", &wish.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    assert_eq!((made["function"].as_str(), made["state"].as_str()), (Some("schedule.count"), Some("active")));
    assert_eq!(made["next"]["time"], "2026-03-28T02:30:00+01:00");
    let next = engine.get("/v1/schedules/nightly/next?n=3").await.json();
    let times: Vec<_> = next["next"].as_array().expect("times").iter().map(|run| run["time"].clone()).collect();
    assert_eq!(times, ["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]);
    let again = engine.post("/v1/schedules", &wish.to_string()).await;
    assert_eq!((again.status, again.json()["code"].as_str()), (409, Some("conflict")));

    let id = made["id"].as_str().expect("an id");
    let off = engine.send(engine.request("PATCH", &format!("/v1/schedules/{id}")).body(r#"{"enabled":false}"#)).await;
    assert_eq!((off.json()["state"].as_str(), off.json().get("next")), (Some("disabled"), None));
    let changed = json!({ "name": "weekly", "function": "schedule.count", "every": "week", "on": ["mon", "fri"],
        "start": "2026-03-27T02:30" });
    let changed = engine.send(engine.request("PUT", "/v1/schedules/NIGHTLY").body(changed.to_string())).await;
    assert_eq!(changed.json()["next"]["time"], "2026-03-30T02:30:00+00:00", "{}", changed.text);
    let list = engine.get("/v1/schedules").await.json();
    assert_eq!(list["schedules"].as_array().map(Vec::len), Some(1));
    assert_eq!(engine.send(engine.request("DELETE", &format!("/v1/schedules/{id}"))).await.status, 204);
    assert_eq!(engine.get(&format!("/v1/schedules/{id}")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused() {
    let hands = Hands::at("2026-03-27T12:00:00Z");
    let engine = engine(&hands).await;
    engine.publish("void automation.other() { }").await;
    engine.publish("void schedule.needs(Int number) { }").await;
    for (status, change, expected) in [
        (
            404,
            json!({ "function": "schedule.cuont" }),
            "there is no function `schedule.cuont`; is it `schedule.count`?",
        ),
        (422, json!({ "function": "automation.other" }), "expected a function of `schedule` or `standalone`"),
        (400, json!({ "function": "schedule.needs" }), "needs the argument `number`"),
        (400, json!({ "arguments": { "x": 1 } }), "has no argument `x`"),
        (422, json!({ "every": "once", "start": "2026-03-27T11:59" }), "it would never run"),
        (422, json!({ "every": null, "cron": "0 0 30 2 *" }), "it would never run"),
        (422, json!({ "zone": "Europe/Berlon" }), "expected a time zone"),
        (400, json!({ "colour": "red" }), "unknown field `colour`"),
    ] {
        let mut wish =
            json!({ "name": "x", "function": "schedule.count", "every": "day", "start": "2026-03-27T12:30" });
        for (name, value) in change.as_object().expect("members") {
            wish[name] = value.clone();
        }
        let answer = engine.post("/v1/schedules", &wish.to_string()).await;
        assert_eq!(answer.status, status, "{wish}: {}", answer.text);
        assert!(answer.text.contains(expected), "{}", answer.text);
    }
    let preview = engine.post("/v1/schedules/preview?n=2", r#"{"name":"x","function":"y","cron":"0 9 * * MON"}"#).await;
    assert_eq!(preview.json()["next"][1]["time"], "2026-04-06T09:00:00+00:00", "{}", preview.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_when_it_is_due_and_ends_after_its_runs() {
    let hands = Hands::at("2026-03-27T12:00:00Z");
    let engine = engine(&hands).await;
    let wish = json!({ "name": "hourly", "function": "schedule.count", "every": "hour", "start": "2026-03-27T12:00",
        "times": 2 });
    assert_eq!(engine.post("/v1/schedules", &wish.to_string()).await.status, 201);
    assert_eq!(due(&engine).await, 0);
    hands.set("2026-03-27T13:00:00.500Z");
    due(&engine).await;
    hands.set("2026-03-27T14:00:01Z");
    due(&engine).await;
    hands.set("2026-03-27T15:00:01Z");
    due(&engine).await;
    let first = moment("2026-03-27T13:00:00Z");
    let begun = "begun".to_owned();
    assert_eq!(history(&engine, "hourly").await, [(first, begun.clone()), (first + HOUR, begun)]);
    let ended = engine.get("/v1/schedules/hourly").await.json();
    assert_eq!((ended["state"].as_str(), ended["runs"].as_i64()), (Some("ended"), Some(2)));
    let runs = engine.get("/v1/schedules/hourly/runs").await.json();
    let id = runs["runs"][0]["execution"].as_str().expect("an execution").to_owned();
    let execution = engine.app.wait_for(&id).await.expect("an execution");
    assert_eq!((execution.cause.word(), execution.actor.as_str()), ("schedule", "schedule hourly"));
    assert_eq!(execution.lines[0].text, "counted");
    assert!(engine.get("/metrics").await.text.contains("\nararat_scheduled_total 2\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_itself_looks_for_what_is_due() {
    let hands = Hands::at("2026-03-27T12:59:59.950Z");
    let engine = engine(&hands).await;
    let wish = json!({ "name": "x", "function": "schedule.count", "cron": "0 * * * *" });
    assert_eq!(engine.post("/v1/schedules", &wish.to_string()).await.status, 201);
    hands.set("2026-03-27T13:00:00Z");
    while history(&engine, "x").await.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(history(&engine, "x").await, [(moment("2026-03-27T13:00:00Z"), "begun".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_at_once_when_asked_even_while_off() {
    let hands = Hands::at("2026-03-27T12:00:00Z");
    let engine = engine(&hands).await;
    engine.publish("int schedule.add(Int a, Int b) { return a + b; }").await;
    let wish = json!({ "name": "sum", "function": "schedule.add", "cron": "0 0 1 1 *", "enabled": false,
        "arguments": { "a": 2, "b": "3" } });
    assert_eq!(engine.post("/v1/schedules", &wish.to_string()).await.status, 201);
    let asked = engine.post("/v1/schedules/sum/run", "").await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let id = asked.json()["id"].as_str().expect("an id").to_owned();
    let execution = engine.app.wait_for(&id).await.expect("an execution");
    assert_eq!(execution.output.expect("an output").get(), "5");
    let runs = engine.get("/v1/schedules/sum/runs").await.json();
    assert_eq!((runs["runs"][0]["kind"].as_str(), runs["runs"][0]["execution"].as_str()), (Some("asked"), Some(&*id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_is_gone_is_told_in_the_history() {
    let hands = Hands::at("2026-03-27T12:00:00Z");
    let engine = engine(&hands).await;
    let wish = json!({ "name": "x", "function": "schedule.count", "cron": "0 * * * *" });
    engine.post("/v1/schedules", &wish.to_string()).await;
    engine.app.delete_function("schedule.count", "test").await.expect("deleted");
    hands.set("2026-03-27T13:00:00Z");
    due(&engine).await;
    let runs = engine.get("/v1/schedules/x/runs").await.json();
    assert_eq!(runs["runs"][0]["outcome"], "refused");
    assert_eq!(runs["runs"][0]["note"], "there is no function `schedule.count`");
    assert_eq!(engine.get("/v1/schedules/x").await.json()["next"]["time"], "2026-03-27T14:00:00+00:00");
}

fn in_folder(folder: &Path) -> Config {
    Config { data: Some(folder.to_owned()), ..config() }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_were_missed_follow_the_policy() {
    let (folder, hands) = (Folder::new("missed"), Hands::at("2026-03-27T12:00:00Z"));
    let first = Engine::with(hands.turn(in_folder(&folder.0))).await;
    first.publish(COUNT).await;
    for missed in ["skip", "once", "all"] {
        let wish = json!({ "name": missed, "function": "schedule.count", "cron": "0 * * * *", "missed": missed });
        assert_eq!(first.post("/v1/schedules", &wish.to_string()).await.status, 201);
    }
    first.stop().await;
    hands.set("2026-03-27T16:30:00Z");
    let engine = Engine::with(hands.turn(in_folder(&folder.0))).await;
    due(&engine).await;
    let at = |hour: i64, outcome: &str| (moment("2026-03-27T12:00:00Z") + hour * HOUR, outcome.to_owned());
    assert_eq!(history(&engine, "skip").await, [at(4, "missed")]);
    assert_eq!(history(&engine, "once").await, [at(4, "begun")]);
    assert_eq!(history(&engine, "all").await, [1, 2, 3, 4].map(|hour| at(hour, "begun")));
    let note = engine.get("/v1/schedules/skip/runs").await.json()["runs"][0]["note"].clone();
    assert_eq!(note, "4 missed while no engine was there");
}

/// Turns the clock hour by hour under several engines that look for what is due at once.
async fn fires_once(make: impl Fn() -> Config, hands: &Hands) {
    let engines = [Engine::with(hands.turn(make())).await, Engine::with(hands.turn(make())).await];
    engines[0].publish(COUNT).await;
    engines[1].app.reload().await.expect("read anew");
    for number in 0..5 {
        let wish = json!({ "name": format!("s{number}"), "function": "schedule.count", "cron": "0 * * * *" });
        assert_eq!(engines[number % 2].post("/v1/schedules", &wish.to_string()).await.status, 201);
    }
    let mut begun = Vec::new();
    for hour in 1..=10 {
        hands.0.store(moment("2026-03-27T12:00:00Z") + hour * HOUR, Ordering::SeqCst);
        let looks = (0..8).map(|look| {
            let app = engines[look % 2].app.clone();
            tokio::spawn(async move { app.run_due_schedules().await.expect("they run") })
        });
        for look in looks.collect::<Vec<_>>() {
            begun.push(look.await.expect("no panic"));
        }
    }
    for number in 0..5 {
        let runs = history(&engines[0], &format!("s{number}")).await;
        let hours: Vec<_> = runs.iter().map(|(at, _)| (at - moment("2026-03-27T12:00:00Z")) / HOUR).collect();
        assert_eq!(hours, (1..=10).collect::<Vec<_>>());
        assert_eq!(engines[1].get(&format!("/v1/schedules/s{number}")).await.json()["runs"], 10);
    }
    let logged = engines[0].get("/v1/executions?limit=200").await.json();
    assert_eq!(logged["executions"].as_array().map(Vec::len), Some(50), "begun: {begun:?}");
    for engine in engines {
        engine.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_engines_on_one_database_run_a_time_once() {
    let (folder, hands) = (Folder::new("two-engines"), Hands::at("2026-03-27T12:00:00Z"));
    fires_once(|| in_folder(&folder.0), &hands).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_among_arguments_are_shown_masked_and_used_whole() {
    let (folder, hands) = (Folder::new("schedule-secret"), Hands::at("2026-03-27T12:00:00Z"));
    let engine = Engine::with(hands.turn(in_folder(&folder.0))).await;
    engine.publish("int schedule.len(String password, String note) { return password.length(); }").await;
    let secret = "planted-schedule-secret";
    let wish = json!({ "name": "s", "function": "len", "cron": "0 0 1 1 *",
        "arguments": { "password": secret, "note": format!("it is {secret}") } });
    let made = engine.post("/v1/schedules", &wish.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(!made.text.contains(secret), "{}", made.text);
    let length = async || {
        let id = engine.post("/v1/schedules/s/run", "").await.json()["id"].as_str().expect("an id").to_owned();
        let execution = engine.app.wait_for(&id).await.expect("an execution");
        execution.output.expect("an output").get().to_owned()
    };
    assert_eq!(length().await, secret.len().to_string());
    // A page sends back what it was shown.
    let shown = made.json();
    let members = ["name", "function", "cron", "arguments"];
    let mut back: Value = members.iter().map(|name| ((*name).to_owned(), shown[*name].clone())).collect();
    back["description"] = "changed".into();
    let changed = engine.send(engine.request("PUT", "/v1/schedules/s").body(back.to_string())).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(length().await, secret.len().to_string());
    engine.stop().await;
    for (file, bytes) in folder.stored() {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{}", file.display());
    }
}

const DECLARED: &str = r#"
[[schedules]]
name = "nightly"
function = "schedule.count"
every = "day"
start = 2026-03-01T02:30:00
zone = "Europe/Berlin"

[[schedules]]
name = "often"
function = "schedule.count"
cron = "*/5 * * * *"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_project_declares_its_schedules() {
    let (folder, hands) = (Folder::new("declared"), Hands::at("2026-03-27T12:00:00Z"));
    std::fs::create_dir_all(folder.0.join("functions")).expect("a folder");
    std::fs::write(folder.0.join("functions/count.dg"), COUNT).expect("written");
    let write = |text: &str| std::fs::write(folder.0.join("ararat.toml"), text).expect("written");
    let project =
        || Config { project: Some(folder.0.clone()), data: Some(folder.0.join("data")), ..hands.turn(config()) };
    write(DECLARED);
    let engine = Engine::with(project()).await;
    let made = engine.get("/v1/schedules/nightly").await.json();
    assert_eq!(
        (made["declared"].as_bool(), made["next"]["time"].as_str()),
        (Some(true), Some("2026-03-28T02:30:00+01:00"))
    );
    // Switched off by hand, it stays off at the next start: the entry has not changed.
    engine.app.switch_schedule("nightly", false, "test").await.expect("off");
    engine.stop().await;
    let engine = Engine::with(project()).await;
    assert_eq!(engine.get("/v1/schedules/nightly").await.json()["state"], "disabled");
    engine.stop().await;
    // A changed entry is applied, one that is gone switched off.
    let nightly = DECLARED.split("[[schedules]]").nth(1).expect("the first");
    write(&format!("[[schedules]]{}", nightly.replace("02:30:00", "04:00:00")));
    let engine = Engine::with(project()).await;
    assert_eq!(engine.get("/v1/schedules/nightly").await.json()["next"]["time"], "2026-03-28T04:00:00+01:00");
    let often = engine.get("/v1/schedules/often").await.json();
    assert_eq!((often["state"].as_str(), often["declared"].as_bool()), (Some("disabled"), Some(false)));

    // And the same from elsewhere.
    let entries = json!([{ "name": "often", "function": "schedule.count", "cron": "0 1 * * *" }]);
    let deploy = async |dry_run: bool, entries: &Value| {
        let body = json!({ "functions": [], "schedules": entries, "dry_run": dry_run });
        engine.post("/v1/deployments", &body.to_string()).await
    };
    let expected = json!([{ "name": "often", "action": "update" }, { "name": "nightly", "action": "disable" }]);
    assert_eq!(deploy(true, &entries).await.json()["schedules"], expected);
    assert_eq!(engine.get("/v1/schedules/nightly").await.json()["state"], "active");
    assert_eq!(deploy(false, &entries).await.json()["schedules"], expected);
    assert_eq!(engine.get("/v1/schedules/nightly").await.json()["state"], "disabled");
    let wrong = deploy(false, &json!([{ "name": "a", "function": "schedule.none", "cron": "* * * * *" }])).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text);
    assert!(
        wrong.text.contains("the schedule `a` in ararat.toml: there is no function `schedule.none`"),
        "{}",
        wrong.text
    );
}
