//! Several engines, as processes, on one PostgreSQL server.

use super::postgres::Postgres;
use super::support::{Folder, slow_server};
use sqlx::PgPool;
use std::io::{BufRead, BufReader};
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

impl Node {
    fn start(folder: &Path, database: &str) -> Node {
        let mut process = Command::new(env!("CARGO_BIN_EXE_ararat"))
            .current_dir(folder)
            .env("ARARAT_HOME", folder.join("home"))
            .args(["serve", "--port", "0", "--allow-host", "127.0.0.1", "--database-url", database])
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

async fn count(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.expect("a count")
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_nodes_lose_nothing_and_record_nothing_twice() {
    let Some(postgres) = Postgres::start() else { return };
    // An error says that another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (folder, slow, database) = (Folder::new("nodes"), slow_server().await, postgres.url("postgres"));
    std::fs::create_dir_all(folder.0.join("functions/standalone")).expect("a folder");
    std::fs::write(folder.0.join("ararat.toml"), "").expect("a project");
    let work = format!("string standalone.work() {{ return invokeurl [ url : \"{slow}/wait/300\" type : GET ]; }}");
    std::fs::write(folder.0.join("functions/standalone/work.dg"), work).expect("a function");
    let mut nodes = vec![Node::start(&folder.0, &database)];
    let key = nodes[0].key.clone().expect("the first key");
    let pool = PgPool::connect(&database).await.expect("the database");
    sqlx::raw_sql(NOTE_ENDS).execute(&pool).await.expect("a trigger");
    nodes.extend((0..2).map(|_| Node::start(&folder.0, &database)));
    let urls = Arc::new(Mutex::new(nodes.iter().map(|node| node.url.clone()).collect::<Vec<_>>()));
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..6).map(|_| tokio::spawn(load(urls.clone(), key.clone(), stop.clone()))).collect();
    let (began, mut kills) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(seconds()) {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let turn = kills % nodes.len();
        let (folder, database) = (folder.0.clone(), database.clone());
        let _ = nodes[turn].process.kill();
        nodes[turn] = tokio::task::spawn_blocking(move || Node::start(&folder, &database)).await.expect("a node");
        urls.lock().expect("no panic")[turn].clone_from(&nodes[turn].url);
        kills += 1;
    }
    stop.store(true, Ordering::Release);
    let mut accepted = Vec::new();
    for caller in callers {
        accepted.extend(caller.await.expect("no panic"));
    }
    let ended = Instant::now();
    while count(&pool, "select count(*) from execution_queue").await > 0 {
        assert!(ended.elapsed() < Duration::from_secs(90), "accepted executions are left in the queue");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let recorded: Vec<String> =
        sqlx::query_scalar("select execution from recorded").fetch_all(&pool).await.expect("the ends");
    let mut once = recorded.clone();
    once.sort();
    once.dedup();
    let again = recorded.len() - once.len();
    let lost = accepted.iter().filter(|id| once.binary_search(id).is_err()).count();
    let unended = count(&pool, "select count(*) from executions where state <> 'succeeded'").await;
    println!(
        "{kills} kills, {} accepted, {} recorded, {lost} lost, {again} recorded twice, the last after {:?}",
        accepted.len(),
        once.len(),
        ended.elapsed()
    );
    assert!(kills > 1 && accepted.len() > 10, "{kills} kills, {} accepted", accepted.len());
    assert_eq!((lost, again, unended), (0, 0, 0));
    // A node that did not make it knows it within a few seconds.
    let revoked = key.split('.').nth(1).expect("an id");
    let of = |url: &str, path: &str| format!("{url}{path}");
    let client = reqwest::Client::new();
    let request = client.delete(of(&nodes[0].url, &format!("/v1/keys/{revoked}"))).bearer_auth(&key);
    assert!(request.send().await.expect("an answer").status().is_success());
    let mut status = 200;
    for _ in 0..100 {
        let asked = client.get(of(&nodes[1].url, "/v1/functions")).bearer_auth(&key).send().await;
        status = asked.expect("an answer").status().as_u16();
        if status == 401 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(status, 401, "another node lets a revoked key in");
}
