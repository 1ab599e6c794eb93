//! Sources that make a parser slow, each at 1, 10 and 100 times a unit of about 1 kB.
//!
//! Read the throughput: it must stay level from 1 to 100. A tenth of it at ten times the size is a quadratic
//! parser. Sources with errors are here too, since an editor compiles those most of the time. Where the depth
//! limit stops the reading (`unclosed_depth`, and `unclosed_blocks` from 10 on), it is the time that stays level.

use ararat::{Engine, Source};
use divan::Bencher;
use divan::counter::BytesCount;

/// Lines of a unit.
const LINES: usize = 64;
const SIZES: [usize; 3] = [1, 10, 100];

/// Measures a source that compiles.
fn accepted(bencher: Bencher, source: String) {
    compile(bencher, source, true);
}

/// Measures a source with errors.
fn refused(bencher: Bencher, source: String) {
    compile(bencher, source, false);
}

fn compile(bencher: Bencher, source: String, compiles: bool) {
    let engine = Engine::default();
    let source = Source::new("case.dg", source);
    assert_eq!(engine.compile(source.clone()).is_ok(), compiles, "whether the case compiles");
    bencher.counter(BytesCount::of_str(source.text())).bench(|| engine.compile(source.clone()).is_ok());
}

#[divan::bench(args = SIZES)]
fn statements(bencher: Bencher, size: usize) {
    accepted(bencher, "total = 1 + 2 * 3;\n".repeat(LINES * size));
}

/// Every line opens a bracket that none closes.
#[divan::bench(args = SIZES)]
fn unclosed_brackets(bencher: Bencher, size: usize) {
    refused(bencher, "total = (1 + 2;\n".repeat(LINES * size));
}

/// One expression that only opens brackets: refused at the depth limit, without reading on.
#[divan::bench(args = SIZES)]
fn unclosed_depth(bencher: Bencher, size: usize) {
    refused(bencher, format!("total = {}1;\n", "(".repeat(16 * LINES * size)));
}

/// Every line opens a block that none closes.
#[divan::bench(args = SIZES)]
fn unclosed_blocks(bencher: Bencher, size: usize) {
    refused(bencher, "if(1 == 2) {\n".repeat(LINES * size));
}

/// Every line leaves out its semicolon.
#[divan::bench(args = SIZES)]
fn missing_semicolons(bencher: Bencher, size: usize) {
    refused(bencher, "info 1 + 2\n".repeat(LINES * size));
}

#[divan::bench(args = SIZES)]
fn unclosed_text(bencher: Bencher, size: usize) {
    refused(bencher, format!("info \"{}", "some words \\\" ".repeat(LINES * size)));
}

/// Every line calls something that does not exist: the search for what was meant must not grow.
#[divan::bench(args = SIZES)]
fn unknown_names(bencher: Bencher, size: usize) {
    refused(bencher, "info \"a\".toUperCase();\n".repeat(LINES * size));
}

#[divan::bench(args = SIZES)]
fn else_if_chain(bencher: Bencher, size: usize) {
    let links = "else if(x == 1)\n{\n\tinfo x;\n}\n".repeat(LINES * size / 2);
    accepted(bencher, format!("x = 2;\nif(x == 0)\n{{\n\tinfo x;\n}}\n{links}"));
}

#[divan::bench(args = SIZES)]
fn method_chain(bencher: Bencher, size: usize) {
    accepted(bencher, format!("x = \"a\";\ninfo x{};\n", ".trim().toUpperCase()".repeat(LINES * size)));
}

#[divan::bench(args = SIZES)]
fn operator_chain(bencher: Bencher, size: usize) {
    accepted(bencher, format!("x = 1;\ninfo x{};\n", " + x * 2 - 1".repeat(LINES * size)));
}

#[divan::bench(args = SIZES)]
fn long_list(bencher: Bencher, size: usize) {
    accepted(bencher, format!("x = {{{}0}};\n", "\"some text\", ".repeat(LINES * size)));
}

/// Map literals 32 deep, one after another.
#[divan::bench(args = SIZES)]
fn nested_maps(bencher: Bencher, size: usize) {
    let literal = format!("x = {}1{};\n", "{\"key\":".repeat(32), "}".repeat(32));
    accepted(bencher, literal.repeat(LINES * size / 16));
}

#[divan::bench(args = SIZES)]
fn comments(bencher: Bencher, size: usize) {
    accepted(bencher, format!("{}info 1;\n", "// a remark /* of one line\n/* another */\n".repeat(LINES * size)));
}

/// Each function calls the one before it.
#[divan::bench(args = SIZES)]
fn functions(bencher: Bencher, size: usize) {
    let one = |at: usize| format!("int a.f{at}(int n)\n{{\n\treturn a.f{}(n) + 1;\n}}\n", at.saturating_sub(1));
    accepted(bencher, (0..LINES * size / 4).map(one).collect());
}
