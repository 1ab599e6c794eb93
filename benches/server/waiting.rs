//! Thousands of executions that wait at once.

use crate::engine::Process;
use ararat::http::network::Reach;
use ararat::server::app::Call;
use ararat::server::store::Cause;
use ararat::server::{App, Config};
use std::time::Instant;

/// Prints how long all of them took and what memory this process had at most.
pub async fn run(executions: usize, wait: u64) {
    let slow = Process::listening();
    let reach = Reach { deny_private: true, allow: vec!["127.0.0.1".to_owned()] };
    let app = App::open(Config { reach, ..Config::in_memory() }).await.expect("an engine");
    let url = format!("http://127.0.0.1:{}/{wait}", slow.port);
    let text = format!("string standalone.wait() {{ return invokeurl [ url : \"{url}\" type : GET ]; }}");
    app.publish(ararat::Source::new("wait.dg", text), None, "bench").await.expect("it compiles");
    app.run(Call::new("wait", Cause::Api, "bench")).await.expect("it runs");
    let before = memory("VmRSS:");
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
        well += usize::from(execution.output.as_ref().is_some_and(|output| output.get() == "\"done\""));
    }
    let took = started.elapsed().as_secs_f64();
    let (before, most) = (before / 1024, memory("VmHWM:") / 1024);
    println!("{well} of {executions} executions of {wait} ms: {took:.2} s, {most} MB at most, {before} MB before");
}

/// Kilobytes that the system tells of this process; 0 where it does not.
fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what));
    line.and_then(|line| line.split_whitespace().nth(1)).and_then(|word| word.parse().ok()).unwrap_or(0)
}
