//! What the engine costs: `cargo bench --bench server -- [waiting | requests | beside]`; all of them without a word.
//!
//! - `waiting [EXECUTIONS] [MILLISECONDS]`: executions that wait at once, each for one request over real HTTP.
//! - `requests [SECONDS]`: requests per second of a small function and of a bare axum route, in turns.
//! - `beside [SECONDS]`: how long a small function takes alone, beside busy loops and beside an allocator.
//!
//! The last two need `wrk` and say SKIPPED without it. Called servers and the engine are processes of their own.

// A benchmark measures; the ban is for the language.
#![allow(clippy::disallowed_methods)]

mod engine;
mod requests;
mod waiting;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: ararat::memory::Counting<mimalloc::MiMalloc> = ararat::memory::Counting(mimalloc::MiMalloc);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let number = |at: usize, default: u64| words.get(at).and_then(|word| word.parse().ok()).unwrap_or(default);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match words.first().map(String::as_str) {
        Some("listen") => runtime.block_on(listen()),
        Some("waiting") => runtime.block_on(waiting::run(number(1, 10_000) as usize, number(2, 300))),
        Some("requests") => requests::run(number(1, 5)),
        Some("beside") => requests::beside(number(1, 5)),
        _ => {
            runtime.block_on(waiting::run(10_000, 300));
            requests::run(5);
            requests::beside(5);
        }
    }
}

/// `/` says hello at once, `/MS` after a time; the first line printed is the port.
async fn listen() {
    let slow = async |Path(ms): Path<u64>| {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        "done"
    };
    let router = Router::new().route("/", get(async || "hello")).route("/{ms}", get(slow));
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let listener = socket.listen(16_384).expect("it listens");
    println!("{}", listener.local_addr().expect("an address").port());
    axum::serve(listener, router).await.expect("it serves");
}
