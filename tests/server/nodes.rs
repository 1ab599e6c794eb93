//! Several engines, as processes, on one PostgreSQL server.

use super::postgres::Postgres;
use super::support::{Folder, slow_server};
use ararat::sandbox::{Sandbox, SandboxOptions};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Each time that a row becomes final is noted, by the database itself.
const NOTE_ENDS: &str = "
    create table recorded (execution text not null);
    create function note_end() returns trigger language plpgsql as $$ begin
        if new.state in ('succeeded', 'failed', 'cancelled') then insert into recorded values (new.id); end if;
        return new;
    end $$;
    create trigger noted after insert or update on executions for each row execute function note_end();";

/// A node; killed with -9 when it is dropped.
struct Node {
    process: Child,
    url: String,
    key: Option<String>,
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program, in a project, on a database.
fn ararat(folder: &Path, database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ararat"));
    let home = folder.join("home");
    command.current_dir(folder).env("ARARAT_HOME", home).env("ARARAT_USER", "ararat").env("ARARAT_KEYRING", "off");
    command.env("ARARAT_DATABASE_URL", database);
    command
}

impl Node {
    fn start(folder: &Path, database: &str) -> Node {
        let mut process = ararat(folder, database)
            .args(["serve", "--port", "0", "--allow-host", "127.0.0.1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("serve starts");
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let lines: Vec<_> = lines.map_while(Result::ok).take_while(|line| !line.contains("Ctrl-C")).collect();
        let after = |word: &str| lines.iter().find_map(|line| line.find(word).map(|at| line[at..].trim().to_owned()));
        Node { process, url: after("http://").expect("the node starts"), key: after("1003.") }
    }
}

/// Three nodes on a database of their own.
struct Cluster {
    nodes: Vec<Node>,
    key: String,
    pool: PgPool,
    folder: Folder,
    database: String,
    kills: usize,
    _server: Postgres,
}

impl Cluster {
    /// Starts one with a published function. Says SKIPPED where there is no PostgreSQL.
    async fn start(name: &str, file: &str, source: &str) -> Option<Cluster> {
        let server = Postgres::start()?;
        // An error says that another test was first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (folder, database) = (Folder::new(name), server.url("postgres"));
        let path = folder.0.join("functions").join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(folder.0.join("ararat.toml"), "").expect("a project");
        std::fs::write(path, source).expect("a function");
        let mut nodes = vec![Node::start(&folder.0, &database)];
        let key = nodes[0].key.clone().expect("the first key");
        let pool = PgPool::connect(&database).await.expect("the database");
        sqlx::raw_sql(NOTE_ENDS).execute(&pool).await.expect("a trigger");
        nodes.extend((0..2).map(|_| Node::start(&folder.0, &database)));
        Some(Cluster { nodes, key, pool, folder, database, kills: 0, _server: server })
    }

    fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(|node| node.url.clone()).collect()
    }

    /// Kills the next node with -9 and starts another one in its place.
    async fn kill_one(&mut self) {
        let turn = self.kills % self.nodes.len();
        let (folder, database) = (self.folder.0.clone(), self.database.clone());
        let _ = self.nodes[turn].process.kill();
        self.nodes[turn] = tokio::task::spawn_blocking(move || Node::start(&folder, &database)).await.expect("a node");
        self.kills += 1;
    }

    /// A request to a node with the administrator's key.
    fn request(&self, node: usize, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let client = reqwest::Client::new();
        client.request(method, format!("{}{path}", self.nodes[node].url)).bearer_auth(&self.key)
    }

    /// Waits until everything that was accepted has ended.
    async fn settle(&self) -> Duration {
        let began = Instant::now();
        while self.count("select count(*) from execution_queue").await > 0 {
            assert!(began.elapsed() < Duration::from_secs(90), "accepted executions are left in the queue");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        began.elapsed()
    }

    /// Connects the engines' user to a sandbox.
    fn connect(&self, sandbox: &Sandbox) {
        let mut command = ararat(&self.folder.0, &self.database);
        command.args(["connections", "add", "zoho_crm", "--link-name", "zoho_crm", "--grant", "self_client"]);
        command.args(["--sandbox", &sandbox.accounts_url(), "--client-id", sandbox.client_id(), "--secrets", "-"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut adding = command.spawn().expect("the program starts");
        let secrets =
            json!({ "client_secret": sandbox.client_secret(), "refresh_token": sandbox.refresh_token() }).to_string();
        adding.stdin.take().expect("a pipe").write_all(secrets.as_bytes()).expect("written");
        let ended = adding.wait_with_output().expect("it ends");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.expect("a count")
    }
}

/// How long nodes are killed for: `ARARAT_TEST_KILL_SECONDS`, 8 where absent.
fn seconds() -> u64 {
    std::env::var("ARARAT_TEST_KILL_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

/// Asks one node after the other for asynchronous executions; gives the ids that were answered with 202.
async fn load(urls: Arc<Mutex<Vec<String>>>, key: String, stop: Arc<AtomicBool>) -> Vec<String> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().expect("a client");
    let mut accepted = Vec::new();
    for turn in 0.. {
        if stop.load(Ordering::Acquire) {
            break;
        }
        let url = {
            let urls = urls.lock().expect("no panic");
            urls[turn % urls.len()].clone()
        };
        let request = client.post(format!("{url}/v1/functions/work/executions")).bearer_auth(&key);
        let Ok(answer) = request.header("prefer", "respond-async").body("{}").send().await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        if answer.status().as_u16() != 202 {
            continue;
        }
        if let Ok(text) = answer.text().await {
            let id = serde_json::from_str::<serde_json::Value>(&text).expect("JSON")["id"].as_str().map(str::to_owned);
            accepted.extend(id);
        }
    }
    accepted
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_nodes_lose_nothing_and_record_nothing_twice() {
    let slow = slow_server().await;
    let work = format!("string standalone.work() {{ return invokeurl [ url : \"{slow}/wait/300\" type : GET ]; }}");
    let Some(mut cluster) = Cluster::start("nodes", "standalone/work.dg", &work).await else { return };
    let urls = Arc::new(Mutex::new(cluster.urls()));
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..6).map(|_| tokio::spawn(load(urls.clone(), cluster.key.clone(), stop.clone()))).collect();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(seconds()) {
        tokio::time::sleep(Duration::from_millis(500)).await;
        cluster.kill_one().await;
        *urls.lock().expect("no panic") = cluster.urls();
    }
    stop.store(true, Ordering::Release);
    let mut accepted = Vec::new();
    for caller in callers {
        accepted.extend(caller.await.expect("no panic"));
    }
    let ended = cluster.settle().await;
    let recorded: Vec<String> =
        sqlx::query_scalar("select execution from recorded").fetch_all(&cluster.pool).await.expect("the ends");
    let mut once = recorded.clone();
    once.sort();
    once.dedup();
    let again = recorded.len() - once.len();
    let lost = accepted.iter().filter(|id| once.binary_search(id).is_err()).count();
    let unended = cluster.count("select count(*) from executions where state <> 'succeeded'").await;
    let kills = cluster.kills;
    println!(
        "{kills} kills, {} accepted, {} recorded, {lost} lost, {again} recorded twice, the last after {ended:?}",
        accepted.len(),
        once.len(),
    );
    assert!(kills > 1 && accepted.len() > 10, "{kills} kills, {} accepted", accepted.len());
    assert_eq!((lost, again, unended), (0, 0, 0));
    // A node that did not make it knows it within a few seconds.
    let revoked = cluster.key.split('.').nth(1).expect("an id");
    let request = cluster.request(0, Method::DELETE, &format!("/v1/keys/{revoked}"));
    assert!(request.send().await.expect("an answer").status().is_success());
    let mut status = 200;
    for _ in 0..100 {
        let asked = cluster.request(1, Method::GET, "/v1/functions").send().await;
        status = asked.expect("an answer").status().as_u16();
        if status == 401 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(status, 401, "another node lets a revoked key in");
}

/// Schedules that begin each second while nodes are killed.
const EACH_SECOND: u64 = 4;
const MINUTE: i64 = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_fires_once_per_tick_while_nodes_are_killed() {
    let tick = "void schedule.tick() { info \"tick\"; }";
    let Some(mut cluster) = Cluster::start("nodes-schedules", "schedule/tick.dg", tick).await else { return };
    let first = jiff::Timestamp::now().as_second() + 4;
    let mut starts = HashMap::new();
    for number in 0..seconds() * EACH_SECOND {
        let start = first + i64::try_from(number / EACH_SECOND).expect("small");
        let at = jiff::Timestamp::from_second(start).expect("a time").to_zoned(jiff::tz::TimeZone::UTC).datetime();
        let name = format!("s{number}");
        let wish = json!({ "name": name, "function": "schedule.tick", "every": "minute", "start": at.to_string() });
        let request = cluster.request(0, Method::POST, "/v1/schedules").body(wish.to_string());
        let made = request.send().await.expect("an answer");
        assert_eq!(made.status(), 201, "{}", made.text().await.unwrap_or_default());
        starts.insert(name, start * 1000);
    }
    let last = *starts.values().max().expect("there are schedules");
    while jiff::Timestamp::now().as_millisecond() < last + 1000 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        cluster.kill_one().await;
    }
    // Whoever was killed in the middle of a tick has been taken over by then.
    let all_began = Instant::now();
    let began = "select count(distinct schedule) from schedule_runs";
    while cluster.count(began).await < i64::try_from(starts.len()).expect("few") {
        assert!(all_began.elapsed() < Duration::from_secs(30), "{} began", cluster.count(began).await);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let _ = cluster.settle().await;
    let rows: Vec<(String, i64, String, i64)> = sqlx::query_as(
        "select s.name, r.at, r.outcome, (select count(*) from recorded e where e.execution = r.execution) \
         from schedule_runs r join schedules s on s.id = r.schedule order by s.name, r.at",
    )
    .fetch_all(&cluster.pool)
    .await
    .expect("the history");
    let begun = cluster.count("select count(*) from executions where cause = 'schedule'").await;
    println!("{} kills, {} ticks, {begun} executions", cluster.kills, rows.len());
    for (name, start) in &starts {
        let mine: Vec<_> = rows.iter().filter(|row| row.0 == *name).collect();
        let times: Vec<_> = mine.iter().map(|row| row.1).collect();
        let planned: Vec<_> = (0..).map(|turn| start + turn * MINUTE).take(times.len()).collect();
        assert_eq!(times, planned, "{name}");
        assert!(mine.iter().all(|row| row.2 == "begun" && row.3 == 1), "{mine:?}");
    }
    assert_eq!(begun, i64::try_from(rows.len()).expect("few"), "executions and ticks");
    assert!(cluster.kills > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_refreshed_once_across_nodes() {
    let work = "map standalone.organisation() { return invokeurl [ url : \"URL/crm/v8/org\" type : GET connection : \"zoho_crm\" ]; }";
    let sandbox = Sandbox::start(SandboxOptions::default()).expect("the sandbox starts");
    let work = work.replace("URL", &sandbox.api_url());
    let Some(cluster) = Cluster::start("nodes-tokens", "standalone/organisation.dg", &work).await else { return };
    cluster.connect(&sandbox);
    let control = |path: &str| format!("{}/__sandbox/{path}", sandbox.api_url());
    let refreshed = async || {
        let calls = reqwest::get(control("calls")).await.expect("an answer").text().await.expect("a body");
        let calls: Value = serde_json::from_str(&calls).expect("JSON");
        calls.as_array().expect("calls").iter().filter(|call| call["path"] == "/oauth/v2/token").count()
    };
    let before = refreshed().await;
    for round in 1..=3 {
        // None has a token that is any good.
        let end = reqwest::Client::new().post(control("tokens/expire"));
        assert!(end.send().await.expect("an answer").status().is_success());
        let path = "/v1/functions/organisation/executions";
        let calls = (0..30).map(|call| tokio::spawn(cluster.request(call % 3, Method::POST, path).body("{}").send()));
        for call in calls.collect::<Vec<_>>() {
            let answer = call.await.expect("no panic").expect("an answer").text().await.expect("a body");
            assert!(answer.contains("\"state\":\"succeeded\"") && answer.contains("\"org\""), "{answer}");
        }
        assert_eq!(refreshed().await - before, round, "tokens were fetched");
    }
    sandbox.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_is_stopped_through_another_node() {
    let slow = slow_server().await;
    let work = format!("string standalone.work() {{ return invokeurl [ url : \"{slow}/wait/9000\" type : GET ]; }}");
    let Some(cluster) = Cluster::start("nodes-stop", "standalone/work.dg", &work).await else { return };
    let begin = cluster.request(0, Method::POST, "/v1/functions/work/executions").header("prefer", "respond-async");
    let begun: Value =
        serde_json::from_str(&begin.send().await.expect("an answer").text().await.expect("a body")).expect("JSON");
    let path = format!("/v1/executions/{}", begun["id"].as_str().expect("an id"));
    let stop = async || cluster.request(1, Method::DELETE, &path).send().await.expect("an answer").status().as_u16();
    assert_eq!(stop().await, 202);
    let stopped = Instant::now();
    loop {
        let found =
            cluster.request(2, Method::GET, &path).send().await.expect("an answer").text().await.expect("a body");
        let found: Value = serde_json::from_str(&found).expect("JSON");
        if found["state"] != "queued" {
            assert_eq!(found["state"], "cancelled", "{found}");
            break;
        }
        assert!(stopped.elapsed() < Duration::from_secs(8), "it goes on: {found}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("stopped after {:?}", stopped.elapsed());
    assert_eq!(stop().await, 404, "it has ended");
    assert_eq!(cluster.count("select count(*) from recorded").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_outlive_the_nodes_that_made_them() {
    let work = "// @retry attempts=3 delay=1s factor=1 jitter=0\nint standalone.work() { return \"x\".toLong(); }";
    let Some(mut cluster) = Cluster::start("nodes-retries", "standalone/work.dg", work).await else { return };
    let wanted = 60;
    for number in 0..wanted {
        let request = cluster.request(number % 3, Method::POST, "/v1/functions/work/executions");
        let answer = request.header("prefer", "respond-async").body("{}").send().await.expect("an answer");
        assert_eq!(answer.status(), 202);
    }
    let wanted = i64::try_from(wanted).expect("few");
    let began = Instant::now();
    while cluster.count("select count(*) from executions where dead = 1").await < wanted {
        assert!(began.elapsed() < Duration::from_secs(60), "attempts are left undone");
        if cluster.kills < 12 {
            cluster.kill_one().await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let _ = cluster.settle().await;
    for attempt in 1..=3_i64 {
        let count = "select count(*) from executions e where attempt = $1 and state = 'failed' \
             and (dead = 1) = ($1 = 3) and (select count(*) from recorded r where r.execution = e.id) = 1";
        let found: i64 = sqlx::query_scalar(count).bind(attempt).fetch_one(&cluster.pool).await.expect("a count");
        assert_eq!(found, wanted, "attempt {attempt}");
    }
    let linked = "select count(*) from executions a join executions b on b.id = a.next_attempt \
         and b.attempt = a.attempt + 1 and b.first_attempt = coalesce(a.first_attempt, a.id)";
    assert_eq!(cluster.count(linked).await, 2 * wanted);
}
