//! Requests per second and their times, by `wrk`.

use crate::engine::Process;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Rounds of each, in turns; the median counts.
const ROUNDS: usize = 5;

/// What the functions of the benchmark are.
const FUNCTIONS: [(&str, &str); 3] = [
    ("hello", "/* @rest apikey */ string standalone.hello(String name) { return \"Hello, \" + name + \"!\"; }"),
    (
        "loop",
        "/* @rest apikey */ string standalone.loop() { text = \"1,\"; for each i in {1,2,3,4,5,6,7,8} { text = text + text; } \
         numbers = text.toList(\",\"); total = 0; for each a in numbers { for each b in numbers { total = total + 1; } } \
         return total.toString(); }",
    ),
    (
        "allocate",
        "/* @rest apikey */ string standalone.allocate() { text = \"0123456789abcdef\"; all = List(); \
         for each i in {1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22} { text = text + text; } \
         for each i in {1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16} { all.add(text + i); } return all.size().toString(); }",
    ),
];

/// What `wrk` measured.
struct Measured {
    per_second: f64,
    median: String,
    p99: String,
    failed: u64,
}

/// An engine with its functions in a folder that goes with it.
struct Engine {
    process: Process,
    key: String,
    project: PathBuf,
}

impl Engine {
    fn start() -> Self {
        let project = std::env::temp_dir().join(format!("ararat-bench-{}", std::process::id()));
        let folder = project.join("functions");
        std::fs::create_dir_all(&folder).expect("a folder");
        for (name, text) in FUNCTIONS {
            std::fs::write(folder.join(format!("{name}.dg")), text).expect("a file");
        }
        let (process, key) = Process::engine(&project);
        Self { process, key, project }
    }

    fn url(&self, function: &str) -> String {
        let (port, key) = (self.process.port, &self.key);
        format!(
            "http://127.0.0.1:{port}/crm/v7/functions/{function}/actions/execute?auth_type=apikey&zapikey={key}&name=Ada"
        )
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.project);
    }
}

/// Requests per second of a small function and of a bare route.
pub fn run(seconds: u64) {
    if !has_wrk() {
        return;
    }
    let (bare, engine) = (Process::listening(), Engine::start());
    let bare = format!("http://127.0.0.1:{}/", bare.port);
    let hello = engine.url("hello");
    wrk(&hello, 32, 1);
    let (mut bares, mut hellos, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (bare, hello) = (wrk(&bare, 32, seconds), wrk(&hello, 32, seconds));
        assert_eq!(hello.failed, 0, "every request is answered well");
        bares.push(bare.per_second);
        hellos.push(hello.per_second);
        ratios.push(hello.per_second / bare.per_second);
    }
    let [bare, hello, ratio] = [bares, hellos, ratios].map(median);
    println!("small function {hello:.0}/s, bare axum {bare:.0}/s, ratio {ratio:.2} ({ROUNDS} rounds, medians)");
}

/// Times of a small function, alone and beside others.
pub fn beside(seconds: u64) {
    if !has_wrk() {
        return;
    }
    let engine = Engine::start();
    let hello = engine.url("hello");
    wrk(&hello, 8, 1);
    let tell = |what: &str| {
        let Measured { per_second, median, p99, failed } = wrk(&hello, 8, seconds);
        println!("{what}: median {median}, p99 {p99}, {per_second:.0}/s, {failed} failed");
    };
    tell("alone");
    for (what, function) in [("beside two busy loops", "loop"), ("beside two allocators of 1 GB", "allocate")] {
        let mut others: Child = Command::new("wrk")
            .args(["-t1", "-c2", &format!("-d{}s", seconds + 1), &engine.url(function)])
            .stdout(Stdio::null())
            .spawn()
            .expect("wrk runs");
        tell(what);
        let _ = others.wait();
    }
}

fn has_wrk() -> bool {
    let found = Command::new("wrk").arg("--version").output().is_ok();
    if !found {
        println!("SKIPPED: `wrk` is not installed");
    }
    found
}

fn wrk(url: &str, connections: u32, seconds: u64) -> Measured {
    let words = ["-t1", "--latency", &format!("-c{connections}"), &format!("-d{seconds}s"), url];
    let output = Command::new("wrk").args(words).output().expect("wrk runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let after = |label: &str| {
        let line = text.lines().map(str::trim).find_map(|line| line.strip_prefix(label));
        line.unwrap_or_default().trim().to_owned()
    };
    Measured {
        per_second: after("Requests/sec:").parse().unwrap_or(0.0),
        median: after("50%"),
        p99: after("99%"),
        failed: after("Non-2xx or 3xx responses:").parse().unwrap_or(0),
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
