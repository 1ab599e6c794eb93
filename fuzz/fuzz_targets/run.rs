//! A run without a network: no script panics, hangs or eats the machine.
#![no_main]

use ararat::eval::limits::Limits;
use ararat::hosts::Offline;
use ararat::{Args, Engine, Failure, Source};
use libfuzzer_sys::fuzz_target;
use std::time::Duration;

/// Noon of 1 January 2026.
const NOW: i64 = 1_767_268_800_000;

fuzz_target!(|data: &[u8]| {
    let Some((dialect, text)) = ararat_fuzz::script(data) else { return };
    let limits = Limits {
        statements: Some(20_000),
        calls: Some(2_000),
        time: Some(Duration::from_secs(2)),
        output: Some(1 << 20),
        ..Limits::NONE
    };
    let engine = Engine { settings: ararat_fuzz::settings(dialect), limits, ..Engine::default() };
    let Ok(script) = engine.compile(Source::new("fuzz.dg", text)) else { return };
    let outcome = script.run(&mut Offline::new().at(NOW), &Args::new());
    if let Err(Failure::Script { report, .. }) = outcome {
        assert!(!report.to_string().is_empty());
    }
});
