//! The checker: names, types and lints over any text, in every dialect.
#![no_main]

use ararat::Source;
use ararat::check::{self, NoFunctions, Options};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((dialect, text)) = ararat_fuzz::script(data) else { return };
    let settings = ararat_fuzz::settings(dialect);
    let options = Options { settings: &settings, strict: data[0] & 0x80 != 0, loader: &NoFunctions };
    let found = check::examine(Source::new("fuzz.dg", text), &options);
    for (at, diagnostic) in &found.diagnostics {
        ararat_fuzz::render(diagnostic, &found.program.sources[*at as usize]);
    }
});
