//! What `invokeurl` adds to a request: `cargo bench --bench http`.
//!
//! 2,000 GETs of 1 KB of JSON, one after the other, by a script and by a plain loop over reqwest: the same server,
//! the same runtime, in turns, so that a busy machine slows both. The target is a ratio of at most 1.3.
#![allow(clippy::disallowed_methods)] // Times itself and serves on a socket of its own.

use ararat::connections::outbound::Source;
use ararat::hosts::{BlockingHost, HostConfig};
use ararat::http::runtime;
use ararat::{Args, Engine};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const REQUESTS: usize = 2_000;
const ROUNDS: usize = 9;

/// The allocator of the binary, so that the figures are its figures.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let url = serve();
    let mut rounds = Vec::new();
    for round in 0..=ROUNDS {
        let (script, plain) = if round % 2 == 0 {
            let script = by_script(&url);
            (script, by_reqwest(&url))
        } else {
            let plain = by_reqwest(&url);
            (by_script(&url), plain)
        };
        // The first round warms everything up.
        if round > 0 {
            rounds.push((script, plain));
        }
    }
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / REQUESTS as f64;
    let median = |mut figures: Vec<f64>| {
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    let script = median(rounds.iter().map(|(script, _)| micros(*script)).collect());
    let plain = median(rounds.iter().map(|(_, plain)| micros(*plain)).collect());
    let ratio = median(rounds.iter().map(|(script, plain)| script.as_secs_f64() / plain.as_secs_f64()).collect());
    println!("{REQUESTS} sequential GETs of 1 KB of JSON, medians of {ROUNDS} rounds");
    println!("invokeurl  {script:7.1} µs per request");
    println!("reqwest    {plain:7.1} µs per request");
    println!("ratio      {ratio:7.2}");
}

/// A server that answers every request with the same kilobyte, on a thread of its own.
fn serve() -> String {
    let filler = "x".repeat(960);
    let body = format!("{{\"id\":\"4876876000000333001\",\"name\":\"Boyle\",\"text\":\"{filler}\"}}");
    let reply =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("an address")).expect("sent");
            while let Ok((mut stream, _)) = listener.accept().await {
                let reply = reply.clone();
                stream.set_nodelay(true).expect("set");
                tokio::spawn(async move {
                    let mut bytes = [0; 4096];
                    let mut seen = 0;
                    while let Ok(count @ 1..) = stream.read(&mut bytes[seen..]).await {
                        seen += count;
                        if bytes[..seen].ends_with(b"\r\n\r\n") {
                            seen = 0;
                            if stream.write_all(reply.as_bytes()).await.is_err() {
                                return;
                            }
                        }
                    }
                });
            }
        });
    });
    format!("http://{}/items", told.recv().expect("an address"))
}

fn by_script(url: &str) -> Duration {
    let tens = |count: usize| (0..count).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
    let text = format!(
        "total = 0;\nfor each a in {{{}}}\n{{\n\tfor each b in {{{}}}\n\t{{\n\
         \t\tresponse = invokeurl [ url :\"{url}\" type :GET ];\n\t\ttotal = total + response.get(\"text\").length();\n\t}}\n}}\n\
         info total;\n",
        tens(REQUESTS / 50),
        tens(50)
    );
    let script = Engine::default().compile(ararat::Source::new("bench.dg", text)).expect("it compiles");
    let registry = Source::Dir("/proc/none-is-needed".into());
    let mut host =
        BlockingHost::new(HostConfig { output: Some(Box::new(std::io::sink())), registry, ..HostConfig::default() });
    let started = Instant::now();
    script.run(&mut host, &Args::new()).expect("it runs");
    started.elapsed()
}

fn by_reqwest(url: &str) -> Duration {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).tcp_nodelay(true).build().expect("a client");
    let started = Instant::now();
    let total = runtime::block_on(async {
        let mut total = 0;
        for _ in 0..REQUESTS {
            let text = client.get(url).send().await.expect("a reply").text().await.expect("a text");
            let body: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            total += body["text"].as_str().expect("a text").len();
        }
        total
    });
    assert_eq!(total.expect("a runtime"), REQUESTS * 960);
    started.elapsed()
}
