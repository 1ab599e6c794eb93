//! Thousands of executions that wait at once: `cargo bench --bench server -- [EXECUTIONS] [MILLISECONDS]`.
//!
//! Each makes one request over real HTTP to a server in a process of its own and waits for its answer.
//! Prints how long all of them took and what memory this process had at most. `hello PORT` serves a bare
//! axum route, to compare with.

// A benchmark measures; the ban is for the language.
#![allow(clippy::disallowed_methods)]

use ararat::http::network::Reach;
use ararat::server::app::Call;
use ararat::server::store::Cause;
use ararat::server::{App, Config};
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let first = words.next();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match first.as_deref() {
        Some("hello") => runtime.block_on(listen(words.next().and_then(|port| port.parse().ok()).unwrap_or(0))),
        Some("slow") => runtime.block_on(listen(0)),
        first => {
            let executions = first.and_then(|word| word.parse().ok()).unwrap_or(10_000);
            let wait = words.next().and_then(|word| word.parse().ok()).unwrap_or(300);
            runtime.block_on(waiting(executions, wait));
        }
    }
}

/// `/` says hello at once, `/MS` after a time; the first line printed is the port.
async fn listen(port: u16) {
    let slow = async |Path(ms): Path<u64>| {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        "done"
    };
    let router = Router::new().route("/", get(async || "hello")).route("/{ms}", get(slow));
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], port).into()).expect("a port");
    let listener = socket.listen(16_384).expect("it listens");
    println!("{}", listener.local_addr().expect("an address").port());
    axum::serve(listener, router).await.expect("it serves");
}

async fn waiting(executions: usize, wait: u64) {
    let program = std::env::current_exe().expect("this program");
    let mut slow = Command::new(program).arg("slow").stdout(Stdio::piped()).spawn().expect("it starts");
    let mut port = String::new();
    BufReader::new(slow.stdout.take().expect("a pipe")).read_line(&mut port).expect("a line");
    let reach = Reach { deny_private: true, allow: vec!["127.0.0.1".to_owned()] };
    let app = App::open(Config { reach, ..Config::in_memory() }).await.expect("an engine");
    let url = format!("http://127.0.0.1:{}/{wait}", port.trim());
    let text = format!("string standalone.wait() {{ return invokeurl [ url : \"{url}\" type : GET ]; }}");
    app.publish(ararat::Source::new("wait.dg", text), None, "bench").await.expect("it compiles");
    app.run(Call::new("wait", Cause::Api, "bench")).await.expect("it runs");
    let started = Instant::now();
    let all: Vec<_> = (0..executions)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { app.run(Call::new("wait", Cause::Api, "bench")).await })
        })
        .collect();
    let mut well = 0;
    for one in all {
        let execution = one.await.expect("no panic").expect("an execution");
        well += usize::from(execution.output.is_some_and(|output| output.get() == "\"done\""));
    }
    let took = started.elapsed();
    println!("{well} of {executions} executions of {wait} ms: {:.2} s, {} at most", took.as_secs_f64(), peak());
    let _ = slow.kill();
    let _ = slow.wait();
}

/// The process's largest resident size, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|word| word.parse::<u64>().ok());
    kilobytes.map_or("unknown".to_owned(), |kilobytes| format!("{} MB", kilobytes / 1024))
}
