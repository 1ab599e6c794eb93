//! Text to tree, and text to program: bytes per second over 1 MB of functions and over the example scripts.
//!
//! `compile` contains `parse`; the difference is checking and lowering.

use crate::sources;
use ararat::{Engine, Source, syntax};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};

#[divan::bench]
fn parse_1_mb(bencher: Bencher) {
    let source = sources::functions(1 << 20);
    assert!(parse(&source), "the generated source has no errors");
    bencher.counter(BytesCount::of_str(&source)).bench(|| parse(black_box(&source)));
}

#[divan::bench]
fn compile_1_mb(bencher: Bencher) {
    let text = sources::functions(1 << 20);
    let engine = Engine::default();
    let source = Source::new("big.dg", text.as_str());
    if let Err(errors) = engine.compile(source.clone()) {
        panic!("the generated source has no errors: {errors}");
    }
    bencher.counter(BytesCount::of_str(&text)).bench(|| engine.compile(source.clone()).is_ok());
}

/// A script of 4 kB, the usual size: what one run waits for before it starts.
#[divan::bench]
fn compile_4_kb(bencher: Bencher) {
    let text = sources::functions(4 << 10);
    let engine = Engine::default();
    bencher.counter(BytesCount::of_str(&text)).bench(|| engine.compile(Source::new("small.dg", text.as_str())).is_ok());
}

#[divan::bench]
fn parse_examples(bencher: Bencher) {
    let scripts = sources::examples();
    let bytes: usize = scripts.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| scripts.iter().filter(|script| parse(script)).count());
}

/// Whether a source parses without complaint.
fn parse(source: &str) -> bool {
    let (file, diagnostics) = syntax::parse(source, Default::default());
    black_box(&file);
    diagnostics.is_empty()
}
