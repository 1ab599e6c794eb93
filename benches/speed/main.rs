//! Benchmarks of single parts: `cargo bench`, or `cargo bench -- eval` for the ones whose path matches.
//!
//! Each file is about one layer: `parse` (text to tree, tree to program), `linearity` (does the cost per byte
//! stay the same when a source grows), `eval` (steps of the evaluator), `values` (JSON, dates, maps, numbers),
//! `host` (a function called through the engine, JSON in and out), `connections` (finding one and attaching its
//! token). Whole programs against other interpreters are `benches/compare.py`; counts that do not depend on the machine are `benches/instructions.sh`.
#![allow(clippy::disallowed_methods)] // Reads the example scripts from the folder of the project.

#[cfg(feature = "http")]
mod connections;
mod eval;
mod host;
mod linearity;
mod parse;
mod sources;
mod values;

use std::time::Duration;

/// The allocator of the binary, so that the figures are its figures.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::Divan::default().max_time(Duration::from_secs(1)).config_with_args().main();
}
