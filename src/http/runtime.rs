//! The one tokio runtime of the process, made when something first needs the network.
//!
//! A script that only computes never starts it. Callers are synchronous threads of ours: asking
//! from inside a tokio worker would block that worker, so nothing asynchronous may call this.

use std::future::Future;
use std::io;
use std::sync::OnceLock;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// Runs a future to its end on the process-wide runtime.
pub fn block_on<F: Future>(future: F) -> io::Result<F::Output> {
    Ok(runtime()?.block_on(future))
}

/// The process-wide runtime, started on the first call.
pub fn runtime() -> io::Result<&'static Runtime> {
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let fresh = Builder::new_multi_thread().worker_threads(2).thread_name("ararat-net").enable_all().build()?;
    // Two threads may race to here; the loser's runtime is dropped unused.
    Ok(RUNTIME.get_or_init(|| fresh))
}
