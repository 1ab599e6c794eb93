//! What the engine counts, in the text format of Prometheus.

use super::App;
use super::store::Execution;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Upper ends of the duration's buckets, in seconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0];

/// Counters of one process.
#[derive(Default)]
pub struct Metrics {
    /// By function and state.
    ended: Mutex<BTreeMap<(String, &'static str), u64>>,
    buckets: [AtomicU64; BUCKETS.len()],
    micros: AtomicU64,
    count: AtomicU64,
    http_calls: AtomicU64,
    statements: AtomicU64,
    refused: AtomicU64,
    scheduled: AtomicU64,
    delivered: AtomicU64,
    given_up: AtomicU64,
    retried: AtomicU64,
    dead_letters: AtomicU64,
}

impl Metrics {
    /// Counts an execution that has ended.
    pub fn ended(&self, execution: &Execution) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        *ended.entry((execution.name.clone(), execution.state.word())).or_default() += 1;
        drop(ended);
        let micros = execution.duration_us.unsigned_abs();
        let seconds = micros as f64 / 1e6;
        for (bucket, end) in self.buckets.iter().zip(BUCKETS) {
            if seconds <= end {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
        self.http_calls.fetch_add(execution.calls.len() as u64, Ordering::Relaxed);
        self.statements.fetch_add(execution.statements.unsigned_abs(), Ordering::Relaxed);
    }

    /// Counts executions that schedules began.
    pub fn scheduled(&self, executions: usize) {
        self.scheduled.fetch_add(executions as u64, Ordering::Relaxed);
    }

    /// Counts a delivery that arrived.
    pub fn delivered(&self) {
        self.delivered.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a delivery that was given up.
    pub fn given_up(&self) {
        self.given_up.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a failed attempt of what is tried several times.
    pub fn failed_attempt(&self, is_followed: bool) {
        let counter = if is_followed { &self.retried } else { &self.dead_letters };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a call that found no room.
    pub fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }
}

/// Everything, as text.
pub fn text(app: &App) -> String {
    let metrics = app.metrics();
    let mut out = String::new();
    head(&mut out, "ararat_executions_total", "counter", "Executions that have ended");
    let ended = metrics.ended.lock().unwrap_or_else(PoisonError::into_inner);
    for ((function, state), count) in &*ended {
        // Names are words and dots: nothing to escape.
        line(&mut out, &format!("ararat_executions_total{{function=\"{function}\",state=\"{state}\"}}"), *count);
    }
    drop(ended);
    let name = "ararat_execution_seconds";
    head(&mut out, name, "histogram", "How long executions took, waiting included");
    let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    for (bucket, end) in metrics.buckets.iter().zip(BUCKETS) {
        line(&mut out, &format!("{name}_bucket{{le=\"{end}\"}}"), load(bucket));
    }
    line(&mut out, &format!("{name}_bucket{{le=\"+Inf\"}}"), load(&metrics.count));
    line(&mut out, &format!("{name}_sum"), load(&metrics.micros) as f64 / 1e6);
    line(&mut out, &format!("{name}_count"), load(&metrics.count));
    let executor = app.executor();
    for (name, kind, help, value) in [
        ("ararat_http_calls_total", "counter", "Requests that executions made", load(&metrics.http_calls)),
        ("ararat_statements_total", "counter", "Statements that were executed", load(&metrics.statements)),
        ("ararat_refused_total", "counter", "Calls that found no room", load(&metrics.refused)),
        ("ararat_scheduled_total", "counter", "Executions that schedules began", load(&metrics.scheduled)),
        ("ararat_delivered_total", "counter", "Deliveries of webhooks that arrived", load(&metrics.delivered)),
        ("ararat_given_up_total", "counter", "Deliveries of webhooks that were given up", load(&metrics.given_up)),
        ("ararat_retried_total", "counter", "Failed executions that are tried again", load(&metrics.retried)),
        ("ararat_dead_letters_total", "counter", "Executions that became dead letters", load(&metrics.dead_letters)),
        ("ararat_running", "gauge", "Executions that have begun and not ended", executor.running() as u64),
        ("ararat_waiting", "gauge", "Executions that wait for room", executor.waiting() as u64),
        ("ararat_accepted", "gauge", "Asynchronous executions that have not ended", app.accepted() as u64),
        ("ararat_log_behind", "gauge", "Executions that are not on disk yet", app.log_behind() as u64),
    ] {
        head(&mut out, name, kind, help);
        line(&mut out, name, value);
    }
    out
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(out: &mut String, name: &str, value: impl std::fmt::Display) {
    let _ = writeln!(out, "{name} {value}");
}
