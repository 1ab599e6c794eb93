//! The grammar: any text gives a tree and messages whose places lie in the text.
#![no_main]

use ararat::Source;
use ararat::syntax::{self, ParseOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((dialect, text)) = ararat_fuzz::script(data) else { return };
    let source = Source::new("fuzz.dg", text);
    let (_, found) = syntax::parse(source.text(), ParseOptions { or_binds_tighter: dialect.is_creator() });
    found.iter().for_each(|diagnostic| ararat_fuzz::render(diagnostic, &source));
    syntax::is_complete(text);
});
